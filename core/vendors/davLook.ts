import { err, ok } from '../contract/result.ts';
import { isWrittenByUs } from './calendarOrigin.ts';
import { shapeUnknown } from './calls.ts';
import { urlOf } from './davAddresses.ts';
import { changesSince, namesBetween, readEntries } from './davChanges.ts';
import { cursorOf, newCalendar, newState, OWN_TROUBLES, stateOf, type HeldCalendar, type LookState, type Missing, type Pending } from './davCursor.ts';
import { findHome, listCalendars, type DavCalendar } from './davDiscovery.ts';
import { tellEntry, tellGone, tellUnmet, tellUnreadable, type Telling } from './davEntries.ts';
import { refusal, type DavError, type DavResult, type DavSession } from './davSession.ts';
import { textMark } from './ids.ts';
import type { Brought } from './vendor.ts';

/**
 * Looking at the calendars of an account, a page at a time. The first page of a look lists the calendars and notes which have
 * changed; each further one reads a part of one of them. What is asked for is the difference since the last look
 * (sync-collection); where a server cannot tell it, or once a day, names and ETags are compared.
 */

const DAY_MS = 86_400_000;
/** What is over for longer is not asked for. */
const BACK_MS = 31 * DAY_MS;
/** Series are written out so far, as those of a feed are; what does not repeat is asked for further ahead: weddings are booked early. */
const SERIES_MS = 548 * DAY_MS;
const AHEAD_MS = 5 * 366 * DAY_MS;
/** Time goes on and with it the span: everything is compared once a day, and series are written out again. */
const COMPARE_MS = DAY_MS;
/** Servers and we may see the edge of a span differently by a time zone. */
const EDGE_MS = 2 * DAY_MS;
/** Something that was there and is not is believed after so many looks over so long. */
const LOOKS_UNTIL_GONE = 3;
const GONE_AFTER_MS = 3_600_000;
/** Entries asked for in one call, and things told in one page. */
const CHUNK = 50;
const MOST_TOLD = 1_000;
const MOST_ENTRIES = 20_000;
/** What a look has passed over longer ago than this is asked again, by a look of its own. */
const PAUSE_MS = 10_000;

export interface DavPage {
  readonly items: readonly Brought[];
  readonly cursor: string;
  readonly more: boolean;
  /** With the last page: calendars that were passed over, since they could not be read; the others were. */
  readonly unread?: readonly { readonly calendarRef: string; readonly code: (typeof OWN_TROUBLES)[number] }[];
}

export interface LookInput {
  readonly session: DavSession;
  readonly cursor: string | null;
  /** Names or paths of the calendars that are wanted, as entered; '' = all. */
  readonly choice: string;
  /** Addresses of calendars that are in use here, whatever was entered; left out = nobody has said. */
  readonly inUse?: readonly string[] | undefined;
  /** Those of them of which nothing is asked but what we have written there. */
  readonly oursOnly?: readonly string[] | undefined;
  /** Paths of entries of ours that were written since the last look (`ConnectionAccess.written`). */
  readonly written?: readonly string[] | undefined;
  /** For times that name none, where the calendar does not say either. */
  readonly zone: string | null;
}

/** Calendars as they were entered: by name or address, between commas or on lines. */
export function chosenFrom<T extends Pick<DavCalendar, 'name' | 'address'>>(choice: string, calendars: readonly T[]): readonly T[] {
  const wanted = choice.split(/[,;\n]/).map((one) => one.trim().toLowerCase()).filter((one) => one !== '');
  if (wanted.length === 0) return calendars;
  const isMeant = ({ name, address: { path } }: Pick<DavCalendar, 'name' | 'address'>, one: string): boolean =>
    one === name.trim().toLowerCase() || one.replace(/\/?$/, '/').endsWith(path.toLowerCase());
  return calendars.filter((calendar) => wanted.some((one) => isMeant(calendar, one)));
}

export async function readDavPage({ session, cursor, choice, inUse, oursOnly, written = [], zone }: LookInput): Promise<DavResult<DavPage>> {
  const now = session.ports.clock.now();
  const [account, choiceMark] = [textMark(`${session.base.origin}${session.base.path} ${session.user}`), textMark(choice)];
  const held = stateOf(cursor);
  const state = held?.account === account ? held : newState(account, choiceMark, now);
  const work: Work = { session, state, now, zone, choice, choiceMark, inUse, oursOnly, written, items: [] };
  const left = state.unread.length > 0 && now - state.leftAt >= PAUSE_MS;
  const [path] = left ? [] : state.todo;
  const done = path === undefined ? await begin(work) : await proceed(work, path);
  if (!done.ok) return done;
  if (work.items.length > 0) state.generation += 1;
  const [more, { unread }] = [state.todo.length > 0, state];
  if (!more) state.unread = [];
  state.leftAt = state.unread.length > 0 ? now : 0;
  const told = unread.map(({ calendarRef, code }) => ({ calendarRef, code }));
  return ok({ items: work.items, cursor: cursorOf(state), more, ...(more || told.length === 0 ? {} : { unread: told }) });
}

interface Work {
  readonly session: DavSession;
  readonly state: LookState;
  readonly now: number;
  readonly zone: string | null;
  readonly choice: string;
  readonly choiceMark: string;
  readonly inUse: readonly string[] | undefined;
  readonly oursOnly: readonly string[] | undefined;
  readonly written: readonly string[];
  readonly items: Brought[];
}

type Done = Promise<DavResult<true>>;
const DONE: DavResult<true> = ok(true);

/** Addresses that are remembered may move (accounts change their host): then it is asked again where they are. */
async function calendarsOf({ session, state }: Work): Promise<DavResult<readonly DavCalendar[]>> {
  const homes = state.homes.filter((home) => session.follow(`${home.origin}${home.path}`, session.base) !== null);
  if (homes.length > 0) {
    const list = await listCalendars(session, homes);
    // A password that is refused here is refused everywhere; some count such calls and close the account.
    if (list.ok || list.error.retryable || list.error.code === 'normalise.no_access') return list;
  }
  const found = await findHome(session);
  if (!found.ok) return found;
  state.homes = [...found.value.homes];
  return listCalendars(session, state.homes);
}

const marksOf = ({ name, address, zone }: DavCalendar, fallback: string | null, { oursOnly }: HeldCalendar): string =>
  textMark(JSON.stringify([name, zone ?? fallback, address.path, ...(oursOnly ? ['ours'] : [])]));

async function begin(work: Work): Done {
  const { session, state, now } = work;
  state.unread = [];
  const listed = await calendarsOf(work);
  if (!listed.ok) return listed;
  // A calendar that was chosen stays chosen under another name, until the choice is another one.
  const sameChoice = state.choice === work.choiceMark;
  const byName = new Set(chosenFrom(work.choice, listed.value).map(({ address }) => address.path));
  const isNamed = ({ address: { path } }: DavCalendar): boolean => byName.has(path) || (sameChoice && state.calendars.get(path)?.inUse === false);
  const isUsed = ({ address }: DavCalendar): boolean => work.inUse?.includes(urlOf(address)) ?? state.calendars.get(address.path)?.inUse === true;
  const wanted = listed.value.filter((one) => isNamed(one) || isUsed(one));
  if (wanted.length === 0 && state.calendars.size === 0) {
    if (listed.value.length === 0) return err(refusal(`${session.who} has no calendar that can hold events.`));
    return err({ ...refusal('None of the calendars has a name that was entered.'), field: 'calendars' });
  }
  state.choice = work.choiceMark;
  const there = new Set(listed.value.map(({ address }) => address.path));
  for (const calendar of state.calendars.values()) {
    const isWanted = wanted.some(({ address }) => address.path === calendar.path);
    calendar.missing = isWanted || there.has(calendar.path) ? (isWanted ? calendar.missing : null) : missed(calendar.missing, now);
    calendar.leaving = !isWanted && (there.has(calendar.path) || believed(calendar.missing, now));
    // Until it is believed to be gone what was told of it stays, and nobody has read it.
    if (calendar.missing !== null && !isWanted && !calendar.leaving) state.unread = [...state.unread, { path: calendar.path, calendarRef: refOf(work, calendar), code: 'normalise.reread_refused' }];
  }
  for (const one of wanted) {
    const { path } = one.address;
    const calendar = state.calendars.get(path) ?? newCalendar(path);
    calendar.inUse = !isNamed(one);
    calendar.oursOnly = calendar.inUse && (work.oursOnly?.includes(urlOf(one.address)) ?? calendar.oursOnly);
    state.calendars.set(path, calendar);
  }
  const leaving = [...state.calendars.values()].filter((one) => one.leaving).map((one) => one.path);
  state.todo = [...leaving, ...wanted.filter((one) => hasNews(one, state.calendars.get(one.address.path), work)).map((one) => one.address.path)];
  return DONE;
}

/** As it was listed, as far as can be told by where the account lies. */
function refOf({ session, state }: Work, { path }: HeldCalendar): string {
  const home = state.homes.find((one) => path.startsWith(one.path)) ?? state.homes[0] ?? session.base;
  return urlOf({ ...home, path });
}

const missed = (before: Missing, now: number): Missing => ({ since: before?.since ?? now, looks: (before?.looks ?? 0) + 1 });
const believed = (missing: Missing, now: number): boolean =>
  missing !== null && missing.looks >= LOOKS_UNTIL_GONE && now - missing.since >= GONE_AFTER_MS;

const mustCompare = (listed: DavCalendar, held: HeldCalendar, { now, zone }: Work): boolean =>
  now - held.comparedAt >= COMPARE_MS || held.told !== marksOf(listed, zone, held) || held.missing !== null;

/** What we have written there and no look has met: a server need not tell of what came and went between two looks. */
const unmet = ({ path, items }: HeldCalendar, { written }: Work): readonly string[] => written.filter((one) => one.startsWith(path) && !items.has(one));

function hasNews(listed: DavCalendar, held: HeldCalendar | undefined, work: Work): boolean {
  if (held === undefined || held.pending !== null || mustCompare(listed, held, work) || unmet(held, work).length > 0) return true;
  if (held.syncs && held.token !== null && listed.syncToken !== null) return held.token !== listed.syncToken;
  return listed.ctag === null || held.ctag !== listed.ctag;
}

/** One page of one calendar. */
async function proceed(work: Work, path: string): Done {
  const { session, state } = work;
  const held = state.calendars.get(path);
  if (held === undefined) return pass(work, path);
  if (held.leaving) return leave(work, held);
  // Once it is planned what to read, only whether it is still there and what it is called matters.
  const listed = await listCalendars(session, state.homes, held.pending === null);
  if (!listed.ok) return listed;
  const calendar = listed.value.find(({ address }) => address.path === path);
  // Taken away since this look began: the next one counts it as missing.
  if (calendar === undefined) return pass(work, path);
  const read = await readPart(work, calendar, held);
  return read.ok ? read : passOver(work, calendar, read.error);
}

async function readPart(work: Work, calendar: DavCalendar, held: HeldCalendar): Done {
  if (held.pending === null) {
    const planned = await plan(work, calendar, held);
    if (!planned.ok) return planned;
  }
  return held.pending === null ? pass(work, held.path) : readPending(work, calendar, held, held.pending);
}

/** It was answered, for this calendar. Whoever says to wait means the account (503), and so does an answer that never came. */
const isOwn = ({ retryable, retryAfterMs, status = 0 }: DavError): boolean => !retryable || (status >= 500 && status !== 503 && retryAfterMs === null);

/**
 * The trouble of one calendar is none of the account, as long as another one of it can be read: it is told at its calendar, and what was told
 * of its entries stays. With the next look it is asked again, since nothing of it was taken for read.
 */
function passOver(work: Work, { address }: DavCalendar, error: DavError): DavResult<true> {
  const { state } = work;
  const code = isOwn(error) ? OWN_TROUBLES.find((one) => one === error.code) : undefined;
  if (code === undefined) return err(error);
  const unread = [...state.unread, { path: address.path, calendarRef: urlOf(address), code }];
  const others = [...state.calendars.values()].filter(({ path, leaving, missing }) => !leaving && missing === null && unread.every((one) => one.path !== path));
  if (others.length === 0) return err(error);
  state.unread = unread;
  return pass(work, address.path);
}

function pass({ state }: Work, path: string): DavResult<true> {
  state.todo = state.todo.filter((one) => one !== path);
  return DONE;
}

type Told = Pick<Telling, 'calendar' | 'calendarPath' | 'calendarRef' | 'zone'>;
const toldOf = ({ name, address, zone }: DavCalendar): Told => ({ calendar: name, calendarPath: address.path, calendarRef: urlOf(address), zone });

const tellingOf = ({ state, now, zone }: Work, told: Told): Telling => {
  return { ...told, generation: state.generation, zone: told.zone ?? zone, span: { from: now - BACK_MS, to: now + SERIES_MS } };
};

/** Takes everything of a calendar out that nobody wants or that is not there any more. */
function leave(work: Work, held: HeldCalendar): DavResult<true> {
  const telling = tellingOf(work, { calendar: '', calendarPath: held.path, calendarRef: null, zone: null });
  for (const [path, item] of held.items) {
    if (work.items.length >= MOST_TOLD) return DONE;
    // With its calendar ours is gone as well, and nobody has called it off: that the calendar is gone is told by the list of calendars.
    if (held.missing === null || !isWrittenByUs(path)) work.items.push(...tellGone(path, item, telling));
    held.items.delete(path);
  }
  work.state.calendars.delete(held.path);
  return pass(work, held.path);
}

/** Notes what has to be read of a calendar, and tells what is gone. */
async function plan(work: Work, calendar: DavCalendar, held: HeldCalendar): Done {
  if (held.syncs && held.token !== null && !mustCompare(calendar, held, work)) {
    const changes = await changesSince(work.session, calendar, held.token);
    if (!changes.ok) return changes;
    // A list that is cut and does not go on would be asked for without end.
    if (changes.value.kind === 'changes' && !(changes.value.more && (changes.value.token ?? held.token) === held.token)) {
      const { gone, token, more } = changes.value;
      const changed = changes.value.changed.filter(([path]) => isAsked(held, path));
      takeOut(work, calendar, held, gone);
      const read = changed.filter(([path, etag]) => etag === '' || held.items.get(path)?.etag !== etag).map(([path]) => path);
      held.pending = { read: withUnmet(work, held, read, gone), token: token ?? calendar.syncToken, ctag: calendar.ctag, told: held.told, comparedAt: held.comparedAt, more };
      return DONE;
    }
    if (changes.value.kind === 'unsupported') held.syncs = false;
  }
  return compare(work, calendar, held);
}

/** What others have entered in a calendar that is only written is none of our concern. */
const isAsked = ({ oursOnly }: HeldCalendar, path: string): boolean => !oursOnly || isWrittenByUs(path);

function takeOut(work: Work, calendar: DavCalendar, held: HeldCalendar, paths: Iterable<string>): void {
  const telling = tellingOf(work, toldOf(calendar));
  for (const path of paths) {
    const item = held.items.get(path);
    if (item !== undefined) work.items.push(...tellGone(path, item, telling));
    else if (work.written.includes(path)) work.items.push(tellUnmet(path, work.now, telling));
    held.items.delete(path);
  }
}

/** They are asked for with the others, and told of as gone where they are. `gone`: already told of. */
const withUnmet = (work: Work, held: HeldCalendar, read: readonly string[], gone: readonly string[]): string[] => [...new Set([...read, ...unmet(held, work).filter((path) => !gone.includes(path))])];

/** Names and ETags against what is known. The marks were told before the names, so that what changes in between comes again. */
async function compare(work: Work, calendar: DavCalendar, held: HeldCalendar): Done {
  const { session, now, zone } = work;
  const from = now - BACK_MS;
  const all = await namesBetween(session, calendar, from, now + AHEAD_MS);
  if (!all.ok) return all;
  const names = new Map([...all.value].filter(([path]) => isAsked(held, path)));
  if (names.size > MOST_ENTRIES) return shapeUnknown(`A calendar has more than ${MOST_ENTRIES} entries.`);
  const until = now + AHEAD_MS - EDGE_MS;
  const inSpan = (path: string): boolean => held.items.get(path)?.told.some(([, , start, end]) => end >= from + EDGE_MS && start <= until) === true;
  const absent = [...held.items.keys()].filter((path) => !names.has(path));
  const gone = absent.filter(inSpan);
  if (all.value.size === 0 && gone.length > 0) {
    held.missing = missed(held.missing, now);
    if (!believed(held.missing, now)) return DONE;
  }
  held.missing = null;
  takeOut(work, calendar, held, gone);
  // Told because it changed, and further away than is asked for: it stays.
  const isAhead = (path: string): boolean => held.items.get(path)?.told.some(([, , start]) => start > until) === true;
  for (const path of absent) if (!isAhead(path)) held.items.delete(path);
  const told = marksOf(calendar, zone, held);
  const isNews = (path: string, etag: string): boolean => {
    const item = held.items.get(path);
    return item === undefined || etag === '' || item.etag !== etag || item.repeats || told !== held.told;
  };
  const read = [...names].filter(([path, etag]) => isNews(path, etag)).map(([path]) => path);
  held.pending = { read: withUnmet(work, held, read, gone), token: calendar.syncToken, ctag: calendar.ctag, told, comparedAt: now, more: false };
  return DONE;
}

async function readPending(work: Work, calendar: DavCalendar, held: HeldCalendar, pending: Pending): Done {
  const { session, items } = work;
  const telling = tellingOf(work, toldOf(calendar));
  const paths = pending.read.slice(0, CHUNK);
  const entries = paths.length === 0 ? ok(new Map()) : await readEntries(session, calendar, paths);
  if (!entries.ok) return entries;
  let read = 0;
  for (const path of paths) {
    // What is left over is read again with the next page.
    if (items.length >= MOST_TOLD) break;
    read += 1;
    const entry = entries.value.get(path);
    if (entry === undefined || entry.kind === 'gone') {
      takeOut(work, calendar, held, [path]);
      continue;
    }
    const before = held.items.get(path);
    const told = entry.kind === 'entry' ? tellEntry(path, entry.etag, entry.calendar, before, telling) : null;
    if (told === null) {
      const etag = entry.kind === 'entry' ? entry.etag : '';
      items.push(tellUnreadable(path, etag, entry.kind === 'entry' ? 'it is no calendar that can be read' : entry.why, telling));
      held.items.set(path, { etag, repeats: false, told: before?.told ?? [] });
      continue;
    }
    items.push(...told.items);
    held.items.set(path, told.next);
  }
  pending.read = pending.read.slice(read);
  if (pending.read.length > 0) return DONE;
  Object.assign(held, { token: pending.token, ctag: pending.ctag, told: pending.told, comparedAt: pending.comparedAt, pending: null });
  return pending.more ? DONE : pass(work, held.path);
}
