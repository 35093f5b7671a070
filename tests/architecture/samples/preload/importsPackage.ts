// must fail: packages-of-preload
import { z } from 'zod';
export const used = z;
