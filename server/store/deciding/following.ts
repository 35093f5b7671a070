import { sql } from 'kysely';
import type { Command, CommandAnswer } from '../../../core/contract/commands.ts';
import type { RowOf } from '../../../core/contract/record.ts';
import type { Wedding } from '../../../core/contract/record/day.ts';
import type { Resource } from '../../../core/contract/record/taking.ts';
import { visibleRow } from '../../../core/domain/access/rows.ts';
import { followersOf, type FollowingRow } from '../../../core/domain/conflicts/following.ts';
import type { MovableRow } from '../../../core/domain/conflicts/occupancies.ts';
import { draftUpdated, type DraftContext, type DraftOf } from '../../../core/domain/record/drafts.ts';
import { PROJECTIONS, snake } from '../projections.ts';
import type { Deciding } from './deciding.ts';
import type { Wanted } from './judging.ts';

/** What of a wedding moves with it, in the same plan and the same transaction. */

type Move = Extract<Command, { type: 'plan.carry_out' }>['moves'][number];
type Follow = NonNullable<Move['follow']>;
export type FollowingDraft = DraftOf<'bookings'> | DraftOf<'allocations'> | DraftOf<'runSheetItems'>;
/** The fields that become others; left out = it stays. */
export interface Becomes {
  readonly startsAt?: string | null | undefined;
  readonly endsAt?: string | null | undefined;
  readonly callTime?: string | null | undefined;
  readonly place?: string | null | undefined;
}

export interface Followed {
  /** Why none of the plan may be; null = it goes on. */
  readonly refused: CommandAnswer | null;
  readonly wanted: readonly Wanted[];
  readonly drafts: readonly FollowingDraft[];
}

interface Rows {
  readonly bookings: readonly RowOf<'bookings'>[];
  readonly allocations: readonly RowOf<'allocations'>[];
  readonly runSheetItems: readonly RowOf<'runSheetItems'>[];
}

/** All that is of the wedding, cancelled or not. What is booked without saying for which wedding is of its booking's. */
async function rowsOf({ writing: { tx }, organisationId, device }: Deciding, weddingId: string): Promise<Rows> {
  const read = async <C extends FollowingRow['collection']>(collection: C, bookingIds: readonly string[]): Promise<RowOf<C>[]> => {
    const { table, fields } = PROJECTIONS[collection];
    const columns = sql.raw(fields.map(snake).join(', '));
    const orOf = bookingIds.length === 0 ? sql`` : sql`or (wedding_id is null and booking_id = any(${[...bookingIds]}::uuid[]))`;
    const { rows } = await sql<RowOf<C>>`
      select ${columns} from ${sql.table(table)} where organisation_id = ${organisationId} and (wedding_id = ${weddingId} ${orOf}) order by id
    `.execute(tx);
    return rows.flatMap((row) => visibleRow(device, collection, row) ?? []);
  };
  const bookings = await read('bookings', []);
  return { bookings, allocations: await read('allocations', bookings.map(({ id }) => id)), runSheetItems: await read('runSheetItems', []) };
}

/**
 * @param resources the rooms that it leaves and comes to
 * @param apart ids of rows that the plan moves by themselves
 */
export async function following(
  deciding: Deciding, wedding: Wedding, move: Move, follow: Follow, resources: ReadonlyMap<string, Resource>, apart: ReadonlySet<string>,
): Promise<Followed> {
  const { rejected, rebase, context } = deciding;
  const refuse = (answer: CommandAnswer): Followed => ({ refused: answer, wanted: [], drafts: [] });
  const rows = await rowsOf(deciding, wedding.id);
  const all: FollowingRow[] = [
    ...rows.bookings.map((row) => ({ collection: 'bookings' as const, row })),
    ...rows.allocations.map((row) => ({ collection: 'allocations' as const, row })),
    ...rows.runSheetItems.map((row) => ({ collection: 'runSheetItems' as const, row })),
  ];
  const arrival = { startsAt: Date.parse(move.startsAt), roomId: move.resourceId };
  const could = followersOf({ ...rows, resource: (id) => resources.get(id) }, wedding, arrival, apart);
  const seen = new Set([...follow.rows.map(({ id }) => id), ...(follow.how === 'along' ? follow.stay : [])]);
  const [unseen] = follow.how === 'along' ? could.filter(({ row }) => !seen.has(row.id)) : [];
  if (unseen) return refuse(await rebase(unseen.row.id));

  const becoming = follow.how === 'back' ? follow.rows.map((each) => [each.id, each] as const) : could.map(({ row, set }) => [row.id, set] as const);
  const then = new Map<string, Becomes>(becoming);
  const wanted: Wanted[] = [];
  const drafts: FollowingDraft[] = [];
  for (const named of follow.rows) {
    const one = all.find(({ collection, row }) => collection === named.collection && row.id === named.id);
    if (!one || apart.has(named.id)) return refuse(rejected('request.not_found', 'One of them is not of that wedding, or not there any more.'));
    if (one.row.version !== named.basedOnVersion) return refuse(await rebase(one.row.id));
    const becomes = then.get(named.id);
    if (!becomes) return refuse(rejected('command.not_possible', `${one.row.title} does not move with ${wedding.title}.`));
    const draft = followingDraft(one, becomes, context);
    if (draft === 'unfit') return refuse(rejected('command.not_possible', `${one.row.title} needs its times.`));
    if (draft === null) continue;
    drafts.push(draft);
    // An item of the run sheet takes nobody's time.
    if (one.collection === 'runSheetItems' || draft.collection === 'runSheetItems') continue;
    wanted.push({ from: one, to: { collection: draft.collection, row: draft.row } as MovableRow, confirming: false });
  }
  return { refused: null, wanted, drafts };
}

const written = (text: string | null | undefined): string | null | undefined => (typeof text === 'string' ? new Date(text).toISOString() : text);

/** Only what is told. */
const told = <T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };

/** Null = nothing differs; `unfit` = it cannot be without what would be taken from it. */
export function followingDraft(one: FollowingRow, becomes: Becomes, context: DraftContext): FollowingDraft | 'unfit' | null {
  const [startsAt, endsAt, callTime] = [written(becomes.startsAt), written(becomes.endsAt), written(becomes.callTime)];
  const { place } = becomes;
  switch (one.collection) {
    case 'bookings':
      return draftUpdated('booking.updated', 'bookings', one.row.weddingId, one.row, told({ startsAt, endsAt, callTime, place }), null, context);
    case 'allocations': {
      const [from, to] = [startsAt ?? one.row.startsAt, endsAt ?? one.row.endsAt];
      if (startsAt === null || endsAt === null || Date.parse(to) <= Date.parse(from)) return 'unfit';
      return draftUpdated('allocation.updated', 'allocations', one.row.weddingId, one.row, { startsAt: from, endsAt: to }, null, context);
    }
    case 'runSheetItems':
      if (startsAt === null) return 'unfit';
      return draftUpdated('runsheet.item.updated', 'runSheetItems', one.row.weddingId, one.row, told({ startsAt, endsAt, place }), null, context);
  }
}
