import type { HttpRequest, HttpResponse } from '../../../core/ports/ports.ts';
import { openMeteo } from '../../../core/vendors/open-meteo/index.ts';
import type { VendorSamples } from '../../conformance/vendor.conformance.ts';

const KEY = 'om-plan-key';
/** 2026-10-24T23:00Z: midnight of Sunday the 25th in London, the day on which the clocks go back. */
export const START = Date.UTC(2026, 9, 24, 23) / 1000;
export const nowMs = START * 1000 + 60_000;

export interface Weather {
  readonly gust?: number;
  readonly rain?: number;
  readonly temperature?: number;
  readonly code?: number;
}

/** Mild and still but for the hours that are named, counted from the start. */
export function forecast(odd: Readonly<Record<number, Weather>>, hours = 169): HttpResponse {
  const all = Array.from({ length: hours }, (_, i): Weather => odd[i] ?? {});
  const hourly = {
    time: all.map((_, i) => START + i * 3600), wind_gusts_10m: all.map(({ gust }) => gust ?? 12.3), precipitation: all.map(({ rain }) => rain ?? 0),
    temperature_2m: all.map(({ temperature }) => temperature ?? 14.2), weather_code: all.map(({ code }) => code ?? 3),
  };
  return { status: 200, headers: {}, body: JSON.stringify({ latitude: 51.5, longitude: -0.12, generationtime_ms: 0.1, utc_offset_seconds: 0, timezone: 'Europe/London', timezone_abbreviation: 'GMT', elevation: 23.4, hourly_units: { time: 'unixtime' }, hourly }) };
}
export const ODD: Readonly<Record<number, Weather>> = { 14: { gust: 62 }, 15: { gust: 81.4, code: 95 }, 40: { rain: 9.6 }, 60: { temperature: -3.4 }, 90: { temperature: 31 } };

function respond({ url }: HttpRequest): HttpResponse {
  const { pathname, searchParams } = new URL(url);
  if (pathname !== '/v1/forecast' || searchParams.get('apikey') !== KEY || searchParams.get('timeformat') !== 'unixtime') return { status: 400, headers: {}, body: '{"error":true,"reason":"x"}' };
  return forecast(ODD);
}

export const samples: VendorSamples = {
  vendor: openMeteo,
  nowMs,
  access: { connectionId: '0199a000-0000-7000-8000-00000000c01b', settings: { place: 'Orchard Barn', latitude: '51.5072', longitude: '-0.1276', baseUrl: 'https://meteo.test' }, secrets: { apiKey: KEY } },
  deliveries: [],
  poll: { respond, brings: 5, secretValues: [KEY] },
  tryOut: { respond, account: null, secretValues: [KEY] },
};
