// must fail: ports-are-interfaces
import { rule } from '../domain/rule.ts';
export const used = rule;
