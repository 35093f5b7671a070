// must fail: @typescript-eslint/no-floating-promises
import { work } from './service.ts';
work();
