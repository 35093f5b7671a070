import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EnrolRequest, HTTP } from '../../../../core/contract/http.ts';
import type { Secrets } from '../../../../core/ports/ports.ts';
import { createEnrolment } from '../../../../main/services/enrolment.ts';
import { noKeychain } from '../../../../main/platform/secrets.ts';
import { testId } from '../../../support/builders.ts';
import { keptLog } from '../support/fakes.ts';

/** A server that takes each of its tickets once, over a real socket. */
let server: Server;
let origin: string;
let tickets: Set<string>;
let asked: { path: string; body: unknown }[];

const read = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
};

beforeEach(async () => {
  tickets = new Set(['ticket-one-000000000000', 'ticket-two-000000000000']);
  asked = [];
  server = createServer((request, response) => {
    void read(request).then((body) => {
      asked.push({ path: request.url ?? '', body });
      const parsed = EnrolRequest.safeParse(body);
      const good = parsed.success && tickets.delete(parsed.data.ticket);
      response.writeHead(good ? 200 : 401, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify(
          good
            ? { deviceId: testId(), token: `token-${asked.length}`, organisation: { id: testId(), name: 'Harrow House', zone: 'Europe/London', currency: 'GBP', demo: true } }
            : { error: { code: 'auth.ticket_invalid', message: 'this ticket is unknown or used', retryable: false } },
        ),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

function memoryKeychain(overrides: Partial<Secrets> = {}): Secrets & { readonly held: Map<string, string> } {
  const held = new Map<string, string>();
  return {
    held,
    available: true,
    get: (name) => Promise.resolve(held.get(name) ?? null),
    set: (name, value) => Promise.resolve(void held.set(name, value)),
    delete: (name) => Promise.resolve(void held.delete(name)),
    ...overrides,
  };
}

function make(secrets: Secrets) {
  const log = keptLog();
  let memoryOnly = 0;
  const enrolment = createEnrolment({ secrets: Promise.resolve(secrets), fetch: (url, init) => fetch(url, init), deviceName: 'front desk', log, onMemoryOnly: () => (memoryOnly += 1) });
  const target = (ticket: string | null) => ({ key: 'server a', server: origin, ticket: () => Promise.resolve(ticket) });
  return { enrolment, log, target, memoryOnly: () => memoryOnly };
}

describe('enrolment', () => {
  it('exchanges the ticket once and keeps the token in the keychain', async () => {
    const keychain = memoryKeychain();
    const first = make(keychain);
    expect(await first.enrolment.token(first.target('ticket-one-000000000000'))).toEqual({ ok: true, value: { token: 'token-1', origin: 'fresh' } });
    expect(asked).toEqual([{ path: HTTP.enrol.path, body: { ticket: 'ticket-one-000000000000', device: { name: 'front desk', kind: 'desktop' } } }]);
    expect([...keychain.held]).toEqual([['device-token server a', 'token-1']]);

    const nextStart = make(keychain);
    expect(await nextStart.enrolment.token(nextStart.target(null))).toEqual({ ok: true, value: { token: 'token-1', origin: 'stored' } });
    expect(asked).toHaveLength(1);
    expect(JSON.stringify([first.log.lines, nextStart.log.lines])).not.toMatch(/token-1|ticket-one/);
    expect(nextStart.memoryOnly()).toBe(0);
  });

  it('asks for a ticket when there is neither token nor ticket', async () => {
    const { enrolment, target } = make(memoryKeychain());
    expect(await enrolment.token(target(null))).toMatchObject({ ok: false, error: { code: 'auth.missing', retryable: false } });
    expect(await enrolment.token(target('short'))).toMatchObject({ ok: false, error: { code: 'auth.ticket_invalid' } });
    expect(asked).toEqual([]);
  });

  it('hands on what the server says of a used ticket', async () => {
    const { enrolment, target } = make(memoryKeychain());
    tickets.clear();
    expect(await enrolment.token(target('ticket-one-000000000000'))).toMatchObject({ ok: false, error: { code: 'auth.ticket_invalid', retryable: false } });
  });

  it('may be tried again when nobody answers', async () => {
    const { enrolment, target } = make(memoryKeychain());
    const gone = { ...target('ticket-one-000000000000'), server: 'http://127.0.0.1:9' };
    expect(await enrolment.token(gone)).toMatchObject({ ok: false, error: { code: 'server.unreachable', retryable: true } });
  });

  it('forgets a refused token everywhere and takes the next ticket', async () => {
    const keychain = memoryKeychain();
    const { enrolment, target } = make(keychain);
    await enrolment.token(target('ticket-one-000000000000'));
    await enrolment.discard('server a');
    expect(keychain.held.size).toBe(0);
    expect(await enrolment.token(target('ticket-two-000000000000'))).toEqual({ ok: true, value: { token: 'token-2', origin: 'fresh' } });
  });

  it.each<[string, () => Secrets]>([
    ['there is no keychain', () => noKeychain],
    ['the keychain refuses to store', () => memoryKeychain({ set: () => Promise.reject(new Error('locked')) })],
    ['the keychain refuses to read', () => memoryKeychain({ get: () => Promise.reject(new Error('locked')), set: () => Promise.reject(new Error('locked')) })],
  ])('keeps the token in memory only when %s, and says so once', async (_what, secrets) => {
    const { enrolment, target, memoryOnly } = make(secrets());
    expect(await enrolment.token(target('ticket-one-000000000000'))).toMatchObject({ ok: true, value: { origin: 'fresh' } });
    expect(await enrolment.token(target(null))).toMatchObject({ ok: true, value: { token: 'token-1' } });
    await enrolment.enrol(target('ticket-two-000000000000'));
    expect(memoryOnly()).toBe(1);
  });
});
