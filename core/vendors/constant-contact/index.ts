import type { VendorModule } from '../vendor.ts';
import { manifest } from './manifest.ts';
import { poll, tryOut } from './poll.ts';

export const constantContact: VendorModule = { manifest, poll, test: tryOut };
