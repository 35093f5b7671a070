import type { HttpRequest, HttpResponse } from '../../core/ports/ports.ts';

/** A CalDAV account in memory, for what real servers do not do on demand: cut lists, missing reports, odd answers. */

export interface FakeCalendar {
  name: string;
  /** Named by the server; null = it tells none. */
  ctag: string | null;
  /** False = `sync-collection` is not known. */
  syncs: boolean;
  readOnly?: boolean;
  components?: readonly string[];
  readonly entries: Map<string, { etag: string; ics: string }>;
  /** Every change by its number: what `sync-collection` tells from. */
  readonly changes: { path: string; gone: boolean }[];
}

export interface FakeOptions {
  readonly origin: string;
  /** Where the account lives; another origin than the one that is asked first. */
  readonly home: string;
  readonly authorization: string;
}

const PRINCIPAL = '/ada/principal/';
const HOME = '/ada/calendars/';
const NS = 'xmlns:x="DAV:" xmlns:cal="urn:ietf:params:xml:ns:caldav" xmlns:cs="http://calendarserver.org/ns/"';

const answer = (status: number, body = '', headers: Record<string, string> = {}): HttpResponse => ({ status, headers, body });
const multistatus = (content: string): HttpResponse => answer(207, `<?xml version="1.0" encoding="UTF-8"?><x:multistatus ${NS}>${content}</x:multistatus>`);
const response = (href: string, props: string): string => `<x:response><x:href>${href}</x:href><x:propstat><x:prop>${props}</x:prop><x:status>HTTP/1.1 200 OK</x:status></x:propstat></x:response>`;
const bare = (href: string, status: string): string => `<x:response><x:href>${href}</x:href><x:status>HTTP/1.1 ${status}</x:status></x:response>`;
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('\r', '&#13;');

export class FakeAccount {
  readonly calendars = new Map<string, FakeCalendar>();
  /** Method, path and kind of each call. */
  readonly asked: string[] = [];
  /** Answers by hand, before anything else; null = as ever. */
  override: (request: HttpRequest, path: string) => HttpResponse | null = () => null;
  /** Entries of one list at most; then it is cut. */
  mostListed = Infinity;
  readonly options: FakeOptions;

  constructor(options: FakeOptions) {
    this.options = options;
  }

  add(id: string, more: Partial<FakeCalendar> = {}): FakeCalendar {
    const calendar: FakeCalendar = { name: id, ctag: 'c0', syncs: true, entries: new Map(), changes: [], ...more };
    this.calendars.set(`${HOME}${id}/`, calendar);
    return calendar;
  }

  put(id: string, name: string, ics: string): void {
    const calendar = this.calendars.get(`${HOME}${id}/`)!;
    const path = `${HOME}${id}/${name}`;
    calendar.changes.push({ path, gone: false });
    calendar.entries.set(path, { etag: `"${calendar.changes.length}"`, ics });
    if (calendar.ctag !== null) calendar.ctag = `c${calendar.changes.length}`;
  }

  remove(id: string, name: string): void {
    const calendar = this.calendars.get(`${HOME}${id}/`)!;
    const path = `${HOME}${id}/${name}`;
    calendar.entries.delete(path);
    calendar.changes.push({ path, gone: true });
    if (calendar.ctag !== null) calendar.ctag = `c${calendar.changes.length}`;
  }

  readonly respond = (request: HttpRequest): HttpResponse => {
    const { pathname: path, origin } = new URL(request.url);
    const kind = /<(?:d|c):(propfind|sync-collection|calendar-query|calendar-multiget)/.exec(request.body ?? '')?.[1] ?? '';
    this.asked.push(`${request.method} ${path} ${kind}`.trim());
    const forced = this.override(request, path);
    if (forced !== null) return forced;
    if (request.headers['authorization'] !== this.options.authorization) return answer(401);
    if (path === '/.well-known/caldav') return answer(301, '', { location: '/' });
    if (request.method === 'PROPFIND') return this.#propfind(path, origin, request.headers['depth'] === '1');
    const calendar = this.calendars.get(path);
    if (request.method !== 'REPORT' || calendar === undefined || origin !== this.options.home) return answer(404);
    if (kind === 'sync-collection') return this.#changes(path, calendar, request.body ?? '');
    if (kind === 'calendar-query') return this.#query(path, calendar);
    return this.#multiget(calendar, request.body ?? '');
  };

  #propfind(path: string, origin: string, deep: boolean): HttpResponse {
    if (path === '/' && origin === this.options.origin) return multistatus(response('/', `<x:current-user-principal><x:href>${PRINCIPAL}</x:href></x:current-user-principal>`));
    if (path === PRINCIPAL) {
      return multistatus(response(PRINCIPAL, `<cal:calendar-home-set><x:href>${this.options.home}${HOME}</x:href></cal:calendar-home-set><x:displayname>Ada Venue</x:displayname>`));
    }
    if (path !== HOME || !deep || origin !== this.options.home) return answer(404);
    const inbox = response(`${HOME}inbox/`, '<x:resourcetype><x:collection/><cal:schedule-inbox/></x:resourcetype>');
    return multistatus(`${response(HOME, '<x:resourcetype><x:collection/></x:resourcetype>')}${inbox}${[...this.calendars].map(([at, one]) => response(at, propsOf(one))).join('')}`);
  }

  #listed(path: string, all: readonly string[]): string {
    return all.length > this.mostListed ? `${all.slice(0, this.mostListed).join('')}${bare(path, '507 Insufficient Storage')}` : all.join('');
  }

  #changes(path: string, calendar: FakeCalendar, body: string): HttpResponse {
    if (!calendar.syncs) return answer(403, `<x:error ${NS}><x:supported-report/></x:error>`);
    const since = Number(/<d:sync-token>t(\d+)</.exec(body)?.[1] ?? NaN);
    if (!(since <= calendar.changes.length)) return answer(403, `<x:error ${NS}><x:valid-sync-token/></x:error>`);
    const until = Math.min(calendar.changes.length, since + this.mostListed);
    const news = new Map(calendar.changes.slice(since, until).map((one) => [one.path, one]));
    const told = [...news.values()].map((one) => {
      const entry = calendar.entries.get(one.path);
      return entry === undefined ? bare(one.path, '404 Not Found') : response(one.path, `<x:getetag>${entry.etag}</x:getetag>`);
    });
    const cut = until < calendar.changes.length ? bare(path, '507 Insufficient Storage') : '';
    return multistatus(`${told.join('')}${cut}<x:sync-token>t${until}</x:sync-token>`);
  }

  #query(path: string, calendar: FakeCalendar): HttpResponse {
    return multistatus(this.#listed(path, [...calendar.entries].map(([at, { etag }]) => response(at, `<x:getetag>${etag}</x:getetag>`))));
  }

  #multiget(calendar: FakeCalendar, body: string): HttpResponse {
    const hrefs = [...body.matchAll(/<d:href>([^<]*)<\/d:href>/g)].map((match) => match[1] ?? '');
    return multistatus(hrefs.map((href) => {
      const entry = calendar.entries.get(href);
      return entry === undefined ? bare(href, '404 Not Found') : response(href, `<x:getetag>${entry.etag}</x:getetag><cal:calendar-data>${escaped(entry.ics)}</cal:calendar-data>`);
    }).join(''));
  }
}

function propsOf(calendar: FakeCalendar): string {
  const { name, ctag, syncs, readOnly, components = ['VEVENT'], changes } = calendar;
  const token = syncs ? `<x:sync-token>t${changes.length}</x:sync-token>` : '';
  const mark = ctag === null ? '' : `<cs:getctag>${ctag}</cs:getctag>`;
  const rights = `<x:current-user-privilege-set><x:privilege><x:read/></x:privilege>${readOnly === true ? '' : '<x:privilege><x:write/></x:privilege>'}</x:current-user-privilege-set>`;
  const set = `<cal:supported-calendar-component-set>${components.map((one) => `<cal:comp name="${one}"/>`).join('')}</cal:supported-calendar-component-set>`;
  return `<x:resourcetype><x:collection/><cal:calendar/></x:resourcetype><x:displayname>${escaped(name)}</x:displayname>${token}${mark}${rights}${set}`;
}

/** One event in a calendar of its own, as a client would put it there. */
export function icsOf(uid: string, ...lines: string[]): string {
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Test//EN', 'BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20261101T120000Z', ...lines, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n');
}
