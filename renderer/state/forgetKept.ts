import { forgetAccess } from './backend/remembered.ts';
import type { RecordCache } from './cache.ts';
import { forgetWays } from './keptWays.ts';
import { clearPageJournal } from './outboxJournal.ts';
import { pageLog } from './pageLog.ts';

/** Empties all that a browser keeps of a house: the record, what it was let in as, and the decisions that were not sent. */
export async function forgetKept(cache: RecordCache): Promise<void> {
  forgetAccess();
  forgetWays();
  const done = await Promise.allSettled([cache.clear(), clearPageJournal()]);
  for (const one of done) if (one.status === 'rejected') pageLog.warn({ error: String(one.reason) }, 'what is kept here could not be cleared');
}
