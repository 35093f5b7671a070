import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { vendorModule } from '../../core/vendors/registry.ts';
import { systemClock } from '../../server/ports.ts';
import { fill, hasRadicale, NO_SERVERS, startRadicale } from '../support/calendarServers.ts';
import type { RunningServer } from '../support/runningServer.ts';
import { fetchHttp } from '../vendors/ports.ts';
import { tableOf } from './figures.ts';
import { run as fillingOut } from './fillingOut.ts';
import { HOUR_MS, makeVenue, openBenchStore, type WantedCalendar } from './load/calendarVenue.ts';
import { machineNow } from './load/clock.ts';
import { openConsole } from './load/console.ts';
import { INSPECTABLE, memoryOf, type Memory } from './load/heap.ts';
import { conditions, onBothHomes, startOn, type At, type Home } from './load/homes.ts';
import { startStand, type Stand } from './load/stand.ts';
import { calendarAt, davAt } from './load/standCalendars.ts';
import { beside } from './recorded.ts';

/** The memory is looked at whenever another such part is in the record. */
const STEPS = 5;
/** Nothing has happened for so long: what is missing does not come any more. */
const STUCK_MS = 60_000;

/** What a console has heard of the entries. */
interface Progress {
  /** How often each row was new. */
  readonly rows: Map<string, number>;
  frames: number;
  /** When something of them was told last, and the longest that nothing was; machine clock, milliseconds. */
  toldAt: number;
  longestMs: number;
}

async function follow(server: RunningServer, token: string): Promise<Progress & { end(): void }> {
  const progress: Progress = { rows: new Map(), frames: 0, toldAt: machineNow(), longestMs: 0 };
  const socket = await openConsole(server.url, token, {
    snapshot({ rows }) {
      for (const { id } of rows.calendarEvents) progress.rows.set(id, 1);
    },
    events(events, { at }) {
      const fresh = events.filter(({ collection, type }) => collection === 'calendarEvents' && type.endsWith('.created'));
      if (fresh.length === 0) return;
      for (const { row } of fresh) progress.rows.set(row.id, (progress.rows.get(row.id) ?? 0) + 1);
      progress.frames += 1;
      progress.longestMs = Math.max(progress.longestMs, at - progress.toldAt);
      progress.toldAt = at;
    },
  });
  return Object.assign(progress, { end: () => void socket.disconnect() });
}

type Step = Memory & { readonly rows: number };

async function untilAll(server: RunningServer, progress: Progress, entries: number): Promise<Step[]> {
  const look = async (): Promise<Step> => ({ rows: progress.rows.size, ...(await memoryOf(server)) });
  const steps = [await look()];
  let [before, movedAt] = [-1, machineNow()];
  while (progress.rows.size < entries && machineNow() - movedAt < STUCK_MS) {
    if (progress.rows.size !== before) movedAt = machineNow();
    before = progress.rows.size;
    if (before * STEPS >= entries * steps.length) steps.push(await look());
    await sleep(20);
  }
  return [...steps, await look()];
}

interface Kept {
  /** Deliveries by state. */
  readonly deliveries: Readonly<Record<string, number>>;
  readonly rows: number;
  readonly cursorBytes: number;
}

/** What is in the record when the server has ended. */
async function keptIn({ dataDir, databaseUrl }: At): Promise<Kept> {
  const store = await openBenchStore(dataDir, databaseUrl);
  try {
    const database = store.internals.database.system;
    const { rows: states } = await sql<{ state: string; count: number }>`select state, count(*)::int as count from deliveries group by state`.execute(database);
    const { rows } = await sql<{ rows: number; bytes: number }>`
      select (select count(*)::int from calendar_events) as rows, (select coalesce(max(length(cursor)), 0)::int from connection_access) as bytes
    `.execute(database);
    return { deliveries: Object.fromEntries(states.map(({ state, count }) => [state, count])), rows: rows[0]?.rows ?? 0, cursorBytes: rows[0]?.bytes ?? 0 };
  } finally {
    await store.close();
  }
}

/** The same pages, read and understood by the same code, and kept by nobody. */
async function bare({ system, settings, secrets }: WantedCalendar): Promise<{ perSecond: number; pages: number }> {
  const vendor = vendorModule(system);
  if (!vendor?.poll) throw new Error(`${system} is not looked at`);
  const access = { connectionId: 'bench', settings, secrets };
  const from = machineNow();
  let [cursor, entries, pages]: [string | null, number, number] = [null, 0, 0];
  for (let more = true; more; pages += 1) {
    const page = await vendor.poll.read(cursor, access, { http: fetchHttp, clock: systemClock });
    if (!page.ok) throw new Error(page.error.message);
    for (const { body, event } of page.value.items) {
      const read = vendor.poll.normalise({ bodyText: body, mediaType: 'application/json', vendorEvent: event, receivedAt: new Date().toISOString(), settings });
      if (!read.ok) throw new Error(read.error.message);
      entries += 1;
    }
    ({ cursor, more } = page.value);
  }
  return { perSecond: (entries * 1_000) / (machineNow() - from), pages };
}

interface Reading {
  readonly home: Home;
  readonly stand: Stand;
  /** As it is printed. */
  readonly what: string;
  readonly calendar: WantedCalendar;
  readonly entries: number;
}

async function readIn({ home, stand, what, calendar, entries }: Reading): Promise<void> {
  const at: At = { dataDir: join(home.folder, calendar.system), databaseUrl: await home.newDatabase() };
  const venue = await makeVenue({ ...at, calendars: [calendar], allocations: 0, consoles: 1 });
  const before = (await stand.asked()).length;
  const server = await startOn(at, [stand.port, stand.davPort], INSPECTABLE);
  let progress: Awaited<ReturnType<typeof follow>>;
  let steps: readonly Step[];
  try {
    progress = await follow(server, venue.tokens[0] ?? '');
    steps = await untilAll(server, progress, entries);
    progress.end();
  } finally {
    await server.stop();
  }
  const [first = Number.NaN] = (await stand.asked()).slice(before);
  const tookMs = progress.toldAt - first;
  const kept = await keptIn(at);
  const floor = await bare(calendar);
  const told = progress.rows.size;
  const perSecond = (told * 1_000) / tookMs;
  const double = [...progress.rows.values()].filter((times) => times > 1).length;
  const states = Object.entries(kept.deliveries).map(([state, count]) => `${count} ${state}`).join(', ');
  console.log(`\nThe first look at ${entries} entries, ${what}, ${home.name}. ${conditions()}`);
  console.log(tableOf([{
    'read in': what, entries: String(told), pages: String(floor.pages), seconds: tookMs / 1_000, 'entries/s': perSecond.toFixed(0), 'bare entries/s': floor.perSecond.toFixed(0),
    'of bare': `${((100 * perSecond) / floor.perSecond).toFixed(0)} %`, frames: String(progress.frames), 'longest silence ms': progress.longestMs.toFixed(0),
    deliveries: states, rows: String(kept.rows), 'cursor KB': kept.cursorBytes / 1_024,
  }]));
  console.log(tableOf((['residentMiB', 'neededMiB'] as const).map((which) => ({ MiB: which === 'residentMiB' ? 'resident' : 'needed', ...Object.fromEntries(steps.map((step) => [`at ${step.rows}`, step[which].toFixed(0)])) }))));
  beside('firstSync', [
    { name: `${home.kind}: ${what}, entries a second to bare ones`, value: perSecond / floor.perSecond, better: 'more' },
    { name: `${home.kind}: ${what}, KB of its place`, value: kept.cursorBytes / 1_024, better: 'less', within: 0.05 },
  ]);
  if (told !== entries || kept.rows !== entries || double > 0) throw new Error(`of ${entries} entries ${told} were told, ${double} of them twice, and ${kept.rows} are in the record`);
  if (states !== `${entries} processed`) throw new Error(`not every delivery was worked on once: ${states}`);
}

/** As somebody's calendar program writes it. The hours do not touch each other. */
function entryText(n: number, from: number): string {
  const stamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  const startsAt = from + (n * HOUR_MS) / 2;
  return [
    'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Test//EN', 'BEGIN:VEVENT', `UID:entry-${n}@orchard.example`, `DTSTAMP:${stamp(from)}`,
    `DTSTART:${stamp(startsAt)}`, `DTEND:${stamp(startsAt + HOUR_MS / 2)}`, `SUMMARY:Client meeting ${n}`, `LOCATION:Studio ${n % 9}\\, 12 Mill Lane`,
    'END:VEVENT', 'END:VCALENDAR', '',
  ].join('\r\n');
}

async function readDav(home: Home, stand: Stand, entries: number): Promise<void> {
  if (!hasRadicale()) return console.log(`!! CalDAV not measured: ${NO_SERVERS}`);
  const radicale = await startRadicale();
  try {
    const from = Math.ceil(Date.now() / (24 * HOUR_MS)) * 24 * HOUR_MS;
    await fill(radicale, 'ana', 'Ana', Array.from({ length: entries }, (_, n) => entryText(n, from)));
    await stand.before(radicale.port);
    await readIn({ home, stand, what: 'CalDAV (Radicale), 50 at a time', calendar: davAt(stand, radicale, 'ana', 'inbound'), entries });
  } finally {
    await radicale.stop();
  }
}

async function measure(home: Home, short: boolean): Promise<void> {
  const [entries, ofDav, out] = short ? [600, 120, 40] : [10_000, 4_000, 2_000];
  const stand = await startStand();
  try {
    await stand.list(entries);
    await readIn({ home, stand, what: 'Google Calendar, pages of 250', calendar: calendarAt(stand, 'long/0', 'inbound'), entries });
    await readDav(home, stand, ofDav);
    await fillingOut(home, stand, out);
  } finally {
    stand.end();
  }
}

/** The first time that a full calendar is read, and the first time that one is filled from here. */
export const run = (short: boolean): Promise<void> => onBothHomes('wedsync-bench-first-', (home) => measure(home, short));
