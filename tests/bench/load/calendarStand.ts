import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpRequest, HttpResponse } from '../../../core/ports/ports.ts';
import { FakeGoogle } from '../../vendors/google-calendar/fake.ts';
import { FakeGraph } from '../../vendors/microsoft-graph/fake.ts';
import { machineNow } from './clock.ts';
import { longList, type LongList } from './longList.ts';
import { changeOf, titleOf, type FromStand, type Stands, type Told, type ToStand, type Wrote } from './standMessages.ts';

/**
 * Calendars of others as a process of their own: Google and Outlook with a memory behind real HTTP, a door before a real CalDAV
 * server, and a long list. It notes when each request that writes came in, and calls over its channels as a vendor does.
 */

const HOUR_MS = 3_600_000;
const WRITES = ['POST', 'PATCH', 'PUT'];
const google = Array.from({ length: 2 }, () => new FakeGoogle(null));
const graph = [new FakeGraph(null)];
for (const one of google) one.now = () => Date.now();

interface Channel {
  readonly calendar: string;
  readonly path: string;
  readonly token: string;
  readonly resourceId: string;
  /** Of its last call. */
  number: number;
}
/** Where a channel calls, by its id. */
const channels = new Map<string, Channel>();
const wrote: Wrote[] = [];
const asked: number[] = [];
const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
let server = '';
let behind = 0;
let long: LongList = longList(0, 0);
const say = (message: FromStand): void => void process.send?.(message);

function note(calendar: string, method: string, text: string, at: number): void {
  const change = WRITES.includes(method) ? changeOf(text) : null;
  if (change) wrote.push({ calendar, ...change, at });
}

/** Keeps what a channel is to call; the answer is the calendar's own. */
function noteChannel(calendar: string, wish: Readonly<Record<string, unknown>>, answer: HttpResponse): void {
  if (answer.status !== 200) return;
  const { resourceId } = JSON.parse(answer.body) as { resourceId?: string };
  const path = new URL(String(wish['address'])).pathname;
  channels.set(String(wish['id']), { calendar, path, token: String(wish['token']), resourceId: resourceId ?? '', number: 1 });
}

async function answerOf(request: HttpRequest, at: number): Promise<HttpResponse> {
  const { pathname, search, searchParams } = new URL(request.url, 'http://stand');
  const [, kind = '', number = '', ...rest] = pathname.split('/');
  const path = `/${rest.join('/')}`;
  const name = `${kind}/${number}`;
  if (kind === 'long') {
    if (path.startsWith('/users/me/calendarList')) return long.calendars;
    asked.push(at);
    return long.page(searchParams);
  }
  const fake = kind === 'google' ? google[Number(number)] : graph[Number(number)];
  if (!fake) return { status: 404, headers: {}, body: '' };
  note(name, request.method, request.body ?? '', at);
  // Nobody moves anything in Outlook here.
  if (path.endsWith('/calendarView/delta')) {
    const body = JSON.stringify({ value: [], '@odata.deltaLink': `http://${request.headers['host'] ?? ''}${pathname}?$deltatoken=1` });
    return { status: 200, headers: { 'content-type': 'application/json' }, body };
  }
  const answer = await fake.http.send({ ...request, url: `${fake.base}${path}${search}` });
  fake.asked.length = 0;
  if (path.endsWith('/watch')) noteChannel(name, JSON.parse(request.body ?? '{}') as Record<string, unknown>, answer);
  return answer;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

type Answering = (request: IncomingMessage, response: ServerResponse, at: number) => Promise<void>;
/** Whatever cannot be answered is the bench's fault and ends it. */
const serving = (answer: Answering) => (request: IncomingMessage, response: ServerResponse): void => {
  answer(request, response, machineNow()).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
};

const stand = http.createServer(serving(async (request, response, at) => {
  const [method, url] = [(request.method ?? 'GET') as HttpRequest['method'], request.url ?? '/'];
  const { status, headers, body } = await answerOf({ method, url, headers: headersOf(request), body: await bodyOf(request), timeoutMs: 0 }, at);
  response.writeHead(status, headers).end(body);
}));

/** The real server's own answers, whole; only what is written is noted. */
const door = http.createServer(serving(async (request, response, at) => {
  const body = await bodyOf(request);
  note('dav', request.method ?? '', body, at);
  asked.push(at);
  const { method, url: path, headers } = request;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const forwarded = http.request({ host: '127.0.0.1', port: behind, agent, method, path, headers }, resolve);
    forwarded.on('error', reject).end(body);
  });
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  answer.pipe(response);
}));

function call(path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.request(`${server}${path}`, { method: 'POST', agent, headers: { ...headers, 'content-length': '0' } }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    request.on('error', reject).end();
  });
}

/** As Google says it: that something has changed, never what. */
async function tell(calendar: string): Promise<number> {
  const found = [...channels].find(([, one]) => one.calendar === calendar);
  if (!found) throw new Error(`${calendar} has no channel`);
  const [id, channel] = found;
  channel.number += 1;
  return call(channel.path, {
    'x-goog-channel-id': id, 'x-goog-channel-token': channel.token, 'x-goog-message-number': String(channel.number),
    'x-goog-resource-state': 'exists', 'x-goog-resource-id': channel.resourceId,
  });
}

const shifted = (time: unknown): Record<string, unknown> => {
  const { dateTime, ...rest } = time as { dateTime: string };
  return { ...rest, dateTime: new Date(Date.parse(dateTime) + HOUR_MS).toISOString() };
};

type Json = Readonly<Record<string, unknown>>;
/** Those that say which of the bench they are, by its number. */
const numbered = ({ events }: FakeGoogle): Map<number, readonly [string, Json]> => new Map([...events].flatMap(([id, event]) => {
  const change = event['status'] === 'cancelled' ? null : changeOf(String(event['summary']));
  return change ? [[change.n, [id, event]] as const] : [];
}));

/** An hour later, under a name that says which change it was. */
async function move({ google: index, turn, count, everyMs, only, startAt }: Extract<ToStand, { do: 'move' }>): Promise<void> {
  const fake = google[index];
  if (!fake) throw new Error('no such calendar');
  const byNumber = numbered(fake);
  const start = startAt ?? machineNow() + 20;
  const told: Promise<Told>[] = [];
  for (let n = 0; n < count; n += 1) {
    const due = start + n * everyMs;
    const wait = due - machineNow();
    if (wait > 0) await sleep(wait);
    const [id, event] = byNumber.get(n) ?? [];
    if (id === undefined || event === undefined) throw new Error(`entry ${n} does not stand in calendar ${index}`);
    const named = only === 'times' ? {} : { summary: titleOf(turn, n) };
    fake.edit(id, { ...named, ...(only === 'title' ? {} : { start: shifted(event['start']), end: shifted(event['end']) }) });
    told.push(tell(`google/${index}`).then((status) => ({ n, due, status })));
  }
  say({ is: 'moved', told: await Promise.all(told) });
}

const instantOf = (time: unknown): number => Date.parse((time as { dateTime: string }).dateTime);
function stands(index: number): Stands[] {
  const fake = google[index];
  if (!fake) throw new Error('no such calendar');
  return [...numbered(fake)].map(([n, [, { summary, start, end }]]) => ({ n, title: String(summary), startsAt: instantOf(start), endsAt: instantOf(end) }));
}

process.on('message', (message: ToStand) => {
  switch (message.do) {
    case 'server':
      server = message.url;
      return say({ is: 'done' });
    case 'before':
      behind = message.port;
      return say({ is: 'done' });
    case 'list':
      long = longList(message.entries, Date.now() + 24 * HOUR_MS);
      return say({ is: 'done' });
    case 'move':
      return void move(message).catch((error: unknown) => {
        console.error(error);
        process.exit(1);
      });
    case 'wrote':
      return say({ is: 'wrote', wrote: wrote.filter(({ turn }) => turn === message.turn) });
    case 'stands':
      return say({ is: 'stands', stands: stands(message.google) });
    case 'channels': {
      const open: Record<string, number> = {};
      for (const { calendar } of channels.values()) open[calendar] = (open[calendar] ?? 0) + 1;
      return say({ is: 'channels', open });
    }
    case 'asked':
      return say({ is: 'asked', at: asked });
  }
});
// Whoever asked for the load is gone: nobody is left to report to.
process.on('disconnect', () => process.exit(0));

const listening = (one: http.Server): Promise<number> =>
  new Promise((resolve) => one.listen(0, '127.0.0.1', () => resolve((one.address() as AddressInfo).port)));
say({ is: 'ready', port: await listening(stand), davPort: await listening(door) });
