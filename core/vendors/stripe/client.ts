import { apiClient, bearer, type ApiClient } from '../apiClient.ts';
import type { CallPorts, ConnectionAccess } from '../vendor.ts';
import { DEFAULT_BASE_URL } from './manifest.ts';

export const stripeClient = (access: ConnectionAccess, ports: CallPorts): ApiClient =>
  apiClient({ who: 'Stripe', baseUrl: DEFAULT_BASE_URL, headers: (own) => bearer(own, 'apiKey') }, access, ports);
