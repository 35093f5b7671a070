import type { Command, CommandAnswer } from '../../../core/contract/commands.ts';
import type { Allocation } from '../../../core/contract/record/taking.ts';
import { visibleRow } from '../../../core/domain/access/rows.ts';
import { asResource, resourceKey, type MovableRow } from '../../../core/domain/conflicts/occupancies.ts';
import { createResources } from '../../../core/domain/conflicts/resources.ts';
import { draftCreated, draftUpdated, type EventDraft } from '../../../core/domain/record/drafts.ts';
import { readRows } from '../rows.ts';
import { gaveUp, movedUp } from '../taking/ranks.ts';
import type { Deciding } from './deciding.ts';
import { judged } from './judging.ts';

/** Resources, limits, and time that is taken by hand. */

type Of<T extends Command['type']> = Extract<Command, { type: T }>;
const some = <D>(draft: D | null): D[] => (draft ? [draft] : []);
/** What a command leaves out stays as it stands. */
const kept = (asked: number | null | undefined, stands: number | null | undefined): number | null => (asked === undefined ? (stands ?? null) : asked);

export async function saveResource({ writing: { tx }, organisationId, context, rejected, rebase, accept }: Deciding, command: Of<'resource.save'>): Promise<CommandAnswer> {
  const { resourceId, basedOnVersion, kind, name, places, partIds, setUpMinutes, turnaroundMinutes, state } = command;
  const all = await readRows(tx, organisationId, 'resources', null);
  const current = all.find(({ id }) => id === resourceId);
  if (!current && basedOnVersion !== null) return rejected('request.not_found', 'There is no such resource.');
  if (current && current.version !== basedOnVersion) return rebase(current.id);
  if (current && current.kind !== kind) return rejected('command.not_possible', 'A resource stays what it is: a room, a vendor, crew or equipment.');
  const key = resourceKey(name);
  const namesake = all.find((one) => one.id !== resourceId && one.kind === kind && one.keys.includes(key));
  if (namesake) return rejected('command.not_possible', `${namesake.name} is called that already.`);
  const parts = [...new Set(partIds)];
  const keys = [key, ...(current?.keys ?? []).filter((one) => one !== key)].slice(0, 50);
  const fees = {
    moveFeeMinor: kept(command.moveFeeMinor, current?.moveFeeMinor),
    moveFeeDays: kept(command.moveFeeDays, current?.moveFeeDays),
    extraHourMinor: kept(command.extraHourMinor, current?.extraHourMinor),
  };
  const fields = { kind, name, keys, places, partIds: parts, setUpMinutes, turnaroundMinutes, ...fees, state };
  const others = all.filter(({ id }) => id !== resourceId).map(asResource);
  const built = createResources([...others, { id: resourceId, kind, name, places, parts }]);
  if (!built.ok) return rejected(built.error.code, built.error.message);
  const draft = current ? draftUpdated('resource.updated', 'resources', null, current, fields, null, context) : draftCreated('resource.created', 'resources', null, { id: resourceId, ...fields }, null, context);
  return accept(some<EventDraft>(draft), current?.seq ?? 0);
}

export async function saveLimit({ writing: { tx }, organisationId, context, rejected, rebase, accept }: Deciding, command: Of<'limit.save'>): Promise<CommandAnswer> {
  const { limitId, basedOnVersion, name, rule, resourceIds, tags, overridableBy, state } = command;
  const [current] = await readRows(tx, organisationId, 'limits', [limitId]);
  if (!current && basedOnVersion !== null) return rejected('request.not_found', 'There is no such limit.');
  if (current && current.version !== basedOnVersion) return rebase(current.id);
  if (resourceIds !== null && (await readRows(tx, organisationId, 'resources', resourceIds)).length < new Set(resourceIds).size) return rejected('request.not_found', 'There is no such resource.');
  const fields = { name, rule, resourceIds, tags, overridableBy: [...new Set(overridableBy)], state };
  const draft = current ? draftUpdated('limit.updated', 'limits', null, current, fields, null, context) : draftCreated('limit.created', 'limits', null, { id: limitId, ...fields }, null, context);
  return accept(some<EventDraft>(draft), current?.seq ?? 0);
}

/** What keeps an allocation from being of these; null = nothing. */
async function unfit({ writing: { tx }, organisationId, device, rejected }: Deciding, command: Of<'allocation.save'>, current: Allocation | undefined): Promise<CommandAnswer | null> {
  const [resource] = await readRows(tx, organisationId, 'resources', [command.resourceId]);
  if (!resource) return rejected('request.not_found', 'There is no such resource.');
  if (resource.state === 'retired' && current?.resourceId !== resource.id) return rejected('command.not_possible', `${resource.name} is not in use any more.`);
  for (const [collection, id] of [['weddings', command.weddingId], ['bookings', command.bookingId]] as const) {
    const [row] = id === null ? [null] : await readRows(tx, organisationId, collection, [id]);
    if (row === undefined || (row && !visibleRow(device, collection, row as never))) return rejected('request.not_found', `There is no such ${collection === 'weddings' ? 'wedding' : 'booking'}.`);
  }
  return Date.parse(command.endsAt) > Date.parse(command.startsAt) ? null : rejected('command.not_possible', 'It has to end after it begins.');
}

export async function saveAllocation(deciding: Deciding, command: Of<'allocation.save'>): Promise<CommandAnswer> {
  const { writing: { tx }, organisationId, context, internals, rejected, rebase, accept } = deciding;
  const { type: _type, commandId: _commandId, allocationId, basedOnVersion, reason, ...fields } = command;
  const [current] = await readRows(tx, organisationId, 'allocations', [allocationId]);
  if (!current && basedOnVersion !== null) return rejected('request.not_found', 'There is no such allocation.');
  if (current && current.version !== basedOnVersion) return rebase(current.id);
  const wrong = await unfit(deciding, command, current);
  if (wrong) return wrong;
  const told = { ...fields, startsAt: instantOf(fields.startsAt), endsAt: instantOf(fields.endsAt), holdUntil: fields.holdUntil === null ? null : instantOf(fields.holdUntil) };
  const type = told.status === 'cancelled' && current && current.status !== 'cancelled' ? 'allocation.cancelled' : 'allocation.updated';
  const draft = current ? draftUpdated(type, 'allocations', told.weddingId, current, told, null, context) : draftCreated('allocation.created', 'allocations', told.weddingId, { id: allocationId, ...told }, null, context);
  if (!draft) return accept([], current?.seq ?? 0);
  const to: MovableRow = { collection: 'allocations', row: draft.row };
  const { refused, accepted } = await judged(deciding, [{ from: current ? { collection: 'allocations', row: current } : null, to, confirming: told.status === 'definite' && current?.status !== 'definite' }], reason);
  return refused ?? accept([draft, ...(await movedUp(tx, organisationId, current && gaveUp(current, draft.row) ? [current] : [], context, internals))], current?.seq ?? 0, accepted);
}

/** As the record writes instants, so that the same moment written otherwise is no change. */
export const instantOf = (text: string): string => new Date(text).toISOString();
