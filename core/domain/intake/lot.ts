import type { HeldLot } from '../../contract/record/attention.ts';
import type { EventDraft } from '../record/drafts.ts';
import { appliedLately, BRAKE_KINDS, countsText, effectsOf, usualPerHour, type BrakeCounts, type BrakeKind, type BrakeState } from './brake.ts';

/** What a card of the brake says of its lot. Pure; names stand in the card alone, where an erasure finds them. */

const SAMPLE = 5;
const WEDDINGS = 100;

type Sample = HeldLot['sample'][number];

/** What deliveries that join a lot bring to its card. */
export interface LotPart {
  readonly deliveries: number;
  /** Rows that are taken away, moved or made twice, by collection. */
  readonly rows: ReadonlyMap<string, number>;
  readonly weddingIds: ReadonlySet<string>;
  readonly sample: readonly Sample[];
  readonly from: string;
  readonly to: string;
}

export const NO_PART: LotPart = { deliveries: 0, rows: new Map(), weddingIds: new Set(), sample: [], from: '', to: '' };

const OURS: readonly EventDraft['collection'][] = ['alerts', 'reviewItems', 'connections'];

function sampleOf(draft: EventDraft, kind: BrakeKind | null): Sample | null {
  const { row } = draft;
  const title = 'title' in row ? row.title : 'name' in row ? row.name : null;
  if (title === null || OURS.includes(draft.collection)) return null;
  return { kind, collection: draft.collection, title, weddingId: draft.weddingId, startsAt: 'startsAt' in row ? row.startsAt : null };
}

/** One more delivery. @param made looks that the connection has made lately, without this delivery's */
export function partWith(part: LotPart, receivedAt: string, drafts: readonly EventDraft[], made: ReadonlySet<string>): LotPart {
  const seen = new Set(made);
  const rows = new Map(part.rows);
  const weddingIds = new Set(part.weddingIds);
  const sample = [...part.sample];
  for (const draft of drafts) {
    const { counts, looks } = effectsOf([draft], seen);
    for (const look of looks) seen.add(look);
    const kind = BRAKE_KINDS.find((one) => counts[one] > 0) ?? null;
    if (kind !== null) rows.set(draft.collection, (rows.get(draft.collection) ?? 0) + 1);
    if (draft.weddingId !== null) weddingIds.add(draft.weddingId);
    const one = sample.length < SAMPLE ? sampleOf(draft, kind) : null;
    if (one) sample.push(one);
  }
  const from = part.from === '' || receivedAt < part.from ? receivedAt : part.from;
  const to = receivedAt > part.to ? receivedAt : part.to;
  return { deliveries: part.deliveries + 1, rows, weddingIds, sample, from, to };
}

/** @param before what the card says so far, in which names may have been taken out since */
export function lotAfter(before: HeldLot | null, part: LotPart, counts: BrakeCounts, state: BrakeState, now: number): HeldLot {
  const rows = new Map((before?.rows ?? []).map(({ collection, count }) => [collection, count]));
  for (const [collection, count] of part.rows) rows.set(collection, (rows.get(collection) ?? 0) + count);
  const weddingIds = [...new Set([...(before?.weddingIds ?? []), ...part.weddingIds])];
  const applied = appliedLately(state, now);
  return {
    kinds: BRAKE_KINDS.filter((kind) => counts[kind] > 0).map((kind) => ({
      kind,
      count: counts[kind],
      usualPerHour: usualPerHour(state, kind, now),
      // While a lot is open nothing more of it is applied, and the window moves on.
      applied: before?.kinds.find((one) => one.kind === kind)?.applied ?? applied[kind],
    })),
    rows: [...rows].map(([collection, count]) => ({ collection, count })),
    deliveries: (before?.deliveries ?? 0) + part.deliveries,
    weddingIds: weddingIds.slice(0, WEDDINGS),
    moreWeddings: before?.moreWeddings === true || weddingIds.length > WEDDINGS,
    sample: [...(before?.sample ?? []), ...part.sample].slice(0, SAMPLE),
    from: before && before.from < part.from ? before.from : part.from,
    to: before && before.to > part.to ? before.to : part.to,
  };
}

const TITLES = 3;

/** `Front desk calendar: 40 deletions (Rehearsal, Tasting, Hill dinner, ...)` */
export function lotTitle(name: string, counts: BrakeCounts, { sample, rows }: Pick<HeldLot, 'sample' | 'rows'>): string {
  const first = sample.slice(0, TITLES).map(({ title }) => title.slice(0, 40));
  const more = Math.max(sample.length, rows.reduce((sum, { count }) => sum + count, 0)) > first.length;
  return `${name}: ${countsText(counts)}${first.length === 0 ? '' : ` (${first.join(', ')}${more ? ', ...' : ''})`}`;
}
