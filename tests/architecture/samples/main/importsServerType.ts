// must fail: main-knows-core
import type { work } from '../server/service.ts';
export type Used = typeof work;
