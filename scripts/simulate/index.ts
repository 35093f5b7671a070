import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { playBurst, seeded } from './burst.ts';
import { PlainProblem, readDemo, type DemoCard } from './card.ts';
import { createPlayer } from './player.ts';
import { createReport, createScreen, type Report, type Screen } from './report.ts';
import { readStory, storyTime, withHistory, type Fact, type Story } from './story.ts';
import { startVscoStandIn, type VscoStandIn } from './vscoStandIn.ts';

const HELP = `npm run simulate -- [options]

Plays a wedding day into the running demo server: signed webhooks, as the vendors send them.

  --speed <n>    story minutes per real minute (default 60: ten hours in ten minutes)
  --once <name>  one fact, with what has to go before it; --once list names them all
  --count <n>    instead of the day: n payments as fast as they are answered
  --seed <n>     amounts and payers of --count (default 1)
  --quiet        only the table at the end
  --help         this text

The server's data folder is .wedsync, or what WEDSYNC_DATA_DIR says. Ends with 0 when every answer was as expected,
1 when one was not, 2 when it could not start, 130 when stopped with Ctrl-C.`;

const SETTLE_MS = 10_000;

interface Options {
  readonly speed: number;
  readonly once: string | undefined;
  readonly count: number | undefined;
  readonly seed: number;
  readonly quiet: boolean;
}

function numberOf(name: string, text: string, least: number, whole: boolean): number {
  const value = Number(text);
  const fits = text.trim() !== '' && Number.isFinite(value) && value >= least && (!whole || Number.isInteger(value));
  if (!fits) throw new PlainProblem(`--${name} must be a ${whole ? 'whole ' : ''}number from ${least}, not "${text}".`);
  return value;
}

/** null = only the help was wanted. */
function readOptions(args: readonly string[]): Options | null {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        speed: { type: 'string' },
        once: { type: 'string' },
        count: { type: 'string' },
        seed: { type: 'string' },
        quiet: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (cause) {
    throw new PlainProblem(`${(cause as Error).message}\n\n${HELP}`);
  }
  if (values.help === true) return null;
  return {
    speed: numberOf('speed', values.speed ?? '60', 0.01, false),
    once: values.once,
    count: values.count === undefined ? undefined : numberOf('count', values.count, 1, true),
    seed: numberOf('seed', values.seed ?? '1', 0, true),
    quiet: values.quiet === true,
  };
}

/** The stand-in has to listen exactly where the demo connection looks for the vendor. */
async function standInFor(card: DemoCard, story: Story, facts: readonly Fact[]): Promise<VscoStandIn | null> {
  const connection = card.connections.find((one) => one.system === 'vsco-workspace');
  if (!connection || !facts.some((fact) => fact.system === 'vsco')) return null;
  const baseUrl = new URL(connection.settings['baseUrl'] ?? 'http://invalid');
  if (baseUrl.protocol !== 'http:' || !['127.0.0.1', 'localhost'].includes(baseUrl.hostname) || baseUrl.port === '') {
    throw new PlainProblem(`The demo connection to VSCO Workspace looks for its API at ${baseUrl.origin}; the stand-in can only listen on this machine.`);
  }
  try {
    return await startVscoStandIn({ port: Number(baseUrl.port), apiKey: connection.secrets['apiKey'] ?? '', currency: story.currency, studioName: story.studio });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new PlainProblem(`Port ${baseUrl.port}, where the stand-in for VSCO Workspace listens, is taken. Is another simulation running?`);
  }
}

interface Stage {
  readonly url: string;
  readonly card: DemoCard;
  readonly story: Story;
  readonly report: Report;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}

const answers = (report: Report): string => `p50 ${report.latency(0.5).toFixed(0)} ms, p99 ${report.latency(0.99).toFixed(0)} ms`;

async function playDay(stage: Stage, facts: readonly Fact[], speed: number | null): Promise<void> {
  const { url, card, story, report, screen, signal } = stage;
  const standIn = await standInFor(card, story, facts);
  try {
    const player = createPlayer({ url, card, currency: story.currency, standIn });
    const started = performance.now();
    const first = facts[0]?.at ?? 0;
    for (const [index, fact] of facts.entries()) {
      // Against the start, not the fact before: slow answers must not stretch the day.
      const due = speed === null ? 0 : ((fact.at - first) * 60_000) / speed - (performance.now() - started);
      for (let left = due; left > 0 && !signal.aborted; ) {
        const nap = Math.min(left, 500);
        await sleep(nap, undefined, { signal }).catch(ignoreAbort);
        left -= nap;
        screen.bar(index, facts.length, `${storyTime(story, fact.at - Math.max(0, (left * (speed ?? 0)) / 60_000))}  next: ${fact.say}`);
      }
      if (signal.aborted) break;
      const sent = await player.play(fact);
      const expected = { outcome: fact.expect ?? (fact.system === 'again' ? 'duplicate' : 'accepted'), code: fact.code } as const;
      const right = report.add(sent, expected);
      const answer = `${sent.outcome}${sent.code ? ` (${sent.code})` : ''}, ${sent.ms.toFixed(0)} ms`;
      const wanted = right ? '' : `  NOT AS EXPECTED: should be ${expected.outcome}${expected.code ? ` (${expected.code})` : ''}`;
      screen.line(`${storyTime(story, fact.at)}  ${fact.say}  -> ${answer}${wanted}`);
      screen.bar(index + 1, facts.length, `${storyTime(story, fact.at)}  ${answers(report)}`);
    }
    const unread = signal.aborted ? 0 : await player.settle(SETTLE_MS);
    if (unread > 0) screen.line(`Note: the server has not yet read back ${unread} of the photographer's jobs it was told about.`);
  } finally {
    await standIn?.close();
  }
}

function ignoreAbort(cause: unknown): void {
  if (!(cause instanceof Error && cause.name === 'AbortError')) throw cause;
}

async function run(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (!options) {
    console.log(HELP);
    return 0;
  }
  const story = await readStory();
  if (options.once === 'list') {
    for (const fact of story.facts) console.log(`${storyTime(story, fact.at)}  ${fact.name.padEnd(24)} ${fact.say}`);
    return 0;
  }
  const facts = options.once === undefined ? story.facts : withHistory(story.facts, options.once);
  if (!facts) throw new PlainProblem(`There is no fact called "${options.once}". --once list names them all.`);
  const dataDir = resolve(process.env['WEDSYNC_DATA_DIR'] || resolve(import.meta.dirname, '../../.wedsync'));
  const { url, card } = await readDemo(dataDir);

  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  const report = createReport();
  const screen = createScreen(process.stdout, options.quiet);
  const stage: Stage = { url, card, story, report, screen, signal: stop.signal };

  const started = performance.now();
  if (options.count !== undefined) {
    const { count } = options;
    screen.line(`${count} payments to ${url}`);
    let reported = 0;
    await playBurst({
      url,
      card,
      currency: story.currency,
      count,
      random: seeded(options.seed),
      signal: stop.signal,
      onAnswer: (sent) => {
        report.add(sent, { outcome: 'accepted' });
        // Sorting all latencies for every answer would slow the burst down.
        if (performance.now() - reported < 200 && report.total < count) return;
        reported = performance.now();
        screen.bar(report.total, count, answers(report));
      },
    });
  } else {
    screen.line(`${story.title}: ${facts.length} facts to ${url}${options.once === undefined ? `, ${options.speed} story minutes per minute` : ''}. Ctrl-C stops.`);
    await playDay(stage, facts, options.once === undefined ? options.speed : null);
  }
  screen.end();
  const seconds = (performance.now() - started) / 1000;
  console.log([stop.signal.aborted ? 'Stopped.' : 'Done.', ...report.table(), `  ${'took'.padEnd(16)} ${`${seconds.toFixed(1)} s`.padStart(10)}`].join('\n'));
  if (stop.signal.aborted) return 130;
  return report.unexpected === 0 ? 0 : 1;
}

try {
  process.exitCode = await run();
} catch (cause) {
  if (!(cause instanceof PlainProblem)) throw cause;
  console.error(cause.message);
  process.exitCode = 2;
}
