// must fail: no-circular
import { two } from './cycleTwo.ts';
export const one = (): number => two();
