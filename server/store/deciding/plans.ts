import { Temporal } from 'temporal-polyfill';
import type { Command, CommandAnswer } from '../../../core/contract/commands.ts';
import type { Resource } from '../../../core/contract/record/taking.ts';
import { visibleRow } from '../../../core/domain/access/rows.ts';
import { movedCall } from '../../../core/domain/conflicts/following.ts';
import type { MovableCollection, MovableRow } from '../../../core/domain/conflicts/occupancies.ts';
import { draftUpdated, type DraftContext, type EventDraft } from '../../../core/domain/record/drafts.ts';
import { readRows } from '../rows.ts';
import { giveBack } from '../taking/heldWith.ts';
import { gaveUp, movedUp } from '../taking/ranks.ts';
import type { Deciding } from './deciding.ts';
import { following } from './following.ts';
import { keepAgainstSources } from './kept.ts';
import { judged, type StandingRow, type Wanted } from './judging.ts';
import { instantOf } from './taking.ts';

/** What takes time gets another time, another resource, another status. */

type Of<T extends Command['type']> = Extract<Command, { type: T }>;
type Move = Of<'plan.carry_out'>['moves'][number];
type TakingDraft = Extract<EventDraft, { collection: MovableCollection }>;

const STATUSES = {
  weddings: { hold: 'hold', definite: 'confirmed', cancelled: 'cancelled' },
  bookings: { hold: 'hold', definite: 'definite', cancelled: 'cancelled' },
  allocations: { hold: 'hold', definite: 'definite', cancelled: 'cancelled' },
} as const;
const CANCELLED = { weddings: 'wedding.cancelled', bookings: 'booking.cancelled', allocations: 'allocation.cancelled' } as const;
const UPDATED = { weddings: 'wedding.updated', bookings: 'booking.updated', allocations: 'allocation.updated' } as const;

/** The row as the device may see it; null = for it there is none. */
async function standing({ writing: { tx }, organisationId, device }: Deciding, collection: MovableCollection, id: string): Promise<StandingRow | null> {
  const [row] = await readRows(tx, organisationId, collection, [id]);
  return row && visibleRow(device, collection, row as never) ? ({ collection, row } as StandingRow) : null;
}

const weddingOf = ({ collection, row }: MovableRow): string | null => (collection === 'weddings' ? row.id : row.weddingId);
const taking = ({ collection, row }: TakingDraft): MovableRow => ({ collection, row }) as MovableRow;

/** A hold that was let go of, or had become definite, is held again without the end that is over: by that it would be let go of at once. */
const heldAnew = ({ collection, row }: StandingRow, status: string, now: number): { readonly holdUntil?: null } =>
  (collection === 'allocations' && status === 'hold' && row.status !== 'hold' && row.holdUntil !== null && Date.parse(row.holdUntil) <= now ? { holdUntil: null } : {});

export async function setBookingStatus(deciding: Deciding, command: Of<'booking.set_status'>): Promise<CommandAnswer> {
  const { writing: { tx }, organisationId, internals, rejected, rebase, accept, context } = deciding;
  const one = await standing(deciding, command.collection, command.id);
  if (!one) return rejected('request.not_found', 'There is no such booking.');
  if (one.row.version !== command.basedOnVersion) return rebase(one.row.id);
  const status = STATUSES[one.collection][command.status];
  if (one.row.status === 'cancelled' && status !== 'cancelled') return rejected('command.not_possible', 'It is cancelled; it is booked anew.');
  if (one.row.status === 'closed') return rejected('command.not_possible', 'It closes its resource; nobody has booked it.');
  const type = (status === 'cancelled' ? CANCELLED : UPDATED)[one.collection];
  const draft = draftUpdated(type, one.collection, weddingOf(one), one.row as never, { status, ...heldAnew(one, status, internals.clock.now()) }, null, context);
  if (!draft) return accept([], one.row.seq);
  const { refused, accepted } = await judged(deciding, [{ from: one, to: taking(draft), confirming: command.status === 'definite' }], command.reason);
  if (refused) return refused;
  await keepAgainstSources(deciding, [draft]);
  const freed = one.collection === 'allocations' && draft.collection === 'allocations' && gaveUp(one.row, draft.row) ? [one.row] : [];
  const held = draft.type === 'wedding.cancelled' ? await giveBack(tx, organisationId, [draft.row.id], context, internals) : [];
  return accept([draft, ...held, ...(await movedUp(tx, organisationId, freed, context, internals))], one.row.seq, accepted);
}

/** All moves or none, with what follows them. They are judged together: two that swap their places do not meet. */
export async function carryOut(deciding: Deciding, { moves, reason }: Of<'plan.carry_out'>): Promise<CommandAnswer> {
  const { writing: { tx }, organisationId, rejected, rebase, accept, context } = deciding;
  const named = moves.flatMap(({ id, follow }) => [id, ...(follow?.rows ?? []).map((row) => row.id)]);
  if (new Set(named).size < named.length) return rejected('command.not_possible', 'The plan moves one of them twice.');
  const apart = new Set(moves.map(({ id }) => id));
  const resources = new Map((await readRows(tx, organisationId, 'resources', [...new Set(moves.map(({ resourceId }) => resourceId))])).map((row) => [row.id, row]));
  const wanted: Wanted[] = [];
  const drafts: EventDraft[] = [];
  /** What follows is told after what was moved: the first event is the answer of the plan. */
  const behind: EventDraft[] = [];
  let seq = 0;
  for (const move of moves) {
    const one = await standing(deciding, move.collection, move.id);
    if (!one) return rejected('request.not_found', 'One of them is not there any more.');
    if (one.row.version !== move.basedOnVersion) return rebase(one.row.id);
    seq = Math.max(seq, one.row.seq);
    const resource = resources.get(move.resourceId);
    if (!resource) return rejected('request.not_found', 'There is no such resource.');
    const why = await unfit(deciding, one, move, resource);
    if (why !== null) return rejected('command.not_possible', why);
    const draft = moved(one, move, resource, context);
    if (draft) {
      wanted.push({ from: one, to: taking(draft), confirming: false });
      drafts.push(draft);
    }
    if (move.follow === undefined) continue;
    if (one.collection !== 'weddings') return rejected('command.not_possible', `${one.row.title} is no wedding: nothing follows it.`);
    const left = await readRows(tx, organisationId, 'resources', one.row.roomId ? [one.row.roomId] : []);
    const followed = await following(deciding, one.row, move, move.follow, new Map([resource, ...left].map((row) => [row.id, row])), apart);
    if (followed.refused) return followed.refused;
    wanted.push(...followed.wanted);
    behind.push(...followed.drafts);
  }
  drafts.push(...behind);
  if (drafts.length === 0) return accept([], seq);
  const { refused, accepted } = await judged(deciding, wanted, reason);
  if (refused) return refused;
  await keepAgainstSources(deciding, drafts);
  return accept(drafts, seq, accepted);
}

/** Why it cannot go there; null = nothing is in the way. */
async function unfit({ writing: { tx }, organisationId }: Deciding, one: StandingRow, { startsAt, endsAt }: Move, resource: Resource): Promise<string | null> {
  if (one.row.status === 'cancelled') return `${one.row.title} is cancelled.`;
  if (Date.parse(endsAt) <= Date.parse(startsAt)) return `${one.row.title} has to end after it begins.`;
  if (one.collection === 'weddings' && resource.kind !== 'room') return 'A wedding moves to a room.';
  if (one.collection === 'bookings' && (resource.kind !== 'vendor' || one.row.trade === 'venue')) return 'A booking of a vendor moves to a vendor.';
  const from = one.collection === 'weddings' ? one.row.roomId : one.collection === 'bookings' ? one.row.vendorId : one.row.resourceId;
  if (resource.state === 'retired' && from !== resource.id) return `${resource.name} is not in use any more.`;
  if (one.collection !== 'allocations') return null;
  const [held] = await readRows(tx, organisationId, 'resources', [one.row.resourceId]);
  return held && held.kind !== resource.kind ? `${one.row.title} moves among resources of one kind.` : null;
}

function moved(one: StandingRow, move: Move, resource: Resource, context: DraftContext): TakingDraft | null {
  const times = { startsAt: instantOf(move.startsAt), endsAt: instantOf(move.endsAt) };
  switch (one.collection) {
    case 'weddings': {
      const date = Temporal.Instant.from(times.startsAt).toZonedDateTimeISO(one.row.zone).toPlainDate().toString();
      // A name by which the room is known elsewhere is left as it is while the room is the same.
      const room = one.row.roomId === resource.id ? {} : { room: resource.name, roomId: resource.id };
      return draftUpdated('wedding.updated', 'weddings', one.row.id, one.row, { ...times, ...(times.startsAt === one.row.startsAt ? {} : { date }), ...room }, null, context);
    }
    case 'bookings': {
      const vendor = one.row.vendorId === resource.id ? {} : { vendorName: resource.name, vendorId: resource.id };
      const callTime = movedCall(one.row, Date.parse(times.startsAt));
      return draftUpdated('booking.updated', 'bookings', one.row.weddingId, one.row, { ...times, callTime, ...vendor }, null, context);
    }
    case 'allocations':
      return draftUpdated('allocation.updated', 'allocations', one.row.weddingId, one.row, { ...times, resourceId: resource.id }, null, context);
  }
}
