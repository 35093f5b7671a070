import type { Command, CommandAnswer, Follow } from '../../core/contract/commands.ts';
import type { OutboxEntry } from '../../core/contract/outbox.ts';
import type { Alert } from '../../core/contract/record/attention.ts';
import type { Wedding } from '../../core/contract/record/day.ts';
import { stoodBefore, type Follower } from '../../core/domain/conflicts/following.ts';
import { memberOf, type MovableCollection } from '../../core/domain/conflicts/occupancies.ts';
import type { Push } from '../../core/contract/record/calendars.ts';
import type { Occupancy } from '../../core/domain/conflicts/model.ts';
import type { Tables } from '../../core/domain/record/state.ts';
import type { Backend } from './backend/backend.ts';
import { decide, type Decided } from './commands.ts';
import { newId } from './ids.ts';
import { keepWays, readWays, type Owner, type Stood, type Way } from './keptWays.ts';
import { isWaiting, openDecision } from './outbox.ts';
import { getConsole } from './store.ts';

/** Decisions about whose time is taken. */

export interface PlannedMove {
  readonly to: Occupancy;
  /** The version of the row that the person saw. */
  readonly version: number;
}

export type PlanCommand = Extract<Command, { type: 'plan.carry_out' }>;
type Move = PlanCommand['moves'][number];
type Back = Extract<Follow, { how: 'back' }>['rows'][number];
export type FollowCommand = Extract<Command, { type: 'wedding.let_follow' }>;
/** What can be put back in one step. */
export type UndoneCommand = PlanCommand | FollowCommand;

/** What of a wedding moves with it, and what could and stays. */
export interface Company {
  readonly weddingId: string;
  readonly along: readonly Follower[];
  readonly stay: readonly Follower[];
}

/** Whose row it is, of one that is moved from here; null = it stands in somebody else's calendar. */
export function movableOf(occupancy: string): { readonly collection: MovableCollection; readonly id: string } | null {
  const { collection, id } = memberOf(occupancy);
  return collection === 'calendarEvents' ? null : { collection, id };
}

/** What stood before each plan of this machine, and before each that let something follow, so that it can be put back; the oldest first. */
const before = new Map<string, Way>();
/** When each of them was sent, and which are recorded as far as this page knows. */
const sentAt = new Map<string, string>();
const recorded = new Set<string>();
/** Those that were made before this page was loaded; they are offered as long as what they moved stands where they put it. */
const restored = new Set<string>();

const owner = (): Owner | null => {
  const { deviceId, record } = getConsole();
  return deviceId === null || record === null ? null : { deviceId, epoch: record.epoch };
};

function keep(): void {
  const mine = owner();
  if (mine === null) return;
  const now = new Date(Date.now()).toISOString();
  keepWays(mine, [...before].map(([commandId, way]) => ({ commandId, way, at: sentAt.get(commandId) ?? now, recorded: recorded.has(commandId) })));
}

function remember(commandId: string, way: Way): void {
  before.set(commandId, way);
  sentAt.set(commandId, new Date(Date.now()).toISOString());
  keep();
}

function drop(commandId: string): void {
  before.delete(commandId);
  keep();
}

/** Takes up what this device has left here before the page was loaded. */
export function restoreWays(): void {
  const mine = owner();
  if (mine === null) return;
  const kept = readWays(mine, Date.now()).filter(({ commandId }) => !before.has(commandId));
  const own = [...before];
  before.clear();
  for (const one of kept) {
    before.set(one.commandId, one.way);
    sentAt.set(one.commandId, one.at);
    restored.add(one.commandId);
    if (one.recorded) recorded.add(one.commandId);
  }
  for (const [commandId, way] of own) before.set(commandId, way);
  // Made before it was known which device this is: nothing could be kept of them then.
  if (own.length > 0) keep();
}

/** What becomes of a plan of this machine: only what is recorded is put back, and what was refused had nothing to put back. */
export function wayAnswered({ commandId, outcome }: Pick<CommandAnswer, 'commandId' | 'outcome'>): void {
  if (!before.has(commandId)) return;
  if (outcome === 'accepted') recorded.add(commandId);
  else before.delete(commandId);
  keep();
}

const isPut = (tables: Tables, { collection, id, resourceId, startsAt, endsAt }: Extract<Way, { of: 'plan' }>['to'][number]): boolean => {
  const row = tables[collection][id];
  if (!row || row.status === 'cancelled' || row.startsAt === null || row.endsAt === null) return false;
  const on = 'roomId' in row ? row.roomId : 'vendorId' in row ? row.vendorId : 'resourceId' in row ? row.resourceId : null;
  return on === resourceId && Date.parse(row.startsAt) === Date.parse(startsAt) && Date.parse(row.endsAt) === Date.parse(endsAt);
};

/** Whether what a plan of before this page was loaded has moved stands where it put it; otherwise somebody has decided since. */
function stillStands(tables: Tables, way: Way): boolean {
  if (way.of === 'plan') return way.to.every((one) => isPut(tables, one));
  const wedding = tables.weddings[tables.alerts[way.alertId]?.weddingId ?? ''];
  return wedding !== undefined && wedding.status !== 'cancelled' && Date.parse(wedding.startsAt) === Date.parse(way.startsAt) && way.rows.every(({ collection, id }) => tables[collection][id] !== undefined);
}

/** The latest of this machine that can be put back; null = there is none. */
export function latestWay(outbox: readonly OutboxEntry[], tables: Tables): string | null {
  const accepted = new Set(outbox.flatMap(({ state, command }) => (state === 'accepted' ? [command.commandId] : [])));
  const found = [...before].findLast(([commandId, way]) => (recorded.has(commandId) || accepted.has(commandId)) && (!restored.has(commandId) || stillStands(tables, way)));
  return found?.[0] ?? null;
}

/** Of each way back that was sent: which command it puts back, and what stood before that. */
const undone = new Map<string, { readonly planId: string; readonly stood: Way }>();

const stoodOf = (along: readonly Follower[]): Stood[] => along.map((one) => ({ collection: one.collection, id: one.row.id, ...stoodBefore(one) }));

const iso = (at: number): string => new Date(at).toISOString();
const spoken = (reason: string | null): string | null => (reason === null || reason.trim() === '' ? null : reason.trim());

export interface CarriedOut {
  readonly decided: Decided;
  readonly commandId: string;
}

/** All of them or none, with what follows. `from`: where each stands. */
export async function carryOut(backend: Backend, moves: readonly PlannedMove[], from: readonly Occupancy[], reason: string | null, company: readonly Company[]): Promise<CarriedOut> {
  const commandId = newId();
  const companyOf = ({ collection, id }: Pick<Move, 'collection' | 'id'>) => (collection === 'weddings' ? company.find(({ weddingId }) => weddingId === id) : undefined);
  const placed = ({ id, resourceId, startsAt, endsAt }: Occupancy) => {
    const member = movableOf(id);
    return member ? [{ ...member, resourceId, startsAt: iso(startsAt), endsAt: iso(endsAt) }] : [];
  };
  const stood = from.flatMap(placed).map((one) => ({ ...one, follow: stoodOf(companyOf(one)?.along ?? []) }));
  remember(commandId, { of: 'plan', moves: stood, to: moves.flatMap(({ to }) => placed(to)) });
  const decided = await decide(backend, {
    type: 'plan.carry_out', commandId, reason: spoken(reason),
    moves: moves.flatMap(({ to, version }) => {
      const member = movableOf(to.id);
      if (!member) return [];
      const own = companyOf(member);
      const rows = own?.along.map(({ collection, row }) => ({ collection, id: row.id, basedOnVersion: row.version })) ?? [];
      const follow: Follow | null = own ? { how: 'along', rows, stay: own.stay.map(({ row }) => row.id) } : null;
      return [{ ...member, basedOnVersion: version, resourceId: to.resourceId, startsAt: iso(to.startsAt), endsAt: iso(to.endsAt), ...(follow ? { follow } : {}) }];
    }),
  });
  if (decided.kind !== 'kept') drop(commandId);
  return { decided, commandId };
}

/** What was left behind follows its wedding to where that begins now. `reason`: why, in the person's words, where a hard clash would come of it. */
export async function letFollow(backend: Backend, alert: Alert, wedding: Pick<Wedding, 'startsAt'>, along: readonly Follower[], reason: string | null, commandId: string): Promise<Decided> {
  if (isWaiting(openDecision(getConsole().outbox, alert.id))) return { kind: 'already' };
  const rows = along.map(({ collection, row }) => ({ collection, id: row.id, basedOnVersion: row.version }));
  const { startsAt } = wedding;
  remember(commandId, { of: 'follow', alertId: alert.id, startsAt, rows: stoodOf(along) });
  const decided = await decide(backend, {
    type: 'wedding.let_follow', commandId, alertId: alert.id, basedOnVersion: alert.version, startsAt, rows, reason: spoken(reason),
  });
  if (decided.kind !== 'kept') drop(commandId);
  return decided;
}

/** Whether this machine knows what stood before that command, and it has not been put back. */
export const canBeUndone = (commandId: string): boolean => before.has(commandId);

const namedIn = (way: Way): readonly Push['subject'][] =>
  (way.of === 'plan' ? way.moves.flatMap((move) => [move, ...move.follow]) : way.rows).map(({ collection, id }) => ({ collection, id }));

/** Those of a command of this page that calendars may have: what moved, and what moved with it. */
export function subjectsOf(commandId: string): readonly Push['subject'][] {
  const way = before.get(commandId) ?? undone.get(commandId)?.stood;
  return way ? namedIn(way) : [];
}

/** Whether it is a way back that was sent from this page. */
export const isWayBack = (commandId: string): boolean => undone.has(commandId);

/** Where those that a way back of this page is about go to; of a plan they stand in the command. */
export function stoodBehind(commandId: string): readonly Stood[] {
  const stood = undone.get(commandId)?.stood;
  return stood?.of === 'follow' ? stood.rows : [];
}

const versionNow = ({ collection, id }: Pick<Move | Back, 'collection' | 'id'>): number | null => getConsole().record?.tables[collection][id]?.version ?? null;

/** With its version; nothing of what is not there any more. */
function overNow<T extends Pick<Move | Back, 'collection' | 'id'>>(one: T): (T & { basedOnVersion: number })[] {
  const version = versionNow(one);
  return version === null ? [] : [{ ...one, basedOnVersion: version }];
}

/** The way back over what stands now; null = nothing of it is there any more. */
function wayBack(stood: Way, commandId: string, reason: string | null): UndoneCommand | null {
  if (stood.of === 'follow') {
    const { alertId, startsAt } = stood;
    const rows = stood.rows.flatMap(({ collection, id }) => overNow({ collection, id }));
    const basedOnVersion = getConsole().record?.tables.alerts[alertId]?.version ?? 1;
    return rows.length === 0 ? null : { type: 'wedding.let_follow', commandId, alertId, basedOnVersion, startsAt, rows, reason, back: true };
  }
  const moves = stood.moves.flatMap(({ follow, ...move }) =>
    overNow(move).map((one): Move => ({ ...one, ...(follow.length > 0 ? { follow: { how: 'back' as const, rows: follow.flatMap(overNow) } } : {}) })));
  return moves.length === 0 ? null : { type: 'plan.carry_out', commandId, moves, reason };
}

/** Puts back what a command of this page has moved, exactly; it can be put back once, unless that is refused. `commandId`: of the way back. */
export async function undoPlan(backend: Backend, planId: string, commandId: string): Promise<Decided> {
  const stood = before.get(planId);
  const command = stood ? wayBack(stood, commandId, null) : null;
  if (!stood || !command) return { kind: 'not_kept', code: 'request.not_found' };
  drop(planId);
  undone.set(commandId, { planId, stood });
  return decide(backend, command);
}

/** The same way back once more, over what stands now, with why it may be so all the same. `refusedId`: the command that was refused. */
export async function undoWithReason(backend: Backend, refusedId: string, commandId: string, reason: string): Promise<Decided> {
  const way = undone.get(refusedId);
  const command = way ? wayBack(way.stood, commandId, spoken(reason)) : null;
  if (!way || !command) return { kind: 'not_kept', code: 'request.not_found' };
  undone.set(commandId, way);
  return decide(backend, command);
}

/** A way back that came to nothing: the plan may be put back another time. */
export function keepPlan(commandId: string): void {
  const way = undone.get(commandId);
  if (!way) return;
  before.set(way.planId, way.stood);
  keep();
}

type Fields<T extends Command['type']> = Omit<Extract<Command, { type: T }>, 'type' | 'commandId'>;

export const saveResource = (backend: Backend, fields: Fields<'resource.save'>): Promise<Decided> => decide(backend, { type: 'resource.save', commandId: newId(), ...fields });
export const saveAllocation = (backend: Backend, fields: Fields<'allocation.save'>, commandId = newId()): Promise<Decided> => decide(backend, { type: 'allocation.save', commandId, ...fields, reason: spoken(fields.reason) });
export const saveLimit = (backend: Backend, fields: Fields<'limit.save'>): Promise<Decided> => decide(backend, { type: 'limit.save', commandId: newId(), ...fields });
export const saveRules = (backend: Backend, fields: Fields<'rules.save'>): Promise<Decided> => decide(backend, { type: 'rules.save', commandId: newId(), ...fields });
export const setTakingStatus = (backend: Backend, fields: Fields<'booking.set_status'>, commandId = newId()): Promise<Decided> => decide(backend, { type: 'booking.set_status', commandId, ...fields, reason: spoken(fields.reason) });
/** What a person has cancelled stands again. */
export const bringBack = (backend: Backend, fields: Fields<'booking.bring_back'>, commandId: string): Promise<Decided> => decide(backend, { type: 'booking.bring_back', commandId, ...fields, reason: spoken(fields.reason) });
