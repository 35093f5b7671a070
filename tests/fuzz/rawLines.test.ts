import { connect as connectTcp, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ErrorBody } from '../../core/contract/http.ts';
import { memoryStore } from '../support/memoryStore.ts';
import { testApp, type TestApp } from '../support/serverApp.ts';
import { prototypeIsClean } from './oracle.ts';
import { FUZZ_TIMEOUT_MS, rounds, watchUnhandled } from './run.ts';

let test: TestApp;
let port: number;
const open = new Set<Socket>();
const unhandled = watchUnhandled();

beforeAll(async () => {
  test = testApp(memoryStore(), { config: { apiPerMinute: 1_000_000_000, enrolPerMinute: 1_000_000_000, strangerPerMinute: 1_000_000_000 } });
  port = Number(new URL(await test.listen()).port);
});
afterAll(async () => {
  for (const socket of open) socket.destroy();
  await test.app.close();
  unhandled.stop();
});

interface Heard {
  readonly text: string;
  readonly closed: boolean;
}

/** Writes bytes as they are and gives back all that came until the line was closed or had been quiet for a while. */
function say(bytes: Buffer | string, quietMs = 150): Promise<Heard> {
  return new Promise((resolve) => {
    const socket = connectTcp(port, '127.0.0.1');
    open.add(socket);
    const parts: Buffer[] = [];
    let quiet: NodeJS.Timeout | null = null;
    const done = (closed: boolean) => {
      if (quiet !== null) clearTimeout(quiet);
      open.delete(socket);
      socket.destroy();
      resolve({ text: Buffer.concat(parts).toString('latin1'), closed });
    };
    const wait = () => {
      if (quiet !== null) clearTimeout(quiet);
      quiet = setTimeout(() => done(false), quietMs);
    };
    socket.on('data', (part) => {
      parts.push(part);
      wait();
    });
    socket.on('error', () => done(true));
    socket.on('close', () => done(true));
    socket.write(bytes);
    wait();
  });
}

interface Told {
  readonly status: number;
  readonly body: string;
}

/** The answers in what was heard, by their own lengths. */
function answersIn(text: string): Told[] {
  const answers: Told[] = [];
  let rest = text;
  while (rest !== '') {
    const head = /^HTTP\/1\.[01] (\d{3})[^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n/.exec(rest);
    if (!head) throw new Error(`not an answer: ${rest.slice(0, 200)}`);
    const length = Number(/content-length: (\d+)/i.exec(head[2] ?? '')?.[1] ?? 0);
    answers.push({ status: Number(head[1]), body: rest.slice(head[0].length, head[0].length + length) });
    rest = rest.slice(head[0].length + length);
  }
  return answers;
}

function judge(heard: Heard, told: string): Told[] {
  const answers = answersIn(heard.text);
  for (const { status, body } of answers) {
    expect([200, 204, 400, 401, 403, 404, 405, 408, 411, 413, 414, 415, 417, 421, 426, 431, 501], told).toContain(status);
    if (status >= 400 && body !== '') ErrorBody.parse(JSON.parse(body));
    if (status >= 400) expect(body, `${told} has no words`).not.toBe('');
  }
  expect(prototypeIsClean()).toBe(true);
  return answers;
}

const HOST = 'Host: 127.0.0.1\r\n';
const SMUGGLED = 'GET /healthz?smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
const POST = `POST /api/devices/enrol HTTP/1.1\r\n${HOST}Content-Type: application/json\r\n`;

/** Shapes on which a proxy and a server may disagree about where a request ends. At most one answer, never two. */
const AMBIGUOUS: readonly (readonly [string, string])[] = [
  ['content-length and chunked', `${POST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  ['chunked and content-length', `${POST}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  ['two lengths that differ', `${POST}Content-Length: 0\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`],
  ['a list of lengths', `${POST}Content-Length: 0, ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`],
  ['a length with a sign', `${POST}Content-Length: +0\r\n\r\n${SMUGGLED}`],
  ['a negative length', `${POST}Content-Length: -1\r\n\r\n${SMUGGLED}`],
  ['a length in hex', `${POST}Content-Length: 0x0\r\n\r\n${SMUGGLED}`],
  ['a length with a space before the colon', `${POST}Content-Length : 0\r\n\r\n${SMUGGLED}`],
  ['an obscured encoding', `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  ['chunked twice', `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  ['an encoding with a tab', `${POST}Transfer-Encoding:\tchunked, identity\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  ['an encoding on a folded line', `${POST}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  ['a chunk size that overflows', `${POST}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n${SMUGGLED}`],
  ['a chunk size with a sign', `${POST}Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n${SMUGGLED}`],
  ['a bare line feed after a chunk', `${POST}Transfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n${SMUGGLED}`],
  ['a bare line feed in the head', `POST /api/devices/enrol HTTP/1.1\nHost: 127.0.0.1\nContent-Length: 0\n\n${SMUGGLED}`],
  ['a bare carriage return', `GET /healthz HTTP/1.1\r\n${HOST}X: a\rContent-Length: 0\r\n\r\n`],
  ['a NUL in a header', `GET /healthz HTTP/1.1\r\n${HOST}X: a\u0000b\r\n\r\n`],
  ['a header without a name', `GET /healthz HTTP/1.1\r\n${HOST}: x\r\n\r\n`],
  ['a header with no colon', `GET /healthz HTTP/1.1\r\n${HOST}nonsense\r\n\r\n`],
];

it.each(AMBIGUOUS)('%s is never two requests', async (name, bytes) => {
  const heard = await say(bytes);
  const answers = judge(heard, name);
  expect(answers.length).toBeLessThanOrEqual(1);
  if (answers[0] && answers[0].status !== 401) expect(answers[0].status).toBeGreaterThanOrEqual(400);
});

const ODD: readonly (readonly [string, string])[] = [
  ['HTTP/0.9', 'GET /healthz\r\n\r\n'],
  ['HTTP/2 in words', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a version that does not exist', `GET /healthz HTTP/9.9\r\n${HOST}\r\n`],
  ['no host', 'GET /api/me HTTP/1.1\r\n\r\n'],
  ['two hosts', `GET /api/me HTTP/1.1\r\n${HOST}Host: evil.example\r\n\r\n`],
  ['absolute form', `GET http://evil.example/api/me HTTP/1.1\r\n${HOST}\r\n`],
  ['absolute form with a name', `GET http://a:b@127.0.0.1/healthz HTTP/1.1\r\n${HOST}\r\n`],
  ['star form', `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`],
  ['a tunnel', `CONNECT 127.0.0.1:22 HTTP/1.1\r\n${HOST}\r\n`],
  ['TRACE', `TRACE /api/me HTTP/1.1\r\n${HOST}Cookie: wedsync_device=secret\r\n\r\n`],
  ['a method nobody knows', `JUMP /api/me HTTP/1.1\r\n${HOST}\r\n`],
  ['an address that is no address', `GET api/me HTTP/1.1\r\n${HOST}\r\n`],
  ['spaces in the address', `GET /api/me and more HTTP/1.1\r\n${HOST}\r\n`],
  ['raw bytes in the address', `GET /\u00ff\u00fe\u0080 HTTP/1.1\r\n${HOST}\r\n`],
  ['NUL in the address', `GET /api/\u0000me HTTP/1.1\r\n${HOST}\r\n`],
  ['climbing out', `GET /../../../../etc/passwd HTTP/1.1\r\n${HOST}\r\n`],
  ['climbing out, encoded twice', `GET /%252e%252e/%252e%252e/etc/passwd HTTP/1.1\r\n${HOST}\r\n`],
  ['an endless first line', `GET /${'a'.repeat(200_000)} HTTP/1.1\r\n${HOST}\r\n`],
  ['an endless header', `GET /api/me HTTP/1.1\r\n${HOST}X: ${'a'.repeat(200_000)}\r\n\r\n`],
  ['thousands of headers', `GET /api/me HTTP/1.1\r\n${HOST}${Array.from({ length: 5_000 }, (_none, n) => `x${n}: 1\r\n`).join('')}\r\n`],
  ['the hello of TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003'],
  ['nothing but line ends', '\r\n'.repeat(2_000)],
  ['an upgrade elsewhere', `GET /api/me HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`],
  ['an upgrade to HTTP/2', `GET /healthz HTTP/1.1\r\n${HOST}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n`],
  ['a stream that is no websocket', `GET /stream/?EIO=4&transport=polling HTTP/1.1\r\n${HOST}\r\n`],
  ['a trailer that means something', `${POST}Transfer-Encoding: chunked\r\nTrailer: authorization\r\n\r\n2\r\n{}\r\n0\r\nauthorization: Bearer x\r\n\r\n`],
];

it.concurrent.each(ODD)('%s is refused in our words or the line is closed', async (name, bytes) => {
  const heard = await say(Buffer.from(bytes, 'latin1'), 1_500);
  const answers = judge(heard, name);
  if (answers.length === 0) expect(heard.closed || name === 'nothing but line ends', name).toBe(true);
  expect(heard.text).not.toContain('secret');
  expect(heard.text).not.toContain('root:');
});

it('requests that follow on one line are answered in order, each once', async () => {
  const answers = judge(await say(Array.from({ length: 50 }, (_none, n) => `GET /api/me?${n} HTTP/1.1\r\n${HOST}\r\n`).join(''), 500), 'pipelined');
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 401));
});

it('bytes at random harm nobody', async () => {
  const piece = fc.oneof(
    fc.constantFrom('GET', 'POST', ' ', '/', '/api/me', 'HTTP/1.1', '\r\n', '\n', '\r', ':', 'Host: 127.0.0.1', 'Content-Length: ', '0', '5', 'Transfer-Encoding: chunked', '{}', '\u0000', '\u00ff', 'Expect: 100-continue', 'Connection: upgrade', 'Upgrade: websocket'),
    fc.string({ maxLength: 20 }),
  );
  await rounds('raw bytes', (seed) =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.array(piece, { maxLength: 30 }).map((parts) => parts.join('')), { minLength: 20, maxLength: 20 }), async (many) => {
        const heard = await Promise.all(many.map((bytes) => say(bytes, 40)));
        for (const [n, one] of heard.entries()) judge(one, JSON.stringify(many[n]));
      }),
      { seed, numRuns: 15, endOnFailure: true },
    ),
  );
  expect((await test.app.inject({ url: '/healthz' })).statusCode).toBe(200);
  expect(unhandled.found).toEqual([]);
}, FUZZ_TIMEOUT_MS);
