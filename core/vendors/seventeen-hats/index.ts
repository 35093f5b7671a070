import { bridgePart } from '../bridge.ts';
import { feedPart } from '../feeds.ts';
import { filePart } from '../files.ts';
import type { VendorModule } from '../vendor.ts';
import { bridge, feed, file, manifest } from './manifest.ts';

export const seventeenHats: VendorModule = { manifest, webhook: bridgePart(bridge), feed: feedPart(feed), file: filePart(file) };
