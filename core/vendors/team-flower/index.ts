import { bridgePart } from '../bridge.ts';
import { filePart } from '../files.ts';
import type { VendorModule } from '../vendor.ts';
import { bridge, file, manifest } from './manifest.ts';

export const teamFlower: VendorModule = { manifest, webhook: bridgePart(bridge), file: filePart(file) };
