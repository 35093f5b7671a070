import type { ErrorCode } from '../../core/contract/errors.ts';
import type { Connection } from '../../core/contract/record/connections.ts';
import { alertsFor } from '../../core/domain/alerts/alerts.ts';
import { warningAbout } from '../../core/domain/alerts/warnings.ts';
import { climb, FAILURES_UNTIL_FAILING, type Step, type Told } from '../../core/domain/intake/ladder.ts';
import { draftUpdated, type DraftContext, type EventDraft } from '../../core/domain/record/drafts.ts';
import type { View } from '../../core/domain/record/view.ts';
import { SYSTEM } from './settle.ts';

export interface HealthBefore {
  readonly row: Connection;
  /** Consecutive calls without an answer. */
  readonly failures: number;
  readonly told: Told | null;
}

export interface HealthAfter {
  readonly failures: number;
  readonly told: Told | null;
  /** It is switched off from now on. */
  readonly disabled: boolean;
  /** It accepts our access again: what was refused for want of it is worked on again. */
  readonly regained: boolean;
  readonly drafts: readonly EventDraft[];
}

/**
 * What became of one call or delivery, as far as it says something of the connection: a fact came (`called` = it was read
 * there, so our access works), nobody answered, or our access was not accepted.
 */
export type Sign = { readonly kind: 'came'; readonly called: boolean } | { readonly kind: 'unanswered'; readonly code: ErrorCode } | { readonly kind: 'no_access' };

/** A webhook that comes says nothing of these: only a call that is answered does. */
const WANTS_ACCESS: readonly (string | null)[] = ['normalise.no_access', 'connect.leave_ended'] satisfies ErrorCode[];
/** The connection calls nobody because nobody lets it in. */
export const lacksAccess = ({ health, healthReason }: Pick<Connection, 'health' | 'healthReason'>): boolean => health === 'failing' && WANTS_ACCESS.includes(healthReason);

export interface HealthContext {
  readonly view: View;
  readonly now: number;
  readonly newId: () => string;
}

/**
 * A fact that came is proof of health; three calls in a row without an answer are proof of the contrary, and the ladder
 * leads from there to being switched off. Access that is refused is told at once and never leads there: what comes by
 * itself is as good as ever. One that is paused or disabled stays so until a person resumes it.
 */
export function healthAfter(before: HealthBefore, signs: readonly Sign[], { view, now, newId }: HealthContext): HealthAfter {
  const { row } = before;
  if (row.health === 'paused' || row.health === 'disabled') return { failures: before.failures, told: before.told, disabled: false, regained: false, drafts: [] };
  let { failures, told } = before;
  let health: Connection['health'] = row.health;
  let reason = row.healthReason;
  let step: Step | null = null;
  for (const sign of signs) {
    if (sign.kind === 'came') {
      failures = 0;
      told = null;
      step = null;
      // What comes by webhook says nothing of a computer that is away; its return does.
      if (health === 'waiting' && reason === 'desk.away') continue;
      if (!sign.called && lacksAccess({ health, healthReason: reason })) continue;
      health = 'healthy';
      reason = null;
      continue;
    }
    if (sign.kind === 'no_access') {
      if (lacksAccess({ health, healthReason: reason })) continue;
      health = 'failing';
      reason = 'normalise.no_access';
      continue;
    }
    failures += 1;
    const climbed = climb(told, failures, now);
    told = climbed.told;
    step = climbed.step ?? step;
    if (failures >= FAILURES_UNTIL_FAILING && !lacksAccess({ health, healthReason: reason })) {
      health = 'failing';
      reason = sign.code;
    }
  }
  if (step === 100) health = 'disabled';
  const origin: DraftContext = { actor: SYSTEM, source: null, deliveryId: null };
  const other = health !== row.health || (health === 'failing' && lacksAccess({ health, healthReason: reason }) && reason !== row.healthReason);
  const changed = other ? draftUpdated('connection.health_changed', 'connections', null, row, { health, healthReason: reason, healthSince: new Date(now).toISOString() }, null, origin) : null;
  const drafts = [
    ...(changed ? [changed, ...alertsFor([changed], view, now, origin, newId)] : []),
    ...(step !== null && step < 100 ? warningAbout(row, step, view, now, origin, newId) : []),
  ];
  return { failures, told, disabled: health === 'disabled', regained: health === 'healthy' && row.healthReason === 'normalise.no_access', drafts };
}
