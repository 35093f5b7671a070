import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../core/ports/ports.ts';
import { constantContact } from '../../../core/vendors/constant-contact/index.ts';
import { always } from '../../conformance/fits.ts';
import { clockAt, stored } from '../ports.ts';
import { CONTACTS, respond, samples } from './samples.ts';

const { access, nowMs } = samples;
const poll = constantContact.poll!;
const meantBy = (contact: unknown) => poll.normalise(stored(JSON.stringify(contact)));

describe('looking', () => {
  it('follows the link, and goes on from the newest change', async () => {
    const asked: URL[] = [];
    const http = { send: (request: HttpRequest) => (asked.push(new URL(request.url)), Promise.resolve(respond(request))) };
    let cursor: string | null = null;
    for (let page = 0; page < 3; page += 1) {
      const read = await poll.read(cursor, access, { http, clock: clockAt(nowMs) });
      if (!read.ok) throw new Error(read.error.message);
      ({ cursor } = read.value);
    }
    expect(asked.map((url) => url.searchParams.get('updated_after'))).toEqual(['2025-10-26T07:35:00.000Z', null, '2026-10-05T11:59:59.000Z']);
    expect(asked[1]?.searchParams.get('cursor')).toBe('bGltaXQ9MyZuZXh0PTQ=');
    expect(asked[0]?.searchParams.get('status')).toBe('all');
  });

  it('takes its sign-in nowhere else', async () => {
    for (const href of ['https://evil.test/v3/accounts', '/v3/contacts?x=\r\nhost: evil', 'javascript:1']) {
      const http = always({ status: 200, headers: {}, body: JSON.stringify({ contacts: [], _links: { next: { href } } }) });
      expect(await poll.read(null, access, { http, clock: clockAt(nowMs) })).toMatchObject({ ok: false, error: { code: 'normalise.reread_refused' } });
    }
    const asked: string[] = [];
    const http = { send: ({ url }: HttpRequest) => (asked.push(url), Promise.resolve({ status: 200, headers: {}, body: '{"contacts":[]}' })) };
    await poll.read(JSON.stringify({ next: 'x#@evil.test/' }), access, { http, clock: clockAt(nowMs) });
    await poll.read(null, access, { http: always({ status: 200, headers: {}, body: JSON.stringify({ contacts: [], _links: { next: { href: 'https://evil.test/contacts?cursor=1' } } }) }), clock: clockAt(nowMs) });
    expect(asked.every((url) => url.startsWith('https://cc.test/v3/contacts?updated_after='))).toBe(true);
  });
});

describe('mapping', () => {
  it('reads a person, the mobile number first', () => {
    expect(meantBy(CONTACTS[0])).toEqual({
      ok: true,
      value: {
        kind: 'changes',
        changes: [
          {
            kind: 'contact', remote: { type: 'contact', id: CONTACTS[0]?.['contact_id'], version: '2026-10-01T12:00:00.000Z' }, wedding: { email: 'guest0@example.org' }, occurredAt: '2026-10-01T12:00:00.000Z',
            fields: { email: 'guest0@example.org', name: 'Guest 0', phone: '+1-555-555-0101', company: 'Hill & Host' },
            consent: { state: 'given', at: '2026-01-02T00:00:00.000Z' },
          },
        ],
      },
    });
  });

  it('tells who has withdrawn by their address alone', () => {
    expect(meantBy(CONTACTS[1])).toMatchObject({ value: { changes: [{ fields: { email: 'guest1@example.org' }, consent: { state: 'withdrawn', at: '2026-09-30T08:00:00.000Z' } }] } });
    const permission = (permission_to_send: string, more: object = {}) => meantBy({ ...CONTACTS[4], email_address: { address: 'guest4@example.org', permission_to_send, ...more } });
    for (const none of ['pending_confirmation', 'temp_hold', 'not_set', 'constructor']) expect(JSON.stringify(permission(none))).not.toContain('consent');
    expect(permission('explicit', { opt_in_date: '2026-02-01T00:00:00Z' })).toMatchObject({ value: { changes: [{ consent: { state: 'given', at: '2026-02-01T00:00:00.000Z' } }] } });
    // A permission without a day of its own is none that could take something back.
    expect(JSON.stringify(permission('explicit'))).not.toContain('consent');
    expect(permission('unsubscribed')).toMatchObject({ value: { changes: [{ consent: { state: 'withdrawn', at: '2026-10-05T12:00:00.000Z' } }] } });
  });

  it('takes nobody away, and sets aside what has no id', () => {
    // Deleted over there: whoever has the address is told, nobody is made of it or taken away.
    expect(meantBy(CONTACTS[2])).toMatchObject({ value: { changes: [{ fields: {}, consent: { state: 'withdrawn', at: '2026-10-03T12:00:00.000Z' }, knownOnly: true }] } });
    expect(meantBy({ ...CONTACTS[2], deleted_at: 'once' })).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
    expect(meantBy(CONTACTS[3])).toMatchObject({ value: { kind: 'ignored', why: 'a contact without an e-mail address' } });
    expect(meantBy({ email_address: { address: 'a@example.org' } })).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
  });
});
