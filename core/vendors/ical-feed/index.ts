import { feedPart } from '../feeds.ts';
import type { VendorModule } from '../vendor.ts';
import { FEED, manifest } from './manifest.ts';

export const icalFeed: VendorModule = { manifest, feed: feedPart(FEED) };
