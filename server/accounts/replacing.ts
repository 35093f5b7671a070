import { AsyncLocalStorage } from 'node:async_hooks';
import type { StoreInternals } from '../store/internals.ts';
import { endSessions } from '../store/sessions.ts';

/**
 * A changed second factor, and a password that ends the other sessions, put a new session in the place of the browser's
 * own. Its devices follow within the same request, to a session of the same account only; those of all other sessions end.
 */
export interface Replacing {
  /** Runs a call of the library by whoever holds this session. */
  during<T>(session: { readonly sessionId: string; readonly accountId: string }, work: () => Promise<T>): Promise<T>;
  /** Told of every session that began, and of those that are over; the latter settles when what lived by them is gone. */
  begun(sessionId: string, accountId: string): void;
  ended(sessionIds: readonly string[]): Promise<void>;
}

interface Change {
  readonly sessionId: string;
  readonly accountId: string;
  over: boolean;
  successor: string | null;
}

export function createReplacing(internals: Pick<StoreInternals, 'database' | 'clock' | 'peers' | 'revocations'>): Replacing {
  const changes = new AsyncLocalStorage<Change>();

  const settle = async ({ sessionId, accountId, over, successor }: Change): Promise<void> => {
    if (!over) return;
    if (successor !== null) {
      await internals.database.system
        .updateTable('devices')
        .set({ sessionId: successor })
        .where('sessionId', '=', sessionId)
        .where('accountId', '=', accountId)
        .where('revokedAt', 'is', null)
        .where((eb) => eb.exists(eb.selectFrom('sessions').select('sessions.id').where('sessions.id', '=', successor).where('sessions.accountId', '=', accountId)))
        .execute();
    }
    // Whatever did not follow ends as it always does.
    await endSessions(internals, [sessionId]);
  };

  return {
    async during({ sessionId, accountId }, work) {
      const change: Change = { sessionId, accountId, over: false, successor: null };
      try {
        return await changes.run(change, work);
      } finally {
        await settle(change);
      }
    },
    begun(sessionId, accountId) {
      const change = changes.getStore();
      if (change?.accountId === accountId) change.successor = sessionId;
    },
    async ended(sessionIds) {
      const change = changes.getStore();
      if (!change || !sessionIds.includes(change.sessionId)) return endSessions(internals, sessionIds);
      change.over = true;
      await endSessions(internals, sessionIds.filter((id) => id !== change.sessionId));
    },
  };
}
