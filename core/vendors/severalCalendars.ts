import { z } from 'zod';
import { err, ok, type Result } from '../contract/result.ts';
import { refOf } from './calendarRefs.ts';
import type { CalendarPart } from './calendars.ts';
import type { CallPorts, ConnectionAccess, RereadError } from './calling.ts';
import { readCursor } from './ids.ts';
import { Anew, marksOf, stillLeft, within, without } from './readAnew.ts';
import type { Brought, PollPart } from './vendor.ts';

/**
 * Looking at several calendars of one account: the one that was entered, and those in use here. Each goes on from a place of its own;
 * their pages take turns, so that a long one does not hold up the others.
 */

/** Where the look at one calendar goes on. Names are of our own making; `{}` = from the beginning of what matters. */
export type Place = Readonly<Record<string, string | number | null>>;

export interface Looked {
  /** What was entered, or as the list of calendars names it; '' = the main one. */
  readonly id: string;
  /** As the list of calendars names it; null = nobody can tell. */
  readonly ref: string | null;
  /** Only what we have written is told: what others enter there is no concern of ours. */
  readonly oursOnly: boolean;
  /** It came after another one: an id in it may be that of another entry there. */
  readonly later: boolean;
}

export interface PlacePage {
  readonly items: readonly Brought[];
  readonly at: Place;
  readonly more: boolean;
  /** Said by each page of a calendar that is read from the beginning: the span, and the ids of what the page has, as deliveries have them. */
  readonly anew?: Pick<Anew, 'from' | 'to'> & { readonly first: boolean; readonly met: readonly string[] };
}

/** One entry that was not met where everything was read anew. */
export interface Unmet {
  /** As deliveries have it. */
  readonly id: string;
  readonly span: Pick<Anew, 'from' | 'to'>;
  /** Tells this time from any other. */
  readonly round: string;
}

export interface SeveralOptions {
  /** The vendor's word for the main calendar. */
  readonly main: string;
  readonly part: Pick<CalendarPart, 'calendars'>;
  /** The place in a cursor from when one calendar was read. */
  former(held: Readonly<Record<string, unknown>>): Place;
  page(calendar: Looked, at: Place, access: ConnectionAccess, ports: CallPorts): Promise<Result<PlacePage, RereadError>>;
  /** What is to be told of it; null = nothing, since it is there, or nobody can ask for it. */
  unmet(calendar: Looked, one: Unmet, access: ConnectionAccess, ports: CallPorts): Promise<Result<Brought | null, RereadError>>;
}

/** In one page of the look, where each calendar has one turn: so many calls, for so long, until there is something to keep. */
const MOST_CALLS = 8;
const LONGEST_MS = 30_000;
const ENOUGH = 200;
/** Of what was not met so many are asked for in one turn. */
const ASKED_AT_ONCE = 10;
/** What a look has left for longer than this belongs to another look, which reads all of them. */
const PAUSE_MS = 10_000;
/** Of calendars that are not read at the moment so many places are kept. */
const MOST_LEFT = 50;

const CODES = [
  'normalise.reread_failed', 'normalise.no_access', 'normalise.forbidden', 'normalise.reread_refused', 'normalise.shape_unknown',
] as const satisfies readonly RereadError['code'][];

const Held = z.object({
  /** The one that was read first. */
  first: z.string().nullable(),
  /** What the list of calendars calls the main one. */
  main: z.string().nullable(),
  /** Still to be read in this look. */
  todo: z.array(z.string()),
  /** When that was left, in UTC milliseconds. */
  leftAt: z.number(),
  /** One of them has been read to its end in this look; these could not be. */
  answered: z.boolean(),
  unread: z.array(z.object({ calendarRef: z.string(), code: z.enum(CODES) })),
  places: z.array(z.object({ ref: z.string(), oursOnly: z.boolean(), at: z.record(z.string(), z.union([z.string(), z.number(), z.null()])), anew: Anew.optional() })),
});
type Held = z.infer<typeof Held>;

/** A place, and what of a reading from the beginning is still to be met. */
interface Noted {
  readonly at: Place;
  readonly anew?: Anew | undefined;
}
interface Turn extends Noted {
  readonly items: readonly Brought[];
  readonly more: boolean;
}

const NOTHING: Held = { first: null, main: null, todo: [], leftAt: 0, answered: false, unread: [], places: [] };

const SAME_PAGE: RereadError = {
  code: 'normalise.reread_failed',
  message: 'The list goes on with the page that it has just given.',
  retryable: true,
  retryAfterMs: null,
};

/** The calendar's own trouble, and none of the account: the others are read all the same. */
const isItsOwn = ({ code, status = 0 }: RereadError): boolean =>
  code === 'normalise.reread_failed' ? status >= 500 : code !== 'normalise.no_access';

const standingIn = async ({ ref, oursOnly }: Looked, span: Pick<Anew, 'from' | 'to'>, { standing }: ConnectionAccess): Promise<readonly string[]> =>
  (await standing?.({ calendarRef: ref, oursOnly, ...within(span) })) ?? [];

export function severalCalendars({ main, part, former, page, unmet }: SeveralOptions): PollPart['read'] {
  /** Everything was read: what is left is asked for, a few at a time. */
  async function askUnmet(
    calendar: Looked, at: Place, anew: Anew, access: ConnectionAccess, ports: CallPorts,
  ): Promise<Result<Turn, RereadError>> {
    const asked = stillLeft(anew.left, await standingIn(calendar, anew, access));
    const begun = ports.clock.now();
    const items: Brought[] = [];
    const done: string[] = [];
    for (const id of asked.slice(0, ASKED_AT_ONCE)) {
      const told = await unmet(calendar, { id, span: anew, round: JSON.stringify([at, anew.from]) }, access, ports);
      if (!told.ok && done.length === 0) return told;
      if (!told.ok || ports.clock.now() - begun > LONGEST_MS) break;
      done.push(id);
      if (told.value !== null) items.push(told.value);
    }
    const more = asked.length > done.length;
    return ok({ items, more, at, ...(more ? { anew: { ...anew, left: without(anew.left, done) } } : {}) });
  }

  async function turnOf(calendar: Looked, noted: Noted, access: ConnectionAccess, ports: CallPorts): Promise<Result<Turn, RereadError>> {
    if (noted.anew?.asking === true) return askUnmet(calendar, noted.at, noted.anew, access, ports);
    const read = await page(calendar, noted.at, access, ports);
    if (!read.ok) return read;
    const { items, at, more, anew } = read.value;
    if (!anew) return ok({ items, at, more });
    const { from, to, first, met } = anew;
    const before = first ? marksOf(await standingIn(calendar, { from, to }, access)) : (noted.anew?.left ?? '');
    const left = without(before, met);
    return ok({ items, at, more: more || left !== '', ...(left === '' ? {} : { anew: { left, from, to, asking: !more } }) });
  }

  function heldIn(cursor: string | null): { readonly held: Held; readonly before: Place | null } {
    const read = readCursor(cursor);
    const parsed = Held.safeParse(read);
    if (parsed.success) return { held: parsed.data, before: null };
    const known = read?.['calendar'];
    return { held: { ...NOTHING, main: typeof known === 'string' && known !== '' ? known : null }, before: read === null ? null : former(read) };
  }

  return async (cursor, access, ports) => {
    const { held, before } = heldIn(cursor);
    const found = await refOf(main, { calendar: held.main }, access, ports, part);
    if (!found.ok) return found;
    const entered = access.settings['calendarId'] ?? '';
    const isMain = entered === '' || entered === main;
    const own = found.value;
    const first = held.first ?? own;
    const looked = (id: string, ref: string | null, oursOnly: boolean): Looked => ({ id, ref, oursOnly, later: ref !== null && ref !== first });
    // Where nobody can tell which of them is the main one it would be read twice.
    const others = own === null ? [] : (access.listened ?? []).filter(({ calendarRef }) => calendarRef !== own);
    const wanted = new Map([
      [own ?? '', looked(isMain ? '' : entered, own, false)],
      ...others.map(({ calendarRef, oursOnly }): [string, Looked] => [calendarRef, looked(calendarRef, calendarRef, oursOnly)]),
    ]);

    const places = new Map(held.places.map((one) => [one.ref, one]));
    if (before !== null) places.set(own ?? '', { ref: own ?? '', oursOnly: false, at: before });
    /** What others have entered there was left out so far. */
    const placeOf = (ref: string, { oursOnly }: Looked): Noted => {
      const place = places.get(ref);
      return place === undefined || (place.oursOnly && !oursOnly) ? { at: {} } : place;
    };

    const begun = ports.clock.now();
    let todo = held.todo.filter((ref) => wanted.has(ref));
    const goesOn = todo.length > 0 && begun - held.leftAt < PAUSE_MS;
    let answered = goesOn && held.answered;
    const unread = goesOn ? [...held.unread] : [];
    if (!goesOn) todo = [...new Set([...todo, ...wanted.keys()])];
    const items: Brought[] = [];
    const turns = new Set<string>();
    let failure: RereadError | null = null;
    for (let calls = 0; calls < MOST_CALLS && items.length < ENOUGH && ports.clock.now() - begun < LONGEST_MS; calls += 1) {
      const [ref, ...rest] = todo;
      const calendar = ref === undefined ? undefined : wanted.get(ref);
      if (ref === undefined || calendar === undefined || turns.has(ref)) break;
      turns.add(ref);
      const noted = placeOf(ref, calendar);
      const { at } = noted;
      const read = await turnOf(calendar, noted, access, ports);
      if (!read.ok) {
        if (!isItsOwn(read.error)) {
          if (calls === 0) return read;
          // What has come is kept; the next page hears the same.
          break;
        }
        failure ??= read.error;
        unread.push({ calendarRef: ref, code: read.error.code });
        todo = rest;
        continue;
      }
      const { items: brought, at: next, more, anew } = read.value;
      if (more && anew?.asking !== true && JSON.stringify(next) === JSON.stringify(at)) {
        // From the same place the same page would come, for ever; it is tried again with the next look.
        failure ??= SAME_PAGE;
        unread.push({ calendarRef: ref, code: SAME_PAGE.code });
        todo = rest;
        continue;
      }
      answered ||= !more;
      items.push(...brought);
      places.set(ref, { ref, oursOnly: calendar.oursOnly, at: { ...next }, ...(anew ? { anew } : {}) });
      todo = more ? [...rest, ref] : rest;
      // Its place was forgotten over there, and nothing has been read yet.
      if (Object.keys(next).length === 0) turns.delete(ref);
    }
    if (todo.length === 0 && !answered && failure !== null) return err(failure);

    const inUse = [...places.values()].filter(({ ref }) => wanted.has(ref));
    const left = [...places.values()].filter(({ ref }) => !wanted.has(ref)).slice(-MOST_LEFT);
    const goingOn = todo.length > 0;
    const after: Held = {
      first, main: isMain ? own : held.main, todo, leftAt: goingOn ? ports.clock.now() : 0, answered: answered && goingOn, unread: goingOn ? unread : [],
      places: [...left, ...inUse],
    };
    return ok({ items, cursor: JSON.stringify(after), more: goingOn, ...(goingOn || unread.length === 0 ? {} : { unread }) });
  };
}
