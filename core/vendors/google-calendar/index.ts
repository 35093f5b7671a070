import type { VendorModule } from '../vendor.ts';
import { manifest } from './manifest.ts';
import { poll, tryOut } from './poll.ts';
import { normalise, verify } from './webhook.ts';

export const googleCalendar: VendorModule = { manifest, webhook: { verify, normalise }, poll, test: tryOut };
