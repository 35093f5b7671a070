import { sql } from 'kysely';
import type { Connection } from '../../core/contract/record/connections.ts';
import type { Breakers } from '../../core/domain/intake/breaker.ts';
import type { Told } from '../../core/domain/intake/ladder.ts';
import type { Tx } from '../store/database.ts';
import { readRowsOf } from '../store/rows.ts';
import { together } from '../store/together.ts';
import { holdDeliveries } from '../store/held.ts';
import { rearmRefused, type Rearmed } from '../store/rearming.ts';
import { BREAKER_OPEN, NO_ACCESS } from './settle.ts';
import { NO_MEMORY, type BrakeMemory } from './stops.ts';

/** What is remembered of one connection from batch to batch and from process to process. */
export interface Memory {
  readonly row: Connection;
  /** Consecutive calls without an answer. */
  readonly failures: number;
  readonly told: Told | null;
  readonly breakers: Breakers;
  readonly brake: BrakeMemory;
}

/** What of it is to be written. */
export interface MemoryAfter {
  readonly connectionId: string;
  readonly failures: number;
  readonly told: Told | null;
  readonly breakers: Breakers;
  readonly brake: BrakeMemory;
  /** It was switched off: what waits is held. */
  readonly disabled: boolean;
  /** Its source answers again: what waited for that is due now. */
  readonly closed: boolean;
  /** Its source accepts our access again, which it did not since then: what was refused for want of it is worked on again. */
  readonly regained: { readonly since: string } | null;
}

export interface ConnectionsOf {
  readonly organisationId: string;
  readonly connectionIds: readonly string[];
}

/** By organisation, then by connection. The caller holds the organisations' rows, so nothing changes in between. */
export async function readMemories(tx: Tx, wanted: readonly ConnectionsOf[]): Promise<Map<string, Map<string, Memory>>> {
  const keys = wanted.flatMap(({ organisationId, connectionIds }) => connectionIds.map((id) => ({ organisationId, id })));
  const [rows, kept] = await together([
    readRowsOf(tx, 'connections', keys),
    tx.selectFrom('connectionAccess').select(['id', 'failures', 'told', 'breaker', 'brake']).where('id', 'in', keys.map((one) => one.id)).execute(),
  ]);
  const byId = new Map(kept.map((one) => [one.id, one]));
  const found = new Map<string, Map<string, Memory>>();
  for (const [organisationId, own] of rows) {
    const memories = own.map((row): [string, Memory] => {
      const { failures = 0, told = null, breaker = null, brake = null } = byId.get(row.id) ?? {};
      // Written by this program alone, in the shapes of the rules.
      return [row.id, { row, failures, told: told as Told | null, breakers: breaker ?? {}, brake: (brake ?? NO_MEMORY) as BrakeMemory }];
    });
    found.set(organisationId, new Map(memories));
  }
  return found;
}

const jsonOrNull = (value: object | null): object | null => (value === null || Object.keys(value).length === 0 ? null : value);

export async function writeMemories(tx: Tx, memories: readonly MemoryAfter[]): Promise<void> {
  if (memories.length === 0) return;
  const rows = memories.map((one) => ({ id: one.connectionId, failures: one.failures, told: one.told, breaker: jsonOrNull(one.breakers), brake: one.brake === NO_MEMORY ? null : one.brake, paused: one.disabled }));
  await sql`
    update connection_access c set failures = m.failures, told = m.told, breaker = m.breaker, brake = m.brake, paused = c.paused or m.paused
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as m(id uuid, failures bigint, told jsonb, breaker jsonb, brake jsonb, paused boolean) where c.id = m.id
  `.execute(tx);
}

/** What follows for deliveries that are not of this batch. Gives what goes on where it stopped, for `auditRearmed` once it stands. */
export async function afterMemories(tx: Tx, memories: readonly (MemoryAfter & { readonly organisationId: string })[], now: string): Promise<Rearmed[]> {
  const disabled = memories.filter((one) => one.disabled).map((one) => one.connectionId);
  if (disabled.length > 0) await holdDeliveries(tx, disabled, 'held.disabled');
  const rearmed: Rearmed[] = [];
  for (const { organisationId, connectionId, regained, disabled: off } of memories) {
    if (regained && !off) rearmed.push({ organisationId, connectionId, deliveries: await rearmRefused(tx, connectionId, regained.since) });
  }
  const closed = memories.filter((one) => (one.closed || one.regained) && !one.disabled).map((one) => one.connectionId);
  if (closed.length === 0) return rearmed;
  await sql`
    update deliveries set next_attempt_at = ${now}::timestamptz where connection_id = any(${closed}::uuid[]) and state = 'waiting' and reason = any(${[BREAKER_OPEN, NO_ACCESS]}::text[]) and not in_hand
  `.execute(tx);
  return rearmed;
}
