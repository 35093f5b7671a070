import { apiClient, type Api, type ApiClient } from '../apiClient.ts';
import { encodeBase64, encodeUtf8 } from '../bytes.ts';
import { askingOf } from '../jsonEntries.ts';
import type { CallPorts, ConnectionAccess } from '../vendor.ts';
import { DEFAULT_BASE_URL } from './manifest.ts';

const ACUITY: Api = {
  who: 'Acuity',
  baseUrl: DEFAULT_BASE_URL,
  headers({ settings, secrets }) {
    const [user, key] = [settings['userId'], secrets['apiKey']];
    return user && key ? { authorization: `Basic ${encodeBase64(encodeUtf8(`${user}:${key}`))}` } : null;
  },
};

export const acuityClient = (access: ConnectionAccess, ports: CallPorts): ApiClient => apiClient(ACUITY, access, ports);

/** One call about calendars; an error is what it means to whoever writes. */
export const askCalendar = askingOf({
  who: ACUITY.who, baseUrl: ACUITY.baseUrl, proof: { of: ACUITY.headers, missing: 'its user ID or its key is missing' }, success: [200, 201, 204],
});
