import type { VendorModule } from '../vendor.ts';
import { manifest } from './manifest.ts';
import { poll } from './poll.ts';
import { reread } from './reread.ts';
import { tryOut } from './tryOut.ts';
import { normalise, verify } from './webhook.ts';

export const stripe: VendorModule = { manifest, webhook: { verify, normalise }, reread, poll, test: tryOut };
