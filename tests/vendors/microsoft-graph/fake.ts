import type { Http, HttpRequest, HttpResponse } from '../../../core/ports/ports.ts';
import type { Described } from '../described.ts';

/** Outlook's calendars with a memory: marks, transaction ids, subscriptions. What it is asked and answers is held against the published types. */

type Json = Record<string, unknown>;
const json = (status: number, body: unknown): HttpResponse => ({ status, headers: { 'content-type': 'application/json' }, body: body === null ? '' : JSON.stringify(body) });
const problem = (status: number, code: string): HttpResponse => json(status, { error: { code, message: code } });
const EVENT = 'microsoft.graph.event';

interface Attendee {
  readonly emailAddress?: { readonly address?: string };
  readonly status?: unknown;
}

/** Who stays invited is remembered with the answer; a meeting at another time asks everybody anew. */
function answered(before: Json, after: Json): Json {
  if (!Array.isArray(after['attendees']) || !Array.isArray(before['attendees'])) return after;
  const moved = ['start', 'end'].some((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  const there = new Map((before['attendees'] as Attendee[]).map(({ emailAddress, status }) => [emailAddress?.address, status]));
  const all = (after['attendees'] as Attendee[]).map((one) => {
    const status = moved ? undefined : there.get(one.emailAddress?.address);
    return status === undefined ? one : { ...one, status };
  });
  return { ...after, attendees: all };
}

export class FakeGraph {
  readonly base = 'https://graph.test/v1.0';
  readonly token = 'eyJ0.fixture';
  readonly calendarId = 'AAMkWeddings=';
  readonly mainId = 'AAMkMain=';
  /** Of all calendars: an id is one entry's within the mailbox. */
  readonly events = new Map<string, Json>();
  /** Which calendar an entry stands in. */
  readonly places = new Map<string, string>();
  /** What a delta link tells from: each change, with where it happened. */
  readonly changes: { readonly calendarId: string; readonly id: string; readonly removed: boolean }[] = [];
  /** Answered to whoever looks at that calendar. */
  readonly answers = new Map<string, HttpResponse>();
  /** Links before this number are forgotten. */
  forgotten = 0;
  readonly subscriptions = new Map<string, Json>();
  readonly wrong: string[] = [];
  readonly asked: HttpRequest[] = [];
  next: HttpResponse | null = null;
  loseAnswer = false;
  /** True = a transaction that was there is refused; else the entry it made is answered. */
  refusesTwice = false;
  readonly described: Described | null;
  #count = 0;

  constructor(described: Described | null) {
    this.described = described;
  }

  edit(id: string, change: Json, calendarId = this.places.get(id) ?? this.calendarId): void {
    this.#keep(id, { ...this.events.get(id), ...change }, calendarId);
  }

  take(id: string): void {
    this.events.delete(id);
    this.changes.push({ calendarId: this.places.get(id) ?? this.calendarId, id, removed: true });
  }

  /** The entry keeps its id, as ids are asked for that do not change. */
  move(id: string, calendarId: string): void {
    const event = this.events.get(id) ?? {};
    this.take(id);
    this.#keep(id, event, calendarId);
  }

  #keep(id: string, event: Json, calendarId = this.places.get(id) ?? this.calendarId): Json {
    this.#count += 1;
    const zone = (event['start'] as { timeZone?: string } | undefined)?.timeZone;
    const kept = { ...event, id, '@odata.etag': `W/"${this.#count}"`, changeKey: `${this.#count}`, lastModifiedDateTime: '2026-11-20T12:00:00Z', ...(zone === undefined ? {} : { originalStartTimeZone: zone }) };
    this.events.set(id, kept);
    this.places.set(id, calendarId);
    this.changes.push({ calendarId, id, removed: false });
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
      if (schema !== '') this.wrong.push(...(this.described?.answer(response, schema) ?? []));
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
    if (headers['authorization'] !== `Bearer ${this.token}`) return [problem(401, 'InvalidAuthenticationToken'), ''];
    if (path === '/me/calendars') return [this.#calendars(searchParams), 'microsoft.graph.calendarCollectionResponse'];
    if (path.startsWith('/subscriptions')) return this.#subscription(method, path, body ?? '');
    const looked = /^\/me\/(?:calendars\/([^/]+)\/)?calendarView\/delta$/.exec(path);
    if (looked) return [this.#delta(looked[1] ?? this.mainId, url.split('?')[0] ?? '', searchParams), 'microsoft.graph.eventCollectionResponse'];
    const named = /^\/me\/(?:calendars\/([^/]+)\/)?events$/.exec(path);
    const collection = named !== null;
    if (collection && method === 'POST') return [this.#create(body ?? '', named[1] ?? this.mainId), EVENT];
    if (collection && method === 'GET') return [this.#filtered(searchParams), 'microsoft.graph.eventCollectionResponse'];
    const [, within, id = ''] = /^\/me\/(?:calendars\/([^/]+)\/)?events\/([^/]+)$/.exec(path) ?? [];
    const event = this.events.get(id);
    if (event === undefined || (within !== undefined && this.places.get(id) !== within)) return [problem(404, 'ErrorItemNotFound'), ''];
    // Extended properties come only to those who ask for them.
    const { singleValueExtendedProperties: _own, ...plain } = event;
    if (method === 'GET') return [json(200, searchParams.get('$expand')?.startsWith('singleValueExtendedProperties') === true ? event : plain), EVENT];
    const condition = headers['if-match'];
    if (condition !== undefined && condition !== event['@odata.etag']) return [problem(412, 'ErrorIrresolvableConflict'), ''];
    if (method === 'DELETE') {
      this.take(id);
      return [json(204, null), ''];
    }
    this.wrong.push(...(this.described?.body(body ?? '', EVENT) ?? []));
    const { singleValueExtendedProperties: _kept, ...shown } = this.#keep(id, answered(event, { ...event, ...(JSON.parse(body ?? '{}') as Json) }));
    return [json(200, shown), EVENT];
  }

  #calendars(query: URLSearchParams): HttpResponse {
    const calendar = (id: string, more: Json): Json => ({ id, name: id, canEdit: true, isDefaultCalendar: false, hexColor: '#ffaa00', ...more });
    if (query.get('$skip') === null) return json(200, { value: [calendar(this.mainId, { isDefaultCalendar: true, name: 'Calendar' })], '@odata.nextLink': `${this.base}/me/calendars?$top=100&$skip=1` });
    return json(200, { value: [calendar(this.calendarId, { name: 'Weddings' }), calendar('AAMkHolidays=', { canEdit: false, name: 'Holidays' })] });
  }

  #create(text: string, calendarId: string): HttpResponse {
    this.wrong.push(...(this.described?.body(text, EVENT) ?? []));
    const event = JSON.parse(text) as Json;
    const before = [...this.events.values()].find((one) => one['transactionId'] !== undefined && one['transactionId'] === event['transactionId']);
    if (before !== undefined) return this.refusesTwice ? problem(409, 'ErrorDuplicateTransactionId') : json(201, before);
    this.#count += 1;
    const { singleValueExtendedProperties: _own, ...shown } = this.#keep(`AAMk${this.#count}=`, { type: 'singleInstance', isCancelled: false, ...event }, calendarId);
    return json(201, shown);
  }

  #delta(calendarId: string, address: string, query: URLSearchParams): HttpResponse {
    const refusal = this.answers.get(calendarId);
    if (refusal) return refusal;
    const token = query.get('$deltatoken');
    const since = token === null ? 0 : Number(token);
    if (token !== null && since < this.forgotten) return problem(410, 'SyncStateNotFound');
    const last = new Map(this.changes.slice(since).filter((one) => one.calendarId === calendarId).map((one) => [one.id, one.removed]));
    const value = [...last].flatMap(([id, removed]) => {
      const { singleValueExtendedProperties: _own, ...event } = this.events.get(id) ?? {};
      if (!removed) return [event];
      // A new round tells of what is there.
      return token === null ? [] : [{ '@removed': { reason: 'deleted' }, id }];
    });
    return json(200, { value, '@odata.deltaLink': `${address}?$deltatoken=${this.changes.length}` });
  }

  #filtered(query: URLSearchParams): HttpResponse {
    const value = / and ep\/value eq '([^']+)'/.exec(query.get('$filter') ?? '')?.[1];
    const has = (event: Json): boolean => JSON.stringify(event['singleValueExtendedProperties'] ?? []).includes(`"${value}"`);
    return json(200, { value: [...this.events.values()].filter(has) });
  }

  #subscription(method: string, path: string, body: string): [HttpResponse, string] {
    // The stored part of the document refers to subscriptions and does not hold what they are.
    const id = path.split('/')[2] ?? '';
    const there = this.subscriptions.get(id);
    if (method === 'POST') {
      this.#count += 1;
      const made = { id: `sub-${this.#count}`, ...(JSON.parse(body) as Json) };
      this.subscriptions.set(made.id, made);
      return [json(201, made), ''];
    }
    if (there === undefined) return [problem(404, 'ResourceNotFound'), ''];
    if (method === 'PATCH') {
      const changed = { ...there, ...(JSON.parse(body) as Json) };
      this.subscriptions.set(id, changed);
      return [json(200, changed), ''];
    }
    this.subscriptions.delete(id);
    return [json(204, null), ''];
  }
}
