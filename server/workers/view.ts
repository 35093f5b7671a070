import { sql } from 'kysely';
import { EVENT_TYPES } from '../../core/contract/events.ts';
import { COLLECTION_NAMES, type AnyRow, type CollectionName, type RowOf } from '../../core/contract/record.ts';
import type { Alert } from '../../core/contract/record/attention.ts';
import type { Wedding } from '../../core/contract/record/day.ts';
import type { Contact } from '../../core/contract/record/people.ts';
import type { PushAfter, PushStanding } from '../../core/domain/calendars/back.ts';
import type { Whole } from '../../core/domain/calendars/wholes.ts';
import type { Difference, Push } from '../../core/contract/record/calendars.ts';
import type { EventDraft } from '../../core/domain/record/drafts.ts';
import { phoneEnd, type Needs } from '../../core/domain/record/needs.ts';
import type { LinkWord } from '../../core/domain/record/openLinks.ts';
import type { MappingDraft } from '../../core/domain/record/plan.ts';
import { tellerKey, type Teller } from '../../core/domain/record/tellers.ts';
import { tellerOf } from '../../core/domain/record/told.ts';
import type { Mapping, View } from '../../core/domain/record/view.ts';
import type { Tx } from '../store/database.ts';
import { readRowsOf, type RowKey } from '../store/rows.ts';
import { together } from '../store/together.ts';
import { loadMappings, loadTellers, type LoadedMappings } from './viewMappings.ts';
import { loadPushes, standingAfter } from './viewPushes.ts';

/** What a delivery has said beside its facts. */
export interface Said {
  readonly links?: readonly LinkWord[];
  readonly pushes?: readonly PushAfter[] | undefined;
}

/** The part of the record that one batch of deliveries needs; what an earlier delivery plans, a later one sees. */
export interface WorkingView {
  /** As one connection sees it: remote ids are its own. */
  of(connectionId: string): View;
  keep(connectionId: string, drafts: readonly EventDraft[], mappings: readonly MappingDraft[], said?: Said): void;
  /** As it was read: an object that was unknown is waited for. */
  isAwaited(connectionId: string, remoteType: string, remoteId: string): boolean;
  /** The same, or since it was read something has come to wait for it. */
  mayBeAwaited(connectionId: string, remoteType: string, remoteId: string): boolean;
  /** As it was read: the row of a known object waits for something. */
  waits(rowId: string): boolean;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const mappingKey = tellerKey;

/** A day that exists; anything else a vendor may send would make the whole query fail. */
function isDay(text: string): boolean {
  // PostgreSQL knows no year 0.
  const at = /^(?!0000)\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00.000Z`) : null;
  return at !== null && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/** The row as the draft leaves it; its place in the log is not known before it is recorded and no rule reads it. */
const asRow = (draft: EventDraft): AnyRow => ({ ...draft.row, seq: 0, updatedAt: '' });

/** A view in which the given drafts have already happened. */
export function withDrafts(view: View, drafts: readonly EventDraft[]): View {
  const rows = new Map(drafts.map((draft) => [draft.row.id, asRow(draft)]));
  return {
    mapping: (type, id) => view.mapping(type, id),
    row: ((collection: CollectionName, id: string) => rows.get(id) ?? view.row(collection, id)) as View['row'],
    weddingsByEmail: (email) => view.weddingsByEmail(email),
    weddingsByDate: (date) => view.weddingsByDate(date),
    contactsByEmail: (email) => view.contactsByEmail(email),
    contactsByPhone: (phone) => view.contactsByPhone(phone),
    tellers: (contactId) => view.tellers(contactId),
    pushStanding: (pushId) => view.pushStanding?.(pushId) ?? null,
    wholesOf: (calendarId) => view.wholesOf?.(calendarId) ?? [],
    wasOurs: (mark) => view.wasOurs?.(mark) === true,
    openDifference: (pushId) => view.openDifference?.(pushId) ?? null,
    unresolvedAlerts: (subjectId) => view.unresolvedAlerts(subjectId),
  };
}

/** What the deliveries of one organisation need. */
export interface Wanted {
  readonly organisationId: string;
  /** By connection. */
  readonly needs: ReadonlyMap<string, readonly Needs[]>;
  /** Every connection of the batch: alerts about them may be settled by it. */
  readonly connectionIds: readonly string[];
}

type Rows = Record<CollectionName, Map<string, AnyRow>>;
interface Part extends Wanted {
  readonly mappings: Map<string, Mapping>;
  readonly rows: Rows;
  readonly standings: Map<string, PushStanding>;
  /** What the resource of a calendar is a part of. */
  readonly wholes: Map<string, readonly Whole[]>;
  /** Marks of entries that we wrote and do not follow any more. */
  readonly left: Set<string>;
}

/** A view for each organisation, all read together: the number of queries does not grow with the number of organisations. */
export async function loadViews(tx: Tx, wanted: readonly Wanted[]): Promise<Map<string, WorkingView>> {
  const known = await loadMappings(tx, wanted);
  const parts = wanted.map((one): Part => ({
    ...one,
    mappings: known.get(one.organisationId)?.mappings ?? new Map<string, Mapping>(),
    rows: Object.fromEntries(COLLECTION_NAMES.map((name) => [name, new Map<string, AnyRow>()])) as Rows,
    standings: new Map(),
    wholes: new Map(),
    left: new Set(),
  }));
  const keysOf = (pick: (part: Part) => readonly string[]): RowKey[] => parts.flatMap((part) => [...new Set(pick(part))].map((id) => ({ organisationId: part.organisationId, id })));
  const take = async (collection: CollectionName, keys: readonly RowKey[]) => {
    const found = await readRowsOf(tx, collection, keys);
    for (const part of parts) for (const row of found.get(part.organisationId) ?? []) part.rows[collection].set(row.id, row);
  };
  const needsOf = (part: Part) => [...part.needs.values()].flat();

  const held = ['bookings', 'payments', 'contacts', 'messages', 'documents', 'calendarEvents', 'weatherNotices'] as const;
  const ofMappings = held.map((collection) => take(collection, keysOf((part) => [...part.mappings.values()].filter((mapping) => mapping.collection === collection).map((mapping) => mapping.id))));
  const byEmail = async () => {
    const emails = keysOf((part) => needsOf(part).flatMap((need) => need.emails));
    if (emails.length === 0) return;
    const found = await sql<RowKey>`
      select c.organisation_id, c.id from contacts c join unnest(${organisationsOf(emails)}::uuid[], ${idsOf(emails)}::text[]) as k(organisation_id, email)
        on c.organisation_id = k.organisation_id and lower(c.email) = k.email
    `.execute(tx);
    await take('contacts', found.rows);
  };
  const byPhone = async () => {
    const phones = keysOf((part) => needsOf(part).flatMap((need) => need.phones));
    if (phones.length === 0) return;
    const found = await sql<RowKey>`
      select c.organisation_id, c.id from contacts c join unnest(${organisationsOf(phones)}::uuid[], ${idsOf(phones)}::text[]) as k(organisation_id, phone)
        on c.organisation_id = k.organisation_id and right(regexp_replace(c.phone, '\\D', '', 'g'), 9) = k.phone
    `.execute(tx);
    await take('contacts', found.rows);
  };
  await together([...ofMappings, loadPushes(tx, parts, take), byEmail(), byPhone()]);

  const weddings = async () => {
    const wanted = keysOf((part) => [
      ...needsOf(part).flatMap((need) => need.weddingIds).filter((id) => UUID.test(id)),
      ...[...part.mappings.values()].filter((mapping) => mapping.collection === 'weddings').map((mapping) => mapping.id),
      ...(['bookings', 'payments', 'contacts', 'messages', 'documents'] as const).flatMap((collection) => [...part.rows[collection].values()].flatMap((row) => ('weddingId' in row && row.weddingId ? [row.weddingId] : []))),
    ]);
    const dates = keysOf((part) => needsOf(part).flatMap((need) => need.dates).filter(isDay));
    if (dates.length > 0) {
      const found = await sql<RowKey>`
        select w.organisation_id, w.id from weddings w join unnest(${organisationsOf(dates)}::uuid[], ${idsOf(dates)}::date[]) as k(organisation_id, date)
          on w.organisation_id = k.organisation_id and w.date = k.date
      `.execute(tx);
      wanted.push(...found.rows);
    }
    await take('weddings', wanted);
  };
  const alerts = async () => {
    const pushed = (part: Part): string[] => ([...part.rows.pushes.values()] as Push[]).map(({ subject }) => subject.id);
    const subjects = keysOf((part) => [...part.connectionIds, ...part.rows.payments.keys(), ...pushed(part)]);
    if (subjects.length === 0) return;
    const found = await sql<RowKey>`
      select a.organisation_id, a.id from alerts a join unnest(${organisationsOf(subjects)}::uuid[], ${idsOf(subjects)}::text[]) as k(organisation_id, subject)
        on a.organisation_id = k.organisation_id and a.subject->>'id' = k.subject
      where a.state <> 'resolved'
    `.execute(tx);
    await take('alerts', found.rows);
  };
  await together([loadTellers(tx, parts), weddings(), alerts()]);
  return new Map(parts.map((part) => [part.organisationId, workingView(part, known.get(part.organisationId))]));
}

const organisationsOf = (keys: readonly RowKey[]) => keys.map((key) => key.organisationId);
const idsOf = (keys: readonly RowKey[]) => keys.map((key) => key.id);

function workingView({ mappings, rows, standings, wholes, left }: Pick<Part, 'mappings' | 'rows' | 'standings' | 'wholes' | 'left'>, links?: Pick<LoadedMappings, 'awaited' | 'waiting'>): WorkingView {
  const opened = new Set<string>();
  const weddings = () => [...rows.weddings.values()] as Wedding[];
  const byPhone = (phone: string) => {
    const end = phoneEnd(phone);
    return end === null ? [] : ([...rows.contacts.values()] as Contact[]).filter((contact) => contact.phone !== null && phoneEnd(contact.phone) === end);
  };
  const contacts = (email: string) => ([...rows.contacts.values()] as Contact[]).filter((contact) => contact.email?.toLowerCase() === email);
  // By person, so that a batch of many does not look through all of its mappings for each.
  const people = new Map<string, Set<string>>();
  const put = (key: string, mapping: Mapping) => {
    const before = mappings.get(key);
    if (before) people.get(before.id)?.delete(key);
    mappings.set(key, mapping);
    if (mapping.collection === 'contacts') people.set(mapping.id, (people.get(mapping.id) ?? new Set<string>()).add(key));
  };
  for (const [key, mapping] of [...mappings]) put(key, mapping);
  const tellers = (contactId: string): Teller[] =>
    [...(people.get(contactId) ?? [])].flatMap((key) => {
      const { erased, told } = mappings.get(key) ?? {};
      return erased === true ? [] : [tellerOf(key, told)];
    });
  return {
    of: (connectionId) => ({
      mapping: (type, id) => mappings.get(mappingKey(connectionId, type, id)) ?? null,
      row: <C extends CollectionName>(collection: C, id: string) => (rows[collection].get(id) ?? null) as RowOf<C> | null,
      weddingsByEmail(email) {
        const ids = new Set(contacts(email).map((contact) => contact.weddingId));
        return weddings().filter((wedding) => ids.has(wedding.id));
      },
      weddingsByDate: (date) => weddings().filter((wedding) => wedding.date === date),
      contactsByEmail: contacts,
      contactsByPhone: byPhone,
      tellers,
      pushStanding: (pushId) => standings.get(pushId) ?? null,
      wholesOf: (calendarId) => wholes.get(calendarId) ?? [],
      wasOurs: (mark) => left.has(mark),
      openDifference: (pushId) => ([...rows.differences.values()] as Difference[]).find((one) => one.pushId === pushId && one.state === 'open') ?? null,
      unresolvedAlerts: (subjectId) => ([...rows.alerts.values()] as Alert[]).filter((alert) => alert.state !== 'resolved' && alert.subject?.id === subjectId),
    }),
    isAwaited: (connectionId, type, id) => links?.awaited.has(mappingKey(connectionId, type, id)) ?? false,
    waits: (rowId) => links?.waiting.has(rowId) ?? false,
    mayBeAwaited(connectionId, type, id) {
      const key = mappingKey(connectionId, type, id);
      return opened.has(key) || (links?.awaited.has(key) ?? false);
    },
    keep(connectionId, drafts, planned, { links: words = [], pushes = [] } = {}) {
      for (const after of pushes) standings.set(after.pushId, standingAfter(standings.get(after.pushId), after));
      for (const { awaits } of words) if (awaits) opened.add(mappingKey(connectionId, awaits.type, awaits.id));
      for (const draft of drafts) {
        if (EVENT_TYPES[draft.type].change === 'deleted') rows[draft.collection].delete(draft.row.id);
        else rows[draft.collection].set(draft.row.id, asRow(draft));
      }
      for (const { remoteType, remoteId, collection, id, remoteVersion, told = null } of planned) put(mappingKey(connectionId, remoteType, remoteId), { collection, id, remoteVersion, told });
    },
  };
}
