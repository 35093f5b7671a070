// must fail: renderer-knows-contract-domain-link
import { mapping } from '../core/vendors/beta/mapping.ts';
export const used = mapping;
