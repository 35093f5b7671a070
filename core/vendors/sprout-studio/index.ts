import { bridgePart } from '../bridge.ts';
import type { VendorModule } from '../vendor.ts';
import { bridge, manifest } from './manifest.ts';

export const sproutStudio: VendorModule = { manifest, webhook: bridgePart(bridge) };
