import type { ErrorCode } from '../../core/contract/errors.ts';
import type { Connection } from '../../core/contract/record.ts';
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
  readonly drafts: readonly EventDraft[];
}

/** What became of one call or delivery, as far as it says something of the connection: a fact came, or nobody answered. */
export type Sign = { readonly kind: 'came' } | { readonly kind: 'unanswered'; readonly code: ErrorCode };

export interface HealthContext {
  readonly view: View;
  readonly now: number;
  readonly newId: () => string;
}

/**
 * A fact that came is proof of health; three calls in a row without an answer are proof of the contrary, and the ladder
 * leads from there to being switched off. One that is paused or disabled stays so until a person resumes it.
 */
export function healthAfter(before: HealthBefore, signs: readonly Sign[], { view, now, newId }: HealthContext): HealthAfter {
  const { row } = before;
  if (row.health === 'paused' || row.health === 'disabled') return { failures: before.failures, told: before.told, disabled: false, drafts: [] };
  let { failures, told } = before;
  let health: Connection['health'] = row.health;
  let reason = row.healthReason;
  let step: Step | null = null;
  for (const sign of signs) {
    if (sign.kind === 'came') {
      failures = 0;
      told = null;
      health = 'healthy';
      reason = null;
      step = null;
      continue;
    }
    failures += 1;
    const climbed = climb(told, failures, now);
    told = climbed.told;
    step = climbed.step ?? step;
    if (failures >= FAILURES_UNTIL_FAILING) {
      health = 'failing';
      reason = sign.code;
    }
  }
  if (step === 100) health = 'disabled';
  const origin: DraftContext = { actor: SYSTEM, source: null, deliveryId: null };
  const changed = health === row.health ? null : draftUpdated('connection.health_changed', 'connections', null, row, { health, healthReason: reason, healthSince: new Date(now).toISOString() }, null, origin);
  const drafts = [
    ...(changed ? [changed, ...alertsFor([changed], view, now, origin, newId)] : []),
    ...(step !== null && step < 100 ? warningAbout(row, step, view, now, origin, newId) : []),
  ];
  return { failures, told, disabled: health === 'disabled', drafts };
}
