import { err, ok } from '../contract/result.ts';
import { shapeUnknown } from './calls.ts';
import { namesCondition, readMultistatus, type DavResponse, type Multistatus } from './davAnswers.ts';
import type { DavCalendar } from './davDiscovery.ts';
import { askBetween, askChanges, askEntries } from './davRequests.ts';
import type { DavResult, DavSession } from './davSession.ts';
import { CALDAV, DAV, textOf } from './davXml.ts';

/** What a calendar holds and what has changed in it, by name and ETag; and entries, whole. */

/** Path of the entry and its ETag; '' = the server gives none, so that it always counts as changed. */
export type Named = readonly [path: string, etag: string];

export type Changes =
  | {
      readonly kind: 'changes';
      readonly changed: readonly Named[];
      readonly gone: readonly string[];
      readonly token: string | null;
      readonly more: boolean;
    }
  /** The token is no longer known: everything has to be compared. */
  | { readonly kind: 'start_over' }
  /** Changes cannot be asked for since a point here. */
  | { readonly kind: 'unsupported' };

const etagOf = (response: DavResponse): string => textOf(response.prop(DAV, 'getetag')) ?? '';
/** Entries lie right in their calendar; the calendar itself is in some lists too. */
const isEntry = ({ address: { path } }: DavResponse, calendar: DavCalendar): boolean => path !== calendar.address.path && !path.endsWith('/');
/** The server has cut its own list (RFC 6578 section 3.6, RFC 4791 section 7.8). */
const isCut = (list: Multistatus, calendar: DavCalendar): boolean =>
  list.responses.some((one) => one.status === 507 && one.address.path === calendar.address.path);
const namedIn = (list: Multistatus, calendar: DavCalendar): readonly Named[] =>
  list.responses.filter((one) => isEntry(one, calendar)).map((one) => [one.address.path, etagOf(one)]);

/** Statuses by which servers say that they do not know the report; the others that refuse a token are about the token. */
const UNKNOWN_REPORT = [405, 415, 501];
const BAD_TOKEN = [400, 403, 404, 409, 410, 412, 500];

/** Some servers fall over a token that they do not know (500) in place of naming the condition (403, `valid-sync-token`). */
export async function changesSince(session: DavSession, calendar: DavCalendar, token: string): Promise<DavResult<Changes>> {
  const what = 'the changes of a calendar';
  const answer = await session.send(calendar.address, askChanges(calendar.address.path, token));
  if (!answer.ok) return answer.error.trouble === 'too_large' ? ok({ kind: 'start_over' }) : answer;
  const { response, address } = answer.value;
  if (UNKNOWN_REPORT.includes(response.status)) return ok({ kind: 'unsupported' });
  if (response.status === 403 && namesCondition(response.body, DAV, 'supported-report')) return ok({ kind: 'unsupported' });
  if (BAD_TOKEN.includes(response.status)) return ok({ kind: 'start_over' });
  if (response.status !== 207) return err(session.unexpected(response, what));
  const list = readMultistatus(response.body, address);
  if (!list.ok) return ok({ kind: 'start_over' });
  const entries = list.value.responses.filter((one) => isEntry(one, calendar));
  const gone = entries.filter((one) => one.status === 404 || one.status === 410);
  return ok({
    kind: 'changes',
    changed: entries.filter((one) => one.status === null || one.status === 200).map((one) => [one.address.path, etagOf(one)]),
    gone: gone.map((one) => one.address.path),
    token: list.value.syncToken,
    more: isCut(list.value, calendar),
  });
}

/** A span that a server cannot answer at once is halved so often. */
const MOST_HALVINGS = 6;

/** Everything that touches the span, UTC milliseconds; in several calls where one would be too long. */
export async function namesBetween(
  session: DavSession, calendar: DavCalendar, from: number, to: number, halvings = 0,
): Promise<DavResult<ReadonlyMap<string, string>>> {
  const list = await session.list(calendar.address, askBetween(calendar.address.path, from, to), 'the entries of a calendar');
  if (list.ok && !isCut(list.value, calendar)) return ok(new Map(namedIn(list.value, calendar)));
  if (!list.ok && list.error.trouble !== 'too_large') return list;
  if (halvings >= MOST_HALVINGS) return shapeUnknown(`${session.who} cannot list a calendar even in small parts.`);
  const middle = Math.floor((from + to) / 2);
  const first = await namesBetween(session, calendar, from, middle, halvings + 1);
  if (!first.ok) return first;
  const second = await namesBetween(session, calendar, middle, to, halvings + 1);
  return second.ok ? ok(new Map([...first.value, ...second.value])) : second;
}

export type Entry =
  | { readonly kind: 'entry'; readonly etag: string; readonly calendar: string }
  | { readonly kind: 'gone' }
  /** Named by the server, and not given. */
  | { readonly kind: 'withheld'; readonly why: string };

/** The entries at these paths, each one told of. Fewer at once where together they are too long, or one of them cannot be read. */
export async function readEntries(
  session: DavSession, calendar: Pick<DavCalendar, 'address'>, paths: readonly string[],
): Promise<DavResult<ReadonlyMap<string, Entry>>> {
  const list = await session.list(calendar.address, askEntries(calendar.address.path, paths), 'entries of a calendar');
  if (!list.ok) {
    const { trouble } = list.error;
    if (trouble !== 'too_large' && trouble !== 'damaged') return list;
    const why = trouble === 'damaged' ? 'its bytes are no text' : 'it is too large';
    if (paths.length <= 1) return ok(new Map(paths.map((path) => [path, { kind: 'withheld', why }])));
    const half = Math.ceil(paths.length / 2);
    const first = await readEntries(session, calendar, paths.slice(0, half));
    if (!first.ok) return first;
    const second = await readEntries(session, calendar, paths.slice(half));
    return second.ok ? ok(new Map([...first.value, ...second.value])) : second;
  }
  const told = new Map(list.value.responses.map((one) => [one.address.path, one]));
  return ok(new Map(paths.map((path) => [path, entryOf(told.get(path))])));
}

function entryOf(response: DavResponse | undefined): Entry {
  if (response?.status === 404 || response?.status === 410) return { kind: 'gone' };
  const text = response?.prop(CALDAV, 'calendar-data')?.text ?? '';
  if (response !== undefined && text !== '') return { kind: 'entry', etag: etagOf(response), calendar: text };
  if (response === undefined) return { kind: 'withheld', why: 'it was left out of the answer' };
  return { kind: 'withheld', why: `its part of the answer has no calendar data (${response.status ?? 'no status'})` };
}
