import { z } from 'zod';
import { ok, type Result } from '../../contract/result.ts';
import { baseUrlOf, bearer } from '../apiClient.ts';
import { callJson, failed, noAccess, queryText, refused } from '../calls.ts';
import { shortText } from '../fields.ts';
import { boundedId, textMark } from '../ids.ts';
import { isInside } from '../readAnew.ts';
import { severalCalendars, type Looked, type Unmet } from '../severalCalendars.ts';
import type { Brought, CallPorts, ConnectionAccess, PollPart, RereadError, VendorModule } from '../vendor.ts';
import { DEFAULT_BASE_URL } from './manifest.ts';
import { changesOf, instantAt, originOf } from './mapping.ts';
import { Event } from './shapes.ts';
import { writing } from './writing.ts';

type Body = Readonly<Record<string, unknown>>;

const DAY_MS = 86_400_000;
const BACK_DAYS = 31;
/** Three years: weddings are booked early. Outlook refuses a window of more than 1,825 days. */
const AHEAD_DAYS = 1_096;
/** The window is fixed in the token: a new round now and then moves it along. */
const ROUND_DAYS = 30;

const Page = z.object({ value: z.array(z.unknown()), '@odata.nextLink': z.string().optional(), '@odata.deltaLink': z.string().optional() });
type Page = z.infer<typeof Page>;

/** `gone` = the state behind the link is no longer known: everything has to be read again. */
async function readGraph<T>(
  url: string,
  what: string,
  shape: z.ZodType<T>,
  access: ConnectionAccess,
  ports: CallPorts,
): Promise<Result<T | 'gone', RereadError>> {
  const own = bearer(access);
  if (own === null) return noAccess('The connection has no access to Outlook yet: its sign-in is missing.');
  let gone = false;
  const send: CallPorts['http']['send'] = async (request) => {
    const response = await ports.http.send(request);
    gone = response.status === 410 || (response.status === 400 && /"(?:syncStateNotFound|SyncStateNotFound|resyncRequired)"/.test(response.body));
    return response;
  };
  const headers = { ...own, prefer: 'odata.maxpagesize=50, IdType="ImmutableId"' };
  const answer = await callJson({ who: 'Outlook', what, url, headers, shape }, { ...ports, http: { send } });
  return !answer.ok && gone ? ok('gone') : answer;
}

const isBody = (value: unknown): value is Body => typeof value === 'object' && value !== null;
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

const SHARED = ['subject', 'location', 'showAs', 'isAllDay', 'originalStartTimeZone', 'attendees', 'organizer', 'lastModifiedDateTime'];

/** Occurrences come without what they share with their series; where the series is on the same page they get it back. */
function withSeries(event: unknown, masters: ReadonlyMap<unknown, Body>): unknown {
  if (!isBody(event)) return event;
  // The text of an entry is no concern of ours, and often long.
  const { body: _text, ...own } = event;
  const master = masters.get(event['seriesMasterId']);
  if (event['type'] !== 'occurrence' || !master) return own;
  const shared = Object.fromEntries(SHARED.flatMap((name) => (name in master ? [[name, master[name]]] : [])));
  return { ...shared, ...own };
}

function brought(event: unknown, from: string, calendarRef: string | null): Brought {
  const { id, '@odata.etag': etag, changeKey, '@removed': removed } = isBody(event) ? event : ({} as Body);
  const body = JSON.stringify({ event, calendar: null, calendarRef });
  // What was removed may come back and be removed again: the page that says so is its state.
  const state = removed === undefined ? ([etag, changeKey].map(text).find((mark) => mark !== null) ?? textMark(body)) : `removed.${textMark(from)}`;
  // In another calendar it is news.
  const where = calendarRef === null ? '' : `@${textMark(calendarRef)}`;
  return { key: `${boundedId(text(id) ?? 'without-id')}@${boundedId(state, 120)}${where}`, event: removed === undefined ? 'entry' : 'removed', body };
}

/** Of what was removed there is nothing but its id. */
const mayBeOurs = (event: unknown): boolean => isBody(event) && (event['@removed'] !== undefined || originOf(event) !== null);

function itemsOf({ value }: Page, from: string, { ref, oursOnly }: Looked): Brought[] {
  const masters = new Map(value.filter(isBody).flatMap((event) => (event['type'] === 'seriesMaster' ? [[event['id'], event] as const] : [])));
  return (oursOnly ? value.filter(mayBeOurs) : value).map((event) => brought(withSeries(event, masters), from, ref));
}

/** Null for what is no id of theirs. */
const entryPath = (calendarId: string, id: string): string | null =>
  /^[A-Za-z0-9_=-]{1,512}$/.test(id) && /^[A-Za-z0-9_=-]{0,300}$/.test(calendarId)
    ? `/me/${calendarId === '' ? '' : `calendars/${encodeURIComponent(calendarId)}/`}events/${encodeURIComponent(id)}` : null;

/** The first address of a round, '' = the main calendar; null for a calendar that is none. */
function startOf(id: string, base: string, round: number): string | null {
  if (id !== '' && !/^[A-Za-z0-9_=-]{1,300}$/.test(id)) return null;
  const window = queryText({
    startDateTime: new Date(round - BACK_DAYS * DAY_MS).toISOString(),
    endDateTime: new Date(round + AHEAD_DAYS * DAY_MS).toISOString(),
  });
  return `${base}/me/${id === '' ? '' : `calendars/${encodeURIComponent(id)}/`}calendarView/delta?${window}`;
}

/** Told where it was moved to where nothing is asked for; gone where nobody knows of it any more. */
async function unmet(
  { id: calendarId, ref }: Looked, { id, span, round }: Unmet, access: ConnectionAccess, ports: CallPorts,
): Promise<Result<Brought | null, RereadError>> {
  const path = entryPath(calendarId, id);
  if (path === null) return ok(null);
  const found = await readGraph(`${baseUrlOf(access, DEFAULT_BASE_URL)}${path}`, 'an entry', z.looseObject(Event.shape), access, ports);
  if (!found.ok && found.error.status !== 404) return found;
  if (!found.ok || found.value === 'gone') return ok(brought({ id, '@removed': { reason: 'deleted' } }, round, ref));
  const { start, end } = found.value;
  return ok(isInside(span, instantAt(start ?? {}), instantAt(end ?? {})) ? null : brought(withSeries(found.value, new Map()), round, ref));
}

const read = severalCalendars({
  main: '',
  part: writing,
  unmet,
  former: ({ round, link }) => (typeof round === 'number' && typeof link === 'string' ? { round, link } : {}),

  async page(calendar, at, access, ports) {
    const base = baseUrlOf(access, DEFAULT_BASE_URL);
    const now = ports.clock.now();
    const young = typeof at['round'] === 'number' && now - at['round'] < ROUND_DAYS * DAY_MS;
    const round = young ? Number(at['round']) : now;
    const link = young ? text(at['link']) : null;
    const first = startOf(calendar.id, base, round);
    if (first === null) return refused('The calendar ID is none.');
    const url = link ?? first;
    // The sign-in goes along: only to where it belongs.
    if (!url.startsWith(`${base}/`)) return refused('Outlook has named another place to read on.');
    const page = await readGraph(url, 'the entries', Page, access, ports);
    if (!page.ok) return page;
    if (page.value === 'gone') return link === null ? refused('Outlook answered 410 for the entries.') : ok({ items: [], at: {}, more: true });
    const { '@odata.nextLink': next, '@odata.deltaLink': delta } = page.value;
    const on = next ?? delta;
    if (on === undefined) return failed('Outlook answered the entries without a way to go on.');
    // A round that goes on over several pages has the first of them behind it only in its place.
    const anew = link === null || at['reading'] === 1;
    const met = page.value.value.flatMap((event) => (isBody(event) && typeof event['id'] === 'string' ? [boundedId(event['id'])] : []));
    return ok({
      items: itemsOf(page.value, url, calendar), more: next !== undefined,
      at: { round, link: on, ...(anew && next !== undefined ? { reading: 1 } : {}) },
      ...(anew ? { anew: { from: round - BACK_DAYS * DAY_MS, to: round + AHEAD_DAYS * DAY_MS, first: link === null, met } } : {}),
    });
  },
});

export const poll: PollPart = { everySeconds: 300, read, normalise: changesOf };

const Me = z.object({ displayName: z.string().nullish(), userPrincipalName: z.string().nullish() });

export const tryOut: NonNullable<VendorModule['test']> = async (access, ports) => {
  const me = await readGraph(`${baseUrlOf(access, DEFAULT_BASE_URL)}/me`, 'who we are', Me, access, ports);
  if (!me.ok) return me;
  if (me.value === 'gone') return refused('The account is gone.');
  return ok({ account: shortText(me.value.displayName) ?? shortText(me.value.userPrincipalName), details: ['The sign-in works'] });
};
