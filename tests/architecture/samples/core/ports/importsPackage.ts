// must fail: packages-of-core-ports
import { z } from 'zod';
export const used = z;
