import type { RowOf } from '../../../core/contract/record.ts';
import type { Alert, LeftRow } from '../../../core/contract/record/attention.ts';
import { followersOf, timesOf, type Follower, type FollowingRow } from '../../../core/domain/conflicts/following.ts';
import { basisFor, isLeft, leftAlert, sameTimes, tellerOf, type Followed } from '../../../core/domain/conflicts/leftBehind.ts';
import { draftUpdated, type DraftContext, type EventDraft } from '../../../core/domain/record/drafts.ts';
import type { Tx } from '../database.ts';
import type { Share } from '../record.ts';
import { readRowsOf } from '../rows.ts';
import { readInTheWay, type InTheWay } from './fitting.ts';
import { roomKey, toldBy, type Moved, type Told } from './moved.ts';
import {
  readFollowed, readLeftAlerts, readMapped, readOfWeddings, readSetBySource, writeFollowed, type FollowedRow, type OfWeddings, type SetBySource,
} from './reading.ts';

/**
 * What follows a wedding that somebody outside has moved, in the same transaction: whoever writes to the record passes here. One question for
 * facts about when something is; some more, as many for one wedding as for hundreds, where a wedding was moved.
 */

export const FOLLOWING_CONTEXT: DraftContext = { actor: { kind: 'system', id: null, name: 'WedSync' }, source: null, deliveryId: null };

/** What is known of one organisation. */
interface Known {
  readonly told: Told;
  readonly alerts: readonly Alert[];
  readonly of: OfWeddings;
  /** Those that an alert is about, as the drafts leave them. */
  readonly weddings: ReadonlyMap<string, RowOf<'weddings'>>;
  readonly rooms: ReadonlyMap<string, RowOf<'resources'>>;
  readonly mapped: ReadonlySet<string>;
  readonly setBySource: ReadonlyMap<string, SetBySource>;
  readonly followed: ReadonlyMap<string, Followed>;
  readonly now: number;
}

/** A wedding that was moved, and what of it could follow by itself, or cannot. */
interface Going {
  readonly wedding: Moved;
  readonly could: readonly Follower[];
  readonly stayed: readonly LeftRow[];
}

/** The shares with what follows behind their own drafts, and with the alerts of what does not. */
export async function withFollowing(tx: Tx, shares: readonly Share[], now: number, newId: () => string): Promise<readonly Share[]> {
  const all = shares.flatMap((share) => toldBy(share) ?? []);
  if (all.length === 0) return shares;
  const keys = (pick: (one: Told) => Iterable<string>) =>
    all.flatMap((one) => [...pick(one)].map((id) => ({ organisationId: one.organisationId, id })));
  const about = keys(({ touched, moved }) => new Set([...touched, ...moved.map(({ is }) => is.id)]));
  const alerts = await readLeftAlerts(tx, about, keys(({ unnamed }) => unnamed));
  const moving = all.filter(({ moved }) => moved.length > 0);
  if (moving.length === 0 && alerts.size === 0) return shares;

  const known = await readKnown(tx, all, alerts, now);
  const drafts = new Map(shares.map(({ organisationId, drafts: own }) => [organisationId, own]));
  const going = new Map(known.map((one) => [one.told.organisationId, one.told.moved.map((wedding) => goingWith(one, wedding))]));
  const inTheWay = await readInTheWay(tx, known.map(({ told: { organisationId } }) => ({
    organisationId, drafts: drafts.get(organisationId) ?? [], followers: (going.get(organisationId) ?? []).flatMap(({ could }) => could),
  })), now);
  const anchors: FollowedRow[] = [];
  const behind = new Map(known.map((one) => {
    const { organisationId } = one.told;
    const parts = (going.get(organisationId) ?? []).map((part) => carried(one, part, inTheWay.get(organisationId) ?? new Map<string, never>()));
    anchors.push(...parts.flatMap((part) => part.anchors));
    return [organisationId, [...parts.flatMap((part) => part.drafts), ...alertsOf(one, parts, now, newId)]];
  }));
  await writeFollowed(tx, anchors);
  return shares.map((share) => ({ ...share, drafts: [...share.drafts, ...(behind.get(share.organisationId) ?? [])] }));
}

async function readKnown(tx: Tx, all: readonly Told[], alerts: ReadonlyMap<string, Alert[]>, now: number): Promise<Known[]> {
  const key = (organisationId: string) => (id: string) => ({ organisationId, id });
  const concerned = all.map((told) => {
    const own = alerts.get(told.organisationId) ?? [];
    return { told, own, weddings: [...new Set([...told.moved.map(({ is }) => is.id), ...own.flatMap(({ weddingId }) => weddingId ?? [])])] };
  });
  const of = await readOfWeddings(tx, concerned.flatMap(({ told: { organisationId }, weddings }) => weddings.map(key(organisationId))));
  const rooms = await readRowsOf(tx, 'resources', all.flatMap(({ organisationId, moved }) =>
    moved.flatMap(({ was }) => was.roomId ?? []).map(key(organisationId))));
  const empty: OfWeddings = { bookings: [], allocations: [], runSheetItems: [] };
  const rowsOf = ({ organisationId, moved }: Told): FollowingRow['row'][] => {
    const ids = new Set(moved.map(({ is }) => is.id));
    const { bookings, allocations, runSheetItems } = of.get(organisationId) ?? empty;
    const rows: FollowingRow['row'][] = [...bookings, ...allocations, ...runSheetItems];
    return moved.length === 0 ? [] : rows.filter(({ weddingId }) => weddingId === null || ids.has(weddingId));
  };
  const every = all.flatMap((told) => rowsOf(told).map((row) => ({ organisationId: told.organisationId, id: row.id, outside: row.source !== null })));
  const mapped = await readMapped(tx, every);
  const setBySource = await readSetBySource(tx, every.filter(({ outside }) => outside));
  const followed = await readFollowed(tx, every);
  const weddings = await readRowsOf(tx, 'weddings', concerned.flatMap(({ told, own }) =>
    own.flatMap(({ weddingId }) => weddingId ?? []).map(key(told.organisationId))));
  return concerned.map(({ told, own }) => ({
    weddings: new Map([...(weddings.get(told.organisationId) ?? []).map((row) => [row.id, row] as const), ...told.weddings]),
    told, alerts: own, of: of.get(told.organisationId) ?? empty,
    rooms: new Map((rooms.get(told.organisationId) ?? []).map((row) => [row.id, row])), mapped, setBySource, followed, now,
  }));
}

/** Rows as the drafts leave them; those that only the drafts tell of have been told by themselves. */
function overlaid<C extends FollowingRow['collection']>({ told }: Known, collection: C, rows: readonly RowOf<C>[]): RowOf<C>[] {
  return rows.map((row) => {
    const draft = told.rows.get(row.id);
    return draft?.collection === collection ? ({ ...row, ...(draft.row as RowOf<C>), seq: row.seq, updatedAt: row.updatedAt }) : row;
  });
}

/** What was told of a wedding before as left behind, by the id of the row. */
const leftOf = (alerts: readonly Alert[], weddingId: string): ReadonlyMap<string, LeftRow> =>
  new Map(alerts.filter((alert) => alert.weddingId === weddingId).flatMap(({ stayed }) => (stayed ?? []).map((one) => [one.id, one] as const)));

/** Stands for the room that the wedding comes to, which may have no row yet. */
const NEW_ROOM = 'new room';

function goingWith(known: Known, wedding: Moved): Going {
  const { told, alerts, of, rooms, mapped, setBySource, followed, now } = known;
  const { was, is } = wedding;
  // What is over is nobody's any more.
  if (Date.parse(was.endsAt) < now && Date.parse(is.endsAt) < now) return { wedding, could: [], stayed: [] };
  const left = leftOf(alerts, is.id);
  const keys = rooms.get(was.roomId ?? '')?.keys ?? [];
  const key = roomKey(is);
  const another = key !== null && key !== roomKey(was) && !keys.includes(key);
  const around = {
    bookings: overlaid(known, 'bookings', of.bookings), allocations: overlaid(known, 'allocations', of.allocations),
    runSheetItems: overlaid(known, 'runSheetItems', of.runSheetItems),
    resource: (id: string) => (id === NEW_ROOM ? { name: is.room?.trim() ?? '', keys: [] } : rooms.get(id)),
  };
  const rows = [...around.bookings, ...around.allocations, ...around.runSheetItems];
  const rowById = new Map<string, FollowingRow['row']>(rows.map((row) => [row.id, row]));
  const basisOf = (id: string) => {
    const row = rowById.get(id);
    return row ? basisFor(row, was, left.get(id), followed.get(id)) : null;
  };
  const arrival = { startsAt: Date.parse(is.startsAt), roomId: another ? NEW_ROOM : (was.roomId ?? '') };
  const all = followersOf(around, { ...was, zone: is.zone }, arrival, told.apart, basisOf);
  const could: Follower[] = [];
  const stayed: LeftRow[] = [];
  for (const one of all) {
    const { row, set, locked } = one;
    const timed = set.startsAt !== undefined || set.endsAt !== undefined || set.callTime !== undefined;
    const teller = tellerOf(mapped.has(row.id), setBySource.get(row.id) ?? null, now);
    if (teller === 'ours' && locked === null) could.push(one);
    else if (timed && teller !== 'told') stayed.push(leftRow(one, was, left.get(row.id), teller === 'theirs' ? 'theirs' : 'locked'));
  }
  return { wedding, could, stayed };
}

/** As it stands; where it was left before, it is still left since then. */
function leftRow({ collection, row }: Follower, was: Moved['was'], before: LeftRow | undefined, why: LeftRow['why']): LeftRow {
  const times = timesOf(row);
  const of = before && sameTimes(before, times) ? before.of : was.startsAt;
  return { collection, id: row.id, ...times, of, why };
}

interface Carried {
  readonly wedding: Moved;
  readonly drafts: readonly EventDraft[];
  readonly anchors: readonly FollowedRow[];
  readonly stayed: readonly LeftRow[];
}

/** What goes with it, as events. */
function carried(known: Known, { wedding, could, stayed }: Going, inTheWay: InTheWay): Carried {
  const { told: { organisationId }, alerts, followed } = known;
  const { was, is } = wedding;
  const left = leftOf(alerts, is.id);
  const drafts: EventDraft[] = [];
  const anchors: FollowedRow[] = [];
  const staying = [...stayed];
  for (const one of could) {
    const why = inTheWay.get(one.row.id);
    if (why) {
      staying.push(leftRow(one, was, left.get(one.row.id), why));
      continue;
    }
    const draft = followedDraft(one);
    if (!draft) continue;
    drafts.push(draft);
    const stood = timesOf(one.row);
    const basis = basisFor(one.row, was, left.get(one.row.id), followed.get(one.row.id)) ?? { from: Date.parse(was.startsAt), stood };
    const became = { ...stood, ...timesIn(one) };
    anchors.push({ organisationId, id: one.row.id, fromStart: new Date(basis.from).toISOString(), toStart: is.startsAt, stood: basis.stood, became });
  }
  return { wedding, drafts, anchors, stayed: staying };
}

const timesIn = ({ set: { startsAt, endsAt, callTime } }: Follower) =>
  ({ ...(startsAt === undefined ? {} : { startsAt }), ...(endsAt === undefined ? {} : { endsAt }), ...(callTime === undefined ? {} : { callTime }) });

function followedDraft(one: Follower): EventDraft | null {
  const { collection, row, set } = one;
  switch (collection) {
    case 'bookings':
      return draftUpdated('booking.updated', collection, row.weddingId, row, set, null, FOLLOWING_CONTEXT);
    case 'allocations': {
      const { startsAt = row.startsAt, endsAt = row.endsAt } = set;
      return draftUpdated('allocation.updated', collection, row.weddingId, row, { startsAt, endsAt }, null, FOLLOWING_CONTEXT);
    }
    case 'runSheetItems': {
      const { startsAt, endsAt, place } = set;
      const placed = place === undefined ? {} : { place };
      const fields = { ...(startsAt === undefined ? {} : { startsAt }), ...(endsAt === undefined ? {} : { endsAt }), ...placed };
      return draftUpdated('runsheet.item.updated', collection, row.weddingId, row, fields, null, FOLLOWING_CONTEXT);
    }
  }
}

/** What was told of what stays is settled once nothing of it does; what stays now is told anew. */
function alertsOf(known: Known, parts: readonly Carried[], now: number, newId: () => string): EventDraft[] {
  const { alerts, of, weddings } = known;
  const rows = new Map<string, FollowingRow['row']>([
    ...overlaid(known, 'bookings', of.bookings), ...overlaid(known, 'allocations', of.allocations),
    ...overlaid(known, 'runSheetItems', of.runSheetItems),
  ].map((row) => [row.id, row]));
  // To another room nobody's time moves.
  const moved = parts.filter(({ wedding: { was, is } }) => Date.parse(was.startsAt) !== Date.parse(is.startsAt));
  const again = new Set(moved.map(({ wedding }) => wedding.is.id));
  const drafts: EventDraft[] = [];
  for (const alert of alerts) {
    const wedding = weddings.get(alert.weddingId ?? '');
    const over = !wedding || wedding.status === 'cancelled'
      || (alert.stayed ?? []).every((left) => !isLeft(left, rows.get(left.id) ?? null, wedding));
    if (!over && !again.has(wedding.id)) continue;
    const resolved = draftUpdated('alert.resolved', 'alerts', alert.weddingId, alert, { state: 'resolved' }, null, FOLLOWING_CONTEXT);
    if (resolved) drafts.push(resolved);
  }
  for (const { wedding: { was, is }, stayed } of moved) {
    if (stayed.length === 0 || is.status === 'cancelled' || Date.parse(is.endsAt) < now) continue;
    const titleOf = ({ id }: LeftRow): string => rows.get(id)?.title ?? '';
    drafts.push(leftAlert({ wedding: is, was: was.startsAt, stayed, titleOf, now, newId, context: FOLLOWING_CONTEXT }));
  }
  return drafts;
}
