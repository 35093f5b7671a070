import { sql } from 'kysely';
import type { Push } from '../../../core/contract/record/calendars.ts';
import { queuedFor, type Standing } from '../../../core/domain/calendars/queueing.ts';
import type { ItemWedding, TargetRow } from '../../../core/domain/calendars/subjects.ts';
import { resourceKey, type MovableRow } from '../../../core/domain/conflicts/occupancies.ts';
import type { DraftContext, EventDraft } from '../../../core/domain/record/drafts.ts';
import type { Tx } from '../database.ts';
import { PROJECTIONS, snake } from '../projections.ts';
import { byOrganisation, readRowsOf } from '../rows.ts';
import { withDeclines } from './declines.ts';
import { isPushed, owned, partOf, toldBy, type Part } from './changed.ts';
import { readHanging, type Hanging } from './hanging.ts';
import type { PushState } from './pushRows.ts';
import { refillParts } from './wholes.ts';
import { readWritten, type WrittenCalendar } from './written.ts';

/**
 * What facts mean for calendars that are kept elsewhere, in the same transaction: whoever writes to the record passes here.
 * One query more for facts that some calendar is written of, and one for each kind of row whose entries tell of them; none for others.
 */

export const CALENDARS: DraftContext = { actor: { kind: 'system', id: null, name: 'WedSync' }, source: null, deliveryId: null };

interface Share {
  readonly organisationId: string;
  readonly drafts: readonly EventDraft[];
}

/** As {@link pushesOf}, and with the alerts that are over by it. */
export async function withPushes<S extends Share>(...[tx, ...more]: Parameters<typeof pushesOf<S>>): Promise<readonly S[]> {
  return withDeclines(tx, await pushesOf(tx, ...more), CALENDARS);
}

/** The shares with the drafts of pushes behind their own. `known`: the calendars of those organisations for which they were read already. */
async function pushesOf<S extends Share>(
  tx: Tx, shares: readonly S[], known: ReadonlyMap<string, readonly WrittenCalendar[]>, now: number, newId: () => string,
): Promise<readonly S[]> {
  await refillParts(tx, shares);
  const telling = shares.filter(({ drafts }) => drafts.some(isPushed));
  if (telling.length === 0) return shares;
  const read = await readWritten(tx, telling.map(({ organisationId }) => organisationId).filter((id) => !known.has(id)));
  const parts = telling.flatMap(({ organisationId, drafts }) =>
    partOf({ organisationId, drafts, calendars: known.get(organisationId) ?? read.get(organisationId) ?? [] }) ?? []);
  if (parts.length === 0) return shares;
  const hanging = await readHanging(tx, parts, now);
  const standing = await readStandingsOf(tx, parts, hanging);
  const besides = await readBesides(tx, parts, standing);
  const drafts = new Map(parts.map((part) => {
    const { organisationId } = part;
    return [organisationId, draftsOf(part, hanging.get(organisationId), standing.get(organisationId) ?? [], besides.get(organisationId) ?? [], now, newId)];
  }));
  return shares.map((share) => ({ ...share, drafts: [...share.drafts, ...(drafts.get(share.organisationId) ?? [])] }));
}

/** As {@link Standing}, of one query. */
export type StandingRow = Push & Pick<PushState, 'remoteId' | 'base' | 'fence'>;
const columns = sql.raw(PROJECTIONS.pushes.fields.map((field) => `p.${snake(field)}`).join(', '));

interface Fact {
  readonly subject: TargetRow;
  readonly before: TargetRow | null;
  /** Whether what this calendar tells of it has changed although the row has not. */
  readonly anew: (calendar: WrittenCalendar) => boolean;
}

function draftsOf(part: Part, hanging: Hanging | undefined, own: readonly StandingRow[], besides: readonly MovableRow[], now: number, newId: () => string): EventDraft[] {
  const { calendars, changed, concerned } = part;
  const told = toldBy(part.drafts);
  const bySubject = Map.groupBy(own, ({ subject }) => subject.id);
  const find = (subjectId: string, calendarId: string): Standing | null => {
    const row = bySubject.get(subjectId)?.find((one) => one.calendarId === calendarId);
    if (!row) return null;
    const { remoteId, base, fence: _fence, ...push } = row;
    return { push: told.get(push.id) ?? push, remoteId, base };
  };
  /** Whoever told of the row has told what it means for this calendar as well. */
  const isTold = (subject: TargetRow, calendarId: string): boolean =>
    [...told.values()].some((push) => push.subject.id === subject.row.id && push.calendarId === calendarId && push.wantedVersion === subject.row.version);
  const queued = ({ subject, before, anew }: Fact): EventDraft[] => {
    const asked = before === null && !isNew(part, subject) ? calendars.filter(anew) : calendars;
    return asked.filter(({ id }) => !isTold(subject, id)).flatMap((calendar) =>
      queuedFor({ calendar, subject, before, standing: find(subject.row.id, calendar.id), anew: anew(calendar), now, newId, context: CALENDARS }) ?? []);
  };
  // Which whole an entry named before is not told: in the calendar of a part it is named anew.
  const named = ({ wholes, privacy }: WrittenCalendar): boolean => wholes.length > 0 && privacy !== 'busy';
  const drafts = concerned.flatMap(({ subject, before, handedOn, erased }) =>
    queued({ subject, before, anew: (calendar) => erased || (handedOn && named(calendar)) }));
  const hangs = [...renamedOf(part, hanging), ...besides.map((subject): Fact => ({ subject, before: null, anew: ({ privacy }) => privacy === 'full' }))];
  const once = new Map(hangs.filter(({ subject }) => !changed.has(subject.row.id)).map((fact) => [fact.subject.row.id, fact]));
  for (const { subject } of hangs) {
    const all = hangs.filter((fact) => fact.subject.row.id === subject.row.id);
    if (all.length > 1 && once.has(subject.row.id)) once.set(subject.row.id, { subject, before: null, anew: (calendar) => all.some(({ anew }) => anew(calendar)) });
  }
  drafts.push(...[...once.values()].flatMap(queued));
  drafts.push(...itemsOf(part, hanging, own, drafts).flatMap(queued));
  return drafts;
}

const isNew = ({ changed, items }: Part, { row }: TargetRow): boolean => changed.has(row.id) || items.has(row.id);

/** Rows that tell of a contact, a room or a resource that is called otherwise now. */
function renamedOf({ contacts, resources }: Part, hanging: Hanging | undefined): Fact[] {
  if (!hanging) return [];
  const full = ({ privacy }: WrittenCalendar): boolean => privacy === 'full';
  const renamed = new Map(contacts.map((one) => [one.id, one]));
  const of = hanging.bookings.map((row): Fact => {
    const name = renamed.get(row.contactId ?? '')?.name === true;
    return { subject: { collection: 'bookings', row }, before: null, anew: (calendar) => full(calendar) && (name || calendar.invite) };
  });
  if (resources.length === 0) return of;
  return [
    ...of,
    ...hanging.inRooms.map((row): Fact => ({ subject: { collection: 'weddings', row }, before: null, anew: full })),
    ...hanging.taking.map((row): Fact => ({ subject: { collection: 'allocations', row }, before: null, anew: full })),
  ];
}

/** Items of run sheets that were changed, or whose wedding, owner or surroundings were. */
function itemsOf(part: Part, hanging: Hanging | undefined, own: readonly StandingRow[], drafts: readonly EventDraft[]): Fact[] {
  if (!hanging) return [];
  const weddings = new Map(hanging.weddings.map((row) => [row.id, row]));
  const read = new Map(hanging.items.map((row) => [row.id, row]));
  const uncovered = coverOf(part, own, drafts);
  const mailed = new Set(hanging.bookings.map(({ vendorName, weddingId }) => `${weddingId ?? ''} ${resourceKey(vendorName ?? '')}`));
  return [...new Set([...part.items.keys(), ...read.keys()])].flatMap((id): Fact[] => {
    const told = part.items.get(id);
    const row = told?.row ?? read.get(id);
    if (!row) return [];
    const ofWedding = part.changed.get(row.weddingId);
    const is = (ofWedding?.subject.row ?? weddings.get(row.weddingId) ?? null) as ItemWedding | null;
    const was = (ofWedding?.before?.row ?? is) as ItemWedding | null;
    const before = told ? told.before : row;
    const invited = row.owner !== null && mailed.has(`${row.weddingId} ${resourceKey(row.owner)}`);
    return [{
      subject: owned(row, is, part.owners),
      before: before === null ? null : owned(before, was, part.ownersBefore),
      anew: (calendar) => told?.erased === true || ofWedding?.erased === true || uncovered(calendar.id, row.weddingId) || (invited && calendar.invite && calendar.privacy === 'full'),
    }];
  });
}

/** Whether something of a wedding stands in a calendar beside its items now and did not, or the other way round: they take time there only where they stand alone. */
function coverOf(part: Part, own: readonly StandingRow[], drafts: readonly EventDraft[]): (calendarId: string, weddingId: string) => boolean {
  const { covering } = part;
  if (covering.length === 0) return () => false;
  const standing = (pushes: readonly Push[]): Set<string> => new Set(pushes.flatMap(({ wish, subject, calendarId, weddingId }) =>
    (wish === 'present' && subject.collection !== 'runSheetItems' ? [`${calendarId} ${weddingId ?? ''}`] : [])));
  const becomes = toldBy([...part.drafts, ...drafts]);
  const before = standing(own);
  const after = standing([...own.filter(({ id }) => !becomes.has(id)), ...becomes.values()]);
  return (calendarId, weddingId) => covering.includes(weddingId) && before.has(`${calendarId} ${weddingId}`) !== after.has(`${calendarId} ${weddingId}`);
}

interface Key {
  readonly organisationId: string;
  readonly id: string;
}

async function readStandingsOf(tx: Tx, parts: readonly Part[], hanging: ReadonlyMap<string, Hanging>): Promise<Map<string, StandingRow[]>> {
  const subjects = parts.flatMap((part) => {
    const { organisationId, concerned, items } = part;
    const own = hanging.get(organisationId);
    const hangs = own ? [...own.items, ...own.bookings, ...own.inRooms, ...own.taking].map(({ id }) => id) : [];
    return [...new Set([...concerned.map(({ subject }) => subject.row.id), ...items.keys(), ...hangs])].map((id) => ({ organisationId, id }));
  });
  const weddings = parts.flatMap(({ organisationId, retold, covering }) => [...new Set([...retold, ...covering])].map((id) => ({ organisationId, id })));
  return subjects.length + weddings.length === 0 ? new Map() : readStandings(tx, subjects, weddings);
}

/** Pushes of these rows, and of what is booked for these weddings; each once. One look into an index for each: plain joins walk through all pushes. */
export async function readStandings(tx: Tx, subjects: readonly Key[], weddings: readonly Key[]): Promise<Map<string, StandingRow[]>> {
  const keys = (some: readonly Key[]) => sql`unnest(${some.map((key) => key.organisationId)}::uuid[], ${some.map((key) => key.id)}::uuid[]) as k(organisation_id, id)`;
  const { rows } = await sql<StandingRow & { organisationId: string }>`
    select p.organisation_id, ${columns}, s.remote_id, s.base, s.fence from (
      select w.organisation_id, w.id from ${keys(subjects)} cross join lateral (select organisation_id, id from pushes where organisation_id = k.organisation_id and subject->>'id' = k.id::text offset 0) as w
      union
      select w.organisation_id, w.id from ${keys(weddings)} cross join lateral (select organisation_id, id from pushes where organisation_id = k.organisation_id and wedding_id = k.id offset 0) as w
    ) as f cross join lateral (select * from pushes where organisation_id = f.organisation_id and id = f.id limit 1) as p
    left join lateral (select * from push_states where organisation_id = f.organisation_id and push_id = f.id limit 1) as s on true
    order by p.id
  `.execute(tx);
  return byOrganisation<StandingRow>(rows);
}

/** The rows whose entries name a wedding that has another name now. */
async function readBesides(tx: Tx, parts: readonly Part[], standing: ReadonlyMap<string, StandingRow[]>): Promise<Map<string, MovableRow[]>> {
  const found = new Map<string, MovableRow[]>();
  for (const collection of ['bookings', 'allocations'] as const) {
    const keys = parts.flatMap(({ organisationId, retold }) =>
      (standing.get(organisationId) ?? []).flatMap((push) => (push.subject.collection === collection && push.wish === 'present' && push.weddingId !== null && retold.includes(push.weddingId) ? [{ organisationId, id: push.subject.id }] : [])));
    for (const [organisationId, rows] of await readRowsOf(tx, collection, keys)) found.set(organisationId, [...(found.get(organisationId) ?? []), ...rows.map((row) => ({ collection, row }) as MovableRow)]);
  }
  return found;
}
