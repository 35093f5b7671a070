// must fail: core-runs-anywhere
import { readFileSync } from 'node:fs';
export const used = readFileSync;
