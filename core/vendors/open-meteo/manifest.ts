import { PLACE_FIELDS } from '../places.ts';
import { baseUrlField } from '../settings.ts';
import type { ManifestField, VendorManifest } from '../vendor.ts';

export const DEFAULT_BASE_URL = 'https://api.open-meteo.com';
export const CUSTOMER_BASE_URL = 'https://customer-api.open-meteo.com';

/** Beyond what an outdoor wedding needs a plan B. Each may be set per house; an empty one is this. */
export const LIMITS = { gustKmh: 50, rainMmPerHour: 2, heatC: 30, frostC: 2 } as const;

const limit = (key: keyof typeof LIMITS, label: string, help: string): ManifestField => ({
  key,
  label,
  help,
  sensitive: false,
  required: false,
  input: 'number',
  initial: String(LIMITS[key]),
});

export const manifest: VendorManifest = {
  id: 'open-meteo',
  name: 'Open-Meteo',
  category: 'weather',
  paths: ['native'],
  capabilities: { webhook: false, reread: false, poll: true, file: false, feed: false, mail: false, test: true, push: false },
  fields: [
    ...PLACE_FIELDS,
    limit('gustKmh', 'Gusts from', 'Kilometres an hour. Marquees are often closed from 60.'),
    limit('rainMmPerHour', 'Rain from', 'Millimetres in an hour; 2 is more than a drizzle.'),
    limit('heatC', 'Heat from', 'Degrees Celsius.'),
    limit('frostC', 'Cold up to', 'Degrees Celsius.'),
    {
      key: 'thunder',
      label: 'Thunderstorms',
      help: 'Told whenever one is forecast.',
      sensitive: false,
      required: false,
      input: 'choice',
      initial: 'yes',
      choices: [
        { value: 'yes', label: 'Tell' },
        { value: 'no', label: 'Do not tell' },
      ],
    },
    {
      key: 'apiKey',
      label: 'API key',
      help: 'Of a paid plan. Free use is for non-commercial purposes only; a venue needs a plan.',
      sensitive: true,
      required: false,
    },
    baseUrlField(`${DEFAULT_BASE_URL}, or ${CUSTOMER_BASE_URL} with a key`),
  ],
  oauth: null,
  guides: [
    {
      path: 'native',
      brings:
        'A notice for each of the next seven days on which the forecast goes beyond your limits, anywhere in the world; looked for every half hour.',
      steps: [
        'Find the latitude and longitude of the house on a map and enter them here.',
        'Set the limits from which your team wants to know.',
        'Take out a plan at open-meteo.com/en/pricing and paste its API key here.',
      ],
    },
  ],
  webhook: null,
  bridge: null,
  file: null,
  mail: null,
  masks: [],
  limits: { perSecond: null, atOnce: 1 },
  missing: [
    'Warnings of an authority: connect the National Weather Service for them, where there is one.',
    'Weather within the house\'s limits, and anything more than seven days ahead.',
  ],
  sources: ['https://open-meteo.com/en/docs', 'https://open-meteo.com/en/terms', 'https://open-meteo.com/en/licence'],
};
