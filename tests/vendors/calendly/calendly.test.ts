import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planChanges } from '../../../core/domain/record/plan.ts';
import type { Mapping, View } from '../../../core/domain/record/view.ts';
import type { Change } from '../../../core/domain/record/changes.ts';
import type { Http } from '../../../core/ports/ports.ts';
import { contractFile, haveContracts, readContract } from '../contractFiles.ts';
import { calendly } from '../../../core/vendors/calendly/index.ts';
import { bytes, call, clockAt, fixture, hashing, noCertificates, stored, webhookOf } from '../ports.ts';
import { API, event, eventUri, invitee, inviteeUri, SLOTS, type Slot } from './objects.ts';
import { api, KEY, samples, signature } from './samples.ts';

const clock = clockAt(samples.nowMs);
const published = contractFile('calendly', 'calendly-v2-openapi.unofficial.json');
const body = bytes(fixture('calendly', 'invitee.created'));
const verify = (header: string, secrets: Record<string, string> = samples.access.secrets) =>
  webhookOf(calendly).verify(call(body, { 'calendly-webhook-signature': header }), { ...samples.access, secrets }, { hashing, clock, certificates: noCertificates });

describe('proof', () => {
  it('takes either key while the subscription is replaced, and either case', () => {
    const good = signature(body, samples.nowMs);
    const secrets = { signingKey: 'new', signingKeyPrevious: KEY };
    for (const header of [good, good.toUpperCase().replace('T=', 't=').replace('V1=', 'v1='), `${good},v1=${'0'.repeat(64)}`]) expect(verify(header, secrets).ok, header).toBe(true);
    expect(verify(signature(body, samples.nowMs, 'new'), secrets).ok).toBe(true);
    expect(verify(signature(body, samples.nowMs, 'other'), secrets)).toEqual({ ok: false, error: 'intake.signature_wrong' });
  });

  it.each([
    ['no time', (good: string) => good.replace(/t=\d+,/, '')],
    ['two times', (good: string) => `t=1,${good}`],
    ['a short digest', (good: string) => good.slice(0, -2)],
    ['base64', (good: string) => good.replace(/v1=.*/, `v1=${Buffer.from('x'.repeat(32)).toString('base64')}`)],
  ])('refuses %s', (_name, change) => expect(verify(change(signature(body, samples.nowMs)))).toEqual({ ok: false, error: 'intake.signature_malformed' }));
});

describe('the hint', () => {
  const meant = (uri: unknown, settings: Record<string, string> = {}) => webhookOf(calendly).normalise(stored(JSON.stringify({ event: 'invitee.created', payload: { uri } }), { settings }));

  it('is taken from addresses of Calendly only', () => {
    const hints = { ok: true, value: { kind: 'reread', hints: [{ remoteType: 'invitee', remoteId: 'EVT00001.INV00001' }] } };
    expect(meant(inviteeUri(SLOTS.first))).toEqual(hints);
    expect(meant('http://calendly.test/scheduled_events/EVT00001/invitees/INV00001', { baseUrl: 'http://calendly.test/' })).toEqual(hints);
    const odd = ['https://api.calendly.com.evil.test/scheduled_events/E/invitees/I', 'https://evil.test/scheduled_events/E/invitees/I', 'http://api.calendly.com/scheduled_events/E/invitees/I'];
    for (const uri of [...odd, `${API}/scheduled_events/../users/me`, `${API}/scheduled_events/E/invitees/I?x=1`, `${API}/scheduled_events/E%2f/invitees/I`, `${API}/users/me`, `${API}@evil.test/scheduled_events/E/invitees/I`, null, 7]) {
      expect(meant(uri), String(uri)).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
    }
  });

  it('of a no-show is the invitee that it is about', () => {
    expect(webhookOf(calendly).normalise(stored(fixture('calendly', 'invitee_no_show.created')))).toMatchObject({ value: { hints: [{ remoteId: 'EVT00001.INV00001' }] } });
  });
});

/** What Calendly would answer at some moment. */
type Answers = Record<string, unknown>;
const at = (slot: Slot, change: { invitee?: object; event?: object } = {}): Answers => ({
  [`/scheduled_events/${slot.event}`]: { resource: event(slot, change.event) },
  [`/scheduled_events/${slot.event}/invitees/${slot.invitee}`]: { resource: invitee(slot, change.invitee) },
  [`/scheduled_events/${slot.event}/invitees`]: { collection: [invitee(slot, change.invitee)], pagination: { count: 1 } },
});
const read = async (remoteType: string, remoteId: string, answers: Answers): Promise<readonly Change[]> => {
  const http: Http = {
    send(request) {
      const found = answers[new URL(request.url).pathname];
      return Promise.resolve({ status: found === undefined ? 404 : 200, headers: {}, body: JSON.stringify(found ?? {}) });
    },
  };
  const answer = await calendly.reread?.({ remoteType, remoteId }, samples.access, { http, clock });
  if (!answer?.ok) throw new Error(answer?.error.code);
  return answer.value;
};
const id = (slot: Slot): string => `${slot.event}.${slot.invitee}`;

const { first, second, third } = SLOTS;
const movedTo = (to: Slot, old?: Slot) => ({ invitee: { status: 'canceled', rescheduled: true, new_invitee: inviteeUri(to), ...(old ? { old_invitee: inviteeUri(old) } : {}) }, event: { status: 'canceled', updated_at: to.updated } });
const MOMENTS: readonly Answers[] = [
  at(first),
  { ...at(first, movedTo(second)), ...at(second, { invitee: { old_invitee: inviteeUri(first) } }) },
  { ...at(first, movedTo(second)), ...at(second, movedTo(third, first)), ...at(third, { invitee: { old_invitee: inviteeUri(second) } }) },
];

describe('a reschedule', () => {
  it('is one booking that moves, whichever of its calls is read', async () => {
    for (const slot of [first, second, third]) {
      expect(await read('invitee', id(slot), MOMENTS[2]!)).toMatchObject([
        { kind: 'contact', remote: { id: first.invitee }, fields: { name: 'Ada Example', email: 'couple@example.org' } },
        { kind: 'booking', remote: { type: 'invitee', id: first.invitee, version: '2026-11-03T10:00:00.000Z' }, fields: { status: 'definite', startsAt: '2027-03-29T09:00:00.000Z', endsAt: '2027-03-29T10:00:00.000Z' } },
      ]);
    }
  });

  it('ends moved, whatever the order of the calls and however late each is read', async () => {
    // Each call, read at any moment from its own on.
    const calls = [
      { slot: first, from: 0 },
      { slot: first, from: 1 },
      { slot: second, from: 1 },
      { slot: second, from: 2 },
      { slot: third, from: 2 },
    ] as const;
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5, maxLength: 5 });
    const delays = fc.array(fc.nat({ max: 2 }), { minLength: 5, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(order, delays, async (sequence, late) => {
        const mappings = new Map<string, Mapping>();
        const rows = new Map<string, { readonly status?: string; readonly startsAt?: string | null }>();
        let n = 0;
        let moment = 0;
        const readings = sequence.map((index) => ({ ...calls[index]!, late: late[index]! }));
        for (const [place, { slot, from, late: delay }] of readings.entries()) {
          // Time only goes forward, and the last one is read when everything has happened.
          moment = place === readings.length - 1 ? 2 : Math.max(moment, Math.min(2, from + delay));
          const view: View = {
            ...{ weddingsByEmail: () => [], weddingsByDate: () => [], contactsByEmail: () => [], contactsByPhone: () => [], tellers: () => [], unresolvedAlerts: () => [] },
            mapping: (type, remoteId) => mappings.get(`${type}:${remoteId}`) ?? null,
            row: ((_collection: string, rowId: string) => rows.get(rowId) ?? null) as View['row'],
          };
          const context = { actor: { kind: 'vendor', id: null, name: 'test' }, source: null, deliveryId: null } as const;
          const plan = planChanges(await read('invitee', id(slot), MOMENTS[moment]!), view, context, () => `0199a000-0000-7000-8000-${String(++n).padStart(12, '0')}`);
          for (const mapping of plan.mappings) mappings.set(`${mapping.remoteType}:${mapping.remoteId}`, mapping);
          for (const draft of plan.drafts) rows.set(draft.row.id, draft.row as { status?: string });
        }
        const bookings = [...mappings.entries()].filter(([key]) => key.startsWith('invitee:')).map(([, mapping]) => rows.get(mapping.id));
        expect(bookings).toMatchObject([{ status: 'definite', startsAt: '2027-03-29T09:00:00.000Z' }]);
      }),
      { numRuns: 60 },
    );
  });

  it('whose new appointment cannot be seen yet is no cancellation; a cancellation is', async () => {
    const { new_invitee: _unknown, ...half } = movedTo(second).invitee;
    expect(await read('invitee', id(first), at(first, { invitee: half }))).toEqual([]);
    expect(await read('invitee', id(first), at(first, movedTo(second)))).toEqual([]);
    expect(await read('invitee', id(first), at(first, { invitee: { status: 'canceled' } }))).toMatchObject([{}, { fields: { status: 'cancelled' } }]);
    expect(await read('invitee', id(first), at(first, { invitee: { no_show: { uri: `${API}/invitee_no_shows/1` } } }))).toMatchObject([{}, { fields: { status: 'cancelled' } }]);
  });

  it('keeps its identity when the first appointment cannot be read any more', async () => {
    expect(await read('invitee', id(second), at(second, { invitee: { old_invitee: inviteeUri(first) } }))).toMatchObject([{}, { remote: { id: first.invitee } }]);
  });

  it('in a ring comes to an end', async () => {
    const ring = { ...at(first, { invitee: { old_invitee: inviteeUri(second), new_invitee: inviteeUri(second) } }), ...at(second, { invitee: { old_invitee: inviteeUri(first), new_invitee: inviteeUri(first) } }) };
    expect((await read('invitee', id(first), ring)).length).toBe(2);
  });
});

describe('what is read', () => {
  it('says where and when, on the night of the clock change too', async () => {
    expect(await read('event', second.event, at(second))).toMatchObject([
      {},
      { kind: 'booking', wedding: { email: 'couple@example.org', date: '2027-03-28' }, fields: { title: 'Cake tasting: Ada Example', trade: 'cake', vendorName: 'Rose Bakery', place: 'The bakery, Bath', startsAt: '2027-03-28T01:30:00.000Z' } },
    ]);
  });

  it('sets aside another invitee, another event, and a time without an offset', async () => {
    for (const change of [{ invitee: { uri: inviteeUri(third) } }, { event: { uri: eventUri(third) } }, { event: { start_time: '2027-03-28T01:30:00' } }, { invitee: { status: 'maybe' } }]) {
      await expect(read('invitee', id(first), at(first, change))).rejects.toThrow('normalise.shape_unknown');
    }
  });
});

describe('the moving window', () => {
  it('asks once whose events, then page by page', async () => {
    const asked: string[] = [];
    const http: Http = { send: (request) => Promise.resolve(api(request)).finally(() => asked.push(request.url)) };
    const one = await calendly.poll?.read(null, samples.access, { http, clock });
    if (!one?.ok) throw new Error('not read');
    const two = await calendly.poll?.read(one.value.cursor, samples.access, { http, clock });
    expect(two).toMatchObject({ ok: true, value: { more: false, items: [{ key: 'event:EVT00003:2026-11-03T10:00:00.000Z' }] } });
    expect(asked.map((url) => new URL(url).pathname)).toEqual(['/users/me', '/scheduled_events', '/scheduled_events']);
    expect(new URL(asked[1] ?? '').searchParams.get('min_start_time')).toBe(new Date(samples.nowMs - 7 * 86_400_000).toISOString());
  });

  it('of the whole organisation is asked for by its address', async () => {
    const asked: string[] = [];
    const http: Http = { send: (request) => Promise.resolve(api(request)).finally(() => asked.push(request.url)) };
    await calendly.poll?.read(null, { ...samples.access, settings: { ...samples.access.settings, scope: 'organization' } }, { http, clock });
    expect(new URL(asked[1] ?? '').searchParams.get('organization')).toBe(`${API}/organizations/ORGFIXTURE`);
  });
});

describe('trying it out', () => {
  it('shows what a webhook subscription asks for, by the scope that was chosen', async () => {
    const http: Http = { send: (request) => Promise.resolve(api(request)) };
    const details = async (scope: string) => {
      const report = await calendly.test!({ ...samples.access, settings: { ...samples.access.settings, scope } }, { http, clock });
      return report.ok ? report.value.details.join(' ') : report.error.message;
    };
    expect(await details('user')).toContain(`organization ${API}/organizations/ORGFIXTURE, scope user, user ${API}/users/USERFIXTURE.`);
    expect(await details('organization')).toContain(`organization ${API}/organizations/ORGFIXTURE, scope organization.`);
  });
});

describe.skipIf(!haveContracts(published))('the guide', () => {
  it('names everything that making a subscription asks for', () => {
    const { paths } = readContract(published) as { paths: Record<string, { post: { requestBody: { content: Record<string, { schema: { required: string[]; properties: object } }> } } }> };
    const { required, properties } = paths['/webhook_subscriptions']!.post.requestBody.content['application/json']!.schema;
    const steps = calendly.manifest.guides.flatMap((guide) => guide.steps).join(' ');
    expect(required).toEqual(['url', 'events', 'organization', 'scope']);
    for (const name of Object.keys(properties)) expect(steps).toMatch(new RegExp(`\\b${name}\\b`));
  });
});
