import { sql } from 'kysely';
import { PUSHED, type Calendar } from '../../../core/contract/record/calendars.ts';
import { queuedFor, standsAs } from '../../../core/domain/calendars/queueing.ts';
import { ITEM_MS, type Owners, type TargetRow } from '../../../core/domain/calendars/subjects.ts';
import { isOver, isWritten, NEW_FILLING } from '../../../core/domain/calendars/targets.ts';
import { throughOf, type PlacedCalendar } from '../../../core/domain/calendars/wholes.ts';
import type { MovableCollection, MovableRow } from '../../../core/domain/conflicts/occupancies.ts';
import { draftUpdated, type EventDraft } from '../../../core/domain/record/drafts.ts';
import { owned } from '../../store/calendars/changed.ts';
import { FROM_THE_BEGINNING, type FilledTo } from '../../store/calendars/filled.ts';
import { CALENDARS, readStandings, type StandingRow } from '../../store/calendars/stage.ts';
import { relabelPage } from '../../store/calendars/relabel.ts';
import { placed } from '../../store/calendars/wholes.ts';
import type { Tx } from '../../store/database.ts';
import type { StoreInternals } from '../../store/internals.ts';
import { readRows } from '../../store/rows.ts';

/**
 * Goes through what is still to come for a calendar that was given another part to play, a page in each transaction. Where it
 * stands is kept with the page, so that whoever comes after a crash goes on from there.
 */

const PAGE = 200;
/** Run sheets come when it is settled what else stands there: whether an item takes time depends on it. */
const STEPS = ['weddings', 'bookings', 'allocations', 'taken', 'runSheetItems', 'entries'] as const;

export interface ToFill {
  readonly organisationId: string;
  readonly calendarId: string;
}

/** Calendars whose rows are not gone through yet. */
export async function readToFill(internals: StoreInternals, limit: number): Promise<ToFill[]> {
  const { rows } = await sql<ToFill>`
    select c.organisation_id, c.id as calendar_id from calendars c join calendar_states s on s.organisation_id = c.organisation_id and s.calendar_id = c.id
    where (c.filling->>'state' <> 'idle' or s.filled_to ? 'anew') and coalesce((s.filled_to->>'whole')::boolean, false) = false limit ${limit}
  `.execute(internals.database.system);
  return rows;
}

/** One page. False = all is gone through. */
export function fillPage(internals: StoreInternals, { organisationId, calendarId }: ToFill): Promise<boolean> {
  const now = internals.clock.now();
  return internals.writer.write(organisationId, async ({ tx, record }) => {
    const [calendar] = await readRows(tx, organisationId, 'calendars', [calendarId]);
    const states = tx.selectFrom('calendarStates').select(['filledTo', 'fence', sql<boolean>`leased_until > '-infinity'`.as('leased')]);
    const state = await states.where('organisationId', '=', organisationId).where('calendarId', '=', calendarId).executeTakeFirst();
    const at = (state?.filledTo ?? FROM_THE_BEGINNING) as FilledTo;
    // Removed, or another process has done it.
    if (!calendar || !state || (calendar.filling.state === 'idle' && at.anew !== true) || at.whole) return false;
    const held = at.fence === undefined || (state.fence <= at.fence && state.leased);
    const filling = { tx, organisationId, calendar: await placed(tx, organisationId, calendar), at, held, now, newId: () => internals.ids.next() };
    const { drafts: own, next, waiting } = await pageOf(filling);
    const drafts = [...own, ...(await besideOf(filling, own))];
    await sql`update calendar_states set filled_to = ${JSON.stringify(next)}::jsonb where organisation_id = ${organisationId} and calendar_id = ${calendarId}`.execute(tx);
    const becomes = await told(tx, organisationId, calendar, own, waiting, next.whole);
    const changed = draftUpdated('calendar.changed', 'calendars', null, calendar, { filling: becomes }, null, CALENDARS);
    await record([...drafts, ...(changed ? [changed] : [])]);
    return !next.whole;
  });
}

/** `waiting`: what was found to wait as it is, and is counted as what is queued now. */
async function told(
  tx: Tx, organisationId: string, { id, filling: was }: Calendar, drafts: readonly EventDraft[], waiting: number, whole: boolean,
): Promise<Calendar['filling']> {
  const fresh = drafts.filter(({ collection }) => collection === 'pushes').length;
  // Gone through anew it is filled only once something is found.
  if (was.state === 'idle' && fresh === 0) return was;
  const filling = was.state === 'idle' ? NEW_FILLING : was;
  const total = (filling.total ?? 0) + fresh + waiting;
  if (!whole) return { ...filling, total };
  const queuedYet = await sql`
    select 1 from pushes where organisation_id = ${organisationId} and calendar_id = ${id} and state = 'queued' limit 1
  `.execute(tx);
  return queuedYet.rows.length === 0 && fresh === 0 ? { state: 'idle', reason: null, done: total, total } : { ...filling, total };
}

/** One page of a calendar that is gone through. */
interface Filling {
  readonly tx: Tx;
  readonly organisationId: string;
  readonly calendar: PlacedCalendar;
  readonly at: FilledTo;
  /** Whoever had it when it was chosen may have it still, with entries in hand as they were told before. */
  readonly held: boolean;
  readonly now: number;
  readonly newId: () => string;
}

interface Found {
  readonly drafts: readonly EventDraft[];
  /** So many are to be written already, as they are to be told. */
  readonly waiting: number;
}
interface Page extends Found {
  readonly next: FilledTo;
}
const NONE: Found = { drafts: [], waiting: 0 };

async function pageOf(filling: Filling): Promise<Page> {
  const { tx, organisationId, calendar, at, now } = filling;
  const step = STEPS[at.step] ?? 'entries';
  const going = (ids: readonly string[]): FilledTo => (ids.length < PAGE ? { ...at, step: at.step + 1, after: null } : { ...at, after: ids.at(-1) ?? null });
  if (step === 'entries') {
    const drafts = await relabelPage(tx, organisationId, calendar, PAGE, new Date(now).toISOString());
    return { ...NONE, drafts, next: drafts.length === 0 ? { ...at, whole: true } : at };
  }
  if (step === 'taken') {
    const ids = await idsOf(tx, sql`select id from pushes where organisation_id = ${organisationId} and calendar_id = ${calendar.id} and wish = 'present' and id > ${at.after ?? NIL}::uuid order by id limit ${PAGE}`);
    return { ...NONE, drafts: await takenBack(filling, ids), next: going(ids) };
  }
  const asked = isWritten(calendar) && (step !== 'runSheetItems' || calendar.runSheet === true);
  const ids = !asked ? [] : step === 'runSheetItems' ? await itemsToCome(tx, organisationId, at.after, now) : await toComeOf(tx, organisationId, calendar, step, at.after, now);
  const subjects = await subjectsOf(tx, organisationId, calendar, step, ids);
  return { ...(await queued(filling, subjects, again(filling))), next: going(ids) };
}

type Again = (subject: TargetRow, found: StandingRow) => boolean;

/**
 * What stands there already is written again, since it may be told otherwise now; not what somebody has written who knew what was chosen, nor
 * what waits to be. What is put off is tried again at once.
 */
const again = ({ calendar, at: { anew, fence }, held, now }: Filling): Again => (subject, found) => {
  const { base, state } = found;
  if (anew !== true && state === 'queued') return held || (found.nextAttemptAt !== null && Date.parse(found.nextAttemptAt) > now);
  if (fence !== undefined && (found.fence ?? 0) > fence) return false;
  if (anew !== true) return true;
  // On its way there for the first time it may name the whole as it was called until now.
  return base === null ? held && state === 'queued' && throughOf(subject, calendar) !== null : !standsAs(subject, calendar, base);
};

/**
 * Items of weddings of which something stands there besides them now and did not, or the other way round: whether they take time there
 * follows in the same commit, as it does of any fact.
 */
async function besideOf(filling: Filling, drafts: readonly EventDraft[]): Promise<readonly EventDraft[]> {
  const { tx, organisationId, calendar } = filling;
  const pushes = drafts.flatMap((draft) => (draft.collection === 'pushes' ? [draft] : []));
  const others = pushes.filter(({ row, before }) =>
    row.subject.collection !== 'runSheetItems' && row.weddingId !== null && (before === null || 'wish' in before));
  if (calendar.runSheet !== true || others.length === 0) return [];
  const weddingIds = [...new Set(others.map(({ row }) => row.weddingId ?? ''))];
  const { rows: there } = await sql<{ id: string; weddingId: string; subjectId: string; isItem: boolean }>`
    select id, wedding_id, subject->>'id' as subject_id, subject->>'collection' = 'runSheetItems' as is_item from pushes
    where organisation_id = ${organisationId} and wedding_id = any(${weddingIds}::uuid[]) and calendar_id = ${calendar.id} and wish = 'present'
  `.execute(tx);
  const standing = there.filter(({ isItem }) => !isItem);
  const told = new Map(others.map(({ row }) => [row.id, row]));
  const before = new Set(standing.map(({ weddingId }) => weddingId));
  const after = new Set([
    ...standing.filter(({ id }) => !told.has(id)).map(({ weddingId }) => weddingId),
    ...[...told.values()].filter(({ wish }) => wish === 'present').map(({ weddingId }) => weddingId ?? ''),
  ]);
  const written = new Set(pushes.map(({ row }) => row.id));
  const items = there.filter(({ id, weddingId, isItem }) => isItem && !written.has(id) && before.has(weddingId) !== after.has(weddingId));
  const subjects = await subjectsOf(tx, organisationId, calendar, 'runSheetItems', items.map(({ subjectId }) => subjectId));
  return (await queued(filling, subjects, () => true)).drafts;
}

const NIL = '00000000-0000-0000-0000-000000000000';
const idsOf = async (tx: Tx, query: ReturnType<typeof sql>): Promise<string[]> => ((await query.execute(tx)).rows as { id: string }[]).map(({ id }) => id);

/** Rows of this calendar that are not over, whatever their state. */
function toComeOf(tx: Tx, organisationId: string, { resourceId, everyWedding, wholes, role }: PlacedCalendar, collection: MovableCollection, after: string | null, now: number): Promise<string[]> {
  const column = { weddings: 'room_id', bookings: 'vendor_id', allocations: 'resource_id' }[collection];
  const every = collection === 'weddings' && everyWedding;
  const taken = resourceId === null ? [] : [resourceId, ...wholes.map(({ id }) => id)];
  const ofTrade = collection === 'bookings' && everyWedding && typeof role === 'string' ? sql`or trade = ${role}` : sql``;
  const own = every ? sql`true` : sql`(${sql.ref(column)} = any(${taken}::uuid[]) ${ofTrade})`;
  return idsOf(tx, sql`
    select id from ${sql.table(collection)} where organisation_id = ${organisationId} and ends_at > ${new Date(now).toISOString()}::timestamptz and ${own} and id > ${after ?? NIL}::uuid order by id limit ${PAGE}
  `);
}

/** Items that are not over, of every wedding: which of them are this calendar's is said by one rule, once they are read. */
function itemsToCome(tx: Tx, organisationId: string, after: string | null, now: number): Promise<string[]> {
  return idsOf(tx, sql`
    select id from run_sheet_items where organisation_id = ${organisationId} and coalesce(ends_at, starts_at) > ${new Date(now - ITEM_MS).toISOString()}::timestamptz and id > ${after ?? NIL}::uuid order by id limit ${PAGE}
  `);
}

async function subjectsOf(
  tx: Tx, organisationId: string, calendar: PlacedCalendar, collection: (typeof PUSHED)[number], ids: readonly string[],
): Promise<TargetRow[]> {
  if (ids.length === 0) return [];
  if (collection !== 'runSheetItems') return (await readRows(tx, organisationId, collection, ids)).map((row) => ({ collection, row }) as MovableRow);
  const rows = await readRows(tx, organisationId, 'runSheetItems', ids);
  const weddings = new Map((await readRows(tx, organisationId, 'weddings', [...new Set(rows.map(({ weddingId }) => weddingId))])).map((row) => [row.id, row]));
  const owners = await ownersFor(tx, organisationId, calendar);
  return rows.map((row) => owned(row, weddings.get(row.weddingId) ?? null, owners));
}

/** Of the vendor or the crew whose calendar it is, and of what they are a part of. */
async function ownersFor(tx: Tx, organisationId: string, { resourceId, wholes }: PlacedCalendar): Promise<Owners> {
  const found = resourceId === null ? [] : await readRows(tx, organisationId, 'resources', [resourceId, ...wholes.map(({ id }) => id)]);
  return new Map(found.flatMap(({ id, kind, keys }) => (kind === 'vendor' || kind === 'crew' ? [[id, keys] as const] : [])));
}

async function queued({ tx, organisationId, calendar, now, newId }: Filling, subjects: readonly TargetRow[], anew: Again): Promise<Found> {
  if (subjects.length === 0) return NONE;
  const standing = (await readStandings(tx, subjects.map(({ row }) => ({ organisationId, id: row.id })), [])).get(organisationId) ?? [];
  const drafts: EventDraft[] = [];
  let waiting = 0;
  for (const subject of subjects) {
    const found = standing.find((one) => one.subject.id === subject.row.id && one.calendarId === calendar.id);
    const { remoteId = null, base = null, fence: _fence, ...push } = found ?? {};
    const known = found ? { push: push as typeof found, remoteId, base } : null;
    const draft = queuedFor({
      calendar, subject, before: null, standing: known, anew: found !== undefined && anew(subject, found), now, newId, context: CALENDARS,
    });
    if (draft) drafts.push(draft);
    else if (found?.state === 'queued') waiting += 1;
  }
  return { drafts, waiting };
}

/** Entries that are none of this calendar's any more; what is over stays there. */
async function takenBack(filling: Filling, ids: readonly string[]): Promise<EventDraft[]> {
  if (ids.length === 0) return [];
  const { tx, organisationId, calendar, now } = filling;
  const pushes = await readRows(tx, organisationId, 'pushes', ids);
  const subjects: TargetRow[] = [];
  for (const collection of PUSHED) {
    const own = pushes.filter(({ subject }) => subject.collection === collection).map(({ subject }) => subject.id);
    subjects.push(...(await subjectsOf(tx, organisationId, calendar, collection, own)));
  }
  const { drafts } = await queued(filling, subjects.filter((subject) => !isOver(subject, now)), () => true);
  // What is to stand there was gone through before.
  return drafts.filter((draft) => draft.collection === 'pushes' && draft.row.wish === 'absent');
}
