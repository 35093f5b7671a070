import { describe, expect, it } from 'vitest';
import type { Change } from '../../../core/domain/record/changes.ts';
import { openMeteo } from '../../../core/vendors/open-meteo/index.ts';
import type { Brought } from '../../../core/vendors/vendor.ts';
import { always } from '../../conformance/fits.ts';
import { clockAt, stored } from '../ports.ts';
import { forecast, nowMs, ODD, samples, type Weather } from './samples.ts';

const { access } = samples;
const poll = openMeteo.poll!;

async function look(odd: Readonly<Record<number, Weather>>, cursor: string | null = null, { at = nowMs, settings = {} }: { at?: number; settings?: Record<string, string> } = {}) {
  const read = await poll.read(cursor, { ...access, settings: { ...access.settings, ...settings } }, { http: always(forecast(odd)), clock: clockAt(at) });
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
}
function noticeOf({ body }: Brought): Extract<Change, { kind: 'weather' }> {
  const meant = poll.normalise(stored(body, { settings: access.settings }));
  if (!meant.ok || meant.value.kind !== 'changes' || meant.value.changes[0]?.kind !== 'weather') throw new Error(JSON.stringify(meant));
  return meant.value.changes[0];
}
const told = async (odd: Readonly<Record<number, Weather>>, settings: Record<string, string> = {}) => (await look(odd, null, { settings })).items.map(noticeOf);

describe('notices', () => {
  it('makes one for each kind and day, in the hours of the place', async () => {
    const notices = await told(ODD);
    expect(notices.map(({ remote, fields }) => [remote.id, fields.severity, fields.headline])).toEqual([
      ['gusts.2026-10-25', 'critical', 'Gusts up to 80 km/h'],
      ['rain.2026-10-26', 'warning', 'Rain up to 10 mm in an hour'],
      ['heat.2026-10-28', 'notice', 'Heat up to 31 °C'],
      ['cold.2026-10-27', 'notice', 'Cold down to -3 °C'],
      ['thunder.2026-10-25', 'warning', 'Thunderstorm'],
    ]);
    // The day has 25 hours: fourteen hours after its midnight the clocks show one.
    expect(notices[0]?.fields).toMatchObject({
      startsAt: '2026-10-25T13:00:00.000Z', endsAt: '2026-10-25T15:00:00.000Z', kind: 'forecast', state: 'active', place: 'Orchard Barn',
      detail: 'Forecast for 2026-10-25, 13:00 to 15:00 (Europe/London). The limit here is 50 km/h. Weather data by Open-Meteo.com, CC BY 4.0.',
    });
  });

  it('counts the hour before midnight to the day that it ends, over the change of the clocks', async () => {
    expect((await told({ 24: { gust: 60 }, 25: { gust: 60 } })).map(({ remote }) => remote.id)).toEqual(['gusts.2026-10-25', 'gusts.2026-10-26']);
  });

  it('holds the forecast against the limits of the house', async () => {
    expect(await told({ 10: { gust: 49.9, rain: 1.9, temperature: 29.9 }, 11: { temperature: 2.1 } })).toEqual([]);
    expect((await told({ 10: { gust: 50 } })).length).toBe(1);
    expect((await told({ 10: { gust: 50, code: 99 } }, { gustKmh: '51', thunder: 'no' })).length).toBe(0);
    expect((await told({ 10: { gust: 31 } }, { gustKmh: '30' }))[0]?.fields.severity).toBe('warning');
    expect((await told({ 10: { code: 99 } }))[0]?.fields).toMatchObject({ severity: 'critical', headline: 'Thunderstorm with hail' });
    expect((await told({ 10: { gust: 55 } }, { gustKmh: 'a lot' })).length).toBe(1);
  });
});

describe('looking again', () => {
  it('brings nothing while the forecast only breathes, and the change when it changes', async () => {
    const first = await look({ 10: { gust: 61 } });
    expect((await look({ 10: { gust: 62.4 } }, first.cursor)).items).toEqual([]);
    const worse = await look({ 10: { gust: 90 } }, first.cursor);
    expect(worse.items.map(noticeOf)).toMatchObject([{ remote: { id: 'gusts.2026-10-25' }, fields: { severity: 'critical' } }]);
    const over = await look({}, worse.cursor);
    expect(over.items.map(noticeOf)).toMatchObject([{ remote: { id: 'gusts.2026-10-25' }, fields: { state: 'ended' } }]);
    const again = await look({ 10: { gust: 61 } }, over.cursor);
    expect(noticeOf(again.items[0]!).fields.state).toBe('active');
    const keys = [first, worse, over, again].flatMap((one) => one.items.map((item) => item.key));
    expect(new Set(keys).size).toBe(4);
  });

  it('ends what is over, and starts again with a broken cursor', async () => {
    const first = await look({ 10: { gust: 61 } });
    const after = await look({ 10: { gust: 61 } }, first.cursor, { at: nowMs + 12 * 3_600_000 });
    expect(after.items.map(noticeOf)).toMatchObject([{ fields: { state: 'ended' } }]);
    for (const cursor of ['', '{', '[]', '{"slots":7}', '{"slots":{"gusts.2026-10-25":"x"}}']) expect((await look({ 10: { gust: 61 } }, cursor)).items.map((item) => item.key)).toEqual(first.items.map((item) => item.key));
  });

  it('takes no hours, or an unknown zone, for no forecast', async () => {
    const ask = (body: string) => poll.read(null, access, { http: always({ status: 200, headers: {}, body }), clock: clockAt(nowMs) });
    expect(await ask(forecast({}, 0).body)).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
    expect(await ask(forecast({}).body.replace('Europe/London', 'Moon/Base'))).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
  });

  it('asks the customers\' server with a key, the free one without', async () => {
    const asked: string[] = [];
    const http = { send: ({ url }: { url: string }) => (asked.push(new URL(url).host), Promise.resolve(forecast({}))) };
    const settings = { place: 'x', latitude: '0', longitude: '0' };
    for (const secrets of [{}, { apiKey: 'k' }] as Record<string, string>[]) await poll.read(null, { ...access, settings, secrets }, { http, clock: clockAt(nowMs) });
    expect(asked).toEqual(['api.open-meteo.com', 'customer-api.open-meteo.com']);
  });
});
