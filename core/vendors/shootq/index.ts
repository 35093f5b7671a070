import { filePart } from '../files.ts';
import { leadMail } from '../mails.ts';
import type { VendorModule } from '../vendor.ts';
import { file, lead, manifest } from './manifest.ts';

export const shootq: VendorModule = { manifest, file: filePart(file), mail: leadMail(lead) };
