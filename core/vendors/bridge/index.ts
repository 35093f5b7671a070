import { bridgePart } from '../bridge.ts';
import { feedPart } from '../feeds.ts';
import { filePart } from '../files.ts';
import { leadMail } from '../mails.ts';
import type { VendorModule } from '../vendor.ts';
import { feed, file, lead, manifest, recipe } from './manifest.ts';

export const bridge: VendorModule = { manifest, webhook: bridgePart(recipe), feed: feedPart(feed), file: filePart(file), mail: leadMail(lead) };
