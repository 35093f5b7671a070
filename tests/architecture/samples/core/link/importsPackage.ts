// must fail: packages-of-core-link
import { z } from 'zod';
export const used = z;
