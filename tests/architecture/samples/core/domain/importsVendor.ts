// must fail: domain-is-pure
import { mapping } from '../vendors/beta/mapping.ts';
export const used = mapping;
