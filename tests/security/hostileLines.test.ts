import { once } from 'node:events';
import { connect as connectTcp, type Socket as TcpSocket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLines, type Line } from '../../server/stream/lines.ts';
import { memoryStore, type MemoryStore } from '../support/memoryStore.ts';
import { connect, first, testApp, until, type TestApp } from '../support/serverApp.ts';

let store: MemoryStore;
let test: TestApp;
let url: string;
let hello: Record<string, unknown>;
let lines: TcpSocket[];

beforeEach(async () => {
  store = memoryStore();
  const organisation = store.addOrganisation();
  const enrolled = await store.enrol(await store.mintTicket(organisation.id), { name: 'Desk', kind: 'tool' });
  if (!enrolled.ok) throw new Error(enrolled.error);
  hello = { token: enrolled.value.token };
  test = testApp(store);
  url = await test.listen();
  lines = [];
});
afterEach(async () => {
  for (const line of lines) line.destroy();
  await test.app.close();
});

/** A websocket that was opened and then says nothing, or only what it is given. */
async function silentLine(): Promise<TcpSocket> {
  const line = connectTcp(Number(new URL(url).port), '127.0.0.1');
  lines.push(line);
  line.on('error', () => undefined);
  line.write(
    'GET /stream/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
  await once(line, 'data');
  return line;
}

const welcomed = async () => {
  const socket = connect(url, hello);
  await first(socket, 'welcome');
  return socket;
};

it('a stop does not wait for lines that were opened and never said who they are', async () => {
  const silent = await Promise.all(Array.from({ length: 100 }, silentLine));
  await test.app.close();
  await until(() => silent.every((line) => line.closed), 'the lines to be cut');
});

it('one address has room for so many unknown lines, and gets it back; known ones are not counted', async () => {
  const known = await welcomed();
  await Promise.all(Array.from({ length: 200 }, silentLine));
  const late = connect(url, hello);
  await first(late, 'connect_error');
  late.disconnect();
  expect(known.connected).toBe(true);
  for (const line of lines) line.destroy();
  await until(() => lines.every((line) => line.closed), 'the lines to be gone');
  let again = false;
  for (let tries = 0; !again && tries < 100; tries += 1) {
    const socket = connect(url, hello);
    again = await Promise.race([first(socket, 'welcome').then(() => true), first(socket, 'connect_error').then(() => false)]);
    socket.disconnect();
  }
  expect(again).toBe(true);
  known.disconnect();
});

it.each([['40{'], ['4' + '2'.repeat(1_000)], ['451-["x",{"_placeholder":true,"num":0}]'], ['42["disconnect"]'], ['40/__proto__,{}'], ['40["x"]'], ['4'.repeat(20_000)], ['�']])('%.30s on a websocket harms nobody', async (text) => {
  const calm = await welcomed();
  const socket = new WebSocket(`${url.replace('http', 'ws')}/stream/?EIO=4&transport=websocket`);
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  socket.send(text);
  socket.send(new Uint8Array([0, 1, 2]));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(calm.connected).toBe(true);
  expect((await test.app.inject({ url: '/healthz' })).statusCode).toBe(200);
  socket.close();
  calm.disconnect();
});

describe('lines', () => {
  const line = (address = 'a') => {
    let close: () => void = () => undefined;
    const made = { key: {}, address, cuts: 0, cut: () => void ((made.cuts += 1), close()), onGone: (listener: () => void) => void (close = listener) };
    return made satisfies Line & { cuts: number };
  };

  it('cuts a line that is not admitted in time, and leaves an admitted one alone', async () => {
    const all = createLines({ admissionMs: 20 });
    const [slow, quick] = [line(), line()];
    all.opened(slow);
    all.opened(quick);
    all.admitted(quick.key);
    await until(() => slow.cuts === 1, 'the slow one to be cut');
    expect(quick.cuts).toBe(0);
  });

  it('counts by address; lines that come through a proxy only together', () => {
    const all = createLines({ perAddress: 1 });
    const one = line('a');
    all.opened(one);
    expect([all.hasRoom('a'), all.hasRoom('b')]).toEqual([false, true]);
    one.cut();
    expect(all.hasRoom('a')).toBe(true);
    all.opened(line(''));
    all.opened(line(''));
    expect(all.hasRoom('')).toBe(true);
    all.cutAll();
  });
});

it('a stop does not wait for a line that broke the protocol and stays open', async () => {
  const line = await silentLine();
  line.write(Buffer.alloc(2_000, 0xff));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await test.app.close();
  await until(() => line.closed || line.destroyed || line.readableEnded, 'the line to be cut');
});

it('a storm of questions about its health costs the database one at a time', async () => {
  let asked = 0;
  const gauges = store.gauges.bind(store);
  store.gauges = () => ((asked += 1), gauges());
  const answers = await Promise.all(Array.from({ length: 300 }, () => test.app.inject({ url: '/metrics' })));
  expect(answers.every((answer) => answer.statusCode === 200 && answer.body.includes('wedsync_deliveries_parked'))).toBe(true);
  expect(asked).toBe(1);
});
