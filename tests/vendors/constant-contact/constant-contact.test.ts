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
          },
        ],
      },
    });
  });

  it('takes nobody away, and sets aside what has no id', () => {
    expect(meantBy(CONTACTS[2])).toMatchObject({ value: { kind: 'ignored', why: 'who leaves a mailing list stays in the record' } });
    expect(meantBy(CONTACTS[3])).toMatchObject({ value: { kind: 'ignored', why: 'a contact without an e-mail address' } });
    expect(meantBy({ email_address: { address: 'a@example.org' } })).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
  });
});
