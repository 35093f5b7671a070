import type { VendorModule } from '../vendor.ts';
import { manifest } from './manifest.ts';
import { reread } from './reread.ts';
import { normalise, verify } from './webhook.ts';

export const vscoWorkspace: VendorModule = { manifest, webhook: { verify, normalise }, reread };
