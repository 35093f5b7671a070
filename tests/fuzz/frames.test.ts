import { randomUUID } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PresenceSay } from '../../core/contract/presence.ts';
import { CloseReason, PROTOCOL_VERSION, StreamHello } from '../../core/contract/stream.ts';
import { contactCreated } from '../support/log.ts';
import { memoryStore, type MemoryStore } from '../support/memoryStore.ts';
import { testApp, until, type TestApp } from '../support/serverApp.ts';
import { StrictClient } from '../support/streamClient.ts';
import { oneWrong, wrongText } from './hostile.ts';
import { prototypeIsClean } from './oracle.ts';
import { rawSocket, text, wsFrame, type RawSocket } from './rawSocket.ts';
import { FUZZ_TIMEOUT_MS, rounds, watchUnhandled } from './run.ts';
import { fromSchema } from './values.ts';

let store: MemoryStore;
let test: TestApp;
let url: string;
let organisationId: string;
let token: string;
let calm: StrictClient;
const unhandled = watchUnhandled();

const enrol = async () => {
  const enrolled = await store.enrol(await store.mintTicket(organisationId), { name: 'Desk', kind: 'desktop' });
  if (!enrolled.ok) throw new Error(enrolled.error);
  return enrolled.value.token;
};

beforeAll(async () => {
  store = memoryStore();
  organisationId = store.addOrganisation().id;
  token = await enrol();
  test = testApp(store, { heartbeatMs: 400 });
  url = await test.listen();
  calm = new StrictClient(url, { token: await enrol() });
  expect(await calm.open()).toBe('open');
  await until(() => calm.state !== null, 'the calm client to have its record');
});
afterAll(async () => {
  calm.close();
  await test.app.close();
  unhandled.stop();
});

/** Somebody else on the same server still has each fact within a second, once, in order. */
async function othersAreServed(): Promise<void> {
  store.commit(organisationId, [contactCreated(null)]);
  const head = await store.headSeq(organisationId);
  await until(() => calm.seq === head, 'the calm client to have the fact', 1_000);
  expect(calm.faults).toEqual([]);
  expect(calm.byes).toEqual([]);
  expect(unhandled.found).toEqual([]);
  expect(prototypeIsClean()).toBe(true);
}

const HELLO = { protocol: PROTOCOL_VERSION, client: { app: 'test', version: '1', kind: 'tool' }, cursor: null };
const admitted = async (): Promise<RawSocket> => {
  // Each on a device of its own: one that is closed for flooding is refused for a while.
  const socket = await rawSocket(url);
  socket.write(text(`40${JSON.stringify({ ...HELLO, token: await enrol() })}`));
  await until(() => socket.texts.some((one) => one.startsWith('40{')), 'the line to be let in', 5_000);
  return socket;
};
const refusalIn = (texts: readonly string[]): string | null => {
  const refused = texts.find((one) => one.startsWith('44'));
  if (refused === undefined) return null;
  const body = JSON.parse(refused.slice(refused.indexOf('{'))) as { message: string; data?: { reason?: unknown } };
  return body.data === undefined ? body.message : CloseReason.parse(body.data.reason);
};

it('a hello with anything wrong in it is refused with a reason, or is let in when it was right', async () => {
  const valid = fromSchema(StreamHello).map((hello) => ({ ...(hello as object), token }));
  const words = fc.oneof({ weight: 1, arbitrary: valid.map((hello) => JSON.stringify(hello)) }, { weight: 4, arbitrary: oneWrong(valid).map((hello) => JSON.stringify(hello) ?? '') }, { weight: 3, arbitrary: wrongText(valid) });
  await rounds('hello', (seed) =>
    fc.assert(
      fc.asyncProperty(fc.array(words, { minLength: 8, maxLength: 8 }), async (hellos) => {
        await Promise.all(
          hellos.map(async (hello) => {
            const socket = await rawSocket(url);
            socket.write(text(`40${hello}`));
            await until(() => socket.gone() || socket.texts.some((one) => /^4[04]/.test(one)), `an answer to ${hello.slice(0, 200)}`, 8_000);
            // What is no packet at all closes the line; all else is answered in words of the contract.
            const reason = refusalIn(socket.texts);
            // A text that begins like a namespace is refused by the transport itself, before anybody of ours is asked.
            const ours = reason !== null && !(hello.startsWith('/') && reason === 'Invalid namespace');
            if (ours) expect(CloseReason.options, hello.slice(0, 200)).toContain(reason);
            socket.tcp.destroy();
          }),
        );
      }),
      { seed, numRuns: 8, endOnFailure: true },
    ),
  );
  await othersAreServed();
}, FUZZ_TIMEOUT_MS);

const PACKETS = [
  '', '0', '1', '2', '3', '4', '5', '6', '7', '9', 'b', 'bAAAA', '2probe', '3probe', '41', '42', '43', '44', '45', '46', '47', '49', '40', '40{}', '40{}40{}', '40/admin,{}', '40/__proto__,{}', `40/${'n'.repeat(5_000)},`,
  '42[]', '42{}', '42[1]', '42[null]', '42["disconnect"]', '42["disconnecting","x"]', '42["connect_error",{}]', '42["connect"]', '42["error",{}]', '42["newListener","x"]', '42["removeListener"]', '42["__proto__",{"polluted":1}]', '42["constructor"]', '42["hasOwnProperty"]',
  '421["presence",{}]', '42999999999999999999["presence"]', '42-1["x"]', '431[]', '43999999[{}]', '43["x"]', '430[{"__proto__":{"polluted":1}}]', '44{"message":"x"}', '41/admin,',
  '451-["x",{"_placeholder":true,"num":0}]', '4510-["x",{"_placeholder":true,"num":9}]', '45999999999-["x"]', '45-1-["x"]', '451-["x",{"_placeholder":true,"num":-1}]', '461-1[{"_placeholder":true,"num":"__proto__"}]', '450-["presence",{}]',
  '42["presence"]', '42["presence",null]', '42["presence",[]]', '42["presence",{"__proto__":{"polluted":true}}]', `42["x",${'['.repeat(7_000)}${']'.repeat(7_000)}]`, `42["${'x'.repeat(15_000)}"]`, '42["welcome",{}]', '42["frame",{}]', '42["bye",{"reason":"stopped"}]',
];
const FRAMES: readonly Buffer[] = [
  wsFrame(1, Buffer.from([0xff, 0xfe, 0x80])), wsFrame(1, Buffer.from([0xed, 0xa0, 0x80])), wsFrame(1, '42["x"]', { masked: false }), wsFrame(1, '2', { reserved: 4 }), wsFrame(1, '2', { reserved: 2 }),
  wsFrame(3, 'x'), wsFrame(11, 'x'), wsFrame(15, ''), wsFrame(0, 'continued'), wsFrame(9, Buffer.alloc(126)), wsFrame(9, '', { fin: false }), wsFrame(8, Buffer.from([3])), wsFrame(8, Buffer.from([0, 1])), wsFrame(8, Buffer.from([0x13, 0x88, 0xff, 0xfe])),
  wsFrame(10, 'nobody asked'), wsFrame(9, 'x'.repeat(125)), wsFrame(2, Buffer.from([0, 1, 2])), wsFrame(2, ''), wsFrame(1, ''), wsFrame(1, 'x'.repeat(16 * 1024 + 1)), wsFrame(1, 'x'.repeat(1024 * 1024)), wsFrame(1, '', { claims: 2 ** 40 }), wsFrame(1, '', { claims: 2 ** 53 }), wsFrame(2, '', { claims: 65_536 }),
  wsFrame(1, deflateRawSync(Buffer.alloc(1024 * 1024)), { reserved: 4 }), Buffer.concat([wsFrame(1, '4', { fin: false }), wsFrame(1, '2')]), Buffer.concat([wsFrame(1, '4', { fin: false }), wsFrame(9, 'x'), wsFrame(0, '2["x"]')]),
  Buffer.concat([wsFrame(1, '42["', { fin: false }), ...Array.from({ length: 300 }, () => wsFrame(0, '', { fin: false })), wsFrame(0, '"]')]), Buffer.concat(Array.from({ length: 100 }, () => wsFrame(9, 'x'))), Buffer.from('GET / HTTP/1.1\r\n\r\n'),
];

it('packets and frames of every wrong kind close their line or are passed over; the others go on', async () => {
  const presence = fromSchema(PresenceSay);
  const emitted = fc.tuple(fc.constantFrom('presence', 'x', 'frame'), fc.oneof(presence.map((said) => JSON.stringify(said)), oneWrong(presence).map((said) => JSON.stringify(said) ?? 'null'), wrongText(presence))).map(([event, said]) => text(`42["${event}",${said}]`));
  const piece = fc.oneof(fc.constantFrom(...PACKETS).map(text), fc.constantFrom(...FRAMES), emitted, fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)));
  let closed = 0;
  let lines = 0;
  await rounds('frames', (seed) =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.boolean(), fc.array(piece, { minLength: 1, maxLength: 6 })), { minLength: 12, maxLength: 12 }), async (talkers) => {
        const sockets = await Promise.all(talkers.map(async ([known]) => (known ? admitted() : rawSocket(url))));
        for (const [n, [, pieces]] of talkers.entries()) for (const bytes of pieces) sockets[n]?.write(bytes);
        await sleep(30);
        for (const socket of sockets) {
          lines += 1;
          if (socket.gone()) closed += 1;
          for (const bye of socket.texts.filter((one) => one.startsWith('42["bye"'))) CloseReason.parse((JSON.parse(bye.slice(2)) as [string, { reason: string }])[1].reason);
          expect(socket.texts.join('')).not.toMatch(/node_modules|\bat \S+ \(|TypeError/);
          socket.tcp.destroy();
        }
        await othersAreServed();
      }),
      { seed, numRuns: 18, endOnFailure: true },
    ),
  );
  console.log(`fuzz: ${lines} lines misbehaved, ${closed} of them were closed within 30 ms`);
}, FUZZ_TIMEOUT_MS);

it.each([
  ['another version of the transport', '/stream/?EIO=3&transport=websocket', ''],
  ['no version', '/stream/?transport=websocket', ''],
  ['another transport', '/stream/?EIO=4&transport=polling', ''],
  ['a session that is not there', `/stream/?EIO=4&transport=websocket&sid=${randomUUID()}`, ''],
  ['a session called __proto__', '/stream/?EIO=4&transport=websocket&sid=__proto__', ''],
  ['parameters twice', '/stream/?EIO=4&EIO=4&transport=websocket&transport=websocket&sid[]=a', ''],
  ['an address beside it', '/stream/../api/me?EIO=4&transport=websocket', ''],
  ['an extension that explodes', '/stream/?EIO=4&transport=websocket', 'Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99; x="\\"\r\n'],
  ['a protocol that is none', '/stream/?EIO=4&transport=websocket', 'Sec-WebSocket-Protocol: a, a, ,\r\n'],
  ['two keys', '/stream/?EIO=4&transport=websocket', 'Sec-WebSocket-Key: x\r\n'],
  ['a foreign name', '/stream/?EIO=4&transport=websocket', 'Origin: https://evil.example\r\n'],
])('an upgrade with %s harms nobody', async (_name, path, headers) => {
  const socket = await rawSocket(url, path, headers);
  socket.write(text(`40${JSON.stringify({ ...HELLO, token })}`));
  await sleep(30);
  socket.tcp.destroy();
  await othersAreServed();
});

it('a pong that never comes, a handshake that stops half way, a line that takes nothing: each is let go', async () => {
  const half = await rawSocket(url);
  half.write(text('40{"protocol":').subarray(0, 9));
  const deaf = await admitted();
  deaf.tcp.pause();
  for (let n = 0; n < 3; n += 1) {
    await othersAreServed();
    await sleep(50);
  }
  half.tcp.destroy();
  deaf.tcp.destroy();
  await othersAreServed();
});
