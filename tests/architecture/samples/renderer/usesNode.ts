// must fail: renderer-is-a-page
import { join } from 'node:path';
export const used = join;
