import { bridgePart } from '../bridge.ts';
import { feedPart } from '../feeds.ts';
import { filePart } from '../files.ts';
import { leadMail } from '../mails.ts';
import type { VendorModule } from '../vendor.ts';
import { bridge, feed, file, lead, manifest } from './manifest.ts';

export const studioNinja: VendorModule = { manifest, webhook: bridgePart(bridge), feed: feedPart(feed), file: filePart(file), mail: leadMail(lead) };
