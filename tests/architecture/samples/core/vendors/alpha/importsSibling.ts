// must fail: vendor-knows-no-vendor
import { mapping } from '../beta/mapping.ts';
export const used = mapping;
