// must fail: @typescript-eslint/consistent-type-imports
import { Shape } from '../core/contract/shape.ts';
export type Used = Shape;
