import { sql } from 'kysely';
import type { Tx } from './database.ts';

/** Nothing works on these connections' deliveries any more; a re-read that is under way comes back to nobody. The caller holds the organisation's row. */
export async function holdDeliveries(tx: Tx, connectionIds: readonly string[], reason: 'held.paused' | 'held.disabled'): Promise<void> {
  await sql`
    update deliveries set state = 'held', reason = ${reason}, in_hand = false, next_attempt_at = null
    where connection_id = any(${connectionIds}::uuid[]) and state in ('received', 'waiting')
  `.execute(tx);
}

/** Its vendor has taken the leave back that it needs. */
export const NO_LEAVE = 'connect.leave_ended';
/** The desktop that keeps the key is not there, or cannot call; see `server/desk`. */
export const NO_DESK = ['desk.away', 'desk.withdrawn', 'desk.key_missing', 'desk.address_changed', 'desk.system_unknown'];
const PAUSED = ['held.paused', 'held.disabled', NO_LEAVE, ...NO_DESK];
/** In the brake's lot; see `core/domain/intake/brake.ts`. */
export const BRAKED = ['held.deletes', 'held.moves', 'held.copies'];

/** Puts back what was held while the connection was paused, in its old order of arrival. */
export async function freePaused(tx: Tx, connectionId: string): Promise<void> {
  await sql`
    update deliveries set state = 'received', reason = null, next_attempt_at = null where connection_id = ${connectionId} and state = 'held' and reason = any(${PAUSED}::text[])
  `.execute(tx);
}

/** Puts back what waited for leave to be given again, or for the key. */
export async function freeLeave(tx: Tx, connectionId: string): Promise<void> {
  await freeDesk(tx, [connectionId], [NO_LEAVE, ...NO_DESK]);
}

/** Puts back what was held for one of these reasons, in its old order of arrival. */
export async function freeDesk(tx: Tx, connectionIds: readonly string[], reasons: readonly string[]): Promise<void> {
  await sql`
    update deliveries set state = 'received', reason = null, next_attempt_at = null where connection_id = any(${connectionIds}::uuid[]) and state = 'held' and reason = any(${reasons}::text[])
  `.execute(tx);
}

/** Lets the connection's lot through; the brake will not look at these again. */
export async function releaseLot(tx: Tx, connectionId: string): Promise<void> {
  await sql`
    update deliveries set state = 'received', reason = null, next_attempt_at = null, let_through = true
    where connection_id = ${connectionId} and state = 'held' and reason = any(${BRAKED}::text[])
  `.execute(tx);
  await forgetLot(tx, connectionId);
}

/** Throws the lot away; the deliveries stay as they came. */
export async function discardLot(tx: Tx, connectionId: string, now: string): Promise<void> {
  await sql`
    update deliveries set state = 'ignored', reason = 'held.discarded', done_at = ${now}::timestamptz where connection_id = ${connectionId} and state = 'held' and reason = any(${BRAKED}::text[])
  `.execute(tx);
  await forgetLot(tx, connectionId);
}

/** Nothing of the connection is held back by the brake any more. */
export const forgetLot = (tx: Tx, connectionId: string) => sql`update connection_access set brake = jsonb_set(brake, '{lot}', 'null') where id = ${connectionId} and brake is not null`.execute(tx);
