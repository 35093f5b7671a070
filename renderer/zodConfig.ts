import { z } from 'zod';

// Before any schema is made: compiled parsers would need eval, which the page's policy forbids.
z.config({ jitless: true });
