import { davCalendars } from '../davCalendars.ts';
import type { VendorModule } from '../vendor.ts';
import { manifest } from './manifest.ts';

export const caldav: VendorModule = {
  manifest,
  ...davCalendars({
    who: 'The calendar server',
    address: ({ settings }) => settings['serverUrl'] || null,
    fields: { address: 'serverUrl', user: 'userName', password: 'password' },
  }),
};
