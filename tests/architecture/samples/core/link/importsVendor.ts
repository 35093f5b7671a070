// must fail: link-knows-no-vendor
import { mapping } from '../vendors/beta/mapping.ts';
export const used = mapping;
