import { openRecordCache } from '../state/cache.ts';
import { forgetKept } from '../state/forgetKept.ts';

/** Who signs out leaves nothing of the record on a machine that others may use after him. */
export const forgetRecord = (): Promise<void> => forgetKept(openRecordCache());
