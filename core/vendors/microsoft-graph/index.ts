import type { VendorModule } from '../vendor.ts';
import { manifest } from './manifest.ts';
import { poll, tryOut } from './poll.ts';
import { watch } from './watch.ts';
import { handshake, normalise, verify } from './webhook.ts';
import { writing } from './writing.ts';

export const microsoftGraph: VendorModule = {
  manifest, webhook: { handshake, verify, normalise }, poll, test: tryOut, calendar: { ...writing, watch },
};
