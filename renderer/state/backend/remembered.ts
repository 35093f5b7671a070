import { z } from 'zod';
import { Access } from '../../../core/contract/access.ts';
import type { MeAnswer } from '../../../core/contract/http.ts';
import { Id } from '../../../core/contract/primitives.ts';
import { scopeKey } from '../../../core/domain/access/may.ts';
import { pageLog } from '../pageLog.ts';
import type { Start } from './backend.ts';

const KEY = 'wedsync.access';
const Kept = z.object({ organisationId: Id, access: Access });
type Kept = z.infer<typeof Kept>;

function read(): Kept | null {
  try {
    const parsed = Kept.safeParse(JSON.parse(localStorage.getItem(KEY) ?? 'null'));
    return parsed.success ? parsed.data : null;
  } catch (error) {
    pageLog.warn({ error: String(error) }, 'what this browser was let in as could not be read');
    return null;
  }
}

const same = (a: Kept, b: Kept): boolean => a.organisationId === b.organisationId && scopeKey(a.access) === scopeKey(b.access);

/**
 * Keeps what the server says this browser is, so that it is known without the server too. `me` null = the server could
 * not be asked. A browser that was let in anew, as somebody else, must not build on the record of before.
 */
export function rememberAccess(me: MeAnswer | null): Pick<Start, 'access' | 'keptIsForeign'> {
  const kept = read();
  if (!me) return { access: kept?.access ?? null, keptIsForeign: false };
  const now: Kept = { organisationId: me.organisation.id, access: me.access };
  try {
    localStorage.setItem(KEY, JSON.stringify(now));
  } catch (error) {
    pageLog.warn({ error: String(error) }, 'what this browser was let in as could not be kept');
  }
  // Nothing remembered: storage is off, or the record is older than this memory, when only the house was let in.
  return { access: me.access, keptIsForeign: kept ? !same(kept, now) : me.access.weddingId !== null };
}

export function forgetAccess(): void {
  try {
    localStorage.removeItem(KEY);
  } catch (error) {
    pageLog.warn({ error: String(error) }, 'what this browser was let in as could not be forgotten');
  }
}
