import { bridgePart } from '../bridge.ts';
import type { VendorModule } from '../vendor.ts';
import { manifest, recipe } from './manifest.ts';

export const bridge: VendorModule = { manifest, webhook: bridgePart(recipe) };
