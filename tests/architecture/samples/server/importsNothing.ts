// must fail: no-unresolved
import { nothing } from './notThere.ts';
export const used: unknown = nothing;
