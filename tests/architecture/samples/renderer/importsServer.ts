// must fail: renderer-knows-contract-domain-link
import { work } from '../server/service.ts';
export const used = work;
