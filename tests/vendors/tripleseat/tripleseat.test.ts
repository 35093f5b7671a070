import { describe, expect, it } from 'vitest';
import type { Http } from '../../../core/ports/ports.ts';
import { tripleseat } from '../../../core/vendors/tripleseat/index.ts';
import { bytes, call, clockAt, fixture, hashing, noCertificates, stored, webhookOf } from '../ports.ts';
import { contact, event, lead } from './objects.ts';
import { KEY, lists, samples, signature } from './samples.ts';

const clock = clockAt(samples.nowMs);
const body = bytes(fixture('tripleseat', 'update_event'));
const verify = (header: string, secrets: Record<string, string> = samples.access.secrets, raw = body) =>
  webhookOf(tripleseat).verify(call(raw, { 'x-signature': header }), { ...samples.access, secrets }, { hashing, clock, certificates: noCertificates });
const read = (remoteType: string, remoteId: string, answers: Record<string, unknown>, settings = samples.access.settings) => {
  const http: Http = {
    send(request) {
      const found = answers[new URL(request.url).pathname.slice('/v1'.length)];
      return Promise.resolve({ status: found === undefined ? 404 : 200, headers: {}, body: JSON.stringify(found ?? {}) });
    },
  };
  return tripleseat.reread?.({ remoteType, remoteId }, { ...samples.access, settings }, { http, clock });
};

describe('proof', () => {
  it('takes hexadecimal of either case and base64, of the raw bytes', () => {
    const digest = signature(body);
    for (const header of [digest.toString('hex'), digest.toString('hex').toUpperCase(), digest.toString('base64')]) expect(verify(header).ok).toBe(true);
    expect(verify(digest.toString('hex'), samples.access.secrets, bytes(JSON.stringify(JSON.parse(fixture('tripleseat', 'update_event')))))).toEqual({ ok: false, error: 'intake.signature_wrong' });
  });

  it('refuses a short, a doubled and a foreign one; takes two keys while the webhook is replaced', () => {
    const hex = signature(body).toString('hex');
    for (const header of [hex.slice(2), `${hex}, ${hex}`, `${hex}00`, signature(body).toString('base64url')]) expect(verify(header)).toEqual({ ok: false, error: 'intake.signature_malformed' });
    const secrets = { signingKey: 'new', signingKeyPrevious: KEY };
    expect(verify(hex, secrets).ok).toBe(true);
    expect(verify(signature(body, 'new').toString('hex'), secrets).ok).toBe(true);
    expect(verify(signature(body, 'other').toString('hex'), secrets)).toEqual({ ok: false, error: 'intake.signature_wrong' });
  });
});

describe('the hint', () => {
  const meant = (value: unknown) => webhookOf(tripleseat).normalise(stored(JSON.stringify(value)));

  it('is found under object or under its own name, and nowhere else', () => {
    const hints = [{ remoteType: 'event', remoteId: '5' }];
    for (const holder of [{ object: { id: 5 } }, { event: { id: '5' } }, { object: { event: { id: 5 } } }]) expect(meant({ webhook_trigger_type: 'UPDATE_EVENT', ...holder })).toEqual({ ok: true, value: { kind: 'reread', hints } });
    for (const id of ['5/../x', '', null, 1.5, -1, 'x']) expect(meant({ webhook_trigger_type: 'UPDATE_EVENT', object: { id } })).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
  });

  it('a deleted event is cancelled without asking', () => {
    const cancelled = webhookOf(tripleseat).normalise(stored(fixture('tripleseat', 'delete_event')));
    expect(cancelled).toMatchObject({ ok: true, value: { kind: 'changes', changes: [{ kind: 'booking', remote: { type: 'event', id: '500123' }, fields: { status: 'cancelled' } }] } });
  });
});

describe('what is read', () => {
  const event_ = (change: object, settings?: Record<string, string>) => read('event', '500123', { '/events/500123.json': { event: { ...event, ...change } }, '/contacts/9001.json': { contact } }, settings);

  it('makes an event a booking of its contact', async () => {
    expect(await event_({})).toMatchObject({
      ok: true,
      value: [
        { kind: 'contact', remote: { version: '2026-10-02T08:15:00.000Z' }, fields: { name: 'Ada Example', email: 'couple@example.org', phone: '+44 7700 900123' } },
        {
          kind: 'booking',
          remote: { type: 'event', id: '500123', version: '2026-10-20T10:00:00.000Z' },
          wedding: { email: 'couple@example.org', date: '2027-03-28' },
          contactRemote: { type: 'contact', id: '9001' },
          fields: { title: 'Example & Sample wedding', trade: 'venue', vendorName: 'Orchard House', status: 'definite', startsAt: '2027-03-28T11:30:00.000Z', place: 'Barn, Terrace', amountMinor: 1_245_000, currency: 'GBP' },
        },
      ],
    });
  });

  it('reads American wall times in the zone of the venue, on the day of the clock change too', async () => {
    const bare = { event_start_utc: null, event_end_utc: null };
    expect(await event_(bare)).toMatchObject({ value: [{}, { fields: { startsAt: '2027-03-28T11:30:00.000Z', endsAt: '2027-03-28T22:00:00.000Z' } }] });
    const without = await event_(bare, { baseUrl: samples.access.settings['baseUrl'] ?? '' });
    expect(without?.ok && without.value[1]?.fields).not.toHaveProperty('startsAt');
    expect(without?.ok && without.value[1]?.fields).not.toHaveProperty('amountMinor');
  });

  it.each([
    ['PROSPECT', 'lead'],
    ['WAITLIST', 'lead'],
    ['Tentative', 'hold'],
    ['definite', 'definite'],
    ['CLOSED', 'completed'],
    ['LOST', 'cancelled'],
  ])('%s is %s', async (status, ours) => expect(await event_({ status })).toMatchObject({ value: [{}, { fields: { status: ours } }] }));

  it('sets aside a new status and another event', async () => {
    for (const change of [{ status: 'MAYBE' }, { status: 'constructor' }, { id: 7 }, { status: null }]) expect(await event_(change)).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
  });

  it('makes a lead an enquiry, which ends turned down or converted', async () => {
    const lead_ = (change: object) => read('lead', '700123', { '/leads/700123.json': { lead: { ...lead, ...change } } });
    // 1:30 does not exist on that night.
    expect(await lead_({})).toMatchObject({ ok: true, value: [{ kind: 'contact', fields: { name: 'Ada Example' } }, { kind: 'booking', fields: { status: 'lead', title: 'Wedding reception', startsAt: '2027-03-28T01:30:00.000Z' }, wedding: { date: '2027-03-28' } }] });
    expect(await lead_({ turned_down_at: '10/02/2026 9:15 AM' })).toMatchObject({ value: [{}, { fields: { status: 'cancelled' } }] });
    expect(await lead_({ converted_at: '2026-10-02T10:00:00Z' })).toMatchObject({ value: [{}, { fields: { status: 'completed' } }] });
  });
});

describe('looking for what was missed', () => {
  it('stops where the last look began', async () => {
    const asked: string[] = [];
    const http: Http = { send: (request) => Promise.resolve(lists(request)).finally(() => asked.push(request.url.replace('http://tripleseat.test/v1', ''))) };
    let cursor: string | null = null;
    const look = async (): Promise<number> => {
      let brought = 0;
      for (let more = true; more; ) {
        const page: Awaited<ReturnType<NonNullable<typeof tripleseat.poll>['read']>> | undefined = await tripleseat.poll?.read(cursor, samples.access, { http, clock });
        if (!page?.ok) throw new Error('not read');
        brought += page.value.items.length;
        ({ cursor, more } = page.value);
      }
      return brought;
    };
    expect(await look()).toBe(55);
    expect(asked.length).toBe(3);
    // Only the newest of each list is looked at again.
    expect(await look()).toBe(2);
    expect(asked.length).toBe(5);
    expect(asked[3]).toBe('/events/search.json?order=updated_at&sort_direction=desc&page=1');
  });
});
