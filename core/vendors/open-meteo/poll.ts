import { z } from 'zod';
import { ok, type Result } from '../../contract/result.ts';
import { callJson, queryText, refused, shapeUnknown } from '../calls.ts';
import { NO_POINT, pointOf } from '../places.ts';
import { changedSlots } from '../slots.ts';
import type { CallPorts, ConnectionAccess, PollPart, RereadError, VendorModule } from '../vendor.ts';
import { knownZone } from '../wallTime.ts';
import { noticesOf, type Hour } from './forecast.ts';
import { CUSTOMER_BASE_URL, DEFAULT_BASE_URL } from './manifest.ts';
import { changesOf } from './mapping.ts';

const DAYS = 7;

const values = z.array(z.number().nullable());
const Forecast = z.object({
  timezone: z.string(),
  elevation: z.number().nullish(),
  hourly: z.object({ time: z.array(z.number()), wind_gusts_10m: values, precipitation: values, temperature_2m: values, weather_code: values }),
});
type Forecast = z.infer<typeof Forecast>;

async function forecast(access: ConnectionAccess, ports: CallPorts, days: number): Promise<Result<Forecast, RereadError>> {
  const point = pointOf(access.settings);
  if (point === null) return refused(NO_POINT);
  const key = access.secrets['apiKey'] || null;
  const base = (access.settings['baseUrl'] || (key === null ? DEFAULT_BASE_URL : CUSTOMER_BASE_URL)).replace(/\/+$/, '');
  const query = queryText({
    ...point, hourly: 'wind_gusts_10m,precipitation,temperature_2m,weather_code', timezone: 'auto', timeformat: 'unixtime', forecast_days: days,
    wind_speed_unit: 'kmh', precipitation_unit: 'mm', temperature_unit: 'celsius', apikey: key,
  });
  return callJson({ who: 'Open-Meteo', what: 'the forecast', url: `${base}/v1/forecast?${query}`, headers: {}, shape: Forecast }, ports);
}

export const poll: PollPart = {
  everySeconds: 1800,

  async read(cursor, access, ports) {
    const read = await forecast(access, ports, DAYS);
    if (!read.ok) return read;
    const { hourly, timezone } = read.value;
    const zone = knownZone(timezone);
    if (zone === null) return shapeUnknown('Open-Meteo has answered with an unknown zone.');
    const hours = hourly.time.map((at, i): Hour => {
      const { wind_gusts_10m: gust, precipitation: rain, temperature_2m: temperature, weather_code: code } = hourly;
      return { at, gust: gust[i] ?? null, rain: rain[i] ?? null, temperature: temperature[i] ?? null, code: code[i] ?? null };
    });
    // A forecast without hours is no fair weather.
    if (hours.length === 0) return shapeUnknown('Open-Meteo has answered with a forecast without hours.');
    const now = ports.clock.now();
    return ok({ ...changedSlots(noticesOf(hours, zone, access.settings, now), cursor, now), more: false });
  },

  normalise: changesOf,
};

export const tryOut: NonNullable<VendorModule['test']> = async (access, ports) => {
  const read = await forecast(access, ports, 1);
  if (!read.ok) return read;
  const { timezone, elevation } = read.value;
  const high = typeof elevation === 'number' ? `, ${Math.round(elevation)} m above the sea` : '';
  const plan = access.secrets['apiKey'] ? 'With the plan of the key' : 'Without a key: for non-commercial use only';
  return ok({ account: null, details: [`The place is in ${knownZone(timezone) ?? 'an unknown zone'}${high}`, plan] });
};
