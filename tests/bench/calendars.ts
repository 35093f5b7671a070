import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasRadicale, NO_SERVERS, startRadicale, type CalendarServer } from '../support/calendarServers.ts';
import type { RunningServer } from '../support/runningServer.ts';
import { bothAtOnce, type Meeting, type Outcome } from './bothSides.ts';
import { percentile, tableOf } from './figures.ts';
import { allocationOf, HOUR_MS, makeVenue, type CalendarVenue, type WantedCalendar } from './load/calendarVenue.ts';
import { bytesLogged } from './load/backends.ts';
import { machineNow } from './load/clock.ts';
import { decide } from './load/deciding.ts';
import { floorOf } from './load/floor.ts';
import { conditions, onBothHomes, startOn, type Home } from './load/homes.ts';
import { startStand, type Stand } from './load/stand.ts';
import { calendarAt, davAt } from './load/standCalendars.ts';
import { titleOf, type Wrote } from './load/standMessages.ts';
import { between, threadsOf, type Threads } from './load/threads.ts';
import { beside, type Figure } from './recorded.ts';

/** The gap of the trickle. */
const EVERY_MS = 50;
/** All that is wanted stands there after this long, else the run fails. */
const DRAIN_LIMIT_MS = 120_000;
/** Whatever would be written twice comes within this. */
const AFTER_MS = 300;
/** Channels call public addresses only; the stand-in takes the path of it. */
const PUBLIC_URL = 'https://house.example';

interface Change {
  readonly n: number;
  readonly due: number;
  /** When a person had the answer: it is recorded. Null = somebody else's change, of which nobody tells us that. */
  readonly answeredAt: number | null;
}

interface Phase {
  readonly name: string;
  readonly turn: number;
  readonly count: number;
  readonly everyMs: number;
  readonly from: 'here' | 'there';
}

interface Played extends Phase {
  readonly changes: readonly Change[];
  readonly wrote: readonly Wrote[];
  /** Processor time of the server. */
  readonly used: Threads;
  /** KiB of PostgreSQL's log for each change; null without it. */
  readonly logged: number | null;
}

interface Playing {
  readonly server: RunningServer;
  readonly databaseUrl: string | null;
  readonly stand: Stand;
  readonly venue: CalendarVenue;
  /** The first one is looked at, all are written. */
  readonly calendars: readonly string[];
  /** Of entries that were changed here before. */
  readonly versions: Map<string, number>;
}

/** Calendars into which the changes of this phase are to be written: not the one that they come from. */
const othersOf = ({ from }: Phase, calendars: readonly string[]): readonly string[] => (from === 'here' ? calendars : calendars.slice(1));

async function moveHere({ server, venue, versions }: Playing, { turn, count, everyMs }: Phase): Promise<Change[]> {
  const start = machineNow() + 20;
  const sending: Promise<Change>[] = [];
  for (const { id, n, startsAt } of venue.taken.slice(0, count)) {
    const due = start + n * everyMs;
    const wait = due - machineNow();
    if (wait > 0) await sleep(wait);
    const fields = allocationOf(venue.roomId, titleOf(turn, n), startsAt + turn * HOUR_MS);
    const basedOnVersion = versions.get(id) ?? 1;
    versions.set(id, basedOnVersion + 1);
    const command = { type: 'allocation.save', commandId: randomUUID(), allocationId: id, basedOnVersion, reason: null, ...fields } as const;
    sending.push(decide(server.url, venue.tokens[0] ?? '', command).then(({ answeredAt }) => ({ n, due, answeredAt })));
  }
  return Promise.all(sending);
}

/** Nobody tells us when a change of theirs is in the record here. */
async function moveThere({ stand }: Playing, { turn, count, everyMs }: Phase): Promise<Change[]> {
  const told = await stand.move({ google: 0, turn, count, everyMs });
  const refused = told.filter(({ status }) => status !== 200).length;
  if (refused > 0) throw new Error(`${refused} notices were refused`);
  return told.map(({ n, due }) => ({ n, due, answeredAt: null }));
}

async function play(playing: Playing, phase: Phase): Promise<Played> {
  const { server, stand, calendars, databaseUrl } = playing;
  const written = async (): Promise<number> => (databaseUrl === null ? 0 : bytesLogged(databaseUrl));
  const [before, writtenBefore] = [threadsOf(server.pid), await written()];
  const changes = await (phase.from === 'there' ? moveThere : moveHere)(playing, phase);
  const expected = phase.count * othersOf(phase, calendars).length;
  const until = machineNow() + DRAIN_LIMIT_MS;
  while ((await stand.wrote(phase.turn)).length < expected && machineNow() < until) await sleep(50);
  await sleep(AFTER_MS);
  const logged = databaseUrl === null ? null : ((await written()) - writtenBefore) / 1_024 / phase.count;
  return { ...phase, changes, wrote: await stand.wrote(phase.turn), used: between(before, threadsOf(server.pid)), logged };
}

interface Counted {
  readonly lost: number;
  readonly double: number;
  /** Written into the calendar that it came from. */
  readonly back: number;
}

function counted(played: Played, calendars: readonly string[]): Counted {
  const others = othersOf(played, calendars);
  const times = new Map<string, number>();
  for (const { calendar, n } of played.wrote) times.set(`${calendar} ${n}`, (times.get(`${calendar} ${n}`) ?? 0) + 1);
  const own = others.flatMap((calendar) => played.changes.map(({ n }) => times.get(`${calendar} ${n}`) ?? 0));
  const back = played.wrote.filter(({ calendar }) => !others.includes(calendar)).length;
  return { lost: own.filter((one) => one === 0).length, double: own.filter((one) => one > 1).length, back };
}

/** Milliseconds from `since` to the request that writes it, for each calendar or for one of them. */
function waits({ changes, wrote }: Played, since: (change: Change) => number | null, calendar: string | null = null): number[] {
  const byNumber = new Map(changes.map((change) => [change.n, change]));
  return wrote.flatMap((one) => {
    const change = byNumber.get(one.n);
    const from = change && (calendar === null || one.calendar === calendar) ? since(change) : null;
    return from === null ? [] : [one.at - from];
  });
}

const at = (values: readonly number[], rank: number): string => (values.length === 0 ? '' : percentile(values, rank).toFixed(0));
/** Of numbers p50 / p99. */
const spread = (values: readonly number[]): string => (values.length === 0 ? '' : `${at(values, 50)} / ${at(values, 99)}`);

function rowOf(played: Played, calendars: readonly string[], floor: readonly number[]): Record<string, string> {
  const whole = waits(played, ({ due }) => due);
  const { lost, double, back } = counted(played, calendars);
  const each = (ms: number): string => ((ms * 1_000) / Math.max(1, played.wrote.length)).toFixed(0);
  return {
    'milliseconds, p50 / p99': `${played.name} (${played.count})`,
    recorded: spread(played.changes.flatMap(({ due, answeredAt }) => (answeredAt === null ? [] : [answeredAt - due]))),
    'then sent': spread(waits(played, ({ answeredAt }) => answeredAt)),
    'whole way': spread(whole), max: at(whole, 100),
    'to a bare call': `${(percentile(whole, 50) / percentile(floor, 50)).toFixed(0)}x`,
    'main us each': each(played.used.main), 'database us': each(played.used.database), 'beside us': each(played.used.beside),
    lost: String(lost), double: String(double), back: String(back),
  };
}

/** Of a queue that is waited for a ratio says little more than the machine: what each change writes does. */
function figuresOf(played: Played, kind: Home['kind'], floor: readonly number[]): Figure[] {
  const { name, logged } = played;
  const whole = waits(played, ({ due }) => due);
  const ratios = [50, 99].map((rank): Figure => {
    const value = percentile(whole, rank) / percentile(floor, 50);
    return { name: `${kind}: ${name}, whole way p${rank} to a bare call`, value, better: 'less', within: 0.4 };
  });
  if (logged === null) return ratios;
  return [...ratios, { name: `${kind}: ${name}, KiB of its log for each change`, value: logged, better: 'less', within: 0.15 }];
}

const byCalendar = (played: Played, calendars: readonly string[]): Record<string, string> => ({
  'whole way, p50 / p99': played.name, ...Object.fromEntries(calendars.map((calendar) => [calendar, spread(waits(played, ({ due }) => due, calendar))])),
});

interface Calendars {
  readonly wanted: readonly WantedCalendar[];
  readonly names: readonly string[];
}

/** One that is looked at, and others that are only written. */
function calendarsOf(stand: Stand, radicale: CalendarServer | null): Calendars {
  const wanted = [calendarAt(stand, 'google/0', 'bidirectional'), calendarAt(stand, 'google/1', 'outbound'), calendarAt(stand, 'graph/0', 'outbound')];
  const names = ['google/0', 'google/1', 'graph/0'];
  return radicale === null ? { wanted, names } : { wanted: [...wanted, davAt(stand, radicale, 'hall', 'outbound')], names: [...names, 'dav'] };
}

/** Until everything stands in every calendar, and the one that is looked at calls us. */
async function filled({ lines }: RunningServer, stand: Stand, entries: number): Promise<void> {
  for (const until = machineNow() + DRAIN_LIMIT_MS; ; await sleep(100)) {
    const left = entries - (await stand.wrote(0)).length;
    const { 'google/0': open = 0 } = await stand.channels();
    if (left === 0 && open > 0) break;
    if (machineNow() > until) {
      throw new Error(`the calendars were not filled: ${left} entries are missing, ${open} channels are open\n${lines.slice(-5).join('\n')}`);
    }
  }
  // Its first look, and what was written last settles.
  await sleep(1_000);
}

function phasesOf(short: boolean, count: number): Phase[] {
  const [alone, burst] = short ? [3, 5] : [30, 50];
  return (['here', 'there'] as const).flatMap((from, index) => {
    const who = from === 'here' ? 'a person' : 'a calendar';
    return [
      { name: `${who}, one each second`, turn: 3 * index + 1, count: alone, everyMs: 1_000, from },
      { name: `${who}, one each ${EVERY_MS} ms`, turn: 3 * index + 2, count, everyMs: EVERY_MS, from },
      { name: `${who}, all at once`, turn: 3 * index + 3, count: burst, everyMs: 0, from },
    ];
  });
}

/** After the phases, whose turns go before. */
function meetingsOf(short: boolean): Meeting[] {
  const count = short ? 5 : 100;
  return [
    { name: 'moved here, renamed there', turn: 7, count, everyMs: 200, there: 'title' },
    { name: 'moved on both sides', turn: 8, count, everyMs: 200, there: 'times' },
  ];
}

async function measure({ name, kind, folder, newDatabase }: Home, short: boolean): Promise<void> {
  const ends: (() => unknown)[] = [];
  try {
    const stand = await startStand();
    ends.push(() => stand.end());
    const radicale = hasRadicale() ? await startRadicale() : null;
    if (radicale) {
      ends.push(() => radicale.stop());
      await radicale.make('hall', 'Hall');
      await stand.before(radicale.port);
    }
    const { wanted, names } = calendarsOf(stand, radicale);
    const count = short ? 10 : 200;
    const home = { dataDir: join(folder, 'data'), databaseUrl: await newDatabase() };
    const venue = await makeVenue({ ...home, calendars: wanted, allocations: count, consoles: 2 });
    const server = await startOn(home, [stand.port, stand.davPort], { WEDSYNC_PUBLIC_URL: PUBLIC_URL });
    ends.push(() => server.stop());
    await stand.server(server.url);
    await filled(server, stand, count * names.length);

    const playing: Playing = { server, databaseUrl: home.databaseUrl, stand, venue, calendars: names, versions: new Map() };
    const played: Played[] = [];
    for (const phase of phasesOf(short, count)) played.push(await play(playing, phase));
    const floor = await floorOf(`${stand.url}/google/1`, short ? 50 : 500);
    const met: Outcome[] = [];
    for (const meeting of meetingsOf(short)) met.push(await bothAtOnce(server, stand, venue, meeting, floor));

    console.log(`\nCalendars, ${name}: a change -> the request to each of the others of ${names.join(', ')}. ${conditions()}`);
    if (radicale === null) console.log(`!! CalDAV not measured: ${NO_SERVERS}`);
    console.log(tableOf(played.map((one) => rowOf(one, names, floor))));
    console.log(tableOf(played.map((one) => byCalendar(one, names))));
    console.log(`A bare call to the same stand-in: p50 ${percentile(floor, 50).toFixed(2)} ms. Target: sent p99 < 200; lost, double and back must be 0.`);
    console.log(tableOf(met.map(({ row }) => row)));
    console.log('Target: average < 500 ms, longest < 30 s, at least 98 % without a person; apart must be 0.');
    beside('calendars', played.flatMap((one) => figuresOf(one, kind, floor)));
    const bad = played.filter((one) => Object.values(counted(one, names)).some((count_) => count_ > 0));
    if (bad.length > 0) throw new Error(`changes were lost, doubled or written back: ${bad.map((one) => one.name).join(', ')}\n${server.lines.slice(-5).join('\n')}`);
    if (met.some(({ apart }) => apart > 0)) throw new Error(`the two sides do not say the same\n${server.lines.slice(-5).join('\n')}`);
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

/**
 * From a change to the calendars of others: what a person moves here, and what somebody moves in a calendar that calls us, until
 * the request that writes it comes in at each other calendar; and what both change at once, until both say the same. Third-party time is
 * not in it: the stand-ins answer at once.
 */
export const run = (short: boolean): Promise<void> => onBothHomes('wedsync-bench-calendars-', (home) => measure(home, short));
