import { apiClient, type ApiClient } from '../apiClient.ts';
import type { CallPorts, ConnectionAccess } from '../vendor.ts';
import { DEFAULT_BASE_URL } from './manifest.ts';

export const eventTempleClient = (access: ConnectionAccess, ports: CallPorts): ApiClient =>
  apiClient(
    {
      who: 'Event Temple',
      baseUrl: DEFAULT_BASE_URL,
      headers({ settings, secrets }) {
        const [organization, key] = [settings['organizationId'], secrets['apiKey']];
        return organization && key ? { accept: 'application/vnd.api+json', 'x-api-org': organization, 'x-api-key': key } : null;
      },
    },
    access,
    ports,
  );
