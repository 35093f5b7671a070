import { PLACE_FIELDS } from '../places.ts';
import { baseUrlField } from '../settings.ts';
import type { VendorManifest } from '../vendor.ts';

export const DEFAULT_BASE_URL = 'https://api.weather.gov';

export const manifest: VendorManifest = {
  id: 'nws',
  name: 'US National Weather Service',
  category: 'weather',
  paths: ['native'],
  capabilities: { webhook: false, reread: false, poll: true, file: false, feed: false, mail: false, test: true, push: false },
  fields: [
    ...PLACE_FIELDS,
    {
      key: 'contactEmail',
      label: 'Contact address',
      help: 'The service wants to know whom to write to when something goes wrong; it is sent with every call.',
      sensitive: false,
      required: true,
      input: 'email',
    },
    baseUrlField(DEFAULT_BASE_URL),
  ],
  oauth: null,
  guides: [
    {
      path: 'native',
      brings: 'Official warnings for one place in the United States, looked for every two minutes. No account is needed.',
      steps: [
        'Find the latitude and longitude of the house on a map and enter them here.',
        'Enter an e-mail address that somebody reads.',
        'Try it out: the town that is shown must be yours.',
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
    'Forecasts: connect Open-Meteo for them.',
    'Places outside of the United States and its territories.',
  ],
  sources: ['https://www.weather.gov/documentation/services-web-api', 'https://www.weather.gov/documentation/services-web-alerts'],
};
