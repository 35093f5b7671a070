import { apiClient, bearer, type ApiClient } from '../apiClient.ts';
import type { CallPorts, ConnectionAccess } from '../vendor.ts';
import { DEFAULT_BASE_URL } from './manifest.ts';

/** Answers are shaped by this version, whatever the application is set to. */
const VERSION = '2025-08-20';

export const squareClient = (access: ConnectionAccess, ports: CallPorts): ApiClient =>
  apiClient(
    {
      who: 'Square',
      baseUrl: DEFAULT_BASE_URL,
      headers(own) {
        const proof = bearer(own);
        return proof && { ...proof, 'square-version': VERSION };
      },
    },
    access,
    ports,
  );
