import { shortText } from './fields.ts';
import type { ManifestField } from './manifest.ts';

/** Where a connection that watches a place looks: both weather folders ask alike. */

export const PLACE_FIELDS: readonly ManifestField[] = [
  {
    key: 'place',
    label: 'Place',
    help: 'As your team calls it, e.g. the name of the house. Shown with each notice.',
    sensitive: false,
    required: true,
  },
  { key: 'latitude', label: 'Latitude', help: 'In degrees, e.g. 51.5072; south is negative.', sensitive: false, required: true, input: 'number' },
  { key: 'longitude', label: 'Longitude', help: 'In degrees, e.g. -0.1276; west is negative.', sensitive: false, required: true, input: 'number' },
];

function degrees(text: string | undefined, limit: number): string | null {
  if (text === undefined || !/^[+-]?\d{1,3}(?:\.\d{1,12})?$/.test(text.trim())) return null;
  const value = Number(text);
  // Four decimals are eleven metres; one service takes no more.
  return Math.abs(value) <= limit ? String(Number(value.toFixed(4)) + 0) : null;
}

export interface Point {
  readonly latitude: string;
  readonly longitude: string;
}

/** Null = the settings name no place on earth. */
export function pointOf(settings: Readonly<Record<string, string>>): Point | null {
  const [latitude, longitude] = [degrees(settings['latitude'], 90), degrees(settings['longitude'], 180)];
  return latitude !== null && longitude !== null ? { latitude, longitude } : null;
}

export const placeOf = (settings: Readonly<Record<string, string>>): string => shortText(settings['place']) ?? 'The house';

export const NO_POINT = 'The connection names no place: latitude and longitude are missing or wrong.';
