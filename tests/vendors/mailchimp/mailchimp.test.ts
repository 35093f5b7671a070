import { describe, expect, it } from 'vitest';
import type { Change } from '../../../core/domain/record/changes.ts';
import type { Result } from '../../../core/contract/result.ts';
import { mailchimp } from '../../../core/vendors/mailchimp/index.ts';
import type { Normalised, NormaliseError, WebhookRequest } from '../../../core/vendors/vendor.ts';
import { bytes, call, clockAt, fixture, hashing, noCertificates, stored, webhookOf } from '../ports.ts';
import { FORM, MEMBERS, nowMs, respond, samples, signed } from './samples.ts';

const { access } = samples;
const part = webhookOf(mailchimp);
const poll = mailchimp.poll!;
const verify = (request: WebhookRequest, secrets = access.secrets) => part.verify(request, { ...access, secrets }, { hashing, clock: clockAt(nowMs), certificates: noCertificates });
const formOf = (name: string, change: Record<string, string> = {}) => new URLSearchParams({ ...(JSON.parse(fixture('mailchimp', name)) as Record<string, string>), ...change }).toString();
const http = { send: (request: Parameters<typeof respond>[0]) => Promise.resolve(respond(request)) };

function contactOf(meant: Result<Normalised, NormaliseError>): Extract<Change, { kind: 'contact' }> {
  if (!meant.ok || meant.value.kind !== 'changes' || meant.value.changes[0]?.kind !== 'contact') throw new Error(JSON.stringify(meant));
  return meant.value.changes[0];
}
const told = (name: string, change: Record<string, string> = {}) => part.normalise(stored(formOf(name, change), { mediaType: FORM }));

describe('proof', () => {
  const body = bytes(formOf('subscribe'));
  const unsigned = call(body, {}, { mediaType: FORM });

  it('insists on a signature only once a secret is known', () => {
    expect(verify(unsigned, { apiKey: 'x' }).ok).toBe(true);
    expect(verify(unsigned)).toEqual({ ok: false, error: 'intake.signature_missing' });
    expect(verify(call(body, signed(body, 'forged'), { mediaType: FORM }))).toEqual({ ok: false, error: 'intake.signature_wrong' });
    expect(verify(call(bytes(formOf('profile')), signed(body), { mediaType: FORM }))).toEqual({ ok: false, error: 'intake.signature_wrong' });
    expect(verify(call(body, { 'x-mailchimp-signature': 'v1=00' }, { mediaType: FORM }))).toEqual({ ok: false, error: 'intake.signature_malformed' });
  });

  it('takes either secret while one webhook follows another', () => {
    const two = { signingSecret: 'new', signingSecretPrevious: 'old' };
    for (const secret of ['new', 'old']) expect(verify(call(body, signed(body, secret), { mediaType: FORM }), two).ok).toBe(true);
  });

  it('takes a call for no question', () => expect(part.handshake?.(unsigned, access, { hashing })).toBeNull());
});

describe('webhook', () => {
  it('reads people, their names and when it was', () => {
    expect(contactOf(told('subscribe'))).toEqual({
      kind: 'contact', remote: { type: 'member', id: '8a25ff1d98', version: '2026-10-26T07:33:20.000Z' }, wedding: { email: 'ada@example.org' }, occurredAt: '2026-10-26T07:33:20.000Z',
      fields: { email: 'ada@example.org', name: 'Ada Host', phone: '+44 7700 900123' }, consent: { state: 'given', at: '2026-10-26T07:33:20.000Z' },
    });
    expect(contactOf(told('profile')).fields.name).toBe('Ada Host & Hill');
    expect(contactOf(told('upemail'))).toMatchObject({ remote: { id: '51da8c3259' }, wedding: { email: 'ada@example.org' }, fields: { email: 'ada.hill@example.org' } });
  });

  it('tells who left by their address alone, and whose mail came back', () => {
    const at = '2026-10-26T07:33:20.000Z';
    expect(contactOf(told('unsubscribe'))).toEqual({
      kind: 'contact', remote: { type: 'member', id: '8a25ff1d98', version: at }, wedding: { email: 'ada@example.org' }, occurredAt: at, fields: { email: 'ada@example.org' }, consent: { state: 'withdrawn', at },
    });
    expect(contactOf(told('cleaned'))).toMatchObject({ wedding: { email: 'x@example.org' }, fields: {}, consent: { state: 'unreachable', at }, knownOnly: true });
    for (const name of ['profile', 'upemail']) expect(contactOf(told(name)).consent).toBeUndefined();
    expect(told('cleaned', { 'data[email]': 'none' })).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
  });

  it('sets aside what has no time, no id or no address, and ignores campaigns', () => {
    for (const change of [{ fired_at: 'yesterday' }, { 'data[id]': '../x' }, { 'data[email]': 'x', 'data[merges][EMAIL]': '' }]) expect(told('subscribe', change as Record<string, string>)).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
    expect(told('ignored.campaign')).toMatchObject({ value: { kind: 'ignored' } });
    expect(part.normalise(stored('type=%zz'))).toMatchObject({ ok: false });
  });
});

describe('looking', () => {
  it('misses nobody where the pages meet', async () => {
    const keys = new Set<string>();
    let cursor: string | null = null;
    let more = true;
    for (let page = 0; more; page += 1) {
      const read = await poll.read(cursor, access, { http, clock: clockAt(nowMs) });
      if (!read.ok || page > 9) throw new Error('no end');
      read.value.items.forEach((item) => keys.add(item.key));
      ({ cursor, more } = read.value);
    }
    expect(keys.size).toBe(MEMBERS.length);
  });

  it('finds the API by the key, and asks nothing without', async () => {
    const asked: string[] = [];
    const listening = { send: (request: { url: string }) => (asked.push(new URL(request.url).host), Promise.resolve({ status: 200, headers: {}, body: '{"members":[]}' })) };
    const read = (apiKey: string, settings: Record<string, string> = { listId: 'a6b5da1054' }) => poll.read(null, { ...access, settings, secrets: { apiKey } }, { http: listening, clock: clockAt(nowMs) });
    expect((await read('key-us6')).ok).toBe(true);
    for (const key of ['', 'key', 'key-us21.evil.test/', 'key-evil.test']) expect(await read(key)).toMatchObject({ ok: false, error: { code: 'normalise.no_access' } });
    for (const listId of ['', '../x', 'a/b']) expect(await read('key-us6', { listId })).toMatchObject({ ok: false });
    expect(asked).toEqual(['us6.api.mailchimp.com']);
  });

  it('takes people over with the day on which they said yes, and tells who has left', () => {
    const read = (more: object) => poll.normalise(stored(JSON.stringify({ ...MEMBERS[0], ...more })));
    expect(contactOf(read({})).fields).toEqual({ email: 'guest0@example.org', name: 'Guest 0' });
    expect(contactOf(read({})).consent).toBeUndefined();
    // The list shows them as subscribed today; what counts is when they said so.
    expect(contactOf(read({ timestamp_signup: '2024-01-01T00:00:00+00:00', timestamp_opt: '2024-01-02T00:00:00+00:00' })).consent).toEqual({ state: 'given', at: '2024-01-02T00:00:00.000Z' });
    expect(contactOf(poll.normalise(stored(JSON.stringify(MEMBERS[229]))))).toMatchObject({ fields: { email: 'guest229@example.org' }, consent: { state: 'withdrawn', at: '2026-10-01T00:03:49.000Z' } });
    expect(contactOf(read({ status: 'cleaned' }))).toMatchObject({ consent: { state: 'unreachable' }, knownOnly: true });
    expect(contactOf(read({ status: 'archived' }))).toMatchObject({ consent: { state: 'withdrawn' }, knownOnly: true });
    for (const status of ['pending', 'transactional']) expect(read({ status })).toMatchObject({ value: { kind: 'ignored' } });
    for (const status of ['unsubscribed', 'cleaned']) expect(read({ status, last_changed: '' })).toMatchObject({ ok: false });
  });
});
