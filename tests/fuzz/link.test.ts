import { EventEmitter, once } from 'node:events';
import fc from 'fast-check';
import { io } from 'socket.io-client';
import { expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import type { AddressInfo } from 'node:net';
import type { RecordedEvent } from '../../core/contract/events.ts';
import type { Snapshot } from '../../core/contract/record.ts';
import { PROTOCOL_VERSION, StreamBye, StreamFrame, StreamHeartbeat, StreamSnapshot, StreamWelcome, type StreamHello } from '../../core/contract/stream.ts';
import { fromSnapshot } from '../../core/domain/record/state.ts';
import { createLink, type Timers } from '../../core/link/link.ts';
import { socketIoTransport, type IoLike } from '../../core/link/socketIoTransport.ts';
import { createRecord } from '../../main/services/record.ts';
import { collectingLog } from '../support/store.ts';
import { contactCreated } from '../support/log.ts';
import { until } from '../support/serverApp.ts';
import { handClock } from '../unit/main/support/fakes.ts';
import { HOSTILE, oneWrong } from './hostile.ts';
import { prototypeIsClean } from './oracle.ts';
import { FUZZ_TIMEOUT_MS, rounds, watchUnhandled } from './run.ts';
import { fromSchema } from './values.ts';

const AT = '2026-11-20T12:00:00.000Z';
const LOG: readonly RecordedEvent[] = Array.from({ length: 40 }, (_none, n) => contactCreated(null)(n + 1));
const ORGANISATION = { id: '019a0000-0000-7000-8000-000000000001', name: 'House', zone: 'Europe/London', currency: 'GBP', demo: false };
const EMPTY = { weddings: [], contacts: [], bookings: [], payments: [], runSheetItems: [], messages: [], documents: [], calendarEvents: [], weatherNotices: [], resources: [], allocations: [], limits: [], houseRules: [], conflicts: [], calendars: [], pushes: [], differences: [], alerts: [], reviewItems: [], connections: [] };
const at = (seq: number): Snapshot => ({ seq, epoch: 'e', at: AT, organisation: ORGANISATION, rows: { ...EMPTY, contacts: LOG.slice(0, seq).map(({ row }) => row as Snapshot['rows']['contacts'][number]) } });
const frame = (after: number, upTo: number): StreamFrame => ({ after, upTo, events: LOG.slice(after, upTo), committedAt: AT });
const welcome = (headSeq: number, mode: 'resume' | 'snapshot', epoch = 'e'): StreamWelcome => ({ protocol: PROTOCOL_VERSION, epoch, headSeq, mode, serverTime: AT });

/** The desktop's link and record on a socket that the test plays. */
function desk() {
  const clock = handClock(Date.parse(AT));
  const log = collectingLog();
  const sockets: (EventEmitter & { hello: StreamHello; closed: boolean })[] = [];
  const ioLike: IoLike = (_url, options) => {
    const socket = Object.assign(new EventEmitter(), { hello: options['auth'] as StreamHello, closed: false, connect: () => undefined, disconnect: () => (socket.closed = true) });
    sockets.push(socket);
    return socket as unknown as ReturnType<IoLike>;
  };
  const applied: number[] = [];
  const record = createRecord({ clock, onSnapshot: ({ seq }) => void applied.push(-seq), onPatch: () => undefined, onEvent: ({ seq }) => void applied.push(seq), onOpenAlerts: () => undefined });
  const link = createLink({
    transport: socketIoTransport(ioLike, { url: 'http://127.0.0.1', path: '/stream', log }),
    clock, timers: clock.timers, random: { next: () => 0.5 }, log,
    client: { app: 'test', version: '1', kind: 'desktop' }, token: () => Promise.resolve('t'), cursor: null,
    onSnapshot: (snapshot) => record.applySnapshot(snapshot),
    onFrame: (next) => {
      // What the link hands on continues what is held, without a hole.
      expect(next.after).toBeLessThanOrEqual(record.cursor()?.seq ?? -1);
      record.applyFrame(next);
      expect(record.cursor()?.seq).toBe(next.upTo);
    },
    onStatus: (status) => void JSON.stringify(status),
  });
  const settle = async () => {
    for (let n = 0; n < 4; n += 1) await Promise.resolve();
  };
  return {
    record, link, sockets, settle,
    /** The socket on which the link listens now; waits out a pause between attempts. */
    async line() {
      for (let tries = 0; tries < 80; tries += 1) {
        await settle();
        const socket = sockets.at(-1);
        if (socket && !socket.closed) return socket;
        clock.advance(1_000);
      }
      throw new Error('the link does not come back');
    },
  };
}

const SCHEMAS = { welcome: StreamWelcome, snapshot: StreamSnapshot, frame: StreamFrame, heartbeat: StreamHeartbeat, bye: StreamBye } as const;
type Said = readonly [string, unknown];

const honest: fc.Arbitrary<Said> = fc.oneof(
  fc.tuple(fc.nat({ max: 40 }), fc.constantFrom('resume', 'snapshot')).map(([head, mode]): Said => ['welcome', welcome(head, mode as 'resume')]),
  fc.nat({ max: 40 }).map((seq): Said => ['snapshot', at(seq)]),
  fc.tuple(fc.nat({ max: 40 }), fc.nat({ max: 10 })).map(([after, count]): Said => ['frame', frame(after, Math.min(40, after + count))]),
  fc.nat({ max: 60 }).map((headSeq): Said => ['heartbeat', { headSeq, serverTime: AT }]),
);
/** Frames that are well formed one by one and wrong as a whole. */
const crooked: fc.Arbitrary<Said> = fc.tuple(fc.nat({ max: 40 }), fc.nat({ max: 8 }), fc.constantFrom('beyond', 'back', 'twice', 'turned', 'type', 'log')).map(([after, count, how]): Said => {
  const made = frame(after, Math.min(40, after + count));
  if (how === 'beyond') return ['frame', { ...made, events: LOG.slice(30) }];
  if (how === 'back') return ['frame', { ...made, after: made.upTo, upTo: made.after }];
  if (how === 'twice') return ['frame', { ...made, events: [...made.events, ...made.events] }];
  if (how === 'turned') return ['frame', { ...made, events: made.events.toReversed() }];
  if (how === 'type') return ['frame', { ...made, events: made.events.map((event) => ({ ...event, type: 'wedding.cancelled' })) }];
  return ['welcome', welcome(40, 'resume', 'another log')];
});
const hostile: fc.Arbitrary<Said> = fc.oneof(
  crooked,
  ...Object.entries(SCHEMAS).map(([name, schema]) => oneWrong(fromSchema(schema)).map((payload): Said => [name, payload])),
  oneWrong(honest.map(([, payload]) => payload)).map((payload): Said => ['frame', payload]),
  fc.tuple(fc.constantFrom('welcome', 'snapshot', 'frame', 'heartbeat', 'bye', 'presence', 'connect_error', 'disconnect', 'unknown', '__proto__'), fc.constantFrom(...HOSTILE, undefined)),
);

it('whatever a server says, the desktop does not fall, has no hole, and is right again as soon as the server is', async () => {
  const unhandled = watchUnhandled();
  await rounds('link', (seed) =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.oneof({ weight: 3, arbitrary: honest }, { weight: 2, arbitrary: hostile }), { maxLength: 30 }), async (said) => {
        const { record, link, line, settle } = desk();
        link.start();
        for (const [event, payload] of said) {
          (await line()).emit(event, payload);
          await settle();
        }
        // The server comes to its senses: a new line, told the cursor that is really held.
        (await line()).emit('disconnect');
        const socket = await line();
        expect(socket.hello.cursor).toEqual(record.cursor() === null || socket.hello.cursor === null ? socket.hello.cursor : record.cursor());
        socket.emit('welcome', welcome(40, 'snapshot'));
        socket.emit('snapshot', at(39));
        socket.emit('frame', frame(39, 40));
        socket.emit('heartbeat', { headSeq: 40, serverTime: AT });
        expect(link.status()).toMatchObject({ state: 'live', seq: 40 });
        expect(record.state()).toEqual(fromSnapshot(at(40)));
        expect(prototypeIsClean()).toBe(true);
        link.stop();
      }),
      { seed, numRuns: 300 },
    ),
  );
  unhandled.stop();
  expect(unhandled.found).toEqual([]);
}, FUZZ_TIMEOUT_MS);

const WORDS: readonly (string | Buffer)[] = [
  '', '1', '2', '3', '4', '9', 'x', '44', '44null', '440', '44[]', '44{}', '44{"message":null}', '44{"message":{"a":1},"data":7}', '44"x"', '41', '40', '40{}', '40{"sid":null}', '40/x,{"sid":"y"}', '43', '430["x"]', '42', '42[]', '42["frame"]', '42["connect"]', '42["disconnect"]', '42["connect_error"]', '42["connect_error",null]',
  '42["welcome",{"__proto__":{"polluted":true}}]', '451-["frame",{"_placeholder":true,"num":0}]', '451-["frame",{"_placeholder":true,"num":9}]', `42["frame",${'['.repeat(20_000)}${']'.repeat(20_000)}]`, `42["snapshot","${'x'.repeat(1024 * 1024)}"]`, '0{"sid":"b","pingInterval":-1,"pingTimeout":1e99,"upgrades":["__proto__"],"maxPayload":-1}', '0{', '0null', '42["bye",{"reason":"__proto__"}]', Buffer.from([0, 1, 2]), Buffer.alloc(100_000), '6', 'bAAAA',
];

it('over a real line too: a server without manners is left and asked again', async () => {
  const unhandled = watchUnhandled();
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/stream/' });
  await once(server, 'listening');
  let manners = false;
  let say: readonly (string | Buffer)[] = [];
  let met = 0;
  server.on('connection', (socket) => {
    met += 1;
    socket.on('error', () => undefined);
    socket.send('0{"sid":"a","upgrades":[],"pingInterval":60000,"pingTimeout":20000,"maxPayload":1000000}');
    if (!manners) {
      for (const word of say) socket.send(word);
      setTimeout(() => socket.terminate(), 15);
      return;
    }
    socket.on('message', () => {
      socket.send('40{"sid":"b"}');
      for (const [event, payload] of [['welcome', welcome(3, 'snapshot')], ['snapshot', at(3)]]) socket.send(`42${JSON.stringify([event, payload])}`);
    });
  });
  const log = collectingLog();
  const timers: Timers = {
    after(ms, callback) {
      const timer = setTimeout(callback, Math.min(ms, 5));
      return () => clearTimeout(timer);
    },
  };
  const transport = socketIoTransport(io, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, path: '/stream', log });
  await rounds('hostile server', async (seed) => {
    for (const words of fc.sample(fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 6 }), { numRuns: 40, seed })) {
      manners = false;
      say = words;
      const before = met;
      let seq = 0;
      const link = createLink({ transport, clock: { now: Date.now }, timers: { after: (ms, callback) => timers.after(ms > 2_000 ? 3_600_000 : ms, callback) }, random: { next: () => 0 }, log, client: { app: 't', version: '1', kind: 'desktop' }, token: () => Promise.resolve('t'), cursor: null, onSnapshot: (snapshot) => (seq = snapshot.seq), onFrame: () => undefined, onStatus: () => undefined });
      link.start();
      await until(() => met > before, 'the server to be asked', 3_000);
      await new Promise((resolve) => setTimeout(resolve, 20));
      manners = true;
      link.retryNow();
      await until(() => {
        if (link.status().state !== 'live') link.retryNow();
        return seq === 3;
      }, `the link to be live after ${JSON.stringify(words).slice(0, 300)}`, 5_000);
      link.stop();
    }
  });
  unhandled.stop();
  expect(unhandled.found).toEqual([]);
  for (const socket of server.clients) socket.terminate();
  server.close();
}, FUZZ_TIMEOUT_MS);
