import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo, Socket as TcpSocket } from 'node:net';
import { Server as IoServer, type Socket } from 'socket.io';
import { io } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PROTOCOL_VERSION, STREAM_PATH, type LinkStatus, type StreamFrame, type StreamSnapshot } from '../../core/contract/stream.ts';
import type { Link } from '../../core/link/link.ts';
import { ask } from '../../main/services/http.ts';
import { serverLinks } from '../../main/services/link.ts';
import { createIds } from '../../server/ports.ts';
import { collectingLog } from '../support/store.ts';
import { until } from '../support/serverApp.ts';

/** A server that the desktop was talked into, or that somebody has taken over. */
let server: http.Server;
let url: string;
const lines: TcpSocket[] = [];
const ids = createIds();
const AT = '2026-11-20T12:00:00.000Z';

beforeEach(async () => {
  server = http.createServer();
  server.on('connection', (line: TcpSocket) => lines.push(line));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe('answers to questions', () => {
  const put = (say: (request: http.IncomingMessage, response: http.ServerResponse) => void) => void server.on('request', say);
  const question = () => ask((to, init) => fetch(to, init), { method: 'GET', server: url, path: '/api/me', token: 'the-token', answer: z.object({ n: z.number() }), timeoutMs: 5_000 });

  it('an answer without end is cut off and is not kept in memory', async () => {
    let sent = 0;
    let gone = false;
    put((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.on('close', () => (gone = true));
      const more = (): void => {
        while (!gone && response.write('x'.repeat(64 * 1024))) sent += 64 * 1024;
      };
      response.on('drain', more);
      more();
    });
    expect(await question()).toMatchObject({ ok: false, error: { code: 'internal', retryable: false } });
    await until(() => gone, 'the line to be closed');
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  it('a redirect is not followed, and the token goes nowhere else', async () => {
    const seen: (string | undefined)[] = [];
    put((request, response) => {
      seen.push(request.url);
      response.writeHead(307, { location: `${url}/elsewhere` }).end();
    });
    expect(await question()).toMatchObject({ ok: false, error: { code: 'server.unreachable' } });
    expect(seen).toEqual(['/api/me']);
  });

  it.each([
    ['a bomb of nesting', '['.repeat(1_000_000)],
    ['a prototype', '{"__proto__":{"n":1}}'],
    ['bytes that are no text', '\u0000\ufffd'],
    ['a number that is none', '{"n":1e999}'],
    ['nothing', ''],
  ])('%s is no answer', async (_what, body) => {
    put((_request, response) => void response.writeHead(200).end(body));
    expect(await question()).toMatchObject({ ok: false, error: { code: 'internal' } });
  });

  it('an error with a code of its own making stays an error', async () => {
    put((_request, response) => void response.writeHead(401).end(JSON.stringify({ error: { code: 'give.me.everything', message: '<script>', retryable: 'yes' } })));
    expect(await question()).toMatchObject({ ok: false, error: { code: 'internal' } });
  });
});

describe('the live line', () => {
  let stream: IoServer;
  let link: Link | null = null;
  let attempts: number;
  const statuses: LinkStatus[] = [];
  const applied: (StreamFrame | StreamSnapshot)[] = [];

  const welcome = { protocol: PROTOCOL_VERSION, epoch: 'e', headSeq: 5, mode: 'snapshot', serverTime: AT };
  const organisation = { id: ids.next(), name: 'House', zone: 'Europe/London', currency: 'GBP', demo: false };
  const rows = { weddings: [], contacts: [], bookings: [], payments: [], runSheetItems: [], messages: [], documents: [], calendarEvents: [], weatherNotices: [], alerts: [], reviewItems: [], connections: [] };
  const snapshot = { seq: 5, epoch: 'e', at: AT, organisation, rows };
  const frame = (after: number, upTo: number) => ({ after, upTo, events: [], committedAt: AT });

  const open = (say: (socket: Socket) => void) => {
    attempts = 0;
    statuses.length = 0;
    applied.length = 0;
    stream = new IoServer(server, { path: STREAM_PATH, transports: ['websocket'] });
    stream.on('connection', (socket) => {
      attempts += 1;
      say(socket);
    });
    const after = (ms: number, callback: () => void) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    };
    const make = serverLinks({ io: (to, options) => io(to, options), clock: { now: () => Date.now() }, timers: { after }, random: { next: () => 0.5 }, log: collectingLog(), appVersion: '0', page: '018f0000-0000-7000-8000-000000000001' });
    link = make({ server: url, token: 't'.repeat(40), cursor: null, onSnapshot: (one) => applied.push(one), onFrame: (one) => applied.push(one), onStatus: (status) => statuses.push(status), onPresence: () => undefined });
    link.start();
  };
  afterEach(async () => {
    link?.stop();
    // An attempt that was given up half way would be waited for as for a slow client, twenty seconds.
    for (const line of lines.splice(0)) line.destroy();
    await stream.close();
  });

  it.each<[string, (socket: Socket) => void]>([
    ['garbage as a welcome', (socket) => socket.emit('welcome', 'hello')],
    ['data before a welcome', (socket) => socket.emit('snapshot', snapshot)],
    ['a snapshot of another shape', (socket) => void (socket.emit('welcome', welcome), socket.emit('snapshot', { ...snapshot, rows: { weddings: [{ id: '__proto__' }] } }))],
    ['a frame with a stranger in it', (socket) => void (socket.emit('welcome', { ...welcome, headSeq: 0 }), socket.emit('frame', { ...frame(0, 1), events: [{ type: 'x' }] }))],
  ])('%s is not applied; the line is given up, and not tried again in haste', async (_what, say) => {
    open(say);
    await until(() => statuses.some((status) => status.state === 'refused'), 'the line to be refused');
    expect(statuses.at(-1)).toMatchObject({ state: 'refused', reason: 'hello_invalid' });
    expect(applied).toEqual([]);
    expect(attempts).toBe(1);
  });

  it('frames with gaps are never applied; each costs a new attempt with a longer wait', async () => {
    open((socket) => {
      socket.emit('welcome', welcome);
      socket.emit('snapshot', snapshot);
      socket.emit('frame', frame(9, 12));
    });
    await until(() => attempts >= 3, 'three attempts');
    expect(applied.every((one) => 'rows' in one)).toBe(true);
    expect(statuses.some((status) => status.reason === 'gap')).toBe(true);
  });

  it('a repeated frame is applied once', async () => {
    open((socket) => {
      socket.emit('welcome', welcome);
      socket.emit('snapshot', snapshot);
      for (let n = 0; n < 50; n += 1) socket.emit('frame', frame(5, 6));
      socket.emit('frame', frame(6, 7));
    });
    await until(() => applied.length >= 3, 'the last frame');
    expect(applied.map((one) => ('rows' in one ? 'snapshot' : one.upTo))).toEqual(['snapshot', 6, 7]);
  });
});
