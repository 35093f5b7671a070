import { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { refusedEvent, trouble } from '../calendarCalls.ts';
import type { CalendarPart, CalendarResult, Condition, FoundEvent, OutgoingEvent, RemoteCalendar, WrittenEvent } from '../calendars.ts';
import { longText, shortText } from '../fields.ts';
import { noSuchEntry } from '../jsonEntries.ts';
import { checkedEvent, shownOf } from '../outgoing.ts';
import type { CallPorts, ConnectionAccess } from '../vendor.ts';
import { dayStart, knownZone, wallTimeOf } from '../wallTime.ts';
import {
  BLOCK_ID, blocksOf, etagOf, isRemoteId, madeOf, makeBlock, markIn, markText, NOTHING_BEFORE, remoteIdOf, takeBlock, wordsIn, type Block,
} from './blocks.ts';
import { askCalendar } from './client.ts';

/**
 * Our entries as blocked time. A block cannot be changed, so a move is a new block and then the old one away: in between the time is
 * taken twice, and never free. Whoever comes after a crash finds both by our mark and finishes it.
 */

const LONGEST_KEY = 500;
const LONGEST_NOTES = 1_000;

/** A block has no more than times and notes. */
interface Wanted {
  readonly remoteId: string;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly start: string;
  readonly end: string;
  readonly words: string;
  readonly ourId: string;
  readonly busy: boolean;
}

/** What clocks there show, with how far they are from UTC: read right with the offset, and without it where the calendar has the same zone. */
function localText(at: number, zone: string): string {
  const wall = wallTimeOf(at, zone);
  const minutes = Math.round((Date.parse(`${wall}Z`) - Math.floor(at / 1000) * 1000) / 60_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${wall}${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}${two(Math.abs(minutes) % 60)}`;
}

function spanOf({ when }: OutgoingEvent): { readonly startsAt: number; readonly endsAt: number } | null {
  if (when.kind === 'times') return { startsAt: Math.floor(when.startsAt / 1000) * 1000, endsAt: Math.floor(when.endsAt / 1000) * 1000 };
  const [from, until] = [dayStart(when.from, when.zone), dayStart(when.until, when.zone)];
  return from === null || until === null ? null : { startsAt: Date.parse(from), endsAt: Date.parse(until) };
}

function wantedOf(event: OutgoingEvent, remoteId: string): CalendarResult<Wanted> {
  const span = spanOf(event);
  if (span === null || span.endsAt <= span.startsAt) return refusedEvent('A block takes some time: the entry has none.');
  const { title, location, description } = shownOf(event);
  const words = [title, location, description].filter((part) => typeof part === 'string' && part !== '').join('\n');
  const { zone } = event.when;
  return ok({
    ...span, remoteId, ourId: event.ourId.toLowerCase(), busy: event.busy, start: localText(span.startsAt, zone), end: localText(span.endsAt, zone),
    words: longText(words, LONGEST_NOTES) ?? '',
  });
}

/** The newest is the last. */
const oursIn = (blocks: readonly Block[], remoteId: string): readonly Block[] => blocks.filter(({ notes }) => markIn(notes)?.remoteId === remoteId);
type Span = Pick<Block, 'startsAt' | 'endsAt'>;
const sameTimes = (a: Span, b: Span): boolean => a.startsAt === b.startsAt && a.endsAt === b.endsAt;
const saysSame = ({ notes }: Block, { words, busy }: Wanted): boolean =>
  wordsIn(notes).join('\n') === wordsIn(words).join('\n') && markIn(notes)?.busy === busy;
/** As we made it. */
const isUntouched = (block: Block): boolean => markIn(block.notes)?.made === madeOf(block);

const written = (block: Block, { remoteId }: Pick<Wanted, 'remoteId'>, already = false): WrittenEvent =>
  ({ remoteId, etag: etagOf(block), sequence: null, already });

/** The block as it is wanted, once it is there; one that stands at another time than was said is taken away again. */
async function placed(
  ports: CallPorts, access: ConnectionAccess, calendarRef: string, wanted: Wanted, after: string,
): Promise<CalendarResult<Block>> {
  const { remoteId, ourId, busy, start, end, words } = wanted;
  const mark = markText({ ourId, remoteId, after, made: madeOf(wanted), busy });
  const [first = '', ...rest] = words.split('\n');
  const made = await makeBlock(ports, access, calendarRef, { start, end, notes: [first, mark, ...rest].join('\n') });
  if (!made.ok || (sameTimes(made.value, wanted) && made.value.calendarRef === calendarRef)) return made;
  const gone = await takeBlock(ports, access, made.value.id);
  return gone.ok ? refusedEvent('Acuity has blocked another time than the one that was asked for; it was taken away again.') : gone;
}

/** True once none of them is there any more. */
async function cleared(ports: CallPorts, access: ConnectionAccess, blocks: readonly Block[]): Promise<CalendarResult<true>> {
  for (const { id } of blocks) {
    const gone = await takeBlock(ports, access, id);
    if (!gone.ok) return gone;
  }
  return ok(true);
}

async function create(
  ports: CallPorts, access: ConnectionAccess, calendarRef: string, event: OutgoingEvent, key: string,
): Promise<CalendarResult<WrittenEvent>> {
  if (event.status === 'cancelled') return refusedEvent('A cancelled entry is not made anew.');
  if (key === '' || key.length > LONGEST_KEY) return refusedEvent('The key of the entry is none.');
  const wanted = wantedOf(event, remoteIdOf(event.ourId, key));
  if (!wanted.ok) return wanted;
  const there = await blocksOf(ports, access, calendarRef);
  if (!there.ok) return there;
  const made = oursIn(there.value, wanted.value.remoteId).at(-1);
  if (made) return ok(written(made, wanted.value, true));
  const block = await placed(ports, access, calendarRef, wanted.value, NOTHING_BEFORE);
  return block.ok ? ok(written(block.value, wanted.value)) : block;
}

type Known = Extract<Condition, { kind: 'update' }>;

async function update(
  ports: CallPorts, access: ConnectionAccess, calendarRef: string, event: OutgoingEvent, { remoteId, etag }: Known,
): Promise<CalendarResult<WrittenEvent>> {
  if (!isRemoteId(remoteId)) return noSuchEntry();
  const asked = wantedOf(event, remoteId);
  if (!asked.ok) return asked;
  const wanted = asked.value;
  const there = await blocksOf(ports, access, calendarRef);
  if (!there.ok) return there;
  const ours = oursIn(there.value, remoteId);
  const newest = ours.at(-1);
  if (newest === undefined) return trouble('calendar.gone', 'The block was taken away over there.');
  const known = etagOf(newest) === etag;
  // Made by an attempt of which nobody heard, out of what is known.
  const unheard = markIn(newest.notes)?.after === etag && isUntouched(newest);
  if (!known && !unheard) return trouble('calendar.changed_there', 'The block was changed in Acuity.');
  const stands = sameTimes(newest, wanted) && saysSame(newest, wanted);
  const block = stands ? ok(newest) : await placed(ports, access, calendarRef, wanted, etag);
  if (!block.ok) return block;
  const away = await cleared(ports, access, ours.filter(({ id }) => id !== block.value.id));
  return away.ok ? ok(written(block.value, wanted)) : away;
}

function foundOf(block: Block): FoundEvent {
  const { remoteId, ourId, busy } = markIn(block.notes) ?? { remoteId: block.id, ourId: null, busy: true };
  const [title = null, ...rest] = wordsIn(block.notes);
  return {
    remoteId, etag: etagOf(block), sequence: null, ourId, title: shortText(title), description: longText(rest.join('\n')), place: null,
    when: { kind: 'times', startsAt: block.startsAt, endsAt: block.endsAt, zone: null }, status: 'confirmed', busy, says: 'times',
  };
}

const Calendar = z.object({
  id: z.union([z.int().min(1), z.string().regex(BLOCK_ID)]).transform(String), name: z.string().nullish(), timezone: z.string().nullish(),
});

async function calendars(ports: CallPorts, access: ConnectionAccess): Promise<CalendarResult<readonly RemoteCalendar[]>> {
  const listed = await askCalendar(ports, access, { method: 'GET', path: '/calendars', what: 'the list of calendars', shape: z.array(Calendar) });
  if (!listed.ok) return listed;
  return ok(listed.value.value.map(({ id, name, timezone }) => ({
    remoteId: id, name: shortText(name) ?? id, zone: knownZone(timezone), mayWrite: null, primary: false, colour: null,
  })));
}

export const writing = {
  entryType: 'block',
  calendars,
  async write(ports, access, calendarRef, event, condition) {
    const checked = checkedEvent(event);
    if (!checked.ok) return checked;
    if (!BLOCK_ID.test(calendarRef)) return noSuchEntry();
    if (condition.kind === 'create') return create(ports, access, calendarRef, event, condition.key);
    return update(ports, access, calendarRef, event, condition);
  },
  async remove(ports, access, calendarRef, remoteId, etag) {
    if (!BLOCK_ID.test(calendarRef) || !isRemoteId(remoteId)) return noSuchEntry();
    const there = await blocksOf(ports, access, calendarRef);
    if (!there.ok) return there;
    const ours = oursIn(there.value, remoteId);
    const newest = ours.at(-1);
    if (newest === undefined) return ok('already_gone');
    if (etag !== null && etagOf(newest) !== etag) return ok('changed_there');
    const away = await cleared(ports, access, ours);
    return away.ok ? ok('done') : away;
  },
  async read(ports, access, calendarRef, remoteId) {
    if (!BLOCK_ID.test(calendarRef) || !isRemoteId(remoteId)) return noSuchEntry();
    const there = await blocksOf(ports, access, calendarRef);
    if (!there.ok) return there;
    const newest = oursIn(there.value, remoteId).at(-1);
    return ok(newest === undefined ? null : foundOf(newest));
  },
  originOf: (remote: unknown) => (typeof remote === 'object' && remote !== null && 'notes' in remote ? (markIn(remote.notes)?.ourId ?? null) : null),
  // What is looked at without being asked for are appointments: they are no entries of a calendar here.
  reads: () => [],
} satisfies CalendarPart;
