import type { DeliveryState } from '../../core/contract/deliveries.ts';
import type { Actor } from '../../core/contract/events.ts';
import type { ErrorCode } from '../../core/contract/errors.ts';
import type { ReviewItem } from '../../core/contract/record/attention.ts';
import { alertsFor } from '../../core/domain/alerts/alerts.ts';
import { NO_ACCESS_MS } from '../../core/domain/intake/breaker.ts';
import { mayOvertake } from '../../core/domain/intake/overtaking.ts';
import type { PushAfter } from '../../core/domain/calendars/back.ts';
import type { Change } from '../../core/domain/record/changes.ts';
import { draftCreated, type DraftContext, type EventDraft } from '../../core/domain/record/drafts.ts';
import { planChanges, type MappingDraft, type Plan } from '../../core/domain/record/plan.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import { NO_LEAVE } from '../store/held.ts';
import { checkDrafts } from '../store/record.ts';
import type { Fetch } from './gates.ts';
import { backoffMs, heardOf, MAX_ATTEMPTS, messageOf, type Called, type DeliveryInHand, type Outcome, type Work } from './outcome.ts';
import { idsAsShown, isAsShown, type ShownBefore } from './shown.ts';
import type { HeldReason } from './stops.ts';
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
  /** What it said of links of its rows. */
  readonly links?: Plan['links'];
  /** Objects for want of which it is parked. */
  readonly awaits?: Plan['awaits'];
  /** What was delivered is not kept: it tells of somebody who was erased. */
  readonly forget?: boolean;
  /** What is kept of entries of ours that were changed over there. */
  readonly pushes?: readonly PushAfter[];
  /** It might have been worked on before others, and must not be: it waits for its place. */
  readonly stays?: true;
  /** What went wrong with this attempt. */
  readonly tried?: Tried;
  /** It would do something else than this dry run has shown, so it does nothing and stands as it did before. */
  readonly differsFrom?: string;
}

/** One attempt that failed, or that called its source and went well (`ok`), as the delivery keeps it. */
export interface Tried {
  readonly code: ErrorCode | 'ok';
  readonly message: string;
  /** Milliseconds that the call took; 0 = nobody was called. */
  readonly ms: number;
  /** What was answered, where it is known. */
  readonly status?: number | undefined;
}

export interface SettleContext {
  readonly view: WorkingView;
  readonly vendors: (system: string) => VendorModule | null;
  readonly now: number;
  readonly newId: () => string;
  readonly random: () => number;
  /** How the connection of a delivery that is held came to be paused. */
  readonly pausedAs: (connectionId: string) => 'held.paused' | 'held.disabled';
  /** Whether a re-read may begin now. */
  readonly fetch: (delivery: DeliveryInHand) => Fetch;
  /** What a dry run has shown of it, where that is carried out. */
  readonly shown?: (delivery: DeliveryInHand) => ShownBefore | null;
  /** The brake of its connection, while it is on: why the delivery is held. */
  readonly hold?: (delivery: DeliveryInHand, changes: readonly Change[], drafts: readonly EventDraft[]) => HeldReason | null;
}

/** A re-read that is in somebody's hands is left to them for this long; whoever is alive renews it in time. */
export const LEASE_MS = 30_000;
const BUSY_MS = 2_000;
export const SYSTEM: Actor = { kind: 'system', id: null, name: 'WedSync' };

/** Why a delivery waits for its source's breaker; whoever closes it looks for these. */
export const BREAKER_OPEN = 'breaker.open' satisfies ErrorCode;
/** Its source does not accept our access. */
export const NO_ACCESS = 'normalise.no_access' satisfies ErrorCode;

const cut = (text: string) => text.slice(0, 300).toWellFormed();
const triedOf = (code: ErrorCode, message: string, { ms = 0, status }: Partial<Called> = {}): Tried => ({ code, message: cut(message.replaceAll('\0', '')), ms, status });

/** Decides one delivery; what it plans is kept in the view for those after it. Never throws: what cannot be planned is quarantined. */
export function settle({ delivery, outcome }: Work, context: SettleContext): Settled {
  const after = (ms: number) => new Date(context.now + ms).toISOString();
  const plain = { delivery, attempts: delivery.attempts, nextAttemptAt: null, inHand: false, drafts: [], mappings: [] };
  switch (outcome.kind) {
    case 'ignored':
      return { ...plain, state: 'ignored', reason: outcome.why };
    case 'poll':
      return { ...plain, state: 'processed', reason: null };
    case 'held':
      return { ...plain, attempts: delivery.attempts - 1, state: 'held', reason: outcome.noLeave ? NO_LEAVE : (outcome.why ?? context.pausedAs(delivery.connectionId)) };
    case 'quarantined':
      return { ...review(delivery, 'quarantined', outcome.code, context), tried: triedOf(outcome.code, outcome.message, outcome) };
    case 'reread': {
      const verdict = context.fetch(delivery);
      // Neither is an attempt: nobody was called.
      if (verdict.kind === 'busy') return { ...plain, attempts: delivery.attempts - 1, state: 'waiting', reason: null, nextAttemptAt: after(BUSY_MS) };
      if (verdict.kind === 'open') return { ...plain, attempts: delivery.attempts - 1, state: 'waiting', reason: verdict.noAccess ? NO_ACCESS : BREAKER_OPEN, nextAttemptAt: new Date(verdict.until).toISOString() };
      return { ...plain, state: 'waiting', reason: null, nextAttemptAt: after(LEASE_MS), inHand: true };
    }
    // However long it takes: whoever enters a new key, or a call that is answered again, lets it go on.
    case 'noAccess':
      return { ...plain, attempts: delivery.attempts - 1, state: 'waiting', reason: NO_ACCESS, nextAttemptAt: after(NO_ACCESS_MS), tried: triedOf(outcome.code, outcome.message, outcome) };
    case 'unanswered': {
      const tried = triedOf(outcome.code, outcome.message, outcome);
      if (delivery.attempts >= MAX_ATTEMPTS) return { ...review(delivery, 'dead', outcome.code, context), tried };
      return { ...plain, state: 'waiting', reason: outcome.code, nextAttemptAt: after(backoffMs(delivery.attempts, context.random(), outcome.retryAfterMs)), tried };
    }
    case 'changes':
      try {
        return plan(delivery, outcome, context);
      } catch (error) {
        const message = messageOf(error);
        return { ...review(delivery, 'quarantined', 'normalise.shape_unknown', context), reason: cut(`normalise.shape_unknown: ${message}`), tried: triedOf('normalise.shape_unknown', message) };
      }
  }
}

function draftContext(delivery: DeliveryInHand, vendors: SettleContext['vendors']): DraftContext {
  const name = vendors(delivery.system)?.manifest.name ?? delivery.system;
  return { actor: { kind: 'vendor', id: delivery.system, name }, source: { system: delivery.system, connectionId: delivery.connectionId, remoteId: null }, deliveryId: delivery.id };
}

function plan(delivery: DeliveryInHand, { changes, readAt, ms }: Extract<Outcome, { kind: 'changes' }>, context: SettleContext): Settled {
  const { view, vendors, now, newId } = context;
  const origin = draftContext(delivery, vendors);
  const seen = view.of(delivery.connectionId);
  const shown = context.shown?.(delivery) ?? null;
  const { drafts, mappings, parked, forget, links, awaits, pushes } = planChanges(changes, seen, origin, shown ? idsAsShown(shown, newId) : newId, heardOf(delivery, readAt));
  // What waits for it is given its wedding by it, and so may be a person whom others are found by.
  const awaited = mappings.some(({ remoteType, remoteId }) => view.mayBeAwaited(delivery.connectionId, remoteType, remoteId));
  if (delivery.ahead && (awaited || !mayOvertake(changes, { drafts, parked }))) {
    return { delivery, attempts: delivery.attempts - 1, state: delivery.found, reason: null, nextAttemptAt: null, inHand: false, drafts: [], mappings: [], stays: true };
  }
  if (shown && !isAsShown(shown, drafts, parked[0]?.reason ?? null)) {
    return { delivery, ...shown.was, nextAttemptAt: null, inHand: false, drafts: [], mappings: [], differsFrom: shown.dryRunId };
  }
  const held = context.hold?.(delivery, changes, drafts) ?? null;
  if (held !== null) return { delivery, attempts: delivery.attempts, state: 'held', reason: held, nextAttemptAt: null, inHand: false, drafts: [], mappings: [] };
  const facts = [...drafts, ...parked.map((one) => reviewDraft(delivery, { ...one, kind: 'parked', subject: one.title }, newId))];
  checkDrafts(facts);
  const alerts = alertsFor(facts, withDrafts(seen, facts), now, { actor: SYSTEM, source: null, deliveryId: delivery.id }, newId);
  checkDrafts(alerts);
  const all = [...facts, ...alerts];
  view.keep(delivery.connectionId, all, mappings, { links, pushes });
  const [first] = parked;
  return { delivery, attempts: delivery.attempts, state: first ? 'parked' : 'processed', reason: first?.reason ?? null, nextAttemptAt: null, inHand: false, drafts: all, mappings, links, awaits, ...(forget ? { forget } : {}), ...(pushes ? { pushes } : {}), ...(ms === undefined ? {} : { tried: { code: 'ok', message: '', ms } }) };
}

/** What a card says; a title of more than 300 characters is cut. */
type CardWords = Pick<ReviewItem, 'kind' | 'title'> & { readonly reason: ErrorCode; readonly subject: string } & Partial<Pick<ReviewItem, 'about' | 'lot'>>;

export function reviewDraft(delivery: DeliveryInHand, { kind, reason, title, subject, about = null, lot = null }: CardWords, newId: () => string): EventDraft {
  const { id: deliveryId, connectionId, receivedAt } = delivery;
  const row = { id: newId(), deliveryId, connectionId, kind, reason, title: cut(title), subject: cut(subject), about, lot, receivedAt, state: 'open' as const };
  return draftCreated('review.opened', 'reviewItems', null, row, null, { actor: SYSTEM, source: null, deliveryId });
}

function review(delivery: DeliveryInHand, kind: 'quarantined' | 'dead', code: ErrorCode, context: SettleContext): Settled {
  const { actor } = draftContext(delivery, context.vendors);
  const subject = delivery.vendorEvent ?? 'a delivery';
  const opened = reviewDraft(delivery, { kind, reason: code, title: `${actor.name}: ${subject}`, subject }, context.newId);
  const alerts = alertsFor([opened], context.view.of(delivery.connectionId), context.now, { actor: SYSTEM, source: null, deliveryId: delivery.id }, context.newId);
  return { delivery, attempts: delivery.attempts, state: kind, reason: code, nextAttemptAt: null, inHand: false, drafts: [opened, ...alerts], mappings: [] };
}
