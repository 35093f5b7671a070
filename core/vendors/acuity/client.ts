import { apiClient, type ApiClient } from '../apiClient.ts';
import { encodeBase64, encodeUtf8 } from '../bytes.ts';
import type { CallPorts, ConnectionAccess } from '../vendor.ts';
import { DEFAULT_BASE_URL } from './manifest.ts';

export const acuityClient = (access: ConnectionAccess, ports: CallPorts): ApiClient =>
  apiClient(
    {
      who: 'Acuity',
      baseUrl: DEFAULT_BASE_URL,
      headers({ settings, secrets }) {
        const [user, key] = [settings['userId'], secrets['apiKey']];
        return user && key ? { authorization: `Basic ${encodeBase64(encodeUtf8(`${user}:${key}`))}` } : null;
      },
    },
    access,
    ports,
  );
