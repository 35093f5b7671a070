import { describe, expect, it } from 'vitest';
import type { Change } from '../../../core/domain/record/changes.ts';
import { nws } from '../../../core/vendors/nws/index.ts';
import type { Brought } from '../../../core/vendors/vendor.ts';
import { always } from '../../conformance/fits.ts';
import { clockAt, stored } from '../ports.ts';
import { alert, ALERTS, collection, samples, URN } from './samples.ts';

const { access, nowMs } = samples;
const poll = nws.poll!;

async function look(alerts: readonly Record<string, unknown>[], cursor: string | null, at = nowMs) {
  const read = await poll.read(cursor, access, { http: always(collection(alerts)), clock: clockAt(at) });
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
}
function noticeOf({ body }: Brought): Extract<Change, { kind: 'weather' }> {
  const meant = poll.normalise(stored(body, { settings: access.settings }));
  if (!meant.ok || meant.value.kind !== 'changes' || meant.value.changes[0]?.kind !== 'weather') throw new Error(JSON.stringify(meant));
  return meant.value.changes[0];
}
const update = (id: string, of: readonly string[], more: Record<string, unknown> = {}) =>
  alert(id, { messageType: 'Update', references: of.map((one, i) => ({ '@id': 'x', identifier: `${URN}${one}`, sender: 's', sent: `2026-10-2${i}T00:00:00-07:00` })), ...more });

describe('warnings', () => {
  it('reads one', async () => {
    const { items } = await look([ALERTS[0]!], null);
    expect(items.map(noticeOf)).toEqual([
      {
        kind: 'weather', remote: { type: 'alert', id: `${URN}1`, version: null }, wedding: {}, occurredAt: '2026-10-26T07:10:00.000Z',
        fields: {
          place: 'Orchard Barn', kind: 'warning', severity: 'warning', headline: 'Wind Advisory issued October 26 at 12:10AM PDT', detail: '* WHAT...Winds 20 to 30 mph.\n* WHERE...Napa.\n\nSecure outdoor objects.',
          startsAt: '2026-10-26T21:00:00.000Z', endsAt: '2026-10-27T03:00:00.000Z', state: 'active',
        },
      },
    ]);
    expect(noticeOf((await look([ALERTS[1]!], null)).items[0]!).fields).toMatchObject({ severity: 'emergency', headline: 'Fire Weather Watch', endsAt: '2026-10-26T13:00:00.000Z' });
  });

  it('leaves out tests and what was withdrawn, and keeps a warning in one row over its updates', async () => {
    const first = await look([alert('a')], null);
    const second = await look([alert('a'), update('b', ['a'], { severity: 'Severe', sent: '2026-10-26T01:00:00-07:00' })], first.cursor);
    const third = await look([update('c', ['a', 'b'], { severity: 'Severe', sent: '2026-10-26T02:00:00-07:00', headline: 'Now' })], second.cursor);
    expect(second.items.map(noticeOf)).toMatchObject([{ remote: { id: `${URN}a` }, fields: { severity: 'critical' } }]);
    expect(third.items.map(noticeOf)).toMatchObject([{ remote: { id: `${URN}a` }, fields: { headline: 'Now' } }]);
    const cancelled = await look([alert('d', { messageType: 'Cancel', references: [{ '@id': 'x', identifier: `${URN}c`, sender: 's', sent: '2026-10-26T02:00:00-07:00' }] })], third.cursor);
    expect(cancelled.items.map(noticeOf)).toMatchObject([{ remote: { id: `${URN}a` }, fields: { state: 'ended' } }]);
    expect((await look([], cancelled.cursor)).items).toEqual([]);
  });

  it('tells a warning again that comes back, and nothing twice', async () => {
    const first = await look([alert('a')], null);
    expect((await look([alert('a')], first.cursor, nowMs + 120_000)).items).toEqual([]);
    const gone = await look([], first.cursor);
    const back = await look([alert('a')], gone.cursor);
    expect(noticeOf(back.items[0]!).fields.state).toBe('active');
    expect(new Set([first, gone, back].flatMap((one) => one.items.map((item) => item.key))).size).toBe(3);
  });

  it('sets one aside that is odd, and shows the others', async () => {
    const { items } = await look([alert('a'), { id: `${URN}odd`, status: 'Actual' }], null);
    expect(noticeOf(items[0]!).remote.id).toBe(`${URN}a`);
    expect(poll.normalise(stored(items[1]?.body ?? ''))).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
  });

  it('forgets what is long over', async () => {
    const first = await look([alert('a')], null);
    const gone = await look([], first.cursor, nowMs + 9 * 86_400_000);
    expect(JSON.parse(gone.cursor)).toEqual({ slots: {} });
    expect(gone.items).toHaveLength(1);
  });

  it('asks nothing without a place or without somebody to write to', async () => {
    const http = { send: () => Promise.reject(new Error('asked')) };
    for (const settings of [{ latitude: '91' }, { longitude: 'x' }, { latitude: '1/../2' }, { contactEmail: '' }, { contactEmail: 'a b' }]) {
      expect(await poll.read(null, { ...access, settings: { ...access.settings, ...settings } }, { http, clock: clockAt(nowMs) })).toMatchObject({ ok: false, error: { retryable: false } });
    }
  });
});
