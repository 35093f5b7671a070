import { bridgePart } from '../bridge.ts';
import { leadMail } from '../mails.ts';
import type { VendorModule } from '../vendor.ts';
import { bridge, lead, manifest } from './manifest.ts';

export const weddingwire: VendorModule = { manifest, webhook: bridgePart(bridge), mail: leadMail(lead) };
