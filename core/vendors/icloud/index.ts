import { davCalendars } from '../davCalendars.ts';
import type { VendorModule } from '../vendor.ts';
import { DISCOVERY_URL, manifest } from './manifest.ts';

/** `abcd-efgh-ijkl-mnop`, as the account's page shows it. */
const APP_PASSWORD = /^[a-z]{4}(?:-[a-z]{4}){3}$/;

/** Each account lives on a host of its own (`p42-caldav.icloud.com`), which the discovery names. */
const isPartition = (host: string, entered: string): boolean => host.endsWith(`-${entered}`) && /^p\d{1,4}$/.test(host.slice(0, -entered.length - 1));

export const icloud: VendorModule = {
  manifest,
  ...davCalendars({
    who: 'iCloud',
    address: ({ settings }) => settings['baseUrl'] || DISCOVERY_URL,
    fields: { address: 'baseUrl', user: 'appleAccount', password: 'appPassword' },
    trusts: isPartition,
    passwordHelp: (password) =>
      APP_PASSWORD.test(password)
        ? ' App-specific passwords end when the password of the account is changed: make a new one.'
        : ' It wants an app-specific password, four groups of four letters, and not the password of the account.',
  }),
};
