import { filePart } from '../files.ts';
import type { VendorModule } from '../vendor.ts';
import { file, manifest } from './manifest.ts';

export const catertrax: VendorModule = { manifest, file: filePart(file) };
