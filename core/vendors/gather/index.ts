import { feedPart } from '../feeds.ts';
import { filePart } from '../files.ts';
import { leadMail } from '../mails.ts';
import type { VendorModule } from '../vendor.ts';
import { feed, file, lead, manifest } from './manifest.ts';

export const gather: VendorModule = { manifest, feed: feedPart(feed), file: filePart(file), mail: leadMail(lead) };
