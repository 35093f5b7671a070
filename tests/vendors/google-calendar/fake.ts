import type { Http, HttpRequest, HttpResponse } from '../../../core/ports/ports.ts';
import type { Described } from '../described.ts';

/** Google Calendar with a memory, several calendars of one account: marks, deleted ids, sync tokens that grow old, channels. What it is asked and answers is held against the description. */

type Json = Record<string, unknown>;
const json = (status: number, body: unknown): HttpResponse => ({ status, headers: { 'content-type': 'application/json' }, body: body === null ? '' : JSON.stringify(body) });
const problem = (status: number, reason: string): HttpResponse => json(status, { error: { code: status, message: reason, errors: [{ reason, domain: 'global', message: reason }] } });

function merged(there: unknown, change: unknown): unknown {
  if (typeof change !== 'object' || change === null || Array.isArray(change)) return change;
  const into: Json = { ...(typeof there === 'object' && there !== null && !Array.isArray(there) ? (there as Json) : {}) };
  for (const [name, value] of Object.entries(change)) {
    if (value === null) delete into[name];
    else into[name] = merged(into[name], value);
  }
  return into;
}

interface Book {
  readonly events: Map<string, Json>;
  /** Ids in the order of their changes: what a sync token tells from. */
  readonly changes: string[];
  /** Answered to whatever is asked about it; null = it is open. */
  answers: HttpResponse | null;
}

export class FakeGoogle {
  readonly base = 'https://google.test/calendar/v3';
  readonly token = 'ya29.fixture';
  readonly calendarId = 'team@orchard.example';
  readonly mainId = 'events@orchard.example';
  /** By calendar. An id is one entry's within its calendar only. */
  readonly books = new Map<string, Book>([this.mainId, this.calendarId, 'holidays@group.v.calendar.google.com'].map((id) => [id, { events: new Map(), changes: [], answers: null }]));
  readonly channels = new Map<string, Json>();
  readonly wrong: string[] = [];
  readonly asked: HttpRequest[] = [];
  /** Entries of a page. */
  page = 250;
  /** Tokens before this number are forgotten. */
  forgotten = 0;
  /** Tokens from an earlier one are forgotten, whatever their number. */
  era = 0;
  /** When an entry was changed, UTC milliseconds; null = later each time, on a day of its own. */
  now: (() => number) | null = null;
  /** Answers in place of the next one. */
  next: HttpResponse | null = null;
  /** Does what it is asked and loses the answer. */
  loseAnswer = false;
  readonly described: Described | null;
  #etag = 0;

  constructor(described: Described | null) {
    this.described = described;
  }

  get events(): Map<string, Json> {
    return this.book(this.calendarId).events;
  }

  get changes(): string[] {
    return this.book(this.calendarId).changes;
  }

  book(calendarId: string): Book {
    const book = this.books.get(calendarId === 'primary' ? this.mainId : calendarId);
    if (!book) throw new Error(`there is no calendar ${calendarId}`);
    return book;
  }

  /** Somebody's own hand. `null` = deleted. */
  edit(id: string, change: Json | null, calendarId = this.calendarId): void {
    const book = this.book(calendarId);
    const there = book.events.get(id) ?? { kind: 'calendar#event', id, status: 'confirmed', eventType: 'default', iCalUID: `${id}@google.com` };
    this.#keep(book, id, change === null ? { ...there, status: 'cancelled' } : (merged(there, change) as Json));
  }

  /** Deleted so long ago that nobody remembers it. */
  purge(id: string, calendarId = this.calendarId): void {
    const { events, changes } = this.book(calendarId);
    events.delete(id);
    changes.splice(0, changes.length, ...changes.filter((one) => one !== id));
  }

  #keep({ events, changes }: Book, id: string, event: Json): Json {
    this.#etag += 1;
    const kept = { ...event, etag: `"${this.#etag}"`, updated: new Date(this.now?.() ?? 1_793_000_000_000 + this.#etag * 1000).toISOString(), sequence: Number(event['sequence'] ?? -1) + 1 };
    events.set(id, kept);
    changes.push(id);
    return kept;
  }

  readonly http: Http = {
    send: (request) => {
      this.asked.push(request);
      this.wrong.push(...(this.described?.request(request, this.base) ?? []));
      if (this.next !== null) {
        const answer = this.next;
        this.next = null;
        return Promise.resolve(answer);
      }
      const [response, schema] = this.#answer(request);
      this.wrong.push(...(this.described?.answer(response, schema) ?? []));
      if (this.loseAnswer) {
        this.loseAnswer = false;
        return Promise.reject(new Error('socket hang up'));
      }
      return Promise.resolve(response);
    },
  };

  #answer({ method, url, headers, body }: HttpRequest): [HttpResponse, string] {
    const { pathname, searchParams } = new URL(url);
    const path = decodeURIComponent(pathname.slice(new URL(this.base).pathname.length));
    if (headers['authorization'] !== `Bearer ${this.token}`) return [problem(401, 'authError'), ''];
    if (path === '/users/me/calendarList') return [this.#calendars(), 'CalendarList'];
    if (path === '/channels/stop') return [this.#stop(JSON.parse(body ?? '{}') as Json), ''];
    const [, calendarId = '', under = ''] = /^\/calendars\/([^/]+)\/events(.*)$/.exec(path) ?? [];
    const book = this.books.get(calendarId === 'primary' ? this.mainId : calendarId);
    if (book === undefined) return [problem(404, 'notFound'), ''];
    if (book.answers !== null) return [book.answers, ''];
    if (under === '/watch') return [this.#watch(calendarId, body ?? ''), 'Channel'];
    if (under === '' && method === 'GET') return [this.#list(book, searchParams), 'Events'];
    if (under === '' && method === 'POST') return [this.#insert(book, body ?? ''), 'Event'];
    const id = under.slice(1);
    const event = book.events.get(id);
    if (event === undefined) return [problem(404, 'notFound'), ''];
    const condition = headers['if-match'];
    if (method === 'GET') return [json(200, event), 'Event'];
    if (condition !== undefined && condition !== event['etag']) return [problem(412, 'conditionNotMet'), ''];
    if (method === 'PATCH') {
      this.wrong.push(...(this.described?.body(body ?? '', 'Event') ?? []));
      return [json(200, this.#keep(book, id, merged(event, JSON.parse(body ?? '{}')) as Json)), 'Event'];
    }
    if (event['status'] === 'cancelled') return [problem(410, 'deleted'), ''];
    this.#keep(book, id, { ...event, status: 'cancelled' });
    return [json(204, null), ''];
  }

  #calendars(): HttpResponse {
    const entry = (id: string, more: Json): Json => ({ kind: 'calendar#calendarListEntry', etag: '"l"', id, summary: id, timeZone: 'Europe/London', accessRole: 'owner', backgroundColor: '#9fe1e7', ...more });
    return json(200, {
      kind: 'calendar#calendarList', etag: '"list"',
      items: [entry(this.mainId, { primary: true }), entry(this.calendarId, { summary: 'Team', summaryOverride: 'Weddings', accessRole: 'writer' }), entry('holidays@group.v.calendar.google.com', { accessRole: 'reader' })],
    });
  }

  #insert(book: Book, text: string): HttpResponse {
    this.wrong.push(...(this.described?.body(text, 'Event') ?? []));
    const event = JSON.parse(text) as Json;
    const id = String(event['id']);
    if (!/^[a-v0-9]{5,1024}$/.test(id)) return problem(400, 'invalid');
    // An id is never given twice, also not after a deletion.
    if (book.events.has(id)) return problem(409, 'duplicate');
    return json(200, this.#keep(book, id, { kind: 'calendar#event', eventType: 'default', iCalUID: `${id}@google.com`, ...event }));
  }

  #list({ events, changes }: Book, query: URLSearchParams): HttpResponse {
    const token = query.get('syncToken');
    const [since = 0, era = 0] = token === null ? [] : token.slice(1).split('.').map(Number);
    if (token !== null && ['timeMin', 'timeMax', 'updatedMin', 'q', 'orderBy'].some((name) => query.has(name))) return problem(400, 'badRequest');
    if (token !== null && (since < this.forgotten || era < this.era)) return problem(410, 'fullSyncRequired');
    const all = [...new Set(changes.slice(since))];
    const at = Number(query.get('pageToken') ?? 0);
    const items = all.slice(at, at + this.page).map((id) => events.get(id));
    const further = at + this.page < all.length ? { nextPageToken: String(at + this.page) } : { nextSyncToken: `s${changes.length}${this.era === 0 ? '' : `.${this.era}`}` };
    return json(200, { kind: 'calendar#events', etag: '"e"', summary: 'Weddings', timeZone: 'Europe/London', items, ...further });
  }

  #watch(calendarId: string, text: string): HttpResponse {
    this.wrong.push(...(this.described?.body(text, 'Channel') ?? []));
    const wish = JSON.parse(text) as Json;
    if (wish['type'] !== 'web_hook' || !String(wish['address']).startsWith('https://')) return problem(400, 'webhookUrlNotHttps');
    if (this.channels.has(String(wish['id']))) return problem(400, 'channelIdNotUnique');
    const channel = { kind: 'api#channel', id: wish['id'], resourceId: `resource-${calendarId}`, resourceUri: `${this.base}/calendars/x/events`, token: wish['token'], expiration: wish['expiration'] };
    this.channels.set(String(wish['id']), channel);
    return json(200, channel);
  }

  #stop({ id, resourceId }: Json): HttpResponse {
    const channel = this.channels.get(String(id));
    if (channel === undefined || channel['resourceId'] !== resourceId) return problem(404, 'notFound');
    this.channels.delete(String(id));
    return json(204, null);
  }
}
