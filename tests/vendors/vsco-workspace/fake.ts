import type { Http, HttpRequest, HttpResponse } from '../../../core/ports/ports.ts';
import { wallTimeOf, wallTimeToInstant } from '../../../core/vendors/wallTime.ts';

/**
 * A studio's calendar with a memory, in the shapes of the published contract: events are made, changed as a whole, deleted, listed by change, by
 * creation or by an external mapping. What a change leaves out is gone, and the mappings of an event are never changed by one.
 */

type Json = Record<string, unknown>;
export type KeptEvent = Json & { readonly id: string };

const json = (status: number, body: unknown): HttpResponse => ({ status, headers: { 'content-type': 'application/json' }, body: body === null ? '' : JSON.stringify(body) });
const problem = (status: number): HttpResponse => json(status, { type: 'unknown', title: 'Error', detail: 'stand-in', status });
const WRITABLE = new Set(['allDay', 'channel', 'confirmed', 'descriptionHtml', 'endDate', 'endTime', 'externalMappings', 'galleryId', 'jobId', 'location', 'name', 'phoneNumber', 'startDate', 'startTime', 'timezoneName', 'timezoneId', 'typeId', 'virtualUrl']);
const EMPTY: Json = { hidden: false, allDay: false, channel: 'InPerson', confirmed: false, descriptionHtml: null, externalMappings: [], galleryId: null, jobId: null, location: null, name: null, typeId: null, virtualUrl: null };
const ZONE = 'Europe/London';

export class FakeVsco {
  readonly base = 'http://vsco.test/api/v2';
  readonly key = 'vsco-fixture-key';
  readonly studioId = '01k9studiofx00000000000001';
  readonly events = new Map<string, KeptEvent>();
  readonly jobs = new Map<string, KeptEvent>();
  readonly asked: HttpRequest[] = [];
  readonly wrong: string[] = [];
  now = (): number => Date.parse('2027-05-01T12:00:00.000Z');
  /** Does what it is asked by this method, and the answer is lost; so often. */
  lose: { method: string; times: number } = { method: 'POST', times: 0 };
  /** Its filter for mappings finds nothing. */
  blindFilter = false;
  /** Knows no zone but its own, and takes every time by that one. */
  deafToZones = false;
  forgetsMappings = false;
  /** Most that stand in one page. */
  most = 100;
  #made = 0;
  #stamp = 0;

  readonly http: Http = { send: (request) => this.#send(request) };

  #modified(): string {
    this.#stamp = Math.max(this.#stamp + 1_000, this.now());
    return new Date(this.#stamp).toISOString().replace(/\.\d+Z$/, 'Z');
  }

  /** By hand, over there. Instants as ISO text. */
  put(name: string, startsAt: string, endsAt: string, more: Json = {}): string {
    return this.#keep({ ...EMPTY, name, ...this.#times(startsAt, endsAt), ...more }).id;
  }

  edit(id: string, change: Json): void {
    this.#keep({ ...this.event(id), ...change });
  }

  move(id: string, startsAt: string, endsAt: string): void {
    this.edit(id, this.#times(startsAt, endsAt));
  }

  job(id: string, more: Json): void {
    this.jobs.set(id, { id, name: 'A job', stage: 'booked', closed: false, modified: this.#modified(), ...more });
  }

  event(id: string): KeptEvent {
    const there = this.events.get(id);
    if (there === undefined) throw new Error(`there is no event ${id}`);
    return there;
  }

  standing(): readonly { readonly id: string; readonly title: string; readonly startsAt: string; readonly endsAt: string }[] {
    const at = (value: unknown): string => new Date(String(value)).toISOString();
    return [...this.events.values()].map(({ id, name, startUtc, endUtc }) => ({ id, title: String(name), startsAt: at(startUtc), endsAt: at(endUtc) }));
  }

  #times(startsAt: string, endsAt: string): Json {
    const [[startDate, startTime], [endDate, endTime]] = [startsAt, endsAt].map((one) => wallTimeOf(Date.parse(one), ZONE).split('T')) as [string[], string[]];
    return { startDate, startTime, endDate, endTime, timezoneName: ZONE };
  }

  #keep(event: Json): KeptEvent {
    const made = typeof event['id'] === 'string';
    if (!made) this.#made += 1;
    const zone = this.deafToZones ? 'America/New_York' : String(event['timezoneName'] ?? ZONE);
    const utc = (date: unknown, time: unknown): string | null =>
      (typeof date === 'string' ? (wallTimeToInstant(`${date}T${typeof time === 'string' ? time.slice(0, 5) : '00:00'}`, zone)?.replace(/\.\d+Z$/, '+00:00') ?? null) : null);
    const id = made ? String(event['id']) : `01k9event${String(this.#made).padStart(17, '0')}`;
    const modified = this.#modified();
    const kept: KeptEvent = {
      created: modified, ...event, id, modified, timezoneName: zone, startUtc: utc(event['startDate'], event['startTime']), endUtc: utc(event['endDate'], event['endTime']),
    };
    this.events.set(id, kept);
    return kept;
  }

  #send(request: HttpRequest): Promise<HttpResponse> {
    this.asked.push(request);
    const answer = this.#answer(request);
    if (this.lose.times > 0 && this.lose.method === request.method) {
      this.lose.times -= 1;
      return Promise.reject(new Error('socket hang up'));
    }
    return Promise.resolve(answer);
  }

  #answer({ method, url, headers, body }: HttpRequest): HttpResponse {
    const { pathname, searchParams } = new URL(url);
    const path = pathname.slice(new URL(this.base).pathname.length);
    if (headers['x-api-key'] !== this.key) return problem(401);
    if (path === '/studio/me') return json(200, { id: this.studioId, name: 'Northlight Photography', currencyCode: 'GBP', timezoneId: '01k9zonefxtr00000000000001' });
    if (path === '/timezone/01k9zonefxtr00000000000001') return json(200, { id: '01k9zonefxtr00000000000001', name: ZONE });
    if (path === '/event' && method === 'GET') return this.#list(searchParams);
    if (path === '/event' && method === 'POST') return this.#write({ ...EMPTY }, body, 201);
    const [, collection, id = ''] = /^\/(event|job)\/([\w-]+)$/.exec(path) ?? [];
    if (collection === 'job') return this.jobs.has(id) ? json(200, this.jobs.get(id)) : problem(404);
    if (collection === undefined) return method === 'GET' ? json(200, { type: 'collection', meta: { totalPages: 1 }, items: path === '/job' ? [...this.jobs.values()] : [] }) : problem(405);
    const there = this.events.get(id);
    if (there === undefined) return problem(404);
    if (method === 'GET') return json(200, there);
    if (method === 'PUT') return this.#write({ ...EMPTY, id, created: there['created'], externalMappings: there['externalMappings'] }, body, 200);
    this.events.delete(id);
    return json(204, null);
  }

  #list(query: URLSearchParams): HttpResponse {
    const [by = 'id', order] = (query.get('sortBy') ?? 'id').split(' ');
    const mapping = query.get('externalMappingId');
    const has = ({ externalMappings }: KeptEvent): boolean => !this.blindFilter && (externalMappings as { id: string }[]).some((one) => one.id === mapping);
    const all = [...this.events.values()].filter((one) => (query.get('includeHidden') === 'true' || one['hidden'] !== true) && (mapping === null || has(one)))
      .sort((a, b) => (order === 'desc' ? -1 : 1) * String(a[by]).localeCompare(String(b[by])));
    const [page, size] = [Number(query.get('page') ?? '1'), Math.min(this.most, Number(query.get('pageSize') ?? '100'))];
    const items = all.slice((page - 1) * size, page * size);
    return json(200, { type: 'event-collection', meta: { currentPage: page, totalPages: Math.ceil(all.length / size), totalItems: all.length, rows: items.length }, items });
  }

  #write(before: Json, body: string | undefined, status: number): HttpResponse {
    const said = JSON.parse(body ?? '{}') as Json;
    for (const name of Object.keys(said)) if (!WRITABLE.has(name)) this.wrong.push(`an event has no ${name} that could be written`);
    const mappings = before['id'] !== undefined ? before['externalMappings'] : this.forgetsMappings ? [] : said['externalMappings'];
    return json(status, this.#keep({ ...before, ...said, externalMappings: mappings ?? [] }));
  }
}
