import type { Clock } from '../../core/ports/ports.ts';
import type { ErrorCode } from '../../core/contract/errors.ts';
import { gate, type Breakers } from '../../core/domain/intake/breaker.ts';
import type { Hint } from '../../core/vendors/vendor.ts';
import type { DeliveryInHand, Outcome, Work } from './outcome.ts';
import type { SourceReader } from './readSource.ts';
import { BREAKER_OPEN, NO_ACCESS } from './settle.ts';

/** Calls without an answer in a row after which a connection's source is left alone for the rest of a dry run. */
const PATIENCE = 3;
const AT_ONCE = 4;

/** What a source has said, or why it has not. */
export interface Read {
  readonly outcome: Outcome;
  /** When the reading began that was answered; null = there was no answer. */
  readonly readAt: string | null;
}

export interface DryReads {
  /** Reads what needs to be read, each set of objects once for the whole dry run; by delivery. */
  readAll(works: readonly Work[], breakers: ReadonlyMap<string, Breakers>): Promise<Map<string, Read>>;
}

type Asked = { readonly delivery: DeliveryInHand; readonly hints: readonly Hint[] };
const keyOf = ({ delivery, hints }: Asked): string => JSON.stringify([delivery.connectionId, hints]);

/**
 * Re-reads of a dry run. It honours the breakers and tells them nothing: nothing of a dry run reaches the record, where breakers
 * and health are. A source that does not answer three times is not asked again by it.
 */
export function createDryReads(reader: SourceReader, clock: Clock, stopped: () => boolean): DryReads {
  const known = new Map<string, Read>();
  const misses = new Map<string, number>();
  const leftAlone = new Map<string, ErrorCode>();
  const unread = (reason: ErrorCode): Read => ({ outcome: { kind: 'unanswered', code: reason, message: '', retryAfterMs: null, ms: 0 }, readAt: null });

  async function readOne(asked: Asked, patience: number): Promise<void> {
    const { connectionId } = asked.delivery;
    const why = leftAlone.get(connectionId);
    if (why !== undefined || stopped()) return;
    const outcome = await reader(asked.delivery, asked.hints);
    const answered = outcome.kind === 'changes' || outcome.kind === 'quarantined';
    if (answered) {
      misses.delete(connectionId);
      known.set(keyOf(asked), { outcome, readAt: new Date(outcome.kind === 'changes' ? (outcome.readAt ?? clock.now()) : clock.now()).toISOString() });
      return;
    }
    const missed = (misses.get(connectionId) ?? 0) + 1;
    misses.set(connectionId, missed);
    const code: ErrorCode = outcome.kind === 'unanswered' || outcome.kind === 'noAccess' ? outcome.code : 'connect.leave_ended';
    const asksForRest = outcome.kind === 'unanswered' && outcome.retryAfterMs !== null;
    if (missed >= patience || asksForRest || outcome.kind !== 'unanswered') leftAlone.set(connectionId, code);
    known.set(keyOf(asked), unread(outcome.kind === 'held' && outcome.why !== undefined ? outcome.why : code));
  }

  /** One connection's, a few at a time. */
  async function readOwn(own: readonly Asked[], patience: number): Promise<void> {
    const queue = [...own];
    const one = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) await readOne(next, patience);
    };
    await Promise.all(Array.from({ length: patience === 1 ? 1 : AT_ONCE }, one));
  }

  return {
    async readAll(works, breakers) {
      const asked = works.flatMap(({ delivery, outcome }): Asked[] => (outcome.kind === 'reread' ? [{ delivery, hints: outcome.hints }] : []));
      const wanted = new Map(asked.filter((one) => !known.has(keyOf(one))).map((one) => [keyOf(one), one]));
      const byConnection = Map.groupBy(wanted.values(), (one) => one.delivery.connectionId);
      await Promise.all([...byConnection].map(async ([connectionId, own]) => {
        const verdict = gate(breakers.get(connectionId) ?? {}, 'reread', clock.now());
        if (own[0]?.delivery.paused === true) leftAlone.set(connectionId, 'held.paused');
        else if (verdict.kind === 'wait') leftAlone.set(connectionId, verdict.noAccess ? NO_ACCESS : BREAKER_OPEN);
        await readOwn(own, verdict.kind === 'probe' ? 1 : PATIENCE);
      }));
      return new Map(asked.map((one) => [one.delivery.id, known.get(keyOf(one)) ?? unread(leftAlone.get(one.delivery.connectionId) ?? BREAKER_OPEN)]));
    },
  };
}
