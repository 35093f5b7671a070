import acuityLibrary from 'acuityscheduling';
import { describe, expect, it } from 'vitest';
import type { Http } from '../../../core/ports/ports.ts';
import { acuity } from '../../../core/vendors/acuity/index.ts';
import { bytes, call, clockAt, hashing, noCertificates, stored, webhookOf } from '../ports.ts';
import { appointment, form, KEY, samples, signature } from './samples.ts';

const body = bytes(form('rescheduled'));
const verify = (header: string, options: { secrets?: Record<string, string>; at?: number } = {}) =>
  webhookOf(acuity).verify(
    call(body, { 'x-acuity-signature': header }, { mediaType: 'application/x-www-form-urlencoded' }),
    { ...samples.access, secrets: options.secrets ?? samples.access.secrets },
    { hashing, clock: clockAt(options.at ?? samples.nowMs), certificates: noCertificates },
  );

describe('proof', () => {
  it('is of the raw form, with the key that is set or the one before', () => {
    const good = signature(body);
    expect(verify(good)).toMatchObject({ ok: true, value: { vendorEvent: 'appointment.rescheduled' } });
    const secrets = { apiKey: 'new', apiKeyPrevious: KEY };
    expect(verify(good, { secrets }).ok).toBe(true);
    expect(verify(signature(body, 'new'), { secrets }).ok).toBe(true);
    expect(verify(signature(body, 'other'), { secrets })).toEqual({ ok: false, error: 'intake.signature_wrong' });
    expect(verify(signature(bytes(form('rescheduled').replace('&', '&&'))))).toEqual({ ok: false, error: 'intake.signature_wrong' });
    for (const header of [`${good}, ${good}`, good.slice(4), Buffer.from(good, 'base64').toString('hex')]) expect(verify(header)).toEqual({ ok: false, error: 'intake.signature_malformed' });
  });

  it('is believed by the vendor’s own library wherever we believe it', () => {
    const header = signature(body);
    expect(verify(header).ok).toBe(true);
    expect(() => acuityLibrary.verifyMessageSignature(KEY, body, header)).not.toThrow();
    expect(() => acuityLibrary.verifyMessageSignature('other', body, header)).toThrow('forged');
  });

  it('a repeat at once is the same; a second move later is news in the same bytes', () => {
    const key = (at: number) => {
      const verified = verify(signature(body), { at });
      return verified.ok ? verified.value.deliveryKey : verified.error;
    };
    const second = Math.floor(samples.nowMs / 1000) * 1000;
    expect(key(second + 999)).toBe(key(second));
    // Somebody corrects himself: taken for a repeat it would be found by the next look, half an hour later.
    expect(key(second + 3_000)).not.toBe(key(second));
  });
});

describe('the hint', () => {
  const meant = (text: string) => webhookOf(acuity).normalise(stored(text, { mediaType: 'application/x-www-form-urlencoded' }));

  it('names the appointment, however the event is written', () => {
    const hints = { ok: true, value: { kind: 'reread', hints: [{ remoteType: 'appointment', remoteId: '5' }] } };
    expect(meant('action=canceled&id=5')).toEqual(hints);
    expect(meant('action=appointment.canceled&id=5')).toEqual(hints);
    expect(meant(form('unknown.order'))).toMatchObject({ ok: true, value: { kind: 'ignored' } });
    for (const odd of ['action=canceled&id=../me', 'action=canceled', 'id=5', '', 'action=%zz&id=5', 'action=canceled&id=5%2F6']) expect(meant(odd)).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
  });
});

describe('what is read', () => {
  const read = (change: object, settings = samples.access.settings) => {
    const http: Http = { send: () => Promise.resolve({ status: 200, headers: {}, body: JSON.stringify({ ...appointment, ...change }) }) };
    return acuity.reread?.({ remoteType: 'appointment', remoteId: String(appointment.id) }, { ...samples.access, settings }, { http, clock: clockAt(samples.nowMs) });
  };

  it('makes an appointment a booking of its client', async () => {
    expect(await read({})).toMatchObject({
      ok: true,
      value: [
        { kind: 'contact', fields: { name: 'Ada Example', email: 'couple@example.org', phone: '+44 7700 900123' } },
        {
          kind: 'booking',
          remote: { type: 'appointment', id: '123456789', version: null },
          wedding: { email: 'couple@example.org', date: '2027-03-28' },
          fields: { title: 'Bridal trial: Ada Example', trade: 'hair_makeup', status: 'definite', startsAt: '2027-03-28T09:30:00.000Z', endsAt: '2027-03-28T11:00:00.000Z', place: 'Studio, Bath', amountMinor: 12_000, currency: 'GBP' },
        },
      ],
    });
  });

  it('keeps the hour over both nights of the clock change', async () => {
    expect(await read({ datetime: '2027-03-28T00:30:00+0000' })).toMatchObject({ value: [{}, { fields: { startsAt: '2027-03-28T00:30:00.000Z', endsAt: '2027-03-28T02:00:00.000Z' } }] });
    expect(await read({ datetime: '2026-10-25T01:30:00+0000' })).toMatchObject({ value: [{}, { fields: { startsAt: '2026-10-25T01:30:00.000Z' } }] });
    expect(await read({ datetime: '2026-10-25T01:30:00+0100' })).toMatchObject({ value: [{}, { fields: { startsAt: '2026-10-25T00:30:00.000Z' } }] });
  });

  it('is cancelled when it was, or when nobody came; guesses no currency, no time and no length', async () => {
    expect(await read({ canceled: true })).toMatchObject({ value: [{}, { fields: { status: 'cancelled' } }] });
    expect(await read({ noShow: true })).toMatchObject({ value: [{}, { fields: { status: 'cancelled' } }] });
    const bare = await read({ duration: 'long', email: '' }, { userId: '42' });
    expect(bare?.ok && bare.value[1]?.fields).toEqual({ trade: 'other', status: 'definite', startsAt: '2027-03-28T09:30:00.000Z', title: 'Bridal trial: Ada Example', place: 'Studio, Bath' });
    for (const odd of [{ datetime: '2027-03-28T10:30:00' }, { id: 5 }, { datetime: null }]) expect(await read(odd)).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
    expect(await read({ price: '120.00' }, { ...samples.access.settings, currency: 'JPY' })).toMatchObject({ value: [{}, { fields: { amountMinor: 120, currency: 'JPY' } }] });
  });
});

describe('the moving window', () => {
  it('goes on where a full answer was cut', async () => {
    const days: (string | null)[] = [];
    const http: Http = {
      send(request) {
        const url = new URL(request.url);
        const from = url.searchParams.get('minDate') ?? '';
        days.push(from);
        const full = url.searchParams.get('canceled') === 'false' && from < '2026-11-20';
        const list = full ? Array.from({ length: 500 }, (_, n) => ({ ...appointment, id: n + 1, datetime: from < '2026-11-16' ? '2026-11-16T10:00:00+0000' : `${from}T10:00:00+0000` })) : [];
        return Promise.resolve({ status: 200, headers: {}, body: JSON.stringify(list) });
      },
    };
    let cursor: string | null = null;
    for (let page = 0; page < 6; page += 1) {
      const answer: Awaited<ReturnType<NonNullable<typeof acuity.poll>['read']>> | undefined = await acuity.poll?.read(cursor, samples.access, { http, clock: clockAt(samples.nowMs) });
      if (!answer?.ok) throw new Error('not read');
      ({ cursor } = answer.value);
    }
    expect(days.slice(0, 6)).toEqual(['2026-11-14', '2026-11-16', '2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20']);
  });
});
