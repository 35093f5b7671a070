import type { VendorModule } from '../vendor.ts';
import { manifest } from './manifest.ts';
import { normalise, verify } from './webhook.ts';

export const microsoftTeams: VendorModule = { manifest, webhook: { verify, normalise } };
