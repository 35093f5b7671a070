/** Sums of the two test runners' JSON reports, with the names of what failed and why, for the last lines of a run. */

const WHY = 400;
const PLAIN = /\u001b\[[0-9;]*m/g;
const brief = (text) => (text ?? '').replaceAll(PLAIN, '').trim().slice(0, WHY);

/** A file that could not even be loaded holds no test; it counts as one failure. */
export function vitestCounts(report) {
  const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  const failures = [
    ...report.testResults.flatMap((file) => file.assertionResults.filter((one) => one.status === 'failed').map((one) => ({ name: `${file.name}: ${one.fullName}`, why: brief(one.failureMessages[0]) }))),
    ...broken.map((file) => ({ name: file.name, why: brief(file.message) })),
  ];
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length, skipped: report.numPendingTests + (report.numTodoTests ?? 0), failures, lucky: [] };
}

/**
 * Files whose process was ended in the middle of a test by the JavaScript engine itself (nodejs/node issue 64500: WebAssembly that is made and
 * thrown away again and again), and nothing else was wrong: they are run once more, and named. Empty = there is nothing to be repeated.
 */
export function interrupted(report, said) {
  const text = said.replaceAll(PLAIN, '');
  const errors = Number(/Vitest caught (\d+) unhandled error/.exec(text)?.[1] ?? 0);
  const ended = text.match(/Caused by: Error: Worker exited unexpectedly/g)?.length ?? 0;
  const checked = /# Fatal error in [^\n]*\n(?:# )?Check failed: jit_page/.test(text);
  if (!checked || errors === 0 || errors !== ended || vitestCounts(report).failed > 0) return [];
  const files = new Set(report.testResults.filter((file) => file.assertionResults.some(({ status }) => status === 'pending')).map(({ name }) => name));
  return files.size === ended ? [...files] : [];
}

const specsOf = (suite) => [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specsOf)];

/**
 * `lucky` passed only when they were repeated (in CI, once). A window on a machine that stood still for a moment is
 * nobody's fault; more than one of them in a run is ours, and then they count as failed.
 */
export function playwrightCounts(report) {
  const { expected, unexpected, flaky, skipped } = report.stats;
  const tests = (report.suites ?? []).flatMap(specsOf).flatMap((spec) => spec.tests.map((test) => ({ name: `${spec.file}: ${spec.title}`, test })));
  const why = ({ results }) => brief(results.flatMap((result) => result.errors ?? []).map((error) => error.message)[0]);
  const lucky = tests.filter(({ test }) => test.status === 'flaky').map(({ name, test }) => ({ name, why: why(test) }));
  const failures = tests.filter(({ test }) => test.status === 'unexpected').map(({ name, test }) => ({ name, why: why(test) }));
  const tooLucky = flaky > 1;
  return {
    passed: expected + (tooLucky ? 0 : flaky),
    failed: unexpected + (tooLucky ? flaky : 0) + (report.errors?.length ?? 0),
    skipped,
    failures: [...failures, ...(report.errors ?? []).map((error) => ({ name: 'the run itself', why: brief(error.message) }))],
    lucky,
  };
}
