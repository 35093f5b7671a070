import { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { queryText } from '../calls.ts';
import { trouble } from '../calendarCalls.ts';
import type { CalendarResult } from '../calendars.ts';
import { instantOfText, ownId } from '../fields.ts';
import { textMark } from '../ids.ts';
import type { CallPorts, ConnectionAccess } from '../vendor.ts';
import { askCalendar } from './client.ts';

/** Blocked time in a calendar of Acuity's: which blocks there are, and which of them are ours. */

const DAY_MS = 86_400_000;
/** A block that began earlier is listed no more. */
const BACK_DAYS = 31;
const AHEAD_DAYS = 3_653;
const MOST = 500;
/** An account may be given fewer than were asked for, and then a round number of them. */
const ROUND = { from: 100, step: 50 };
const MOST_CALLS = 60;

export const BLOCK_ID = /^\d{1,18}$/;

const id = z.union([z.int().min(1), z.string().regex(BLOCK_ID)]).transform(String);
const text = z.string().nullish();
const Listed = z.object({ id, calendarID: id, start: z.string(), end: z.string(), notes: text });
type Listed = z.infer<typeof Listed>;

/** UTC milliseconds. */
export interface Block {
  readonly id: string;
  readonly calendarRef: string;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly notes: string;
}

/** Null = its times cannot be read. */
function blockOf({ id: own, calendarID, start, end, notes }: Listed): Block | null {
  const [from, until] = [instantOfText(start), instantOfText(end)];
  if (from === null || until === null || until < from) return null;
  return { id: own, calendarRef: calendarID, startsAt: Date.parse(from), endsAt: Date.parse(until), notes: notes ?? '' };
}

/**
 * Our mark in the notes. There is no key to make a block once by, and none is ever changed: so a block says which entry of ours it is,
 * which state of it stood there before (`after`, an {@link etagOf}), and which times it was made with (`made`). So one that was made and never
 * heard of is told from one that somebody has moved.
 */
export interface Mark {
  readonly ourId: string;
  /** What the entry is called: stays the same, whichever block stands for it. */
  readonly remoteId: string;
  readonly after: string;
  readonly made: string;
  readonly busy: boolean;
}

const MARK = /wedsync:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[0-9a-f]{16})\.([0-9a-f]{16})\.([0-9a-f]{16})\.([bf])/;
const REMOTE_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[0-9a-f]{16}$/;

export const isRemoteId = (remoteId: string): boolean => REMOTE_ID.test(remoteId);
export const remoteIdOf = (ourId: string, key: string): string => `${ourId.toLowerCase()}.${textMark(key)}`;
/** Of no state at all. */
export const NOTHING_BEFORE = '0'.repeat(16);
export const madeOf = ({ startsAt, endsAt }: Pick<Block, 'startsAt' | 'endsAt'>): string => textMark(`${startsAt} ${endsAt}`);
export const etagOf = ({ id: own, startsAt, endsAt }: Pick<Block, 'id' | 'startsAt' | 'endsAt'>): string => textMark(`${own} ${startsAt} ${endsAt}`);

export const markText = ({ remoteId, after, made, busy }: Mark): string => `wedsync:${remoteId}.${after}.${made}.${busy ? 'b' : 'f'}`;

/** Null = somebody else's. */
export function markIn(notes: unknown): Mark | null {
  const found = typeof notes === 'string' ? MARK.exec(notes) : null;
  const [, remoteId = '', after = '', made = '', busy] = found ?? [];
  const ourId = ownId(remoteId.slice(0, 36));
  return ourId === null ? null : { ourId, remoteId, after, made, busy: busy === 'b' };
}

/** What a person has written, or reads, beside our mark. */
export const wordsIn = (notes: string): readonly string[] =>
  notes.split(/\r?\n/).map((line) => line.replace(MARK, '').trim()).filter((line) => line !== '');

const dayAt = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const isCut = (count: number): boolean => count >= MOST || (count >= ROUND.from && count % ROUND.step === 0);

/** All blocks of a calendar that are of interest: those that began lately, and what is to come. */
export async function blocksOf(ports: CallPorts, access: ConnectionAccess, calendarRef: string): Promise<CalendarResult<readonly Block[]>> {
  const now = ports.clock.now();
  const found = new Map<string, Block>();
  // How they are sorted is not published: an answer that may have been cut is asked for in halves.
  const spans: (readonly [number, number])[] = [[now - BACK_DAYS * DAY_MS, now + AHEAD_DAYS * DAY_MS]];
  for (let calls = 0; spans.length > 0; calls += 1) {
    const [from, until] = spans.pop() ?? [0, 0];
    if (calls >= MOST_CALLS) return trouble('normalise.shape_unknown', 'Acuity lists blocked time without end.');
    const query = queryText({ calendarID: calendarRef, minDate: dayAt(from), maxDate: dayAt(until), max: MOST });
    const listed = await askCalendar(ports, access, { method: 'GET', path: `/blocks?${query}`, what: 'the blocked time', shape: z.array(Listed) });
    if (!listed.ok) return listed;
    const all = listed.value.value;
    if (isCut(all.length) && dayAt(from) !== dayAt(until)) {
      const middle = from + Math.floor((until - from) / DAY_MS / 2) * DAY_MS;
      spans.push([middle + DAY_MS, until], [from, middle]);
      continue;
    }
    for (const one of all) {
      const block = blockOf(one);
      if (block === null) return trouble('normalise.shape_unknown', 'Acuity answered blocked time without times that exist.');
      if (block.calendarRef === calendarRef) found.set(block.id, block);
    }
  }
  return ok([...found.values()].sort((a, b) => a.id.length - b.id.length || (a.id < b.id ? -1 : 1)));
}

/** The first day that a list would tell of. */
export const firstDay = (now: number): number => Date.parse(dayAt(now - BACK_DAYS * DAY_MS));

/** One block by its id, whatever its day; null = there is none. */
export async function blockAt(ports: CallPorts, access: ConnectionAccess, blockId: string): Promise<CalendarResult<Block | null>> {
  const read = await askCalendar(ports, access, { method: 'GET', path: `/blocks/${blockId}`, what: 'one block', shape: Listed });
  if (!read.ok) return read.error.code === 'calendar.gone' ? ok(null) : read;
  const block = blockOf(read.value.value);
  if (block !== null && block.id === blockId) return ok(block);
  return trouble('normalise.shape_unknown', 'Acuity answered another block than the one that was asked for.');
}

/** @param start with an offset, ISO 8601 */
export async function makeBlock(
  ports: CallPorts, access: ConnectionAccess, calendarRef: string, wanted: { readonly start: string; readonly end: string; readonly notes: string },
): Promise<CalendarResult<Block>> {
  const body = { start: wanted.start, end: wanted.end, calendarID: Number(calendarRef), notes: wanted.notes };
  const made = await askCalendar(ports, access, { method: 'POST', path: '/blocks', what: 'a new block', shape: Listed, body });
  if (!made.ok) return made;
  const block = blockOf(made.value.value);
  return block === null ? trouble('normalise.shape_unknown', 'Acuity answered a new block without times that exist.') : ok(block);
}

export async function takeBlock(ports: CallPorts, access: ConnectionAccess, blockId: string): Promise<CalendarResult<'done' | 'already_gone'>> {
  const gone = await askCalendar(ports, access, { method: 'DELETE', path: `/blocks/${blockId}`, what: 'taking a block away', shape: z.unknown() });
  if (gone.ok) return ok('done');
  return gone.error.code === 'calendar.gone' ? ok('already_gone') : gone;
}
