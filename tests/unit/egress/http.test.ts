import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HttpRequest } from '../../../core/ports/ports.ts';
import { isPublicAddress } from '../../../egress/addresses.ts';
import { createEgressHttp } from '../../../egress/http.ts';
import { collectingLog } from '../../support/store.ts';

const log = collectingLog();
let server: http.Server;
let port: number;
let asked = 0;

beforeAll(async () => {
  server = http.createServer((request, response) => {
    asked += 1;
    if (request.url === '/redirect') response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    else if (request.url === '/huge') response.writeHead(200).end(Buffer.alloc(6 * 1024 * 1024, 0x61));
    else if (request.url === '/cut') response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy());
    else if (request.url?.startsWith('/packed')) response.writeHead(Number(request.url.split('/')[2]), { 'content-encoding': 'gzip' }).end(gzipSync('{}'));
    else if (request.url?.startsWith('/text')) {
      const asked = new URL(request.url, 'http://x').searchParams;
      response.writeHead(200, { 'content-type': asked.get('type') ?? 'application/json' }).end(Buffer.from(asked.get('hex') ?? '', 'hex'));
    } else if (request.url === '/slow') response.writeHead(200).write('a');
    else {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => response.writeHead(201, { 'x-one': 'two' }).end(JSON.stringify({ method: request.method, body: Buffer.concat(parts).toString(), key: request.headers['x-api-key'] })));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const request = (url: string, fields: Partial<HttpRequest> = {}): HttpRequest => ({ method: 'GET', url, headers: {}, timeoutMs: 5_000, ...fields });
const guarded = () => createEgressHttp({ allow: [], log });
const excepted = () => createEgressHttp({ allow: [`127.0.0.1:${port}`], log });

test.each([
  ['http://example.com/', 'scheme'],
  ['ftp://example.com/', 'scheme'],
  ['file:///etc/passwd', 'scheme'],
  ['not a url', 'url_invalid'],
  ['https://user:secret@example.com/', 'credentials_in_url'],
  ['https://127.0.0.1/', 'address_not_public'],
  ['https://127.1/', 'address_not_public'],
  ['https://2130706433/', 'address_not_public'],
  ['https://0x7f.0.0.1/', 'address_not_public'],
  ['https://017700000001/', 'address_not_public'],
  ['https://0.0.0.0/', 'address_not_public'],
  ['https://10.1.2.3/', 'address_not_public'],
  ['https://172.31.255.255/', 'address_not_public'],
  ['https://192.168.0.1/', 'address_not_public'],
  ['https://100.64.0.1/', 'address_not_public'],
  ['https://169.254.169.254/latest/meta-data/', 'address_not_public'],
  ['https://[::1]/', 'address_not_public'],
  ['https://[::]/', 'address_not_public'],
  ['https://[::ffff:127.0.0.1]/', 'address_not_public'],
  ['https://[::ffff:a9fe:a9fe]/', 'address_not_public'],
  ['https://[::127.0.0.1]/', 'address_not_public'],
  ['https://[64:ff9b::7f00:1]/', 'address_not_public'],
  ['https://[fe80::1]/', 'address_not_public'],
  ['https://[fd00::1]/', 'address_not_public'],
  ['https://[2002:7f00:1::]/', 'address_not_public'],
  ['https://localhost/', 'address_not_public'],
])('%s is refused: %s', async (url, reason) => {
  await expect(guarded().send(request(url))).rejects.toMatchObject({ name: 'EgressError', reason });
});

test('a name that leads inside is refused, also when one of its addresses is public', async () => {
  const resolve = async () => [
    { address: '93.184.215.14', family: 4 },
    { address: '10.0.0.7', family: 4 },
  ];
  await expect(createEgressHttp({ allow: [], log, resolve }).send(request('https://vendor.example/'))).rejects.toMatchObject({ reason: 'address_not_public' });
});

test.each(['8.8.8.8', '93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c', '::ffff:8.8.8.8'])('%s is public', (address) => expect(isPublicAddress(address)).toBe(true));
test.each(['', 'localhost', '256.1.1.1', 'fe80::1%eth0', '224.0.0.1', '255.255.255.255'])('%s is not public', (address) => expect(isPublicAddress(address)).toBe(false));

test('an exception answers over plain http, with method, headers and body', async () => {
  const answer = await excepted().send(request(`http://127.0.0.1:${port}/`, { method: 'POST', headers: { 'x-api-key': 'k' }, body: 'grüß' }));
  expect(answer).toMatchObject({ status: 201, headers: { 'x-one': 'two' } });
  expect(JSON.parse(answer.body)).toEqual({ method: 'POST', body: 'grüß', key: 'k' });
});

test('an exception is for that port only', async () => {
  const before = asked;
  await expect(createEgressHttp({ allow: [`127.0.0.1:${port + 1}`], log }).send(request(`http://127.0.0.1:${port}/`))).rejects.toMatchObject({ reason: 'scheme' });
  expect(asked).toBe(before);
});

test.each([
  ['/redirect', 'redirect'],
  ['/huge', 'answer_too_large'],
  ['/cut', 'network'],
  ['/packed/200', 'answer_encoded'],
  ['/slow', 'timeout'],
])('%s ends with %s', async (path, reason) => {
  await expect(excepted().send(request(`http://127.0.0.1:${port}${path}`, path === '/slow' ? { timeoutMs: 200 } : {}))).rejects.toMatchObject({ reason });
});

test('a redirect is told to whoever asks for it, and followed by nobody', async () => {
  const before = asked;
  const answer = await excepted().send(request(`http://127.0.0.1:${port}/redirect`, { method: 'PROPFIND', redirect: 'told' }));
  expect(answer).toMatchObject({ status: 302, headers: { location: 'http://169.254.169.254/' }, body: '' });
  expect(asked).toBe(before + 1);
});

test('a refusal is one, however it is packed', async () => {
  expect(await excepted().send(request(`http://127.0.0.1:${port}/packed/404`))).toMatchObject({ status: 404, body: '' });
});

test.each<[string, string, Buffer, string, boolean]>([
  ['UTF-8', 'application/json', Buffer.from('Zoë'), 'Zoë', false],
  ['UTF-8 behind a mark', 'application/json', Buffer.from('\ufeffZoë'), 'Zoë', false],
  ['UTF-8 that says it is Latin 1', 'text/plain; charset=ISO-8859-1', Buffer.from('Zoë'), 'Zoë', false],
  ['Latin 1 that says so', 'text/calendar; charset="iso-8859-1"', Buffer.from('Zoë', 'latin1'), 'Zoë', false],
  ['Latin 1 that does not', 'application/json', Buffer.from('Zoë', 'latin1'), 'Zo\ufffd', true],
  ['UTF-16 that says so', 'application/json; charset=utf-16le', Buffer.from('Zoë', 'utf16le'), 'Zoë', false],
  ['UTF-16 behind a mark', 'application/json', Buffer.from('\ufeffZoë', 'utf16le'), 'Zoë', false],
  ['a charset that nobody knows', 'text/plain; charset=x-klingon', Buffer.from('Zoë'), 'Zoë', false],
  ['half of a letter', 'text/plain; charset=utf-8', Buffer.from('Zoë').subarray(0, 3), 'Zo\ufffd', true],
])('an answer in %s', async (_what, type, bytes, text, damaged) => {
  const answer = await excepted().send(request(`http://127.0.0.1:${port}/text?${new URLSearchParams({ type, hex: bytes.toString('hex') }).toString()}`));
  expect([answer.body, answer.damaged ?? false]).toEqual([text, damaged]);
});

test('the log names the host and the reason, never the path or its secrets', () => {
  expect(log.lines.length).toBeGreaterThan(20);
  expect(JSON.stringify(log.lines)).not.toContain('secret');
  expect(JSON.stringify(log.lines)).not.toContain('meta-data');
});
