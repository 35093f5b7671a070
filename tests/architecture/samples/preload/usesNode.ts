// must fail: preload-is-sandboxed
import { join } from 'node:path';
export const used = join;
