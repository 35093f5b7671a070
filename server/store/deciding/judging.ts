import { sql } from 'kysely';
import type { CommandAnswer } from '../../../core/contract/commands.ts';
import type { RowOf } from '../../../core/contract/record.ts';
import type { Conflict, Resource } from '../../../core/contract/record/taking.ts';
import { foundKey, limitKey, type Accepted, type Found } from '../../../core/domain/conflicts/detect.ts';
import { judgementOf } from '../../../core/domain/conflicts/judgement.ts';
import type { Occupancy } from '../../../core/domain/conflicts/model.ts';
import { NO_PLACES, occupancyId, occupancyOf, type MovableCollection, type MovableRow, type TakingRow } from '../../../core/domain/conflicts/occupancies.ts';
import { countsTravel } from '../../../core/domain/conflicts/rules.ts';
import type { Timetable } from '../../../core/domain/conflicts/timetable.ts';
import { roughly } from '../../../core/domain/intake/silence.ts';
import type { Tx } from '../database.ts';
import { PROJECTIONS, snake } from '../projections.ts';
import type { NotAsked } from '../store.ts';
import { readNear, timetableOf } from '../taking/consequences.ts';
import { readLimits, type HouseLimits } from '../taking/limits.ts';
import { memberFrom, resourceOf, windowsAround } from '../taking/part.ts';
import { readPlaces } from '../taking/places.ts';
import { readResources } from '../taking/resources.ts';
import { termsFor } from '../taking/rules.ts';
import type { Deciding } from './deciding.ts';

/** A row as the record has it. */
export type StandingRow = { readonly [C in MovableCollection]: { readonly collection: C; readonly row: RowOf<C> } }[MovableCollection];

/** A row as it stands (null = it is to be made), and as it would be. */
export interface Wanted {
  readonly from: StandingRow | null;
  readonly to: MovableRow;
  /** It becomes definite: what stands in its way already counts too. */
  readonly confirming: boolean;
}

export interface Judged {
  /** Why it may not be; null = it may. */
  readonly refused: CommandAnswer | null;
  /** What is accepted with it, for the record. */
  readonly accepted: Accepted | undefined;
}

export interface Situation {
  readonly now: number;
  readonly near: readonly TakingRow[];
  readonly house: HouseLimits;
  readonly timetable: Timetable;
  readonly occupies: (row: TakingRow) => Occupancy | null;
}

/** What stands around what is wanted, as it is judged. */
export async function situationOf({ writing: { tx }, organisationId, internals }: Deciding, wanted: readonly Wanted[]): Promise<Situation> {
  const now = internals.clock.now();
  const all = wanted.flatMap(({ from, to }) => [...(from ? [from] : []), to]);
  const resources = (await readResources(tx, [], all.map((one) => ({ organisationId, id: resourceOf(one) })).filter(({ id }) => id !== ''))).get(organisationId) ?? new Map<string, Resource>();
  const spansOf = (id: string) => resources.get(id) ?? null;
  const windows = windowsAround(organisationId, all.flatMap((row) => occupancyOf(row, spansOf) ?? []), resources, now);
  const house = (await readLimits(tx, [{ organisationId, drafts: [] }])).get(organisationId);
  if (!house) throw new Error(`there is no organisation ${organisationId}`);
  const near = await withOwn(tx, windows, wanted, organisationId, house.listens);
  // Where things are as they stand: what belongs to a wedding that changes its room is found once it has (`consequences.ts`), here as in the preview.
  const placeOf = countsTravel(house.said) ? (await readPlaces(tx, [{ organisationId, rows: [...near, ...all], drafts: [] }]))(organisationId) : NO_PLACES;
  return { now, near, house, timetable: timetableOf(organisationId, near, resources, placeOf), occupies: (row) => occupancyOf(row, spansOf, placeOf) };
}

/** All of them at once, by the same rules as the preview: locks, hard clashes that would come of it, and limits. `reason`: null = none is given. */
export async function judged(deciding: Deciding, wanted: readonly Wanted[], reason: string | null): Promise<Judged> {
  const { writing: { tx }, organisationId, device, context, rejected } = deciding;
  const { now, near, house, timetable, occupies } = await situationOf(deciding, wanted);
  const to = wanted.flatMap((one) => occupies(one.to) ?? []);

  const { locked, clashes, passes } = judgementOf({
    timetable, to, confirming: new Set(wanted.filter(({ confirming }) => confirming).map((one) => occupancyId(memberFrom(one.to)))),
    settled: await settledOf(tx, organisationId, wanted.filter(({ from }) => from?.row.status !== 'cancelled')), limits: house.limits, question: { ...termsFor(house), now },
  });
  const refuse = (answer: CommandAnswer): Judged => ({ refused: answer, accepted: undefined });
  const [lock] = locked;
  if (lock) return refuse(rejected('conflict.locked', `${labelOf(lock.id, timetable, to)} must not be moved: ${lock.reason}.`));
  const shut = passes.find(({ limitId }) => !(house.rows.get(limitId ?? '')?.overridableBy as readonly string[] | undefined)?.includes(device.role));
  if (shut) return refuse(rejected('conflict.past_limit', passText(shut, house, timetable, to)));
  const [clash] = clashes;
  const { unasked, since } = deciding.asked;
  // Whoever gave the reason could not know of what the calendars have told only now.
  const news = since === null ? new Set<string>() : cameAfter(near, since);
  const told = reason === null ? clash : clashes.find(({ members }) => members.some((id) => news.has(id)));
  if (told) return refuse(unheard(rejected('conflict.would_clash', clashText(told, timetable, to)), deciding));
  const [pass] = passes;
  if (pass && reason === null) return refuse(unheard(rejected('conflict.past_limit', passText(pass, house, timetable, to)), deciding));
  if (unasked.length > 0) {
    if (reason === null) return refuse(unheard(rejected('conflict.source_not_asked', unaskedText(unasked, now)), deciding));
    deciding.passOver(wanted[0]?.to.row.id ?? organisationId, reason);
  }
  if ((!clash && !pass) || reason === null) return { refused: null, accepted: undefined };
  const keys = new Set([...clashes.map(foundKey), ...passes.flatMap(({ limitId }) => (limitId === null ? [] : [limitKey(limitId)]))]);
  deciding.traces.push({ action: 'conflict.overridden', subject: wanted[0]?.to.row.id ?? organisationId });
  return { refused: null, accepted: { context, reason, keys } };
}

/** Entries of others that were recorded behind that place in the log. */
const cameAfter = (near: readonly TakingRow[], since: number): ReadonlySet<string> =>
  new Set(near.filter((one) => one.collection === 'calendarEvents' && (one.row as RowOf<'calendarEvents'>).seq > since).map((one) => occupancyId(memberFrom(one))));

/** One reason is for all of it, so whoever gives it is told of the calendars as well. */
function unheard(answer: CommandAnswer, { asked: { unasked } }: Deciding): CommandAnswer {
  if (answer.outcome !== 'rejected' || unasked.length === 0) return answer;
  return { ...answer, unasked: unasked.map(({ whose: _whose, ...one }) => one) };
}

const WHY_NOT = { paused: 'its connection is paused', no_answer: 'it did not answer', held: 'what it told waits for a person', late: 'it was not heard in time' } as const satisfies Record<NotAsked['why'], string>;

function unaskedText(unasked: readonly NotAsked[], now: number): string {
  return unasked.map(({ whose, why, lookedAt, computer }) => `${whose} could not be asked: ${computer === undefined ? WHY_NOT[why] : `${computer}, which keeps its key, is not connected`}${lookedAt === null ? ', and nobody has read it yet' : `; what is known of it is ${roughly(now - Date.parse(lookedAt))} old`}.`).join(' ');
}

/** What is near, with the rows as they stand: one that is over or cancelled is not found by its time. */
async function withOwn(tx: Tx, windows: Parameters<typeof readNear>[1], wanted: readonly Wanted[], organisationId: string, entries: boolean): Promise<TakingRow[]> {
  const near = (await readNear(tx, windows, entries)).get(organisationId) ?? [];
  const own = new Map(wanted.flatMap(({ from }) => (from ? [[occupancyId(memberFrom(from)), from] as const] : [])));
  return [...near.filter((one) => !own.has(occupancyId(memberFrom(one)))), ...own.values()];
}

/** Conflicts of these rows that somebody has accepted, and those that the last change of one of them has resolved: taking that back brings them back. */
async function settledOf(tx: Tx, organisationId: string, wanted: readonly Wanted[]): Promise<Found[]> {
  const rows = wanted.flatMap(({ from }) => (from ? [from] : []));
  if (rows.length === 0) return [];
  const columns = sql.raw(PROJECTIONS.conflicts.fields.map((field) => `c.${snake(field)}`).join(', '));
  const { rows: found } = await sql<Conflict>`
    select distinct on (c.id) ${columns}
    from unnest(${rows.map((one) => JSON.stringify([memberFrom(one)]))}::jsonb[], ${rows.map(({ row }) => row.updatedAt)}::timestamptz[], ${rows.map(({ row }) => row.seq)}::bigint[]) as r(member, updated_at, seq)
    join conflicts c on c.organisation_id = ${organisationId} and c.members @> r.member and (c.state = 'overridden' or (c.state = 'resolved' and c.updated_at = r.updated_at and c.seq > r.seq))
  `.execute(tx);
  return found.map((row) => ({ ...row, limitId: row.limitId ?? null, members: row.members.map(occupancyId), startsAt: Date.parse(row.startsAt), endsAt: Date.parse(row.endsAt) }));
}

const labelOf = (id: string, timetable: Timetable, to: readonly Occupancy[]): string => (to.find((one) => one.id === id) ?? timetable.get(id))?.label ?? 'something';

function clashText({ members, resourceIds, kind }: Found, timetable: Timetable, to: readonly Occupancy[]): string {
  const where = resourceIds.map((id) => timetable.resources.get(id)?.name ?? '').filter((name) => name !== '').join(', ');
  const who = members.map((id) => labelOf(id, timetable, to)).join(' and ');
  return kind === 'capacity' ? `More would be asked of ${where} than there is: ${who}.` : `${who} would clash: ${where}.`;
}

function passText({ limitId, members, missingMs }: Found, house: HouseLimits, timetable: Timetable, to: readonly Occupancy[]): string {
  return `${labelOf(members[0] ?? '', timetable, to)} would pass the limit ${house.rows.get(limitId ?? '')?.name ?? ''} by ${roughly(missingMs)}.`;
}
