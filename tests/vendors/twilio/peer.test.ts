import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Emulator } from 'emulate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { twilio } from '../../../core/vendors/twilio/index.ts';
import { startEmulated } from '../../support/emulated.ts';
import { clockAt, fetchHttp, hashing, noCertificates, stored, webhookOf } from '../ports.ts';

/** A stand-in that somebody else has written: it calls back with signatures of its own making. */

const SID = `AC${'1'.repeat(32)}`;
const TOKEN = 'peer-auth-token';
const [ours, theirs] = ['+15551234567', '+15557654321'];

interface Called {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}
const called: Called[] = [];
let receiver: Server;
let peer: Emulator;
let hook: string;

const listen = (server: Server): Promise<number> => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
const ask = (path: string, fields: Record<string, string>) =>
  fetch(peer.url + path, { method: 'POST', headers: { authorization: `Basic ${Buffer.from(`${SID}:${TOKEN}`).toString('base64')}` }, body: new URLSearchParams(fields) });

beforeAll(async () => {
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      called.push({ headers: { 'x-twilio-signature': String(request.headers['x-twilio-signature']) }, body: Buffer.concat(chunks) });
      response.writeHead(200, { 'content-type': 'text/xml' }).end('<Response/>');
    });
  });
  hook = `http://127.0.0.1:${await listen(receiver)}/api/integrations/webhook/twilio/key?x=1`;
  peer = await startEmulated('twilio', { account: { sid: SID, auth_token: TOKEN, friendly_name: 'Peer Barn' }, phone_numbers: [{ phone_number: ours, sms_url: hook }] });
}, 30_000);
afterAll(async () => {
  await peer.close();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

const access = () => ({ connectionId: 'c', settings: { accountSid: SID, baseUrl: peer.url }, secrets: { authToken: TOKEN } });

function understand({ headers, body }: Called) {
  const request = { method: 'POST' as const, url: hook, query: { x: '1' }, rawBody: new Uint8Array(body), headers, mediaType: 'application/x-www-form-urlencoded' };
  const wrong = webhookOf(twilio).verify(request, { ...access(), secrets: { authToken: 'other' } }, { hashing, clock: clockAt(0), certificates: noCertificates });
  expect(wrong).toEqual({ ok: false, error: 'intake.signature_wrong' });
  const verified = webhookOf(twilio).verify(request, access(), { hashing, clock: clockAt(0), certificates: noCertificates });
  if (!verified.ok) throw new Error(verified.error);
  const meant = webhookOf(twilio).normalise(stored(verified.value.bodyText, { mediaType: request.mediaType }));
  if (!meant.ok || meant.value.kind !== 'changes' || !meant.value.changes[0]) throw new Error(JSON.stringify(meant));
  return { event: verified.value.vendorEvent, change: meant.value.changes[0] };
}

it('believes and understands what the peer calls back', async () => {
  const inbound = await ask('/_twilio/simulate/inbound-message', { To: ours, From: theirs, Body: 'Where do we park? ü & +' });
  expect(inbound.status).toBe(201);
  expect(called).toHaveLength(1);
  expect(understand(called[0]!)).toMatchObject({ event: 'message.received', change: { kind: 'message', wedding: { phone: theirs }, fields: { direction: 'in', text: 'Where do we park? ü & +' } } });

  const sent = (await (await ask(`/2010-04-01/Accounts/${SID}/Messages.json`, { To: theirs, From: ours, Body: 'By the barn', StatusCallback: hook })).json()) as { sid: string };
  expect((await ask('/_twilio/simulate/message-status', { MessageSid: sent.sid, Status: 'delivered' })).status).toBeLessThan(300);
  const last = understand(called.at(-1)!);
  expect(last).toMatchObject({ event: 'message.delivered', change: { remote: { id: sent.sid }, fields: { direction: 'out', status: 'delivered' } } });
}, 30_000);

it('is tried out against it', async () => {
  const report = await twilio.test!(access(), { http: fetchHttp, clock: clockAt(0) });
  expect(report).toMatchObject({ ok: true, value: { account: 'Peer Barn' } });
}, 30_000);
