import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ErrorBody } from '../../core/contract/http.ts';
import { PROTOCOL_VERSION } from '../../core/contract/stream.ts';
import { createAllowance, createCoolDowns, FLOOD_LIMITS } from '../../server/stream/flood.ts';
import { rawSocket, text, wsFrame, type RawSocket } from '../fuzz/rawSocket.ts';
import { memoryStore, type MemoryStore } from '../support/memoryStore.ts';
import { connect, first, testApp, until, type TestApp } from '../support/serverApp.ts';

let store: MemoryStore;
let test: TestApp;
let url: string;
let organisationId: string;

beforeEach(async () => {
  store = memoryStore();
  organisationId = store.addOrganisation().id;
  test = testApp(store, { config: { apiPerMinute: 20 }, floodLimits: { ...FLOOD_LIMITS, pauseMs: 200, coolDownMs: 1_500 } });
  url = await test.listen();
});
afterEach(() => test.app.close());

const enrol = async () => {
  const enrolled = await store.enrol(await store.mintTicket(organisationId), { name: 'Desk', kind: 'tool' });
  if (!enrolled.ok) throw new Error(enrolled.error);
  return enrolled.value.token;
};
const slowed = async () => (await test.metrics.streamSlowed.get()).values[0]?.value ?? 0;
const admitted = async (token: string): Promise<RawSocket> => {
  const socket = await rawSocket(url);
  socket.write(text(`40${JSON.stringify({ protocol: PROTOCOL_VERSION, client: { app: 'test', version: '1', kind: 'tool' }, cursor: null, token })}`));
  await until(() => socket.texts.some((one) => one.startsWith('40')), 'the line to be let in');
  return socket;
};
/** Goes on until the other side has closed. */
const keepSaying = async (socket: RawSocket, bytes: Buffer) => {
  const deadline = Date.now() + 15_000;
  while (!socket.gone() && Date.now() < deadline) if (!socket.tcp.write(bytes)) await Promise.race([new Promise((resolve) => socket.tcp.once('drain', resolve)), sleep(100)]);
};

describe.each([
  ['words', Buffer.concat(Array.from({ length: 200 }, () => text('42["noise",{}]')))],
  // Each is answered by the websocket itself and never becomes a packet.
  ['pings', Buffer.concat(Array.from({ length: 200 }, () => wsFrame(9, 'x')))],
  ['large messages', text(`42["${'x'.repeat(15_000)}"]`)],
  ['an unfinished message', wsFrame(0, 'x', { fin: false })],
])('a client that floods with %s', (name, bytes) => {
  it('is not read for a while, then closed with the reason, then refused; afterwards it may come again', async () => {
    const token = await enrol();
    const calm = connect(url, { token: await enrol() });
    await first(calm, 'welcome');
    const loud = await admitted(token);
    if (name === 'an unfinished message') loud.write(wsFrame(1, '42["', { fin: false }));
    await keepSaying(loud, name === 'an unfinished message' ? Buffer.concat(Array.from({ length: 2_000 }, () => bytes)) : bytes);
    expect(loud.gone()).toBe(true);
    expect(calm.connected).toBe(true);
    calm.disconnect();
    // An unfinished message is cut by the websocket's own limits as soon as it is too long.
    if (name === 'an unfinished message') return;
    expect(loud.texts.some((one) => one.includes('"reason":"flooding"'))).toBe(true);
    expect(await slowed()).toBeGreaterThanOrEqual(FLOOD_LIMITS.pauses);
    const early = connect(url, { token });
    expect(await first<Error & { data?: unknown }>(early, 'connect_error')).toMatchObject({ data: { reason: 'flooding' } });
    early.disconnect();
    await sleep(1_600);
    const late = connect(url, { token });
    await first(late, 'welcome');
    late.disconnect();
  });
});

it('one burst is only slowed: nothing of it is lost and the line stays', async () => {
  const token = await enrol();
  const socket = await admitted(token);
  socket.write(Buffer.concat(Array.from({ length: 600 }, () => text('42["noise"]'))));
  await until(() => socket.texts.filter((one) => one.startsWith('42["welcome"')).length === 1, 'the welcome');
  await sleep(600);
  await expect.poll(slowed).toBeGreaterThan(0);
  expect(socket.gone()).toBe(false);
  socket.tcp.destroy();
});

it('too many requests are told when to come again; who goes on waits for it and loses the connection', async () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const ask = () =>
    new Promise<{ status: number; retryAfter: string | undefined; closes: boolean; code: string; ms: number }>((resolve, reject) => {
      const startedAt = performance.now();
      http
        .get(`${url}/api/me`, { agent }, (answer) => {
          let body = '';
          answer.on('data', (part: Buffer) => (body += part.toString()));
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'], closes: answer.headers.connection === 'close', code: ErrorBody.parse(JSON.parse(body)).error.code, ms: performance.now() - startedAt }));
        })
        .on('error', reject);
    });
  const answers = [];
  for (let n = 0; n < 322; n += 1) answers.push(await ask());
  agent.destroy();
  expect(answers.slice(0, 20).map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 401));
  const hasty = answers.slice(20);
  expect(hasty.every(({ status, code, retryAfter }) => status === 429 && code === 'request.too_many' && Number(retryAfter) > 0)).toBe(true);
  expect(hasty.map(({ closes }) => closes)).toEqual(hasty.map((_one, n) => n >= 300));
  expect(hasty.at(-1)?.ms).toBeGreaterThan(400);
  // Webhooks of the same address are another matter: they are counted by what they prove.
  expect((await test.app.inject({ method: 'POST', url: '/api/integrations/webhook/stripe/unknown-key', payload: {} })).statusCode).toBe(404);
});

describe('the allowance of a line', () => {
  const limits = { messages: 10, messagesPerSecond: 10, bytes: 1_000, bytesPerSecond: 1_000, pauseMs: 10, pauses: 2, forgottenMs: 5_000, coolDownMs: 1_000 };
  const made = () => {
    let now = 1_000_000;
    const heard: string[] = [];
    const allowance = createAllowance({ pause: () => void heard.push('pause'), resume: () => void heard.push('resume'), flooding: () => void heard.push('flooding') }, { now: () => now }, limits);
    const say = (count: number) => {
      for (let n = 0; n < count; n += 1) allowance.message();
    };
    return { heard, allowance, say, later: (ms: number) => (now += ms) };
  };

  it('takes what our clients say for as long as they like', () => {
    const { heard, allowance, say, later } = made();
    for (let n = 0; n < 1_000; n += 1) {
      say(5);
      allowance.bytes(400);
      later(500);
    }
    expect(heard).toEqual([]);
  });

  it('pauses, resumes, and closes the third time; what is left of a chunk is not counted twice', async () => {
    const { heard, say, later } = made();
    for (let n = 0; n < 3; n += 1) {
      say(100);
      await sleep(25);
      later(25);
    }
    say(1_000);
    expect(heard).toEqual(['pause', 'resume', 'pause', 'resume', 'pause', 'flooding']);
  });

  it('forgets after a calm time', async () => {
    const { heard, say, later } = made();
    for (let n = 0; n < 4; n += 1) {
      say(50);
      await sleep(25);
      later(6_000);
    }
    expect(heard).not.toContain('flooding');
  });

  it('a clock that is set back neither gives nor takes; a cool-down never lasts longer for it', () => {
    const { heard, say, later } = made();
    later(-3_600_000);
    say(10);
    expect(heard).toEqual([]);
    let now = 5_000_000;
    const cool = createCoolDowns({ now: () => now }, 1_000);
    cool.begin('a');
    expect([cool.isCooling('a'), cool.isCooling('b')]).toEqual([true, false]);
    now -= 3_600_000;
    expect(cool.isCooling('a')).toBe(false);
  });
});
