import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import type { Http, HttpRequest } from '../../../core/ports/ports.ts';
import { createEgressHttp } from '../../../egress/http.ts';
import type { KeptLimits } from '../../../egress/kept.ts';
import { collectingLog } from '../../support/store.ts';

/** Connections that stay open between the calls of one account. */

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

interface Place {
  readonly url: string;
  /** Connections that were made so far, and those that are open. */
  made: number;
  readonly open: Set<net.Socket>;
}

async function listening(server: net.Server): Promise<Place> {
  const open = new Set<net.Socket>();
  const place = { url: '', made: 0, open };
  server.on('connection', (socket: net.Socket) => {
    place.made += 1;
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return Object.assign(place, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
}

const door = (place: Place, kept: KeptLimits = {}): Http => createEgressHttp({ allow: [new URL(place.url).host], log: collectingLog(), kept });
const request = ({ url }: Place, fields: Partial<HttpRequest> = {}): HttpRequest => ({ method: 'GET', url, headers: {}, timeoutMs: 5_000, ...fields });
const answering = () => http.createServer((_request, response) => response.end('{}'));

test('calls of one account go over one connection, those of another over its own, and others over one each', async () => {
  const place = await listening(answering());
  const calls = door(place);
  for (let n = 0; n < 3; n += 1) await calls.send(request(place, { keptFor: 'one', method: n === 1 ? 'POST' : 'GET', ...(n === 1 ? { body: '{}' } : {}) }));
  expect(place.made).toBe(1);
  await calls.send(request(place, { keptFor: 'two' }));
  expect(place.made).toBe(2);
  await calls.send(request(place));
  await calls.send(request(place));
  expect(place.made).toBe(4);
  await calls.send(request(place, { keptFor: 'one' }));
  expect(place.made).toBe(4);
});

test('an idle connection is closed, and so is one that was used for long enough', async () => {
  const place = await listening(answering());
  const calls = door(place, { idleMs: 50 });
  await calls.send(request(place, { keptFor: 'one' }));
  await vi.waitFor(() => expect(place.open.size).toBe(0), 10_000);
  await calls.send(request(place, { keptFor: 'one' }));
  expect(place.made).toBe(2);

  const old = await listening(answering());
  const short = door(old, { oldestMs: -1 });
  await short.send(request(old, { keptFor: 'one' }));
  await short.send(request(old, { keptFor: 'one' }));
  expect(old.made).toBe(2);
});

test('no more idle connections are kept than there may be', async () => {
  const place = await listening(answering());
  const calls = door(place, { mostIdle: 2 });
  for (const keptFor of ['one', 'two', 'three']) await calls.send(request(place, { keptFor }));
  await vi.waitFor(() => expect(place.open.size).toBe(2), 10_000);
});

test('a name that leads inside is refused however its connection would be kept', async () => {
  const asked: string[] = [];
  const resolve = async (name: string) => {
    asked.push(name);
    return [{ address: '10.0.0.7', family: 4 }];
  };
  const calls = createEgressHttp({ allow: [], log: collectingLog(), resolve });
  for (let n = 0; n < 2; n += 1) {
    await expect(calls.send({ method: 'GET', url: 'https://vendor.example/', headers: {}, timeoutMs: 5_000, keptFor: 'one' })).rejects.toMatchObject({ reason: 'address_not_public' });
  }
  expect(asked).toEqual(['vendor.example', 'vendor.example']);
});

/** Answers the first request of each connection, and closes it without a word when the second comes. `heard`: first words of all that came. */
function closing(heard: string[]): net.Server {
  return net.createServer((socket) => {
    let answered = false;
    socket.on('data', (bytes) => {
      heard.push(bytes.toString().split(' ')[0] ?? '');
      if (answered) return void socket.destroy();
      answered = true;
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
    });
  });
}

test.each(['GET', 'PROPFIND', 'REPORT'] as const)('a server that closes a kept connection: %s is asked again over a new one', async (method) => {
  const heard: string[] = [];
  const place = await listening(closing(heard));
  const calls = door(place);
  await calls.send(request(place, { keptFor: 'one' }));
  expect(await calls.send(request(place, { method, keptFor: 'one' }))).toMatchObject({ status: 200, body: '{}' });
  expect([heard, place.made]).toEqual([['GET', method, method], 2]);
});

test.each(['POST', 'PATCH', 'PUT', 'DELETE'] as const)('a server that closes a kept connection: %s may have come, so it is sent once', async (method) => {
  const heard: string[] = [];
  const place = await listening(closing(heard));
  const calls = door(place);
  await calls.send(request(place, { keptFor: 'one' }));
  await expect(calls.send(request(place, { method, body: '{}', keptFor: 'one' }))).rejects.toMatchObject({ reason: 'network' });
  expect(heard).toEqual(['GET', method]);
  // Whoever tries again finds no broken connection.
  expect(await calls.send(request(place, { method, body: '{}', keptFor: 'one' }))).toMatchObject({ status: 200 });
});

test('a server that has closed before is asked over a new connection, whatever it is asked', async () => {
  const place = await listening(answering());
  const calls = door(place);
  await calls.send(request(place, { keptFor: 'one' }));
  for (const socket of place.open) socket.end();
  await vi.waitFor(() => expect(place.open.size).toBe(0), 10_000);
  expect(await calls.send(request(place, { method: 'POST', body: '{}', keptFor: 'one' }))).toMatchObject({ status: 200 });
  expect(place.made).toBe(2);
});

test('what is cut off, too large or redirected leaves no connection behind', async () => {
  const server = http.createServer(({ url }, response) => {
    if (url === '/cut') response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy());
    else if (url === '/huge') response.end(Buffer.alloc(6 * 1024 * 1024, 0x61));
    else if (url === '/redirect') response.writeHead(302, { location: '/' }).end();
    else response.end('{}');
  });
  const place = await listening(server);
  const calls = door(place);
  for (const path of ['cut', 'huge', 'redirect']) {
    await expect(calls.send(request(place, { url: `${place.url}${path}`, keptFor: 'one' }))).rejects.toMatchObject({ name: 'EgressError' });
    expect(await calls.send(request(place, { keptFor: 'one' }))).toMatchObject({ status: 200, body: '{}' });
  }
});
