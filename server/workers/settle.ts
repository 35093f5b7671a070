import type { Actor } from '../../core/contract/events.ts';
import type { ErrorCode } from '../../core/contract/errors.ts';
import type { Connection, ReviewItem } from '../../core/contract/record.ts';
import { alertsFor } from '../../core/domain/alerts/alerts.ts';
import { draftCreated, draftUpdated, type DraftContext, type EventDraft } from '../../core/domain/record/drafts.ts';
import { planChanges, type MappingDraft } from '../../core/domain/record/plan.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import { checkDrafts } from '../store/record.ts';
import type { DeliveryState } from '../store/schema.ts';
import { backoffMs, MAX_ATTEMPTS, messageOf, type DeliveryInHand, type Outcome, type Work } from './outcome.ts';
import { withDrafts, type WorkingView } from './view.ts';

/** How a delivery stands after this batch. */
export interface Settled {
  readonly delivery: DeliveryInHand;
  readonly state: DeliveryState;
  readonly reason: string | null;
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  readonly inHand: boolean;
  readonly drafts: readonly EventDraft[];
  readonly mappings: readonly MappingDraft[];
  /** What was delivered is not kept: it tells of somebody who was erased. */
  readonly forget?: boolean;
}

export interface SettleContext {
  readonly view: WorkingView;
  readonly vendors: (system: string) => VendorModule | null;
  readonly now: number;
  readonly newId: () => string;
  readonly random: () => number;
  /** Asked once for each re-read that is to be taken on: whether there is room for one more of this connection. */
  readonly mayFetch: (connectionId: string) => boolean;
}

/** A re-read that is in somebody's hands is left to them for this long; whoever is alive renews it in time. */
export const LEASE_MS = 30_000;
const BUSY_MS = 2_000;
const FAILURES_UNTIL_FAILING = 3;
const SYSTEM: Actor = { kind: 'system', id: null, name: 'WedSync' };

const cut = (text: string) => text.slice(0, 300).toWellFormed();

/** Decides one delivery; what it plans is kept in the view for those after it. Never throws: what cannot be planned is quarantined. */
export function settle({ delivery, outcome }: Work, context: SettleContext): Settled {
  const after = (ms: number) => new Date(context.now + ms).toISOString();
  const plain = { delivery, attempts: delivery.attempts, nextAttemptAt: null, inHand: false, drafts: [], mappings: [] };
  switch (outcome.kind) {
    case 'ignored':
      return { ...plain, state: 'ignored', reason: outcome.why };
    case 'quarantined':
      return review(delivery, 'quarantined', outcome.code, context);
    case 'reread':
      if (!context.mayFetch(delivery.connectionId)) return { ...plain, attempts: delivery.attempts - 1, state: 'waiting', reason: null, nextAttemptAt: after(BUSY_MS) };
      return { ...plain, state: 'waiting', reason: null, nextAttemptAt: after(LEASE_MS), inHand: true };
    case 'unanswered':
      if (delivery.attempts >= MAX_ATTEMPTS) return review(delivery, 'dead', outcome.code, context);
      return { ...plain, state: 'waiting', reason: outcome.code, nextAttemptAt: after(backoffMs(delivery.attempts, context.random(), outcome.retryAfterMs)) };
    case 'changes':
      try {
        return plan(delivery, outcome, context);
      } catch (error) {
        return { ...review(delivery, 'quarantined', 'normalise.shape_unknown', context), reason: cut(`normalise.shape_unknown: ${messageOf(error)}`) };
      }
  }
}

function draftContext(delivery: DeliveryInHand, vendors: SettleContext['vendors']): DraftContext {
  const name = vendors(delivery.system)?.manifest.name ?? delivery.system;
  return { actor: { kind: 'vendor', id: delivery.system, name }, source: { system: delivery.system, connectionId: delivery.connectionId, remoteId: null }, deliveryId: delivery.id };
}

function plan(delivery: DeliveryInHand, { changes }: Extract<Outcome, { kind: 'changes' }>, context: SettleContext): Settled {
  const { view, vendors, now, newId } = context;
  const origin = draftContext(delivery, vendors);
  const seen = view.of(delivery.connectionId);
  const { drafts, mappings, parked, forget } = planChanges(changes, seen, origin, newId);
  const facts = [...drafts, ...parked.map((one) => reviewDraft(delivery, 'parked', one.reason, one.title, newId))];
  checkDrafts(facts);
  const alerts = alertsFor(facts, withDrafts(seen, facts), now, { actor: SYSTEM, source: null, deliveryId: delivery.id }, newId);
  checkDrafts(alerts);
  const all = [...facts, ...alerts];
  view.keep(delivery.connectionId, all, mappings);
  const [first] = parked;
  return { delivery, attempts: delivery.attempts, state: first ? 'parked' : 'processed', reason: first?.reason ?? null, nextAttemptAt: null, inHand: false, drafts: all, mappings, ...(forget ? { forget } : {}) };
}

function reviewDraft(delivery: DeliveryInHand, kind: ReviewItem['kind'], reason: ErrorCode, title: string, newId: () => string): EventDraft {
  const { id: deliveryId, connectionId, receivedAt } = delivery;
  const row = { id: newId(), deliveryId, connectionId, kind, reason, title: cut(title), receivedAt, state: 'open' as const };
  return draftCreated('review.opened', 'reviewItems', null, row, null, { actor: SYSTEM, source: null, deliveryId });
}

function review(delivery: DeliveryInHand, kind: 'quarantined' | 'dead', code: ErrorCode, context: SettleContext): Settled {
  const { actor } = draftContext(delivery, context.vendors);
  const opened = reviewDraft(delivery, kind, code, `${actor.name}: ${delivery.vendorEvent ?? 'a delivery'}`, context.newId);
  const alerts = alertsFor([opened], context.view.of(delivery.connectionId), context.now, { actor: SYSTEM, source: null, deliveryId: delivery.id }, context.newId);
  return { delivery, attempts: delivery.attempts, state: kind, reason: code, nextAttemptAt: null, inHand: false, drafts: [opened, ...alerts], mappings: [] };
}

export interface HealthBefore {
  readonly row: Connection;
  /** Consecutive unanswered re-reads. */
  readonly failures: number;
}

export interface HealthAfter {
  readonly connectionId: string;
  readonly failures: number;
  readonly drafts: readonly EventDraft[];
}

/** A fact that came through is proof of health; three re-reads in a row without an answer are proof of the contrary. */
export function healthAfter(before: HealthBefore, works: readonly Work[], settled: readonly Settled[], context: SettleContext): HealthAfter {
  let { failures } = before;
  let health: Connection['health'] = before.row.health;
  let reason = before.row.healthReason;
  const kinds = new Map(works.map((work) => [work.delivery.id, work.outcome]));
  for (const one of settled) {
    const outcome = kinds.get(one.delivery.id);
    if (one.state === 'processed' || one.state === 'parked') {
      failures = 0;
      health = 'healthy';
      reason = null;
    } else if (outcome?.kind === 'unanswered') {
      failures += 1;
      if (failures >= FAILURES_UNTIL_FAILING) {
        health = 'failing';
        reason = outcome.code;
      }
    }
  }
  const { row } = before;
  const unchanged = { connectionId: row.id, failures, drafts: [] };
  if (row.health === 'paused' || health === row.health) return unchanged;
  const origin: DraftContext = { actor: SYSTEM, source: null, deliveryId: null };
  const draft = draftUpdated('connection.health_changed', 'connections', null, row, { health, healthReason: reason, healthSince: new Date(context.now).toISOString() }, null, origin);
  if (!draft) return unchanged;
  return { connectionId: row.id, failures, drafts: [draft, ...alertsFor([draft], context.view.of(row.id), context.now, origin, context.newId)] };
}
