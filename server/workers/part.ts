import type { ReviewItem } from '../../core/contract/record/attention.ts';
import { alertsFor } from '../../core/domain/alerts/alerts.ts';
import { countsText } from '../../core/domain/intake/brake.ts';
import { lotAfter, lotTitle } from '../../core/domain/intake/lot.ts';
import { draftUpdated, type DraftContext, type EventDraft } from '../../core/domain/record/drafts.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import { createGates } from './gates.ts';
import { healthAfter, type Sign } from './health.ts';
import type { Memory, MemoryAfter } from './memories.ts';
import type { DeliveryInHand, Work } from './outcome.ts';
import { reviewDraft, settle, SYSTEM, type SettleContext, type Settled } from './settle.ts';
import type { ShownBefore } from './shown.ts';
import { createStop, judge, type BrakeMemory, type Judged, type Stop } from './stops.ts';
import type { FollowedBatch } from './openLinks.ts';
import type { WorkingView } from './view.ts';

/** One organisation's part of a batch. */
export interface Part {
  readonly organisationId: string;
  readonly settled: readonly Settled[];
  /** Everything that is to be recorded, in order. */
  readonly drafts: readonly EventDraft[];
  readonly memories: readonly MemoryAfter[];
  /** What is to be written of its open links; null = nothing. */
  readonly links: FollowedBatch['links'];
}

export interface PartOptions {
  readonly organisationId: string;
  /** In order of arrival; some of those taken ahead may be left where they are, and are not among the settled. */
  readonly works: readonly Work[];
  /** Those of them that were re-read. */
  readonly back: readonly Work[];
  readonly before: ReadonlyMap<string, Memory>;
  /** Not everything that is due is here: if anything is taken away, the brake has to see more at once. */
  readonly mayBeMore: boolean;
  readonly weddingDay: boolean;
  readonly now: number;
  readonly newId: () => string;
  readonly vendors: (system: string) => VendorModule | null;
  readonly random: () => number;
  readonly mayFetch: (connectionId: string) => boolean;
  /** What a dry run has shown of a delivery, where that is carried out. */
  readonly shown: (delivery: DeliveryInHand) => ShownBefore | null;
  readonly view: WorkingView;
  /** The same as it is read from the database, nothing planned in it. */
  readonly viewAgain: () => Promise<WorkingView>;
  /** Follows the links of what was decided (`openLinks.ts`). */
  readonly follow: (settled: readonly Settled[], view: WorkingView) => Promise<FollowedBatch>;
  readonly reviews: (ids: readonly string[]) => Promise<readonly ReviewItem[]>;
}

/** Decides one organisation's deliveries; null = it needs a turn of its own. */
export async function workPart(options: PartOptions): Promise<Part | null> {
  const { before, now } = options;
  const back = new Set(options.back.map(({ delivery }) => delivery.id));
  const gates = createGates({ before: new Map([...before].map(([id, memory]) => [id, memory.breakers])), back: options.back, now, weddingDay: options.weddingDay, mayFetch: options.mayFetch });
  const context: SettleContext = {
    view: options.view, vendors: options.vendors, now, newId: options.newId, random: options.random, shown: options.shown,
    fetch: (delivery) => gates.fetch(delivery),
    pausedAs: (connectionId) => (before.get(connectionId)?.row.health === 'disabled' ? 'held.disabled' : 'held.paused'),
  };
  let view = options.view;
  let { works, settled } = settleAll(options.works, back, context);
  let judged = judgeAll(settled, before, now);
  const stopping = [...judged].filter(([, one]) => one.stop);
  if (options.mayBeMore && [...judged.values()].some((one) => one.stop || one.destructive)) return null;
  const stops = new Map<string, Stop>();
  if (stopping.length > 0) {
    // Planned again from the beginning, since what is held now must not have been seen by those after it.
    for (const [id, { kinds }] of stopping) stops.set(id, createStop(brakeOf(before, id), kinds, now));
    view = await options.viewAgain();
    const braked: SettleContext = { ...context, view, hold: (delivery, changes, drafts) => stops.get(delivery.connectionId)?.hold(delivery, changes, drafts) ?? null };
    ({ works, settled } = settleAll(options.works, back, braked));
    judged = judgeAll(settled, before, now);
  }

  const closed = new Set(gates.closed());
  const followed = await options.follow(settled, view);
  settled = followed.settled;
  const drafts = [...settled.flatMap((one) => one.drafts), ...followed.drafts];
  const memories: MemoryAfter[] = [];
  for (const [id, memory] of before) {
    const signs = signsOf(works, settled, id, back);
    const health = healthAfter(memory, signs, { view: view.of(id), now, newId: options.newId });
    const stopped = await cardOf(memory, stops.get(id), options, view);
    drafts.push(...stopped.drafts, ...health.drafts);
    const state = judged.get(id)?.state ?? memory.brake.state;
    const brake: BrakeMemory = state === memory.brake.state && stopped.lot === memory.brake.lot ? memory.brake : { state, lot: stopped.lot };
    const after: MemoryAfter = { connectionId: id, failures: health.failures, told: health.told, breakers: gates.breakers(id), brake, disabled: health.disabled, closed: closed.has(id), regained: health.regained ? { since: memory.row.healthSince } : null };
    const same = after.failures === memory.failures && after.told === memory.told && after.breakers === memory.breakers && brake === memory.brake && !after.disabled && !after.closed && after.regained === null;
    if (!same) memories.push(after);
  }
  return { organisationId: options.organisationId, settled, drafts, memories, links: followed.links };
}

/**
 * One by one. What was taken ahead and must not overtake leaves all that its connection has brought after it where it is, since the
 * order within a connection never changes; what was read at its source was never in that order.
 */
function settleAll(all: readonly Work[], back: ReadonlySet<string>, context: SettleContext): { works: Work[]; settled: Settled[] } {
  const works: Work[] = [];
  const settled: Settled[] = [];
  const stopped = new Set<string>();
  for (const one of all) {
    const fresh = one.delivery.ahead && !back.has(one.delivery.id);
    if (fresh && stopped.has(one.delivery.connectionId)) continue;
    const after = settle(one, context);
    if (fresh && after.stays) stopped.add(one.delivery.connectionId);
    works.push(one);
    settled.push(after);
  }
  return { works, settled };
}

const NOTHING_KEPT = 'a connection without a memory';
function brakeOf(before: ReadonlyMap<string, Memory>, id: string): BrakeMemory {
  const memory = before.get(id);
  if (!memory) throw new Error(NOTHING_KEPT);
  return memory.brake;
}

function judgeAll(settled: readonly Settled[], before: ReadonlyMap<string, Memory>, now: number): Map<string, Judged> {
  const planned = new Map<string, Settled[]>();
  for (const one of settled) {
    if (one.drafts.length === 0) continue;
    const { connectionId } = one.delivery;
    planned.set(connectionId, [...(planned.get(connectionId) ?? []), one]);
  }
  return new Map([...planned].filter(([id]) => before.has(id)).map(([id, own]) => [id, judge(own, brakeOf(before, id), now)]));
}

function signsOf(works: readonly Work[], settled: readonly Settled[], connectionId: string, back: ReadonlySet<string>): Sign[] {
  return settled.flatMap((one, index): Sign[] => {
    const outcome = works[index]?.outcome;
    if (one.delivery.connectionId !== connectionId || !outcome) return [];
    if (outcome.kind === 'unanswered') return [{ kind: 'unanswered', code: outcome.code }];
    if (outcome.kind === 'noAccess') return [{ kind: 'no_access' }];
    return one.state === 'processed' || one.state === 'parked' ? [{ kind: 'came', called: back.has(one.delivery.id) }] : [];
  });
}

/** The one card of a connection's lot: opened with the first delivery, rewritten as more join. */
async function cardOf(memory: Memory, stop: Stop | undefined, options: PartOptions, view: WorkingView): Promise<{ lot: BrakeMemory['lot']; drafts: EventDraft[] }> {
  const held = stop?.held() ?? null;
  if (held === null) return { lot: memory.brake.lot, drafts: [] };
  const context: DraftContext = { actor: SYSTEM, source: null, deliveryId: held.first.id };
  const [card] = memory.brake.lot ? await options.reviews([memory.brake.lot.reviewId]) : [];
  const { counts } = held.lot;
  const lot = lotAfter(card?.lot ?? null, held.part, counts, memory.brake.state, options.now);
  const title = lotTitle(memory.row.name, counts, lot).slice(0, 300);
  const subject = countsText(counts);
  if (card) {
    const draft = draftUpdated('review.updated', 'reviewItems', null, card, { title, subject, lot }, null, context);
    return { lot: held.lot, drafts: draft ? [draft] : [] };
  }
  const opened = reviewDraft(held.first, { kind: 'held', reason: held.reason, title, subject, lot }, options.newId);
  return { lot: { ...held.lot, reviewId: opened.row.id }, drafts: [opened, ...alertsFor([opened], view.of(memory.row.id), options.now, context, options.newId)] };
}
