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
    const state = await tx.selectFrom('calendarStates').select('filledTo').where('organisationId', '=', organisationId).where('calendarId', '=', calendarId).executeTakeFirst();
    const at = (state?.filledTo ?? FROM_THE_BEGINNING) as FilledTo;
    // Removed, or another process has done it.
    if (!calendar || !state || (calendar.filling.state === 'idle' && at.anew !== true) || at.whole) return false;
    const { drafts, next: then } = await pageOf(tx, organisationId, await placed(tx, organisationId, calendar), at, now, () => internals.ids.next());
    const next = covering(then, drafts);
    await sql`update calendar_states set filled_to = ${JSON.stringify(next)}::jsonb where organisation_id = ${organisationId} and calendar_id = ${calendarId}`.execute(tx);
    const filling = await told(tx, organisationId, calendar, drafts, next.whole);
    const changed = draftUpdated('calendar.changed', 'calendars', null, calendar, { filling }, null, CALENDARS);
    await record([...drafts, ...(changed ? [changed] : [])]);
    return !next.whole;
  });
}

async function told(tx: Tx, organisationId: string, { id, filling: was }: Calendar, drafts: readonly EventDraft[], whole: boolean): Promise<Calendar['filling']> {
  const fresh = drafts.filter(({ collection }) => collection === 'pushes').length;
  // Gone through anew it is filled only once something is found.
  if (was.state === 'idle' && fresh === 0) return was;
  const filling = was.state === 'idle' ? NEW_FILLING : was;
  const total = (filling.total ?? 0) + fresh;
  if (!whole) return { ...filling, total };
  const waiting = await sql`select 1 from pushes where organisation_id = ${organisationId} and calendar_id = ${id} and state = 'queued' limit 1`.execute(tx);
  return waiting.rows.length === 0 && fresh === 0 ? { state: 'idle', reason: null, done: total, total } : { ...filling, total };
}

interface Page {
  readonly drafts: readonly EventDraft[];
  readonly next: FilledTo;
}

async function pageOf(tx: Tx, organisationId: string, calendar: PlacedCalendar, at: FilledTo, now: number, newId: () => string): Promise<Page> {
  const step = STEPS[at.step] ?? 'entries';
  const going = (ids: readonly string[]): FilledTo => (ids.length < PAGE ? { ...at, step: at.step + 1, after: null } : { ...at, after: ids.at(-1) ?? null });
  if (step === 'entries') {
    const drafts = await relabelPage(tx, organisationId, calendar, PAGE, new Date(now).toISOString());
    // What came to stand there was told to the items.
    return { drafts, next: drafts.length === 0 ? { step: at.step, after: at.after, whole: true, ...(at.anew ? { anew: at.anew } : {}) } : at };
  }
  if (step === 'taken') {
    const ids = await idsOf(tx, sql`select id from pushes where organisation_id = ${organisationId} and calendar_id = ${calendar.id} and wish = 'present' and id > ${at.after ?? NIL}::uuid order by id limit ${PAGE}`);
    return { drafts: await takenBack(tx, organisationId, calendar, ids, now, newId), next: going(ids) };
  }
  const asked = isWritten(calendar) && (step !== 'runSheetItems' || calendar.runSheet === true);
  const ids = !asked ? [] : step === 'runSheetItems' ? await itemsToCome(tx, organisationId, at.after, now) : await toComeOf(tx, organisationId, calendar, step, at.after, now);
  const subjects = await subjectsOf(tx, organisationId, calendar, step, ids);
  return { drafts: await queued(tx, organisationId, calendar, subjects, againOf(calendar, at), now, newId), next: going(ids) };
}

type Again = (subject: TargetRow, found: StandingRow) => boolean;

/**
 * What stands there already is written again, since it may be told otherwise now; not where all that stands there was wanted since it was
 * chosen. An item may have been wanted before its wedding stood there, and takes no time beside it.
 */
const againOf = (calendar: PlacedCalendar, { anew, first, covering = [] }: FilledTo): Again => (subject, { base, state }) => {
  const isItem = subject.collection === 'runSheetItems';
  if (anew !== true && (first !== true || isItem)) return true;
  if (isItem && covering.includes(subject.row.weddingId)) return true;
  // On its way there for the first time it may name the whole as it was called until now.
  return base === null ? anew === true && state === 'queued' && throughOf(subject, calendar) !== null : !standsAs(subject, calendar, base);
};

/** With the weddings of which these have more or less stand there besides their items. */
function covering(at: FilledTo, drafts: readonly EventDraft[]): FilledTo {
  if (at.anew !== true) return at;
  const found = drafts.flatMap((draft) => (draft.collection === 'pushes' && draft.row.subject.collection !== 'runSheetItems'
    && draft.row.weddingId !== null && (draft.before === null || 'wish' in draft.before) ? [draft.row.weddingId] : []));
  return found.length === 0 ? at : { ...at, covering: [...new Set([...(at.covering ?? []), ...found])] };
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

/** `again`: what stands there already is written again. */
async function queued(
  tx: Tx, organisationId: string, calendar: PlacedCalendar, subjects: readonly TargetRow[], again: Again, now: number, newId: () => string,
): Promise<EventDraft[]> {
  if (subjects.length === 0) return [];
  const standing = (await readStandings(tx, subjects.map(({ row }) => ({ organisationId, id: row.id })), [])).get(organisationId) ?? [];
  return subjects.flatMap((subject) => {
    const found = standing.find((one) => one.subject.id === subject.row.id && one.calendarId === calendar.id);
    const { remoteId = null, base = null, ...push } = found ?? {};
    const known = found ? { push: push as typeof found, remoteId, base } : null;
    const anew = found !== undefined && again(subject, found);
    return queuedFor({ calendar, subject, before: null, standing: known, anew, now, newId, context: CALENDARS }) ?? [];
  });
}

/** Entries that are none of this calendar's any more; what is over stays there. */
async function takenBack(tx: Tx, organisationId: string, calendar: PlacedCalendar, ids: readonly string[], now: number, newId: () => string): Promise<EventDraft[]> {
  if (ids.length === 0) return [];
  const pushes = await readRows(tx, organisationId, 'pushes', ids);
  const subjects: TargetRow[] = [];
  for (const collection of PUSHED) {
    const own = pushes.filter(({ subject }) => subject.collection === collection).map(({ subject }) => subject.id);
    subjects.push(...(await subjectsOf(tx, organisationId, calendar, collection, own)));
  }
  const toCome = subjects.filter((subject) => !isOver(subject, now));
  const drafts = await queued(tx, organisationId, calendar, toCome, () => true, now, newId);
  // What is to stand there was gone through before.
  return drafts.filter((draft) => draft.collection === 'pushes' && draft.row.wish === 'absent');
}
