import { sql } from 'kysely';
import { isErasure } from '../../../core/contract/events.ts';
import type { Push } from '../../../core/contract/record/calendars.ts';
import type { MovableRow } from '../../../core/domain/conflicts/occupancies.ts';
import { queuedFor, type PushedCalendar, type Standing } from '../../../core/domain/calendars/queueing.ts';
import type { Stood } from '../../../core/domain/calendars/returned.ts';
import { wishFor } from '../../../core/domain/calendars/targets.ts';
import type { DraftContext, EventDraft } from '../../../core/domain/record/drafts.ts';
import type { Tx } from '../database.ts';
import { PROJECTIONS, snake } from '../projections.ts';
import { byOrganisation, readRowsOf } from '../rows.ts';

/**
 * What facts mean for calendars that are kept elsewhere, in the same transaction: whoever writes to the record passes here.
 * One query more for facts that some calendar is written of, none for others.
 */

export const CALENDARS: DraftContext = { actor: { kind: 'system', id: null, name: 'WedSync' }, source: null, deliveryId: null };

export interface PushedShare {
  readonly organisationId: string;
  /** Those that are written. */
  readonly calendars: readonly PushedCalendar[];
  readonly drafts: readonly EventDraft[];
}

interface Changed {
  readonly subject: MovableRow;
  readonly before: MovableRow | null;
  /** It may have been somebody else's: which resource a name stood for before is not told. */
  readonly handedOn: boolean;
  /** Somebody was taken out of it: what stands over there is written without them. */
  readonly erased: boolean;
}

/** As {@link Standing}, of one query. */
type StandingRow = Push & { readonly remoteId: string | null; readonly base: Stood | null };
const columns = sql.raw(PROJECTIONS.pushes.fields.map((field) => `p.${snake(field)}`).join(', '));

/** The drafts of pushes, by organisation. */
export async function pushDrafts(tx: Tx, shares: readonly PushedShare[], now: number, newId: () => string): Promise<Map<string, EventDraft[]>> {
  const parts = shares.flatMap((share) => {
    if (share.calendars.length === 0) return [];
    const changed = changedBy(share.drafts);
    const concerned = [...changed.values()].filter((one) => one.handedOn || share.calendars.some((calendar) => [one.subject, one.before].some((row) => row !== null && wishFor(row, calendar, 0) !== 'absent')));
    const retold = retoldWeddings(changed, share.calendars);
    return concerned.length === 0 && retold.length === 0 ? [] : [{ ...share, concerned, retold }];
  });
  if (parts.length === 0) return new Map();
  const subjects = parts.flatMap(({ organisationId, concerned }) => concerned.map(({ subject }) => ({ organisationId, id: subject.row.id })));
  const weddings = parts.flatMap(({ organisationId, retold }) => retold.map((id) => ({ organisationId, id })));
  const standing = await readStandings(tx, subjects, weddings);
  const besides = await readBesides(tx, parts, standing);

  return new Map(parts.map(({ organisationId, calendars, drafts, concerned, retold }) => {
    const told = toldBy(drafts);
    const own = standing.get(organisationId) ?? [];
    const changed = new Set(concerned.map(({ subject }) => subject.row.id));
    const find = (subjectId: string, calendarId: string): Standing | null => {
      const row = own.find((one) => one.subject.id === subjectId && one.calendarId === calendarId);
      if (!row) return null;
      const { remoteId, base, ...push } = row;
      return { push: told.get(push.id) ?? push, remoteId, base };
    };
    /** Whoever told of the row has told what it means for this calendar as well. */
    const isTold = (subject: MovableRow, calendarId: string): boolean => [...told.values()].some((push) => push.subject.id === subject.row.id && push.calendarId === calendarId && push.wantedVersion === subject.row.version);
    const around = (besides.get(organisationId) ?? []).filter(({ row }) => !changed.has(row.id));
    const facts = [...concerned.map((one) => ({ ...one, anew: one.erased })), ...(retold.length === 0 ? [] : around.map((subject) => ({ subject, before: null, anew: true })))];
    return [organisationId, facts.flatMap(({ subject, before, anew }) => calendars.filter(({ id }) => !isTold(subject, id)).flatMap((calendar) => queuedFor({ calendar, subject, before, standing: find(subject.row.id, calendar.id), anew, now, newId, context: CALENDARS }) ?? []))];
  }));
}

/** Pushes as their last draft leaves them. */
const toldBy = (drafts: readonly EventDraft[]): Map<string, Push> =>
  new Map(drafts.flatMap((draft) => (draft.collection === 'pushes' ? [[draft.row.id, { ...draft.row, seq: 0, updatedAt: '' }] as const] : [])));

/** Fields that say whose time it is. */
const WHOSE = ['room', 'roomId', 'vendorName', 'vendorId', 'resourceId'] as const;

/** The rows as their last draft leaves them, and as they were before the first. */
function changedBy(drafts: readonly EventDraft[]): Map<string, Changed> {
  const changed = new Map<string, Changed>();
  for (const draft of drafts) {
    if (draft.collection !== 'weddings' && draft.collection !== 'bookings' && draft.collection !== 'allocations') continue;
    const { collection, row } = draft;
    const earlier = changed.get(row.id);
    const before = earlier ? earlier.before : draft.before === null ? null : ({ collection, row: { ...row, ...draft.before } } as MovableRow);
    const handedOn = earlier?.handedOn === true || WHOSE.some((field) => draft.before !== null && field in draft.before);
    const erased = earlier?.erased === true || isErasure(draft.type);
    changed.set(row.id, { subject: { collection, row } as MovableRow, before, handedOn, erased });
  }
  return changed;
}

/** Weddings whose name stands in the entries of what is booked for them. */
function retoldWeddings(changed: ReadonlyMap<string, Changed>, calendars: readonly PushedCalendar[]): string[] {
  if (!calendars.some(({ privacy }) => privacy === 'full')) return [];
  return [...changed.values()].flatMap(({ subject, before }) =>
    subject.collection === 'weddings' && before?.collection === 'weddings' && (before.row.title !== subject.row.title || before.row.zone !== subject.row.zone) ? [subject.row.id] : []);
}

interface Key {
  readonly organisationId: string;
  readonly id: string;
}

/** Pushes of these rows, and of what is booked for these weddings; each once. */
export async function readStandings(tx: Tx, subjects: readonly Key[], weddings: readonly Key[]): Promise<Map<string, StandingRow[]>> {
  const keys = (some: readonly Key[]) => sql`unnest(${some.map((key) => key.organisationId)}::uuid[], ${some.map((key) => key.id)}::uuid[]) as k(organisation_id, id)`;
  const { rows } = await sql<StandingRow & { organisationId: string }>`
    select p.organisation_id, ${columns}, s.remote_id, s.base from (
      select w.organisation_id, w.id from ${keys(subjects)} cross join lateral (select organisation_id, id from pushes where organisation_id = k.organisation_id and subject->>'id' = k.id::text) as w
      union
      select w.organisation_id, w.id from ${keys(weddings)} cross join lateral (select organisation_id, id from pushes where organisation_id = k.organisation_id and wedding_id = k.id) as w
    ) as f join pushes p on p.organisation_id = f.organisation_id and p.id = f.id
    left join push_states s on s.organisation_id = p.organisation_id and s.push_id = p.id
    order by p.id
  `.execute(tx);
  return byOrganisation<StandingRow>(rows);
}

/** The rows whose entries name a wedding that has another name now. */
async function readBesides(tx: Tx, parts: readonly { readonly organisationId: string; readonly retold: readonly string[] }[], standing: ReadonlyMap<string, StandingRow[]>): Promise<Map<string, MovableRow[]>> {
  const found = new Map<string, MovableRow[]>();
  for (const collection of ['bookings', 'allocations'] as const) {
    const keys = parts.flatMap(({ organisationId, retold }) =>
      (standing.get(organisationId) ?? []).flatMap((push) => (push.subject.collection === collection && push.wish === 'present' && push.weddingId !== null && retold.includes(push.weddingId) ? [{ organisationId, id: push.subject.id }] : [])));
    for (const [organisationId, rows] of await readRowsOf(tx, collection, keys)) found.set(organisationId, [...(found.get(organisationId) ?? []), ...rows.map((row) => ({ collection, row }) as MovableRow)]);
  }
  return found;
}
