import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { io } from 'socket.io-client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { StreamFrame, type CloseReason } from '../../core/contract/stream.ts';
import { initialLink, stepLink } from '../../core/link/machine.ts';
import { socketIoTransport } from '../../core/link/socketIoTransport.ts';
import { contactCreated } from '../support/log.ts';
import { collectingLog } from '../support/store.ts';
import { watchUnhandled } from '../fuzz/run.ts';

/** Each of these made the client library throw where nobody could catch it, which ends the desktop. */
const GREETING = '0{"sid":"a","upgrades":[],"pingInterval":60000,"pingTimeout":20000,"maxPayload":1000000}';
let server: WebSocketServer;
let unhandled: ReturnType<typeof watchUnhandled>;

beforeEach(async () => {
  server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/stream/' });
  await once(server, 'listening');
  unhandled = watchUnhandled();
});
afterEach(() => {
  unhandled.stop();
  for (const socket of server.clients) socket.terminate();
  server.close();
});

it.each([
  ['a refusal without words', [GREETING, '44']],
  ['a refusal with null for words', [GREETING, '44null']],
  ['a refusal with a list for words', [GREETING, '44[]']],
  ['a greeting of null', ['0null']],
  ['half a greeting', ['0{']],
  ['a greeting without pings', ['0{"sid":"a","upgrades":[]}']],
  ['a second greeting', [GREETING, '0null']],
  ['an event called connect_error with nothing in it', [GREETING, '40{"sid":"b"}', '42["connect_error",null]']],
  ['an event called connect_error with null for data', [GREETING, '40{"sid":"b"}', '42["connect_error",{"data":null}]']],
])('%s ends the line and not the desktop', async (_name, words) => {
  server.on('connection', (socket) => {
    for (const word of words) socket.send(word);
  });
  const transport = socketIoTransport(io, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, path: '/stream', log: collectingLog(), connectTimeoutMs: 1_000 });
  const nothing = () => undefined;
  const hello = { protocol: 4, client: { app: 't', version: '1', kind: 'desktop' }, cursor: null } as const;
  const reason = await new Promise<CloseReason>((down) => transport.open(hello, { welcome: nothing, snapshot: nothing, frame: nothing, heartbeat: nothing, presence: nothing, down }));
  expect(['hello_invalid', 'transport_lost']).toContain(reason);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(unhandled.found).toEqual([]);
});

it('a frame whose events do not fit its range is not a frame: what follows would be taken for repeats', () => {
  const events = [1, 2, 3].map((seq) => contactCreated(null)(seq));
  const frame = (fields: object) => StreamFrame.safeParse({ after: 0, upTo: 3, events, committedAt: '2026-11-20T12:00:00.000Z', ...fields }).success;
  expect(frame({})).toBe(true);
  expect(frame({ upTo: 2 })).toBe(false);
  expect(frame({ after: 1 })).toBe(false);
  expect(frame({ after: 4 })).toBe(false);
  expect(frame({ events: events.toReversed() })).toBe(false);
  expect(frame({ events: [...events, ...events] })).toBe(false);
  expect(frame({ events: events.map((event) => ({ ...event, type: 'wedding.cancelled' })) })).toBe(false);
  expect(frame({ removed: [{ collection: 'contacts', id: events[0]?.id, seq: 9 }] })).toBe(false);
});

it('a server that goes on with another log than ours is not followed: everything is asked for anew', () => {
  const env = { now: 0, random: 0 };
  const opening = stepLink(initialLink({ epoch: 'ours', seq: 7 }, 0), { kind: 'start' }, env).state;
  const { state, effects } = stepLink(opening, { kind: 'welcome', welcome: { protocol: 4, epoch: 'theirs', headSeq: 9, mode: 'resume', serverTime: '2026-11-20T12:00:00.000Z' } }, env);
  expect(state).toMatchObject({ name: 'waiting', cursor: null, reason: 'gap' });
  expect(effects).toContainEqual({ do: 'close' });
});
