import type { Http, HttpRequest, HttpResponse } from '../../../core/ports/ports.ts';
import { api, KEY } from './samples.ts';

/**
 * Acuity's blocked time with a memory, as its reference describes it: blocks are listed by calendar and by the days on which they begin, a
 * hundred where nobody asks for another number; they are made and taken away, and never changed. What is asked otherwise is `wrong`.
 */

export interface KeptBlock {
  readonly id: number;
  readonly calendarID: number;
  /** UTC milliseconds. */
  readonly startsAt: number;
  readonly endsAt: number;
  readonly notes: string;
}
type Json = Record<string, unknown>;

const json = (status: number, body: unknown): HttpResponse => ({ status, headers: { 'content-type': 'application/json' }, body: body === null ? '' : JSON.stringify(body) });
const problem = (status: number, error: string): HttpResponse => json(status, { status_code: status, error, message: error });
const OFFSET_MS = 3_600_000;
/** As Acuity writes a time: by its calendar's clock, with the offset. London in summer. */
const told = (at: number): string => `${new Date(at + OFFSET_MS).toISOString().slice(0, 19)}+0100`;
const DOCUMENTED = new Set(['start', 'end', 'calendarID', 'notes']);
const LISTED_BY = new Set(['calendarID', 'minDate', 'maxDate', 'max']);

export class FakeAcuity {
  readonly base = 'http://acuity.test/api/v1';
  readonly calendarRef = '1234567';
  readonly otherRef = '1234568';
  readonly blocks = new Map<number, KeptBlock>();
  readonly asked: HttpRequest[] = [];
  readonly wrong: string[] = [];
  /** Most that are listed at once, whatever was asked for. */
  most = 1000;
  /** Answered to whatever is asked about the blocks of a calendar. */
  readonly answers = new Map<string, HttpResponse>();
  /** Does what it is asked by this method, and the answer is lost; so often. */
  lose: { method: string; times: number } = { method: 'POST', times: 0 };
  /** Does nothing of what it is asked by this method; so often. */
  fail: { method: string; times: number } = { method: 'DELETE', times: 0 };
  /** Its appointments are the made-up ones; else it has none. */
  appointments = true;
  /** Forgets offsets and takes times as its calendar's own. */
  deafToOffsets = false;
  #last = 9_990_960_000;

  readonly http: Http = { send: (request) => this.#send(request) };

  /** By hand, over there. Instants as ISO text. */
  put(notes: string, startsAt: string, endsAt: string, calendarRef = this.calendarRef): number {
    return this.#keep(Number(calendarRef), Date.parse(startsAt), Date.parse(endsAt), notes).id;
  }

  edit(id: number, change: Partial<KeptBlock>): void {
    const there = this.blocks.get(id);
    if (there === undefined) throw new Error(`there is no block ${id}`);
    this.blocks.set(id, { ...there, ...change });
  }

  standing(calendarRef = this.calendarRef): readonly (readonly [string, string, string])[] {
    return [...this.blocks.values()].filter(({ calendarID }) => String(calendarID) === calendarRef)
      .map(({ startsAt, endsAt, notes }) => [notes.split('\n')[0] ?? '', new Date(startsAt).toISOString(), new Date(endsAt).toISOString()] as const)
      .sort((a, b) => a[1].localeCompare(b[1]));
  }

  #keep(calendarID: number, startsAt: number, endsAt: number, notes: string): KeptBlock {
    this.#last += 1;
    const block: KeptBlock = { id: this.#last, calendarID, startsAt, endsAt, notes };
    this.blocks.set(block.id, block);
    return block;
  }

  #send(request: HttpRequest): Promise<HttpResponse> {
    this.asked.push(request);
    if (this.fail.times > 0 && this.fail.method === request.method) {
      this.fail.times -= 1;
      return Promise.resolve(problem(503, 'unavailable'));
    }
    const answer = this.#answer(request);
    if (this.lose.times > 0 && this.lose.method === request.method) {
      this.lose.times -= 1;
      return Promise.reject(new Error('socket hang up'));
    }
    return Promise.resolve(answer);
  }

  #answer(request: HttpRequest): HttpResponse {
    const { method, url, headers, body } = request;
    const { pathname, searchParams } = new URL(url);
    const path = pathname.slice(new URL(this.base).pathname.length);
    if (headers['authorization'] !== `Basic ${Buffer.from(`42:${KEY}`).toString('base64')}`) return problem(401, 'unauthorized');
    if (path === '/calendars' && method === 'GET') return json(200, [this.#calendar(this.calendarRef, 'Rose'), this.#calendar(this.otherRef, 'Studio')]);
    if (path === '/blocks' && method === 'GET') return this.#list(searchParams);
    if (path === '/blocks' && method === 'POST') return this.#make(JSON.parse(body ?? '{}') as Json);
    const [, id] = /^\/blocks\/(\d+)$/.exec(path) ?? [];
    if (id === undefined && path === '/appointments' && !this.appointments) return json(200, []);
    if (id === undefined) return path.startsWith('/blocks') ? problem(405, 'method_not_allowed') : api(request);
    const block = this.blocks.get(Number(id));
    if (block === undefined) return problem(404, 'not_found');
    const refused = this.answers.get(String(block.calendarID));
    if (refused) return refused;
    if (method === 'GET') return json(200, this.#told(block));
    if (method !== 'DELETE') return problem(405, 'method_not_allowed');
    this.blocks.delete(block.id);
    return json(204, null);
  }

  #calendar = (id: string, name: string): Json => ({ id: Number(id), name, email: '', replyTo: 'rose@example.org', description: '', location: '', timezone: 'Europe/London' });

  #told = ({ id, calendarID, startsAt, endsAt, notes }: KeptBlock): Json =>
    ({ id, calendarID, serviceGroupID: 0, calendarTimezone: 'Europe/London', start: told(startsAt), end: told(endsAt), notes, managed: false, recurring: null, until: null, description: `${told(startsAt)} - ${told(endsAt)}` });

  #list(query: URLSearchParams): HttpResponse {
    for (const name of query.keys()) if (!LISTED_BY.has(name)) this.wrong.push(`blocks are not listed by ${name}`);
    const refused = this.answers.get(query.get('calendarID') ?? '');
    if (refused) return refused;
    const [from, until] = [query.get('minDate') ?? '', query.get('maxDate') ?? '9999-12-31'];
    const day = ({ startsAt }: KeptBlock): string => told(startsAt).slice(0, 10);
    const all = [...this.blocks.values()].filter((block) => query.get('calendarID') === String(block.calendarID) && day(block) >= from && day(block) <= until);
    return json(200, all.slice(0, Math.min(this.most, Number(query.get('max') ?? '100'))).map((block) => this.#told(block)));
  }

  #make(body: Json): HttpResponse {
    for (const name of Object.keys(body)) if (!DOCUMENTED.has(name)) this.wrong.push(`a block has no ${name}`);
    const { start, end, calendarID, notes } = body;
    if (typeof start !== 'string' || typeof end !== 'string' || typeof calendarID !== 'number' || typeof notes !== 'string') return problem(400, 'bad_request');
    const at = (text: string): number => Date.parse(this.deafToOffsets ? `${text.slice(0, 19)}+01:00` : text.replace(/(\d\d)(\d\d)$/, '$1:$2'));
    if (Number.isNaN(at(start)) || Number.isNaN(at(end)) || ![this.calendarRef, this.otherRef].includes(String(calendarID))) return problem(400, 'invalid');
    return json(200, this.#told(this.#keep(calendarID, at(start), at(end), notes)));
  }
}
