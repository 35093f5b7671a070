import type { VendorModule } from '../vendor.ts';
import { manifest } from './manifest.ts';
import { reread } from './reread.ts';
import { tryOut } from './tryOut.ts';
import { normalise, verify } from './webhook.ts';

export const resend: VendorModule = { manifest, webhook: { verify, normalise }, reread, test: tryOut };
