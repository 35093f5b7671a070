import { readCalendarFile, type Span } from './calendarFile.ts';
import type { Occurrence, HeldItem } from './davCursor.ts';
import { boundedId, textMark } from './ids.ts';
import type { Brought, FeedEntry } from './vendor.ts';

/** One resource of a calendar against what was told of it last: what is news goes the way of every other fact. */

export interface Telling {
  readonly generation: number;
  /** Of the calendar, as its people call it. */
  readonly calendar: string;
  readonly calendarPath: string;
  /** As the list of calendars names it; null = it is not in the list any more. */
  readonly calendarRef: string | null;
  readonly zone: string | null;
  /** Series are written out in this span; what does not repeat may lie further ahead, and is told of later than this only. */
  readonly span: Span;
}

/** What a delivery's body is: the entry, where it lies, and its state there when it was read. */
export interface DavEntry extends FeedEntry {
  readonly href: string;
  readonly calendarPath: string;
  readonly calendarRef: string | null;
  readonly etag: string | null;
}

const ALWAYS: Span = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

function brought(body: DavEntry, state: string, generation: number): Brought {
  const part = textMark(JSON.stringify([body.href, body.recurrenceId]));
  return { key: `${part}:${generation}:${state}`, event: body.gone ? 'gone' : 'entry', body: JSON.stringify(body) };
}

function goneOf(path: string, [recurrenceId, mark, start, end]: Occurrence, telling: Telling): Brought {
  const entry: DavEntry = {
    href: path, calendarPath: telling.calendarPath, calendarRef: telling.calendarRef, etag: null, uid: boundedId(path), recurrenceId, title: null, description: null, place: null,
    startsAt: new Date(start).toISOString(), endsAt: new Date(end).toISOString(), allDay: false, zone: null,
    status: 'cancelled', busy: false, calendar: null, gone: true,
  };
  return brought(entry, `gone-${mark}`, telling.generation);
}

/** Everything that was told of it is gone. */
export const tellGone = (path: string, held: HeldItem, telling: Telling): readonly Brought[] => held.told.map((one) => goneOf(path, one, telling));

/** One of ours that no look has met: it was written and taken away in between. */
export const tellUnmet = (path: string, now: number, telling: Telling): Brought => goneOf(path, [null, `unmet-${textMark(String(now))}`, now, now], telling);

/** It is there and cannot be used: kept where a person sees it, and what was told of it stays. */
export function tellUnreadable(path: string, etag: string, problem: string, { calendar }: Telling): Brought {
  // Without the generation: what stays unreadable is told once.
  const state = textMark(JSON.stringify([etag, problem]));
  return { key: `${textMark(path)}:unreadable-${state}`, event: 'unreadable', body: JSON.stringify({ href: path, calendar, problem }) };
}

/** Those that are gone come first, so that the brake sees them before what follows them. Null = no calendar that can be read. */
export function tellEntry(
  path: string, etag: string, text: string, held: HeldItem | undefined, telling: Telling,
): { readonly items: readonly Brought[]; readonly next: HeldItem } | null {
  const before = new Map((held?.told ?? []).map((one) => [one[0], one]));
  let lost = false;
  const timeless = ({ recurrenceId }: Pick<FeedEntry, 'recurrenceId'>): void => void (lost ||= before.has(recurrenceId));
  const read = readCalendarFile(text, { span: telling.span, zone: telling.zone, singles: ALWAYS, timeless });
  // An entry of ours that somebody has made a series is none that we can follow, and is not gone either.
  const isSeries = read.ok && before.has(null) && read.value.some(({ recurrenceId, ourId }) => recurrenceId !== null && ourId !== undefined);
  if (!read.ok || lost || isSeries) return null;
  const told: Occurrence[] = [];
  const news: Brought[] = [];
  for (const found of read.value) {
    const entry = { ...found, calendar: telling.calendar };
    const [start, end] = [Date.parse(entry.startsAt), Date.parse(entry.endsAt)];
    const known = before.get(entry.recurrenceId);
    // Long over and never told: nobody asks for it now.
    if (known === undefined && end < telling.span.from) continue;
    // Without the host: accounts move to another one, and nothing in them has changed by that.
    // When it was changed is no change, and nothing to tell of.
    const { changedAt: _at, ...content } = entry;
    const mark = textMark(JSON.stringify([content, telling.calendarPath]));
    told.push([entry.recurrenceId, mark, start, end]);
    before.delete(entry.recurrenceId);
    if (known?.[1] === mark) continue;
    const { calendarPath, calendarRef, generation } = telling;
    news.push(brought({ ...entry, href: path, calendarPath, calendarRef, etag: etag === '' ? null : etag }, mark, generation));
  }
  // Of a series what is over, or further away than it is written out, is not gone.
  const { from, to } = telling.span;
  const gone = [...before.values()].filter(([recurrenceId, , start, end]) => recurrenceId === null || (end >= from && start <= to));
  return { items: [...gone.map((one) => goneOf(path, one, telling)), ...news], next: { etag, repeats: /^(?:RRULE|RDATE)[:;]/im.test(text), told } };
}
