import { describe, expect, it } from 'vitest';
import type { Http } from '../../../core/ports/ports.ts';
import type { OutgoingEvent } from '../../../core/vendors/calendars.ts';
import { moved, OUR_ID, outgoing } from '../../vendors/calendarWrites.ts';
import { clockAt } from '../../vendors/ports.ts';
import { always, unreachable } from '../fits.ts';
import type { VendorSamples } from '../samples.ts';

/** Writing into a calendar: what every refusal means, and what is refused before anybody is called. What is written is tried in each folder's own tests. */
export function calendarConformance(samples: VendorSamples): void {
  const { vendor, access, nowMs } = samples;
  const { manifest, calendar } = vendor;
  if (!calendar || !samples.calendar) return;
  const { calendarRef, remoteId, secretValues } = samples.calendar;
  const clock = clockAt(nowMs);
  const create = (http: Http, event: OutgoingEvent = outgoing(), key = OUR_ID, as = access) => calendar.write({ http, clock }, as, calendarRef, event, { kind: 'create', key });
  const counting = (status: number) => {
    const counted = { calls: 0, http: { send: () => Promise.resolve({ status, headers: {}, body: '' }).finally(() => (counted.calls += 1)) } };
    return counted;
  };

  describe(`${manifest.id}: calendar`, () => {
    it('says apart who may not, what may be tried again, and what is no answer', async () => {
      const answer = (status: number) => create(always({ status, headers: { 'retry-after': '7' }, body: '' }));
      expect(await answer(401)).toMatchObject({ ok: false, error: { code: 'normalise.no_access', retryable: false } });
      expect(await answer(403)).toMatchObject({ ok: false, error: { code: 'calendar.forbidden', retryable: false } });
      expect(await answer(404)).toMatchObject({ ok: false, error: { code: 'calendar.gone', retryable: false } });
      for (const status of [429, 500, 503]) expect(await answer(status)).toMatchObject({ ok: false, error: { code: 'normalise.reread_failed', retryable: true, retryAfterMs: 7000 } });
      expect(await create(unreachable)).toMatchObject({ ok: false, error: { code: 'normalise.reread_failed', retryable: true } });
      expect(await answer(400)).toMatchObject({ ok: false, error: { code: 'calendar.refused', retryable: false } });
    });

    it('calls nobody for an entry that cannot be, and with nothing to call with', async () => {
      const counted = counting(200);
      const { http } = counted;
      const days = (from: string, until: string): OutgoingEvent['when'] => ({ kind: 'days', from, until, zone: 'Europe/London' });
      const bad: OutgoingEvent[] = [
        outgoing({ ourId: 'no-id' }), moved(outgoing(), Number.NaN), outgoing({ when: { kind: 'times', startsAt: 2, endsAt: 1, zone: 'Europe/London' } }), outgoing({ when: { kind: 'times', startsAt: 1, endsAt: 2, zone: 'Moon/Base' } }),
        outgoing({ when: days('2027-02-30', '2027-03-02') }), outgoing({ when: days('2027-03-02', '2027-03-02') }), outgoing({ sequence: -1 }), outgoing({ status: 'cancelled' }),
      ];
      for (const event of bad) expect(await create(http, event), JSON.stringify(event)).toMatchObject({ ok: false, error: { code: 'calendar.refused', retryable: false } });
      for (const key of ['', 'x'.repeat(600)]) expect(await create(http, outgoing(), key)).toMatchObject({ ok: false, error: { code: 'calendar.refused' } });
      expect(await create(http, outgoing(), OUR_ID, { ...access, secrets: {} })).toMatchObject({ ok: false, error: { code: 'normalise.no_access' } });
      expect(counted.calls).toBe(0);
    });

    it('never lets an id become another place', async () => {
      const counted = counting(200);
      const ports = { http: counted.http, clock };
      for (const id of ['../x', '/x/../y', `${remoteId}/../x`, 'a?b', '', '..', '%2e%2e', 'https://evil.test/x']) {
        expect((await calendar.read(ports, access, calendarRef, id)).ok, id).toBe(false);
        expect((await calendar.remove(ports, access, calendarRef, id, null)).ok, id).toBe(false);
      }
      for (const ref of ['../x', 'https://evil.test/cal/', 'a/../b']) expect((await calendar.write(ports, access, ref, outgoing(), { kind: 'create', key: 'k' })).ok, ref).toBe(false);
      expect(counted.calls).toBe(0);
    });

    it('knows nobody else’s entry as ours, and shows no secret in an error', async () => {
      for (const remote of [null, undefined, 7, 'x', [], {}, { id: 'x', extendedProperties: null }, { ourId: 7 }, { transactionId: 'wedsync:' }]) expect(calendar.originOf(remote)).toBeNull();
      for (const status of [500, 403, 400]) {
        const text = JSON.stringify(await create(always({ status, headers: {}, body: 'x' })));
        for (const secret of secretValues) expect(text).not.toContain(secret);
      }
      if (calendar.watch) expect(calendar.watch.longestMs).toBeGreaterThan(3_600_000);
    });
  });
}
