// must fail: domain-is-pure
import type { Port } from '../ports/port.ts';
export type Used = Port;
