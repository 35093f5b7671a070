import type { HttpRequest } from '../ports/ports.ts';
import { APPLE_ICAL, CALDAV, CALENDAR_SERVER, DAV, xmlText } from './davXml.ts';

/**
 * What is asked of a CalDAV server, as plain data: WebDAV (RFC 4918), CalDAV (RFC 4791), sync-collection (RFC 6578).
 * Paths and hrefs are canonical (see davAddresses.ts). Nothing here sends.
 */
export interface DavRequest {
  readonly method: HttpRequest['method'];
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const XML_HEADERS = { 'content-type': 'application/xml; charset=utf-8' } as const;
const SPACES = `xmlns:d="${DAV}" xmlns:c="${CALDAV}" xmlns:s="${CALENDAR_SERVER}" xmlns:a="${APPLE_ICAL}"`;
const document = (root: string, content: string): string => `<?xml version="1.0" encoding="utf-8"?>\n<${root} ${SPACES}>${content}</${root}>`;
const asked = (names: readonly string[]): string => `<d:prop>${names.map((name) => `<${name}/>`).join('')}</d:prop>`;

const propfind = (path: string, depth: '0' | '1', names: readonly string[]): DavRequest => {
  return { method: 'PROPFIND', path, headers: { ...XML_HEADERS, depth }, body: document('d:propfind', asked(names)) };
};

/** Whose calendars there are, and where. */
export const askPrincipal = (path: string): DavRequest => propfind(path, '0', ['d:current-user-principal', 'd:resourcetype']);
export const askHome = (path: string): DavRequest => propfind(path, '0', ['c:calendar-home-set', 'd:displayname']);
/** `marks`: with what each calendar has changed by, which some servers find out by looking at every entry. */
export const askCalendars = (path: string, marks = true): DavRequest =>
  propfind(path, '1', [
    'd:resourcetype', 'd:displayname', 'd:current-user-privilege-set', 'c:supported-calendar-component-set', 'c:calendar-timezone',
    'a:calendar-color', ...(marks ? ['d:sync-token', 's:getctag'] : []),
  ]);

const report = (path: string, depth: '0' | '1', root: string, content: string): DavRequest => {
  return { method: 'REPORT', path, headers: { ...XML_HEADERS, depth }, body: document(root, content) };
};

/** What has changed since the token; an empty one asks for everything. Of each entry only its ETag. */
export const askChanges = (path: string, token: string): DavRequest =>
  report(path, '0', 'd:sync-collection', `<d:sync-token>${xmlText(token)}</d:sync-token><d:sync-level>1</d:sync-level>${asked(['d:getetag'])}`);

const stamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;

/** Which entries touch this span, UTC milliseconds; of each only its ETag. */
export function askBetween(path: string, from: number, to: number): DavRequest {
  const events = `<c:comp-filter name="VEVENT"><c:time-range start="${stamp(from)}" end="${stamp(to)}"/></c:comp-filter>`;
  const filter = `<c:filter><c:comp-filter name="VCALENDAR">${events}</c:comp-filter></c:filter>`;
  return report(path, '1', 'c:calendar-query', `${asked(['d:getetag'])}${filter}`);
}

/** These entries, whole. */
export function askEntries(path: string, hrefs: readonly string[]): DavRequest {
  const these = hrefs.map((href) => `<d:href>${xmlText(href)}</d:href>`).join('');
  return report(path, '1', 'c:calendar-multiget', `${asked(['d:getetag', 'c:calendar-data'])}${these}`);
}

const CALENDAR_HEADERS = { 'content-type': 'text/calendar; charset=utf-8' } as const;

/**
 * What must hold for a write: `new` = there must be nothing yet (`If-None-Match: *`); an ETag = it must still be what we know
 * (`If-Match`). 412 means that it does not hold. A weak ETag (`W/`) proves nothing to `If-Match`: read again instead.
 */
export type WriteCondition = 'new' | { readonly etag: string };

const conditionHeaders = (condition: WriteCondition): Readonly<Record<string, string>> =>
  condition === 'new' ? { 'if-none-match': '*' } : { 'if-match': condition.etag };

/** One resource = one UID with all its overrides, in a VCALENDAR of its own without METHOD (RFC 4791 section 4.1). */
export const putEntry = (path: string, calendar: string, condition: WriteCondition): DavRequest => {
  return { method: 'PUT', path, headers: { ...CALENDAR_HEADERS, ...conditionHeaders(condition) }, body: calendar };
};

/** `etag` null = whatever stands there. */
export const removeEntry = (path: string, etag: string | null): DavRequest => {
  return { method: 'DELETE', path, headers: etag === null ? {} : { 'if-match': etag } };
};

export interface NewCalendar {
  readonly name: string;
  /** `#rrggbb` or `#rrggbbaa`. */
  readonly colour?: string;
}

/** A calendar for events only, at a path that is still free. */
export function makeCalendar(path: string, { name, colour }: NewCalendar): DavRequest {
  const colourProp = colour === undefined ? '' : `<a:calendar-color>${xmlText(colour)}</a:calendar-color>`;
  const holds = '<c:supported-calendar-component-set><c:comp name="VEVENT"/></c:supported-calendar-component-set>';
  const props = `<d:displayname>${xmlText(name)}</d:displayname>${colourProp}${holds}`;
  return { method: 'MKCALENDAR', path, headers: { ...XML_HEADERS }, body: document('c:mkcalendar', `<d:set><d:prop>${props}</d:prop></d:set>`) };
}
