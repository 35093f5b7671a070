import type { VendorModule } from '../vendor.ts';
import { manifest } from './manifest.ts';
import { tryOut } from './tryOut.ts';
import { handshake, normalise, verify } from './webhook.ts';

export const whatsapp: VendorModule = { manifest, webhook: { handshake, verify, normalise }, test: tryOut };
