import { sql } from 'kysely';
import { isErasure } from '../../../core/contract/events.ts';
import type { RowOf } from '../../../core/contract/record.ts';
import type { Alert } from '../../../core/contract/record/attention.ts';
import type { Allocation } from '../../../core/contract/record/taking.ts';
import { notHeldAlert } from '../../../core/domain/alerts/notHeld.ts';
import { heldAnew } from '../../../core/domain/conflicts/broughtBack.ts';
import { draftUpdated, type EventDraft } from '../../../core/domain/record/drafts.ts';
import type { Clock, Ids } from '../../../core/ports/ports.ts';
import type { Tx } from '../database.ts';
import type { Share } from '../record.ts';
import { giveBack, readGivenBackWith, readRanksBeside } from '../taking/heldWith.ts';
import { readAlertsOf } from '../taking/near.ts';
import { readInTheWay } from './fitting.ts';
import { FOLLOWING_CONTEXT } from './stage.ts';

/**
 * What is held for a wedding that its source calls off goes with it in the same commit, as it does where a person calls it off; and comes
 * back, where it is still free, once the source takes that back. Facts of nothing like it cost no question.
 */

type Wedding = Omit<RowOf<'weddings'>, 'seq' | 'updatedAt'>;
interface Ports {
  readonly clock: Clock;
  readonly ids: Ids;
}

interface Told {
  readonly organisationId: string;
  readonly drafts: readonly EventDraft[];
  /** Weddings that something outside has called off. */
  readonly off: readonly Wedding[];
  /** Weddings that something outside tells of again as not called off. */
  readonly again: readonly Wedding[];
  /** Holds that are held again, and weddings that are called off by whomever: nothing more is to be said of them. */
  readonly over: readonly string[];
}

const statusBefore = (draft: EventDraft): unknown => draft.before?.['status'];

/** Null = nothing of it is about that. */
function toldBy({ organisationId, drafts }: Share): Told | null {
  const weddings = new Map<string, { readonly was: unknown; readonly row: Wedding; readonly outside: boolean }>();
  const over: string[] = [];
  for (const draft of drafts) {
    if (isErasure(draft.type)) continue;
    if (draft.collection === 'weddings' && draft.before !== null && 'status' in draft.before) {
      const was = weddings.get(draft.row.id)?.was ?? statusBefore(draft);
      weddings.set(draft.row.id, { was, row: draft.row, outside: draft.source !== null });
    }
    if (draft.collection === 'allocations' && statusBefore(draft) === 'cancelled' && draft.row.status !== 'cancelled') over.push(draft.row.id);
  }
  const changed = [...weddings.values()].filter(({ was, row }) => (was === 'cancelled') !== (row.status === 'cancelled'));
  const outside = changed.filter((one) => one.outside).map(({ row }) => row);
  const off = outside.filter(({ status }) => status === 'cancelled');
  const again = outside.filter(({ status }) => status !== 'cancelled');
  over.push(...changed.flatMap(({ row }) => (row.status === 'cancelled' ? [row.id] : [])));
  return off.length + again.length + over.length === 0 ? null : { organisationId, drafts, off, again, over };
}

/** The shares with what is given back, or held again, behind their own drafts, and with the alerts of what is not. */
export async function withCalledOff(tx: Tx, shares: readonly Share[], ports: Ports): Promise<readonly Share[]> {
  const all = shares.flatMap((share) => toldBy(share) ?? []);
  if (all.length === 0) return shares;
  const behind = new Map<string, readonly EventDraft[]>();
  for (const one of all) {
    const own = new Set(one.drafts.map(({ row }) => row.id));
    const drafts = [...(await giveBack(tx, one.organisationId, one.off.map(({ id }) => id), FOLLOWING_CONTEXT, ports)), ...(await heldAgainOf(tx, one, ports)), ...(await settledOf(tx, one))];
    // What the same commit tells by itself counts.
    behind.set(one.organisationId, drafts.filter(({ row }) => !own.has(row.id)));
  }
  return shares.map((share) => ({ ...share, drafts: [...share.drafts, ...(behind.get(share.organisationId) ?? [])] }));
}

interface HeldAgain {
  readonly collection: 'allocations';
  /** As it is: given back. */
  readonly row: Allocation;
  readonly set: Pick<Allocation, 'status'> & Partial<Pick<Allocation, 'rank' | 'holdUntil'>>;
}

/** Judged as any taking of time, with nobody to give a reason: what is not free any more stays given back, and the house is told. */
async function heldAgainOf(tx: Tx, { organisationId, drafts: told, again }: Told, { clock, ids }: Ports): Promise<EventDraft[]> {
  const now = clock.now();
  const wanted: HeldAgain[] = [];
  for (const { id } of again) {
    for (const row of await readGivenBackWith(tx, organisationId, id)) {
      if (Date.parse(row.endsAt) <= now) continue;
      const own = wanted.filter(({ row: one }) => one.resourceId === row.resourceId && one.startsAt < row.endsAt && one.endsAt > row.startsAt)
        .flatMap(({ row: one, set }) => set.rank ?? one.rank ?? []);
      const ranks = [...(await readRanksBeside(tx, organisationId, row)), ...own];
      wanted.push({ collection: 'allocations', row, set: { status: 'hold', ...heldAnew(row, ranks, now) } });
    }
  }
  if (wanted.length === 0) return [];
  const hindered = (await readInTheWay(tx, [{ organisationId, drafts: told, followers: wanted }], now)).get(organisationId);
  const weddings = new Map(again.map((row) => [row.id, row]));
  return wanted.flatMap(({ row, set }): EventDraft[] => {
    const why = hindered?.get(row.id);
    if (why === undefined) {
      const draft = draftUpdated('allocation.updated', 'allocations', row.weddingId, row, set, null, FOLLOWING_CONTEXT);
      return draft ? [draft] : [];
    }
    const wedding = weddings.get(row.weddingId ?? '');
    return wedding ? [notHeldAlert({ row, wedding, why, now, newId: () => ids.next(), context: FOLLOWING_CONTEXT })] : [];
  });
}

/** Alerts of what could not be held again: of holds that are by now, and of weddings that are called off again. */
async function settledOf(tx: Tx, { organisationId, over }: Told): Promise<EventDraft[]> {
  const { rows: gone } = await sql<{ id: string }>`
    select id from allocations where organisation_id = ${organisationId} and status = 'cancelled' and wedding_id = any(${[...over]}::uuid[])
  `.execute(tx);
  const about = [...over, ...gone.map(({ id }) => id)].map((id) => ({ organisationId, id }));
  const alerts: readonly Alert[] = (await readAlertsOf(tx, about)).get(organisationId) ?? [];
  return alerts.filter(({ rule }) => rule === 'hold_not_back')
    .flatMap((alert) => draftUpdated('alert.resolved', 'alerts', alert.weddingId, alert, { state: 'resolved' }, null, FOLLOWING_CONTEXT) ?? []);
}
