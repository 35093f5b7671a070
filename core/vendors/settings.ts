import { TRADES, type Booking } from '../contract/record/trade.ts';
import { localDate } from '../domain/day/localTime.ts';
import { currencyCode, shortText } from './fields.ts';
import type { ManifestField } from './manifest.ts';
import { knownZone } from './wallTime.ts';

/** Plain settings that many connections share: what the system itself does not say about its facts. */

type Settings = Readonly<Record<string, string>>;

export const TRADE_FIELD: ManifestField = {
  key: 'trade',
  label: 'Trade',
  help: 'What this vendor does at a wedding; shown on its bookings.',
  sensitive: false,
  required: false,
  input: 'choice',
  choices: TRADES.map((trade) => ({ value: trade, label: trade.replace('_', ' and ').replace(/^./, (first) => first.toUpperCase()) })),
};
export const VENDOR_NAME_FIELD: ManifestField = {
  key: 'vendorName',
  label: 'Business name',
  help: 'Shown on bookings: the vendor as your couples know it.',
  sensitive: false,
  required: false,
};
export const ZONE_FIELD: ManifestField = {
  key: 'zone',
  label: 'Time zone',
  help: 'Where the dates over there are meant.',
  sensitive: false,
  required: false,
  input: 'zone',
};
export const CURRENCY_FIELD: ManifestField = {
  key: 'currency',
  label: 'Currency',
  help: 'Three letters; sums over there come without one.',
  sensitive: false,
  required: false,
  input: 'currency',
};
export const baseUrlField = (standard: string): ManifestField => {
  return { key: 'baseUrl', label: 'API address', help: `Leave empty for ${standard}.`, sensitive: false, required: false, input: 'url' };
};

/** Key of what the calls of open channels repeat; see `channelTokens`. */
export const CHANNEL_TOKEN = 'channelToken';
export const CHANNEL_FIELD: ManifestField = {
  key: CHANNEL_TOKEN,
  label: 'Channel token',
  help: 'Made up by the server for each channel that it opens; every notice repeats it.',
  sensitive: true,
  required: false,
  proves: 'only',
  channel: true,
};
/** Of every channel that is open to us, or is being opened or closed. */
export const channelTokens = (secrets: Settings): readonly string[] => (secrets[CHANNEL_TOKEN] ?? '').split(' ').filter((token) => token !== '');

export const tradeOf = (settings: Settings): Booking['trade'] => TRADES.find((trade) => trade === settings['trade']) ?? 'other';
export const vendorNameOf = (settings: Settings): string | null => shortText(settings['vendorName']);
export const currencyOf = (settings: Settings): string | null => currencyCode(settings['currency']);

/** The zone that the connection is set to; null = none, or one that does not exist. */
export const zoneOf = (settings: Settings): string | null => knownZone(settings['zone']);

/** The day of an instant in the connection's zone; null while either is unknown. */
export function dayOfInstant(instant: string | null, settings: Settings): string | null {
  const zone = zoneOf(settings);
  return instant !== null && zone !== null ? localDate(zone, Date.parse(instant)) : null;
}
