import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDeepLink, parseDeepLink, Place } from '../../../../core/contract/deepLink.ts';
import { ALL_DELIVERIES } from '../../../../core/contract/deliveryPlace.ts';
import { testId } from '../../../support/builders.ts';

const a = testId();
const b = testId();

describe('deep links', () => {
  it.each<Place>([
    { view: 'day', weddingId: null, alertId: null },
    { view: 'day', weddingId: a, alertId: null },
    { view: 'day', weddingId: a, alertId: b },
    { view: 'day', weddingId: null, alertId: b },
    { view: 'messages', channel: null, weddingId: null },
    { view: 'messages', channel: 'sms', weddingId: null },
    { view: 'messages', channel: null, weddingId: a },
    { view: 'messages', channel: 'email', weddingId: b },
    { view: 'integrations', connectionId: null },
    { view: 'integrations', connectionId: a },
    { view: 'integrations', connectionId: a, calendarId: b },
    { view: 'feeds', about: null },
    { view: 'feeds', about: { kind: 'house' } },
    { view: 'feeds', about: { kind: 'resource', id: a } },
    { view: 'feeds', about: { kind: 'wedding', id: b } },
    { view: 'connect', system: null },
    { view: 'connect', system: 'studio-ninja' },
    { view: 'import', connectionId: a },
    ALL_DELIVERIES,
    { ...ALL_DELIVERIES, system: 'vsco-workspace', connectionId: a, weddingId: b, states: ['parked', 'dead'], origin: 'feed', last: 'week', text: 'Zoë & 李 / ?' },
    { ...ALL_DELIVERIES, from: '2026-11-20T10:43:00.000Z', to: '2026-11-21T00:00:00.000Z' },
    { view: 'conflicts', conflictId: null },
    { view: 'conflicts', conflictId: a, scale: 'week', zoom: '150', on: '20261120', kind: 'room', only: 'clashing', find: 'Größe / Ñ 李?', taking: b },
    { view: 'settings' },
  ])('%j goes there and back', (place) => {
    expect(parseDeepLink(formatDeepLink(place))).toEqual({ ok: true, value: place });
  });
  it.each(['', 'wedsync:', 'wedsync://', 'WEDSYNC://day', 'wedsync://day?x=1', 'wedsync://day#x', 'wedsync://wedding/../settings', `wedsync://wedding/${a}/alert`, `wedsync://wedding/${a}/alert/${b}/x`, `wedsync://wedding/${a}/payment/${b}`, 'wedsync://wedding/1', 'https://wedsync/day', 'wedsync://day\n', ` wedsync://day`, 'wedsync://day/%2e%2e', `wedsync://settings/${a}`, 'wedsync://messages/fax', 'wedsync://messages/wedding', 'wedsync://messages/wedding/1', `wedsync://messages/${a}`, `wedsync://messages/sms/email`, `wedsync://messages/wedding/${a}/sms`, 'wedsync://connect/-x', `wedsync://connect/stripe/${a}`, 'wedsync://import', 'wedsync://import/1', `wedsync://integrations/${a}/calendar`, `wedsync://integrations/${a}/calendar/1`, `wedsync://integrations/${a}/entry/${b}`, 'wedsync://feeds/room', 'wedsync://feeds/wedding', 'wedsync://feeds/wedding/1', `wedsync://feeds/house/${a}`, `wedsync://feeds/resource/${a}/${b}`, 'wedsync://deliveries/state', 'wedsync://deliveries/state/gone', 'wedsync://deliveries/state/dead-dead-', 'wedsync://deliveries/last/year', 'wedsync://deliveries/text/6', 'wedsync://deliveries/text/0061', 'wedsync://deliveries/from/20261341t000000z', 'wedsync://deliveries/last/day/system/stripe', 'wedsync://deliveries/constructor/x', 'wedsync://conflicts/zoom/100', 'wedsync://conflicts/zoom/1', 'wedsync://conflicts/find', 'wedsync://conflicts/find/6', 'wedsync://conflicts/find/0020', 'wedsync://conflicts/find/00610020', 'wedsync://conflicts/find/hall', `wedsync://conflicts/find/${'0061'.repeat(101)}`, 'wedsync://conflicts/constructor/x', 'javascript:wedsync://day'])('refuses %j', (text) => {
    expect(parseDeepLink(text).ok).toBe(false);
  });
  it('never throws and never invents a place', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string().map((tail) => `wedsync://${tail}`)), (text) => {
        const result = parseDeepLink(text);
        if (result.ok) expect(Place.safeParse(result.value).success).toBe(true);
      }),
    );
  });
});
