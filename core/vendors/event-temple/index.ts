import type { VendorModule } from '../vendor.ts';
import { manifest } from './manifest.ts';
import { poll } from './poll.ts';
import { reread } from './reread.ts';
import { tryOut } from './tryOut.ts';

export const eventTemple: VendorModule = { manifest, reread, poll, test: tryOut };
