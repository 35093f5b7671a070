import { sql } from 'kysely';
import type { Command, CommandAnswer } from '../../../core/contract/commands.ts';
import { visibleRow } from '../../../core/domain/access/rows.ts';
import { heldAnew, returning, type Returning } from '../../../core/domain/conflicts/broughtBack.ts';
import type { MovableCollection, MovableRow } from '../../../core/domain/conflicts/occupancies.ts';
import { cancellationOf, isKeptByPerson, type CancellingEvent } from '../../../core/domain/record/cancelled.ts';
import { draftUpdated, type EventDraft } from '../../../core/domain/record/drafts.ts';
import type { Told } from '../../../core/domain/record/told.ts';
import type { Tx } from '../database.ts';
import { readRows } from '../rows.ts';
import type { Deciding } from './deciding.ts';
import { judged, situationOf, type StandingRow, type Wanted } from './judging.ts';
import { keepAgainstSources } from './kept.ts';
import { readGivenBackWith, readRanksBeside } from '../taking/heldWith.ts';
import { termsFor } from '../taking/rules.ts';

/** What a person has cancelled stands again. */

type BringBack = Extract<Command, { type: 'booking.bring_back' }>;

const UPDATED = { weddings: 'wedding.updated', bookings: 'booking.updated', allocations: 'allocation.updated' } as const;
const weddingOf = ({ collection, row }: MovableRow): string | null => (collection === 'weddings' ? row.id : row.weddingId);
/** What nobody has agreed to yet; all else is confirmed anew. */
const OPEN: readonly string[] = ['hold', 'lead', 'enquiry'];

export type Stood =
  /** It is not cancelled. */
  | { readonly why: 'standing' }
  /** Its source, a calendar or the house itself has cancelled it. */
  | { readonly why: 'there' }
  | { readonly why: null; readonly status: string; readonly as: MovableRow };

/** How a row stood before a person cancelled it. */
export async function stoodBefore(tx: Tx, organisationId: string, one: MovableRow): Promise<Stood> {
  const { collection, row } = one;
  if (row.status !== 'cancelled') return { why: 'standing' };
  const { rows: [last] } = await sql<CancellingEvent>`
    select seq, before, "row", actor, recorded_at from events
    where organisation_id = ${organisationId} and row_id = ${row.id} and collection = ${collection} and before ? 'status' order by seq desc limit 1
  `.execute(tx);
  const cancelled = last ? cancellationOf([last]) : null;
  if (!cancelled?.byPerson || !(await isOurs(tx, organisationId, collection, row.id))) return { why: 'there' };
  return { why: null, status: cancelled.status, as: { collection, row: { ...row, status: cancelled.status } } as MovableRow };
}

/** No source of it has said anything else since it was cancelled here. */
async function isOurs(tx: Tx, organisationId: string, collection: MovableCollection, id: string): Promise<boolean> {
  if (collection === 'allocations') return true;
  const { rows } = await sql<{ told: Told | null }>`
    select told from mappings where organisation_id = ${organisationId} and local_id = ${id} and collection = ${collection} and erased_at is null
  `.execute(tx);
  return isKeptByPerson(rows.map(({ told }) => told?.kept ?? null));
}

/** What was held for a wedding and went with it, as it would be with it again (`main`); judged as the preview does. */
async function heldAgain(deciding: Deciding, main: Wanted): Promise<readonly Returning[]> {
  const { writing: { tx }, organisationId } = deciding;
  const held = await readGivenBackWith(tx, organisationId, main.to.row.id);
  if (held.length === 0) return [];
  const ranks = new Map<string, readonly number[]>();
  for (const row of held) ranks.set(row.id, await readRanksBeside(tx, organisationId, row));
  const wanted = held.map((row) => ({ from: { collection: 'allocations', row }, to: { collection: 'allocations', row: { ...row, status: 'hold' } }, confirming: false }) as const);
  const { now, house, timetable, occupies } = await situationOf(deciding, [main, ...wanted]);
  const first = occupies(main.to);
  return returning(held, first === null ? [] : [first], {
    timetable, limits: house.limits, question: { ...termsFor(house), now },
    occupies: (row) => occupies({ collection: 'allocations', row }), ranksBeside: ({ id }) => ranks.get(id) ?? [],
  });
}

/** Others than the person saw. */
const differ = (seen: readonly string[], ids: readonly string[]): boolean => seen.length !== ids.length || ids.some((id) => !seen.includes(id));

/** Judged as any taking of time; what it clashed with before it was cancelled needs a reason like everything else that does now. */
export async function bringBack(deciding: Deciding, command: BringBack): Promise<CommandAnswer> {
  const { writing: { tx }, organisationId, internals, device, context, rejected, rebase, accept } = deciding;
  const [row] = await readRows(tx, organisationId, command.collection, [command.id]);
  if (!row || !visibleRow(device, command.collection, row as never)) return rejected('request.not_found', 'There is no such booking.');
  if (row.version !== command.basedOnVersion) return rebase(row.id);
  const from = { collection: command.collection, row } as StandingRow;
  const stood = await stoodBefore(tx, organisationId, from);
  if (stood.why === 'standing') return rejected('command.not_possible', `${row.title} is not cancelled.`);
  if (stood.why === 'there') return rejected('booking.cancelled_there', `Nobody here has cancelled ${row.title}.`);
  const now = internals.clock.now();
  const anew = from.collection === 'allocations' && stood.status === 'hold' ? heldAnew(from.row, await readRanksBeside(tx, organisationId, from.row), now) : {};
  const draft = draftUpdated(UPDATED[from.collection], from.collection, weddingOf(from), from.row as never, { status: stood.status, ...anew } as never, null, context);
  if (!draft) return accept([], row.seq);
  const to = { collection: draft.collection, row: draft.row } as MovableRow;
  const main: Wanted = { from, to, confirming: !OPEN.includes(stood.status) };
  const held = from.collection === 'weddings' ? (await heldAgain(deciding, main)).filter(({ against }) => against.length === 0) : [];
  if (command.along !== undefined && differ(command.along, held.map((one) => one.row.id))) return rebase(row.id);
  const along = held.flatMap(({ row: was, set }) => {
    const next = draftUpdated('allocation.updated', 'allocations', from.row.id, was, set, null, context);
    return next ? [{ draft: next, wanted: { from: { collection: 'allocations', row: was }, to: { collection: 'allocations', row: next.row }, confirming: false } satisfies Wanted }] : [];
  });
  const { refused, accepted } = await judged(deciding, [main, ...along.map(({ wanted }) => wanted)], command.reason);
  if (refused) return refused;
  const drafts: EventDraft[] = [draft, ...along.map((one) => one.draft)];
  await keepAgainstSources(deciding, drafts);
  return accept(drafts, row.seq, accepted);
}
