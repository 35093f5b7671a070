// must fail: packages-of-core-domain, no-restricted-imports
import type { Tray } from 'electron';
export type Used = Tray;
