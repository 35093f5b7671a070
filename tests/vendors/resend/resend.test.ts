import { Resend } from 'resend';
import { Webhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../../core/domain/record/changes.ts';
import { resend } from '../../../core/vendors/resend/index.ts';
import type { WebhookRequest } from '../../../core/vendors/vendor.ts';
import { bytes, call, clockAt, fixture, hashing, noCertificates, stored, webhookOf } from '../ports.ts';
import { nowMs, RECEIVED_ID, receivedMail, samples, SECRET, signed } from './samples.ts';

const { access } = samples;
const part = webhookOf(resend);
const verify = (request: WebhookRequest, secrets = access.secrets, at = nowMs) => part.verify(request, { ...access, secrets }, { hashing, clock: clockAt(at), certificates: noCertificates });
const body = fixture('resend', 'email.delivered');
const other = `whsec_${Buffer.from('another-fixture-secret-32-bytes!').toString('base64')}`;

function messageOf(text: string): Extract<Change, { kind: 'message' }> {
  const meant = part.normalise(stored(text));
  if (!meant.ok || meant.value.kind !== 'changes' || meant.value.changes[0]?.kind !== 'message') throw new Error(JSON.stringify(meant));
  return meant.value.changes[0];
}

describe('proof', () => {
  it('takes what either official library signs', () => {
    const at = new Date(nowMs);
    for (const library of [new Webhook(SECRET), new SvixWebhook(SECRET)]) {
      const headers = { 'svix-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek', 'svix-timestamp': String(nowMs / 1000), 'svix-signature': library.sign('msg_p5jXN8AQM9LWM0D4loKWxJek', at, body) };
      expect(verify(call(bytes(body), headers))).toMatchObject({ ok: true, value: { deliveryKey: 'msg_p5jXN8AQM9LWM0D4loKWxJek', vendorEvent: 'email.delivered' } });
    }
  });

  it('is believed by the official verifier wherever we believe it, at the true time', () => {
    const now = Date.now();
    const headers = signed(bytes(body), SECRET, now);
    expect(verify(call(bytes(body), headers), access.secrets, now).ok).toBe(true);
    expect(() => new SvixWebhook(SECRET).verify(body, headers)).not.toThrow();
    expect(() => new SvixWebhook(other).verify(body, headers)).toThrow();
    const own = (webhookSecret: string) => new Resend('re_not_used').webhooks.verify({ payload: body, headers: { id: headers['svix-id'] ?? '', timestamp: headers['svix-timestamp'] ?? '', signature: headers['svix-signature'] ?? '' }, webhookSecret });
    expect(own(SECRET).type).toBe('email.delivered');
    expect(() => own(other)).toThrow();
  });

  it('takes any of several signatures, either secret, and a secret without its prefix', () => {
    const [right, wrong] = [signed(bytes(body)), signed(bytes(body), other)];
    const both = { ...right, 'svix-signature': `v1a,AAAA ${wrong['svix-signature']} ${right['svix-signature']}` };
    expect(verify(call(bytes(body), both)).ok).toBe(true);
    const rolled = { signingSecret: SECRET, signingSecretPrevious: other };
    for (const headers of [right, wrong]) expect(verify(call(bytes(body), headers), rolled).ok).toBe(true);
    expect(verify(call(bytes(body), right), { signingSecret: SECRET.slice(6) }).ok).toBe(true);
    expect(verify(call(bytes(body), right), { signingSecret: 'whsec_not base64!' })).toEqual({ ok: false, error: 'intake.secret_missing' });
  });

  it.each([
    ['no time', { 'svix-timestamp': '' }, 'intake.signature_missing'],
    ['no id', { 'svix-id': '' }, 'intake.signature_missing'],
    ['a time with a fraction', { 'svix-timestamp': '1793000100.5' }, 'intake.signature_malformed'],
    ['another id', { 'svix-id': 'msg_other' }, 'intake.signature_wrong'],
    ['only another scheme', { 'svix-signature': 'v2,AAAA' }, 'intake.signature_malformed'],
    ['a short signature', { 'svix-signature': 'v1,AAAA' }, 'intake.signature_malformed'],
    ['a storm of signatures', { 'svix-signature': Array.from({ length: 9 }, () => `v1,${Buffer.alloc(32).toString('base64')}`).join(' ') }, 'intake.signature_malformed'],
  ])('refuses %s', (_name, change, error) => expect(verify(call(bytes(body), { ...signed(bytes(body)), ...change }))).toEqual({ ok: false, error }));
});

describe('mapping', () => {
  it.each([
    ['email.scheduled', { status: 'queued', direction: 'out' }],
    ['email.sent', { status: 'sent', sentAt: '2026-10-26T07:34:00.123Z', fromName: 'Orchard Barn', fromAddress: 'events@orchard.example', toAddress: 'ada@example.org', subject: 'Your final numbers' }],
    ['email.delivery_delayed', { status: 'sent', failureReason: 'Their mail server did not take it yet' }],
    ['email.delivered', { status: 'delivered' }],
    ['email.opened', { status: 'read' }],
    ['email.clicked', { status: 'read' }],
    ['email.complained', { status: 'delivered', failureReason: 'They marked it as spam' }],
    ['email.bounced', { status: 'failed', failureReason: 'The mailbox does not exist.' }],
    ['email.failed', { status: 'failed', failureReason: 'reached_daily_quota' }],
    ['email.suppressed', { status: 'failed', failureReason: 'On the suppression list.' }],
    ['email.received', { status: 'received', direction: 'in', fromName: 'Ada Host', fromAddress: 'ada@example.org', toAddress: 'events@orchard.example', text: null }],
  ])('%s', (name, fields) => {
    const change = messageOf(fixture('resend', name));
    expect(change.fields).toMatchObject(fields);
    expect(change.wedding.email).toBe('ada@example.org');
  });

  it('keeps one mail in one row, reads the older time format, and needs the id', () => {
    const ids = ['email.scheduled', 'email.sent', 'email.delivered', 'email.opened'].map((name) => messageOf(fixture('resend', name)).remote.id);
    expect(new Set(ids).size).toBe(1);
    const old = JSON.parse(body) as { created_at: string; data: Record<string, unknown> };
    expect(messageOf(JSON.stringify({ ...old, created_at: '2026-10-26 07:34:00.123456+00' })).occurredAt).toBe('2026-10-26T07:34:00.123Z');
    delete old.data['email_id'];
    expect(part.normalise(stored(JSON.stringify(old)))).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
  });
});

describe('a mail that came in', () => {
  const meant = (settings: Record<string, string>) => webhookOf(resend).normalise(stored(fixture('resend', 'email.received'), { settings }));

  it('is read only where its text is wanted, and then has it', async () => {
    for (const settings of [{}, { receivedTexts: 'no' }]) expect(meant(settings)).toMatchObject({ ok: true, value: { kind: 'changes', changes: [{ fields: { direction: 'in', subject: 'Your final numbers', text: null } }] } });
    expect(meant({ receivedTexts: 'yes' })).toEqual({ ok: true, value: { kind: 'reread', hints: [{ remoteType: 'received', remoteId: RECEIVED_ID }] } });
    const asked: string[] = [];
    const http = { send: ({ url }: { url: string }) => Promise.resolve({ status: 200, headers: {}, body: JSON.stringify(receivedMail) }).finally(() => asked.push(url)) };
    const read = await resend.reread!({ remoteType: 'received', remoteId: RECEIVED_ID }, samples.access, { http, clock: clockAt(samples.nowMs) });
    expect(read).toMatchObject({ ok: true, value: [{ remote: { type: 'email', id: RECEIVED_ID }, wedding: { email: 'ada@example.org' }, fields: { fromName: 'Ada Host', toAddress: 'events@orchard.example', text: 'We are eighty.\nAda', sentAt: '2026-10-26T07:33:20.000Z' } }] });
    expect(asked).toEqual([`https://resend.test/emails/receiving/${RECEIVED_ID}`]);
  });
});
