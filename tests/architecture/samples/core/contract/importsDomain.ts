// must fail: contract-stands-alone
import { rule } from '../domain/rule.ts';
export const used = rule;
