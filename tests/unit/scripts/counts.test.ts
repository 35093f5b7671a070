import { describe, expect, it } from 'vitest';
import { interrupted, playwrightCounts, vitestCounts } from '../../../scripts/test/counts.mjs';

const spec = (title: string, status: string, message?: string) => ({
  file: 'a.spec.ts',
  title,
  tests: [{ status, results: [{ errors: message === undefined ? [] : [{ message }] }] }],
});

describe('the sum at the end of npm test', () => {
  it('reads a Vitest report, with the names of what failed and the reason without its colours', () => {
    const report = {
      numPassedTests: 5, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1,
      testResults: [
        { name: 'a.test.ts', status: 'failed', assertionResults: [{ status: 'failed', fullName: 'adds up', failureMessages: ['\u001b[31mexpected 1\u001b[39m'] }] },
        { name: 'b.test.ts', status: 'passed', assertionResults: [{ status: 'passed', fullName: 'goes on', failureMessages: [] }] },
      ],
    };
    expect(vitestCounts(report)).toEqual({ passed: 5, failed: 1, skipped: 3, failures: [{ name: 'a.test.ts: adds up', why: 'expected 1' }], lucky: [] });
  });

  it('counts a file that could not be loaded as a failure', () => {
    const report = { numPassedTests: 5, numFailedTests: 0, numPendingTests: 0, testResults: [{ name: 'a.test.ts', status: 'failed', message: 'no such module', assertionResults: [] }] };
    expect(vitestCounts(report)).toEqual({ passed: 5, failed: 1, skipped: 0, failures: [{ name: 'a.test.ts', why: 'no such module' }], lucky: [] });
  });

  it('reads a Playwright report; one test may need its second try and is named, two have failed', () => {
    const suites = [{ specs: [spec('opens', 'expected')], suites: [{ specs: [spec('closes', 'unexpected', 'still open'), spec('waits', 'flaky', 'too late')] }] }];
    expect(playwrightCounts({ stats: { expected: 4, unexpected: 1, flaky: 1, skipped: 2 }, suites, errors: [] })).toEqual({
      passed: 5, failed: 1, skipped: 2,
      failures: [{ name: 'a.spec.ts: closes', why: 'still open' }],
      lucky: [{ name: 'a.spec.ts: waits', why: 'too late' }],
    });
    expect(playwrightCounts({ stats: { expected: 4, unexpected: 0, flaky: 2, skipped: 0 }, suites: [], errors: [] })).toMatchObject({ passed: 4, failed: 2 });
  });

  it('counts what went wrong outside of any test', () => {
    expect(playwrightCounts({ stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0 }, errors: [{ message: 'no such file' }] })).toMatchObject({
      passed: 0, failed: 1, failures: [{ name: 'the run itself', why: 'no such file' }],
    });
  });

  describe('files whose process the JavaScript engine has ended', () => {
    const said = '#\n# Fatal error in , line 0\n# Check failed: jit_page_->allocations_.erase(addr) == 1.\n#\nVitest caught 1 unhandled error during the test run.\nCaused by: Error: Worker exited unexpectedly\n';
    const file = (name: string, ...statuses: string[]) => ({ name, status: 'passed', assertionResults: statuses.map((status) => ({ status, fullName: 'a', failureMessages: [] })) });
    const report = (...testResults: object[]) => ({ numPassedTests: 2, numFailedTests: 0, numPendingTests: 1, testResults });

    it('are named once, to be run again', () => {
      expect(interrupted(report(file('a.test.ts', 'passed', 'skipped'), file('b.test.ts', 'passed', 'pending')), said)).toEqual(['b.test.ts']);
    });

    it('are none where anything else was wrong', () => {
      const cut = file('b.test.ts', 'passed', 'pending');
      expect(interrupted(report(cut), said.replace('1 unhandled error', '2 unhandled errors'))).toEqual([]);
      expect(interrupted(report(cut), said.replace(/# Check.*\n/, ''))).toEqual([]);
      expect(interrupted({ ...report(cut), numFailedTests: 1 }, said)).toEqual([]);
      expect(interrupted(report(file('a.test.ts', 'passed')), said)).toEqual([]);
    });
  });
});
