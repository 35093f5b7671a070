import { openRecordCache } from '../state/cache.ts';
import { pageLog } from '../state/pageLog.ts';
import { forgetAccess } from '../state/backend/remembered.ts';

/** Who signs out leaves nothing of the record on a machine that others may use after him. */
export async function forgetRecord(): Promise<void> {
  forgetAccess();
  try {
    await openRecordCache().clear();
  } catch (error) {
    pageLog.warn({ error: String(error) }, 'kept record could not be cleared');
  }
}
