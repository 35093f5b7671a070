import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../../core/contract/retryAfter.ts';
import { vscoWorkspace } from '../../../core/vendors/vsco-workspace/index.ts';
import { statusOf } from '../../../core/vendors/vsco-workspace/mapping.ts';
import { startVscoStandIn, type VscoStandIn } from '../../../scripts/simulate/vscoStandIn.ts';
import type { Http } from '../../../core/ports/ports.ts';
import type { ConnectionAccess } from '../../../core/vendors/vendor.ts';
import { bytes, clockAt, fetchHttp, fixture, hashing, noCertificates, proverOf, stored, webhookOf } from '../ports.ts';
import { contact, IDS, job, jobContact, order, payment, session } from './objects.ts';
import { lists, samples } from './samples.ts';

const clock = clockAt(samples.nowMs);
/** A call of the hook that was made with `?event=`; null = its address names none. */
const called = (body: unknown, event: string | null, at = samples.nowMs) => {
  const request = proverOf(samples)(bytes(JSON.stringify(body)));
  const verified = webhookOf(vscoWorkspace).verify({ ...request, query: event === null ? {} : { event } }, samples.access, { hashing, clock: clockAt(at), certificates: noCertificates });
  if (!verified.ok) throw new Error(verified.error);
  return verified.value;
};
const keyOf = (body: unknown, event: string | null, at?: number) => called(body, event, at).deliveryKey;
const meant = (body: unknown, event: string | null) => {
  const { bodyText, vendorEvent } = called(body, event);
  return webhookOf(vscoWorkspace).normalise(stored(bodyText, { vendorEvent }));
};

describe('the hint', () => {
  it.each([
    ['job.created', 'job', IDS.job],
    ['contact.created', 'contact', IDS.contact],
    ['order.booked', 'order', IDS.order],
    ['payment.created', 'payment', IDS.payment],
  ])('%s names what to read, by its address and the targetId', (event, remoteType, remoteId) => {
    const body: unknown = JSON.parse(fixture('vsco-workspace', `hook.${event}`));
    expect(body).toEqual({ targetId: remoteId });
    expect(meant(body, event)).toEqual({ ok: true, value: { kind: 'reread', hints: [{ remoteType, remoteId }] } });
  });

  it('of a hook whose address says nothing is a look at once', () => {
    expect(meant({ targetId: IDS.job }, null)).toEqual({ ok: true, value: { kind: 'poll' } });
  });

  it.each(['job_updated', 'job.updated'])('%s, an old name, is a job to look at', (event) => {
    const reread = { ok: true, value: { kind: 'reread', hints: [{ remoteType: 'job', remoteId: IDS.job }] } };
    expect(meant({ targetId: IDS.job }, event)).toEqual(reread);
    expect(meant({ event, id: IDS.job }, null)).toEqual(reread);
  });

  it('is known again by event and id; what can happen again, only within the second', () => {
    expect(keyOf({ targetId: 'abc' }, 'job.created')).toBe('job.created:abc');
    expect(keyOf({ extra: 1, targetId: 'abc' }, 'job.created', samples.nowMs + 3_600_000)).toBe('job.created:abc');
    for (const event of ['job_updated', null]) {
      const key = keyOf({ targetId: 'abc' }, event);
      expect(keyOf({ targetId: 'abc' }, event, Math.floor(samples.nowMs / 1000) * 1000 + 999)).toBe(key);
      expect(keyOf({ targetId: 'abc' }, event, samples.nowMs + 2000)).not.toBe(key);
      expect(keyOf({ targetId: 'abd' }, event)).not.toBe(key);
    }
    expect(keyOf({ hello: 1 }, null)).toMatch(/^sha256:/);
    expect(keyOf({ hello: 1 }, null)).not.toBe(keyOf({ hello: 2 }, null));
  });

  it('is not followed anywhere but to an id', () => {
    for (const targetId of ['../studio/me', 'a/b', '', 7, null, { id: 'x' }, 'x'.repeat(65), 'a?b']) {
      for (const event of ['job.created', null]) expect(meant({ targetId }, event)).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
    }
    expect(meant({ targetId: 'abc' }, 'gallery.created')).toMatchObject({ ok: true, value: { kind: 'ignored' } });
    expect(meant({ targetId: 'abc' }, '__proto__')).toMatchObject({ ok: true, value: { kind: 'ignored' } });
  });
});

describe('status of a job', () => {
  it.each([
    ['lead', false, 'lead'],
    ['lead', true, 'cancelled'],
    ['booked', false, 'definite'],
    ['booked', true, 'cancelled'],
    ['fulfillment', false, 'completed'],
    ['completed', true, 'completed'],
  ] as const)('%s, closed %s -> %s', (stage, closed, status) => expect(statusOf({ ...job, stage, closed })).toBe(status));
});

describe('Retry-After', () => {
  it.each([
    ['7', 7000],
    ['0', 0],
    ['999999', 3_600_000],
    [new Date(samples.nowMs + 30_000).toUTCString(), 30_000],
    [new Date(samples.nowMs - 30_000).toUTCString(), 0],
    ['soon', null],
    [undefined, null],
  ])('%s -> %s', (header, ms) => expect(retryAfterMs(header, samples.nowMs)).toBe(ms));
});

describe('looking for changes', () => {
  it('reads down to where the last look began, and no further', async () => {
    const asked: string[] = [];
    const http: Http = { send: (request) => Promise.resolve(lists(request)).finally(() => asked.push(new URL(request.url).pathname.slice('/api/v2/'.length))) };
    let cursor: string | null = null;
    const look = async (): Promise<string[]> => {
      const bodies: string[] = [];
      for (let more = true; more; ) {
        const page: Awaited<ReturnType<NonNullable<typeof vscoWorkspace.poll>['read']>> | undefined = await vscoWorkspace.poll?.read(cursor, samples.access, { http, clock });
        if (!page?.ok) throw new Error('not read');
        bodies.push(...page.value.items.map((item) => item.body));
        ({ cursor, more } = page.value);
      }
      return bodies;
    };
    expect(await look()).toEqual([
      JSON.stringify({ event: 'job.created', id: '01k9second' }),
      JSON.stringify({ event: 'job.created', id: IDS.job }),
      JSON.stringify({ event: 'job.created', id: IDS.job }),
      JSON.stringify({ event: 'payment.created', id: IDS.payment }),
      JSON.stringify({ event: 'job.created', id: IDS.job }),
    ]);
    expect(asked).toEqual(['job', 'job', 'event', 'payment', 'order']);
    asked.length = 0;
    expect((await look()).length).toBe(4);
    expect(asked).toEqual(['job', 'event', 'payment', 'order']);
  });
});

describe('reading from the stand-in over a real socket', () => {
  let standIn: VscoStandIn;
  const access = (): ConnectionAccess => ({ ...samples.access, settings: { ...samples.access.settings, baseUrl: standIn.url } });
  const read = (remoteType: string, remoteId: string, as = access()) => vscoWorkspace.reread?.({ remoteType, remoteId }, as, { http: fetchHttp, clock });

  beforeEach(async () => {
    standIn = await startVscoStandIn({ port: 0, apiKey: samples.access.secrets['apiKey'] ?? '' });
    standIn.put('job', job);
    standIn.put('event', session);
    standIn.put('contact', contact);
    standIn.put('order', order);
    standIn.put('payment', payment);
    standIn.put('job-contact', jobContact);
  });
  afterEach(() => standIn.close());

  it('makes a job a booking of its client, with the session as call time', async () => {
    const answer = await read('job', IDS.job);
    expect(answer).toMatchObject({
      ok: true,
      value: [
        { kind: 'contact', fields: { name: 'Ada Example', email: 'couple@example.org', role: 'couple', phone: '+44 7700 900123' } },
        {
          kind: 'booking',
          remote: { type: 'job', id: IDS.job },
          wedding: { weddingId: null, email: 'couple@example.org', date: '2026-11-20' },
          contactRemote: { type: 'contact', id: IDS.contact },
          fields: {
            title: 'Photography: Ada & Bo',
            trade: 'photography',
            vendorName: 'Northlight Photography',
            status: 'definite',
            callTime: '2026-11-20T11:30:00.000Z',
            endsAt: '2026-11-20T21:30:00.000Z',
            place: 'Bridal suite, Bath',
            amountMinor: 245_000,
            currency: 'GBP',
            lines: [
              { name: 'Full day', units: 1, amountMinor: 220_000, within: null },
              { name: 'Second photographer', units: 1, amountMinor: null, within: 'Full day' },
              { name: 'Album', units: 2, amountMinor: 35_000, within: null },
              { name: 'Spring offer', units: 1, amountMinor: -10_000, within: null },
              { name: 'Friends', units: 1, amountMinor: null, within: null },
            ],
          },
        },
      ],
    });
  });

  it('leaves out what is not ordered yet or any more, and is newer when only an order changed', async () => {
    const before = await read('job', IDS.job);
    standIn.put('order', { ...order, status: 'voided' });
    const voided = await read('job', IDS.job);
    if (!before?.ok || !voided?.ok) throw new Error('not read');
    expect(voided.value.at(-1)?.fields).toMatchObject({ lines: [] });
    expect((voided.value.at(-1)?.remote.version ?? '') > (before.value.at(-1)?.remote.version ?? '')).toBe(true);
    standIn.put('order', { ...order, lineItems: [{ name: 'Half an hour more', pricePerUnit: 15, units: 0.5 }] });
    const major = await read('job', IDS.job, { ...access(), settings: { ...access().settings, moneyUnit: 'major' } });
    expect(major).toMatchObject({ value: [{}, { fields: { lines: [{ units: 0.5, amountMinor: 750 }] } }] });
  });

  it('is newer when only the session was moved', async () => {
    const before = await read('order', IDS.order);
    standIn.put('event', { ...session, startUtc: '2026-11-20T12:00:00+00:00' });
    const after = await read('order', IDS.order);
    if (!before?.ok || !after?.ok) throw new Error('not read');
    const [first, second] = [before.value.at(-1), after.value.at(-1)];
    expect(second?.fields).toMatchObject({ callTime: '2026-11-20T12:00:00.000Z' });
    expect((second?.remote.version ?? '') > (first?.remote.version ?? '')).toBe(true);
  });

  it('brings a payment with its job, its payer and its status', async () => {
    expect(await read('payment', IDS.payment)).toMatchObject({
      ok: true,
      value: [
        { kind: 'contact' },
        { kind: 'booking' },
        {
          kind: 'payment',
          bookingRemote: { type: 'job', id: IDS.job },
          fields: { status: 'completed', amountMinor: 122_500, payerName: 'Ada Example', paidAt: '2026-10-20T12:00:00.000Z' },
        },
      ],
    });
    const statusAfter = async (change: object) => {
      standIn.put('payment', { ...payment, ...change });
      const answer = await read('payment', IDS.payment);
      return answer?.ok ? answer.value.at(-1)?.fields : null;
    };
    expect(await statusAfter({ refundedAmount: 500 })).toMatchObject({ status: 'partly_refunded', refundedMinor: 500 });
    expect(await statusAfter({ refundedAmount: 122_500 })).toMatchObject({ status: 'refunded' });
    expect(await statusAfter({ status: 'failed', refundedAmount: 0 })).toMatchObject({ status: 'failed' });
    expect(await statusAfter({ status: 'future' })).toMatchObject({ status: 'pending' });
  });

  it('takes our wedding from an external mapping that points at us, and from no other', async () => {
    const id = '0199a000-0000-7000-8000-000000000001';
    standIn.put('job', { ...job, externalMappings: [{ id, url: 'https://elsewhere.example/x' }] });
    expect(await read('job', IDS.job)).toMatchObject({ value: [{}, { wedding: { weddingId: null } }] });
    standIn.put('job', { ...job, externalMappings: [{ id, url: `wedsync://wedding/${id}` }] });
    expect(await read('job', IDS.job)).toMatchObject({ value: [{}, { wedding: { weddingId: id } }] });
  });

  it('reads the studio when no currency is set, and multiplies when money is in major units', async () => {
    const { currency: _unset, ...rest } = access().settings;
    expect(await read('job', IDS.job, { ...access(), settings: rest })).toMatchObject({ value: [{}, { fields: { currency: 'GBP', amountMinor: 245_000 } }] });
    const inPounds = { ...access(), settings: { ...access().settings, moneyUnit: 'major' } };
    expect(await read('job', IDS.job, inPounds)).toMatchObject({ value: [{}, { fields: { amountMinor: 24_500_000 } }] });
  });

  it('does without a client or a session that is gone, not without the job', async () => {
    standIn.put('job', { ...job, primarySessionId: '01k9gone' });
    standIn.put('job-contact', { ...jobContact, contactId: '01k9gone' });
    const answer = await read('job', IDS.job);
    expect(answer).toMatchObject({ ok: true, value: [{ kind: 'booking', wedding: { email: null } }] });
    if (answer?.ok) expect(answer.value[0]?.fields).not.toHaveProperty('callTime');
    expect(await read('job', '01k9gone')).toMatchObject({ ok: false, error: { code: 'normalise.reread_refused' } });
  });

  it('comes back after 429 and 500, gives up on a wrong key, and says when nobody is there', async () => {
    standIn.failNext(429, 1, 3);
    expect(await read('job', IDS.job)).toMatchObject({ ok: false, error: { retryable: true, retryAfterMs: 3000 } });
    standIn.failNext(500, 1);
    expect(await read('job', IDS.job)).toMatchObject({ ok: false, error: { retryable: true, retryAfterMs: null } });
    expect((await read('job', IDS.job))?.ok).toBe(true);
    const wrongKey = await read('job', IDS.job, { ...access(), secrets: { apiKey: 'wrong' } });
    expect(wrongKey).toMatchObject({ ok: false, error: { code: 'normalise.no_access', retryable: false } });
    expect(await read('job', IDS.job, { ...access(), secrets: {} })).toMatchObject({ ok: false, error: { code: 'normalise.no_access' } });
    const nobody = access();
    await standIn.close();
    expect(await read('job', IDS.job, nobody)).toMatchObject({ ok: false, error: { code: 'normalise.reread_failed', retryable: true } });
    standIn = await startVscoStandIn({ port: 0, apiKey: 'x' });
  });
});
