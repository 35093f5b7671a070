import type { HttpRequest, HttpResponse } from '../../../core/ports/ports.ts';
import { nws } from '../../../core/vendors/nws/index.ts';
import type { VendorSamples } from '../../conformance/vendor.conformance.ts';

export const URN = 'urn:oid:2.49.0.1.840.0.';

export const alert = (id: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  '@id': `https://api.weather.gov/alerts/${URN}${id}`, '@type': 'wx:Alert', id: `${URN}${id}`, areaDesc: 'Napa County', affectedZones: [], references: [], sent: '2026-10-26T00:10:00-07:00', effective: '2026-10-26T00:10:00-07:00',
  onset: '2026-10-26T14:00:00-07:00', expires: '2026-10-26T06:00:00-07:00', ends: '2026-10-26T20:00:00-07:00', status: 'Actual', messageType: 'Alert', category: 'Met', severity: 'Moderate', certainty: 'Likely', urgency: 'Expected',
  event: 'Wind Advisory', sender: 'w-nws.webmaster@noaa.gov', senderName: 'NWS', headline: 'Wind Advisory issued October 26 at 12:10AM PDT', description: '* WHAT...Winds 20 to 30 mph.\n* WHERE...Napa.', instruction: 'Secure outdoor objects.',
  response: 'Execute', ...more,
});
export const ALERTS: readonly Record<string, unknown>[] = [
  alert('1'),
  alert('2', { severity: 'Extreme', event: 'Fire Weather Watch', headline: null, instruction: null, ends: null }),
  alert('3', { status: 'Test' }),
  alert('4', { messageType: 'Cancel', references: [{ '@id': 'x', identifier: `${URN}0`, sender: 's', sent: '2026-10-25T00:00:00-07:00' }] }),
  alert('6', { messageType: 'Update', sent: '2026-10-26T00:20:00-07:00', references: [{ '@id': 'x', identifier: `${URN}5`, sender: 's', sent: '2026-10-25T00:00:00-07:00' }] }),
];

const json = (body: unknown, status = 200): HttpResponse => ({ status, headers: {}, body: JSON.stringify(body) });
export const collection = (alerts: readonly Record<string, unknown>[]): HttpResponse =>
  json({ '@context': [], type: 'FeatureCollection', features: alerts.map((properties) => ({ id: properties['@id'], type: 'Feature', geometry: null, properties })), title: 'x', updated: '2026-10-26T07:35:00+00:00' });

export function respond({ url, headers }: HttpRequest): HttpResponse {
  const { pathname, search } = new URL(url);
  if (headers['user-agent'] !== 'WedSync Command Centre (events@orchard.example)') return json({ title: 'Forbidden' }, 403);
  if (pathname === '/points/38.2975,-122.2869') {
    return json({ properties: { relativeLocation: { type: 'Feature', geometry: { type: 'Point', coordinates: [-122.29, 38.3] }, properties: { city: 'Napa', state: 'CA' } }, timeZone: 'America/Los_Angeles', forecast: 'https://x' } });
  }
  return pathname === '/alerts/active' && search === '?point=38.2975,-122.2869' ? collection(ALERTS) : json({ title: 'Not Found' }, 404);
}

export const samples: VendorSamples = {
  vendor: nws,
  nowMs: 1_793_000_100_000,
  access: {
    connectionId: '0199a000-0000-7000-8000-00000000c01a', secrets: {},
    settings: { place: 'Orchard Barn', latitude: '38.29751', longitude: '-122.286900', contactEmail: 'events@orchard.example', baseUrl: 'https://nws.test' },
  },
  deliveries: [],
  poll: { respond, brings: 3, secretValues: ['38.2975', 'events@orchard.example'] },
  tryOut: { respond, account: 'Napa, CA', secretValues: ['events@orchard.example'] },
};
