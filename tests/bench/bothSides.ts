import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Socket } from 'socket.io-client';
import type { RowOf } from '../../core/contract/record.ts';
import type { RunningServer } from '../support/runningServer.ts';
import { percentile } from './figures.ts';
import { allocationOf, HOUR_MS, type CalendarVenue } from './load/calendarVenue.ts';
import { machineNow } from './load/clock.ts';
import { openConsole } from './load/console.ts';
import { ask } from './load/deciding.ts';
import type { Stand } from './load/stand.ts';
import { titleOf, type Stands } from './load/standMessages.ts';

/**
 * The same entry is changed here and in its calendar in the same moment, over and over: how long until both sides say the same, and how
 * often a person is asked. The calendar is the first one, which is looked at and written, and merges.
 */

/** Everything is settled after this long, else the run fails. */
const SETTLE_LIMIT_MS = 120_000;
/** Nothing has happened for so long: it is settled. */
const CALM_MS = 2_000;

export interface Meeting {
  readonly name: string;
  readonly turn: number;
  readonly count: number;
  readonly everyMs: number;
  /** What is changed over there; here it is always moved. */
  readonly there: 'title' | 'times';
}

interface Listener {
  readonly socket: Socket;
  readonly rows: Map<string, RowOf<'allocations'>>;
  readonly pushes: Map<string, RowOf<'pushes'>>;
  /** Of allocations: when anything was heard of it, its entry in that calendar or what differs there. Machine clock. */
  readonly heardAt: Map<string, number>;
  /** Of allocations about which a person was asked. */
  readonly asked: Set<string>;
}

async function listen(url: string, token: string): Promise<Listener> {
  const rowsHeard = { rows: new Map<string, RowOf<'allocations'>>(), pushes: new Map<string, RowOf<'pushes'>>() };
  const listener = { ...rowsHeard, heardAt: new Map<string, number>(), asked: new Set<string>() };
  let calendarId = '';
  const entry = (row: RowOf<'pushes'>): void => void (row.calendarId === calendarId && listener.pushes.set(row.subject.id, row));
  const socket = await openConsole(url, token, {
    snapshot({ rows }) {
      calendarId = rows.calendars.find(({ direction }) => direction === 'bidirectional')?.id ?? '';
      for (const row of rows.allocations) listener.rows.set(row.id, row);
      for (const row of rows.pushes) entry(row);
    },
    events(events, { at }) {
      for (const { collection, row } of events) {
        if (collection === 'allocations') {
          listener.rows.set(row.id, row);
          listener.heardAt.set(row.id, at);
        }
        if ((collection !== 'pushes' && collection !== 'differences') || row.calendarId !== calendarId) continue;
        if (collection === 'pushes') entry(row);
        else listener.asked.add(row.subject.id);
        listener.heardAt.set(row.subject.id, at);
      }
    },
  });
  return { ...listener, socket };
}

interface Met {
  readonly n: number;
  readonly id: string;
  readonly due: number;
  /** What was decided here was taken: else theirs was there first, and it is no meeting. */
  readonly taken: boolean;
}

const startsAt = ({ startsAt: at }: RowOf<'allocations'>): number => Date.parse(at);
const alike = (row: RowOf<'allocations'> | undefined, there: Stands | undefined): boolean =>
  row !== undefined && there !== undefined && row.title === there.title && startsAt(row) === there.startsAt && Date.parse(row.endsAt) === there.endsAt;

/** Three hours on here, while over there it gets another name, or is moved by one. */
async function meet(url: string, stand: Stand, venue: CalendarVenue, { rows }: Listener, { turn, count, everyMs, there }: Meeting): Promise<Met[]> {
  const start = machineNow() + 50;
  const told = stand.move({ google: 0, turn, count, everyMs, only: there, startAt: start });
  const deciding: Promise<Met>[] = [];
  for (const { id, n } of venue.taken.slice(0, count)) {
    const due = start + n * everyMs;
    const wait = due - machineNow();
    if (wait > 0) await sleep(wait);
    const row = rows.get(id);
    if (!row) throw new Error(`allocation ${n} is not in the record`);
    const fields = allocationOf(venue.roomId, row.title, startsAt(row) + 3 * HOUR_MS);
    const command = { type: 'allocation.save', commandId: randomUUID(), allocationId: id, basedOnVersion: row.version, reason: null, ...fields } as const;
    deciding.push(ask(url, venue.tokens[0] ?? '', command).then(({ answer }) => ({ n, id, due, taken: answer.outcome === 'accepted' })));
  }
  const refused = (await told).filter(({ status }) => status !== 200).length;
  if (refused > 0) throw new Error(`${refused} notices were refused`);
  return Promise.all(deciding);
}

export interface Outcome {
  readonly row: Readonly<Record<string, string>>;
  /** Entries of which the two sides say something else in the end, though nobody was asked. */
  readonly apart: number;
}

/** `floor`: milliseconds of bare calls to the same stand-in. */
export async function bothAtOnce(
  { url }: Pick<RunningServer, 'url'>, stand: Stand, venue: CalendarVenue, meeting: Meeting, floor: readonly number[],
): Promise<Outcome> {
  const listener = await listen(url, venue.tokens[1] ?? '');
  try {
    const met = await meet(url, stand, venue, listener, meeting);
    const ended = (id: string, stands: ReadonlyMap<number, Stands>, n: number): boolean =>
      listener.asked.has(id) || (alike(listener.rows.get(id), stands.get(n)) && listener.pushes.get(id)?.state === 'written');
    const latest = (): number => Math.max(0, ...met.map(({ id }) => listener.heardAt.get(id) ?? 0));
    let apart = met;
    for (const until = machineNow() + SETTLE_LIMIT_MS; machineNow() < until; await sleep(100)) {
      const stands = new Map((await stand.stands(0)).map((one) => [one.n, one]));
      apart = met.filter(({ id, n }) => !ended(id, stands, n));
      if (apart.length === 0 && machineNow() - latest() > CALM_MS) break;
    }
    const known = met.filter(({ id, taken }) => taken && listener.heardAt.has(id));
    const alone = known.filter(({ id }) => !listener.asked.has(id));
    const took = alone.map(({ id, due }) => (listener.heardAt.get(id) ?? due) - due);
    const average = took.reduce((sum, one) => sum + one, 0) / Math.max(1, took.length);
    const kept = alone.filter(({ id, n }) => listener.rows.get(id)?.title === titleOf(meeting.turn, n)).length;
    const row = {
      'both sides at once': `${meeting.name} (${meeting.count})`,
      'settled, average': average.toFixed(0), p99: percentile(took, 99).toFixed(0), longest: percentile(took, 100).toFixed(0),
      'average to a bare call': `${(average / percentile(floor, 50)).toFixed(0)}x`,
      'longest to the average': `${(percentile(took, 100) / average).toFixed(1)}x`,
      'without a person': `${((100 * alone.length) / Math.max(1, known.length)).toFixed(1)} %`,
      'name of theirs kept': meeting.there === 'title' ? String(kept) : '',
      'theirs was first': String(met.filter(({ taken }) => !taken).length), apart: String(apart.length),
    };
    return { row, apart: apart.length };
  } finally {
    listener.socket.disconnect();
  }
}
