import { bridgePart } from '../bridge.ts';
import type { VendorModule } from '../vendor.ts';
import { manifest, recipe } from './manifest.ts';

export const honeybook: VendorModule = { manifest, webhook: bridgePart(recipe) };
