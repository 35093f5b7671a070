import { one } from './cycleOne.ts';
export const two = (): number => one();
