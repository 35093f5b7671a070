import type { VendorModule } from '../vendor.ts';
import { manifest } from './manifest.ts';
import { poll } from './poll.ts';
import { reread } from './reread.ts';
import { tryOut } from './tryOut.ts';
import { normalise, verify } from './webhook.ts';
import { writing } from './writing.ts';

export const vscoWorkspace: VendorModule = { manifest, webhook: { verify, normalise }, reread, poll, test: tryOut, calendar: writing };
