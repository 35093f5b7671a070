import { answered, denied, failed, type Operation } from '../../core/domain/intake/breaker.ts';
import { isWeddingDay } from '../privacy/retention.ts';
import { instant, type StoreInternals } from '../store/internals.ts';
import { auditRearmed } from '../store/rearming.ts';
import { healthAfter, type Sign } from './health.ts';
import { afterMemories, readMemories, writeMemories, type MemoryAfter } from './memories.ts';
import { SYSTEM } from './settle.ts';
import { loadViews } from './view.ts';

/** One call to a connection's source that was made outside of the line of deliveries. */
export interface Called {
  readonly organisationId: string;
  readonly connectionId: string;
  readonly operation: Operation;
  readonly sign: Sign;
  /** What the source asked for, in milliseconds. */
  readonly retryAfterMs: number | null;
}

/** Breaker, ladder and health learn of the call, in one transaction. Gives until when that operation is to be left alone; null = it need not. */
export async function noteCall(internals: StoreInternals, { organisationId, connectionId, operation, sign, retryAfterMs }: Called): Promise<number | null> {
  const now = internals.clock.now();
  const noted = await internals.writer.write(organisationId, async ({ tx, record }) => {
    const wanted = { organisationId, connectionIds: [connectionId] };
    const memory = (await readMemories(tx, [wanted])).get(organisationId)?.get(connectionId);
    const view = (await loadViews(tx, [{ ...wanted, needs: new Map() }])).get(organisationId);
    if (!memory || !view) return null;
    const weddingDay = sign.kind === 'unanswered' && (await isWeddingDay(tx, organisationId, instant(internals.clock)));
    const weddingDayNow = { now, weddingDay, retryAfterMs };
    const breakers = sign.kind === 'came' ? answered(memory.breakers, operation) : sign.kind === 'no_access' ? denied(memory.breakers, now) : failed(memory.breakers, operation, weddingDayNow);
    const health = healthAfter(memory, [sign], { view: view.of(connectionId), now, newId: () => internals.ids.next() });
    await record(health.drafts);
    const after: MemoryAfter = { connectionId, failures: health.failures, told: health.told, breakers, brake: memory.brake, disabled: health.disabled, closed: false, regained: health.regained ? { since: memory.row.healthSince } : null };
    await writeMemories(tx, [after]);
    const rearmed = await afterMemories(tx, [{ ...after, organisationId }], instant(internals.clock));
    if (after.disabled) await internals.peers.announceConnection(tx, connectionId);
    return { ...after, rearmed };
  });
  if (noted) auditRearmed(internals, SYSTEM, noted.rearmed);
  if (noted?.disabled) internals.intakeCache.forget(connectionId);
  return noted?.breakers[operation]?.openUntil ?? null;
}
