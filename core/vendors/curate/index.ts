import { filePart } from '../files.ts';
import type { VendorModule } from '../vendor.ts';
import { file, manifest } from './manifest.ts';

export const curate: VendorModule = { manifest, file: filePart(file) };
