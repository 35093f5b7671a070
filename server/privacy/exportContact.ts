import { sql } from 'kysely';
import type { RecordedEvent } from '../../core/contract/events.ts';
import { PERSONAL_DATA_VERSION, type KeptUntil, type PersonalData } from '../../core/contract/personalData.ts';
import type { CollectionName, RowOf } from '../../core/contract/record.ts';
import type { Source } from '../../core/contract/record/row.ts';
import type { Words } from '../../core/domain/record/tellers.ts';
import { keptUntil, retentionOf } from '../../core/domain/privacy/retention.ts';
import type { Tx } from '../store/database.ts';
import { instant, type StoreInternals } from '../store/internals.ts';
import { readRows } from '../store/rows.ts';
import { personOf } from './person.ts';
import { devicesOf, exportAccounts } from './personAccounts.ts';
import { mappedObjects, nearRows, tracedDeliveries, tracedEvents } from './traced.ts';

/** So much is given at most; what is left out is counted. */
const EVENTS = 2000;
const DELIVERIES = 300;
/** Characters of one body, and of all together. */
const BODY = 32 * 1024;
const BODIES = 1024 * 1024;

const wordsOf = (says: Words | null) =>
  Object.entries(says ?? {}).map(([field, [at, value]]) => ({ field, value, at: at === 0 ? null : new Date(at).toISOString() }));

const EVENT_COLUMNS = ['seq', 'id', 'type', 'collection', 'weddingId', 'occurredAt', 'recordedAt', 'actor', 'source', 'deliveryId', 'before', 'row'] as const;

/** Everything held of one contact, at one point in the log. Null when the organisation has no such contact. */
export function exportContact(internals: StoreInternals, organisationId: string, contactId: string): Promise<PersonalData | null> {
  return internals.flushAudit().then(() => internals.database.withOrganisation(organisationId, (tx) => exportIn(tx, organisationId, contactId, instant(internals.clock)), 'repeatable read'));
}

async function exportIn(tx: Tx, organisationId: string, contactId: string, now: string): Promise<PersonalData | null> {
  const held = await personOf(tx, organisationId, contactId);
  if (!held) return null;
  const organisation = await tx.selectFrom('organisations').select(['id', 'name', 'retention']).where('id', '=', organisationId).executeTakeFirstOrThrow();
  const retention = retentionOf(organisation.retention);
  const near = await nearRows(tx, organisationId, held);
  const objects = await mappedObjects(tx, organisationId, held.ids);
  const connections = new Map((await readRows(tx, organisationId, 'connections', null)).map((row) => [row.id, row]));
  const nameOf = (connectionId: string | null) => (connectionId === null ? null : (connections.get(connectionId)?.name ?? null));
  const origin = (source: Source | null) => (source === null ? null : { system: source.system, connectionId: source.connectionId, connection: nameOf(source.connectionId) });

  const traced = await tracedEvents(tx, organisationId, held, near);
  // A row near the person that does not name them (the wedding, a payment of their booking) belongs to it too, the rest of the wedding does not.
  const named = new Set(traced.map(({ was }) => was.rowId));
  const tied = held.contact.role === 'couple' ? named : new Set([...named, ...near]);
  const weddings = held.contact.weddingId === null ? [] : await readRows(tx, organisationId, 'weddings', [held.contact.weddingId]);
  const ends = weddings[0]?.endsAt ?? null;
  const kept = (collection: CollectionName): KeptUntil => keptUntil(collection, retention, ends, held.contact.updatedAt);
  const rowsOf = async <C extends CollectionName>(collection: C): Promise<{ row: RowOf<C>; origin: ReturnType<typeof origin>; kept: KeptUntil }[]> => {
    const ids = collection === 'contacts' ? held.ids : [...tied];
    const rows = await readRows(tx, organisationId, collection, ids);
    return rows.map((row) => ({ row, origin: origin(row.source), kept: kept(collection) }));
  };

  const seqs = traced.map(({ was }) => was.seq);
  const history = seqs.length === 0 ? [] : await tx.selectFrom('events').select(EVENT_COLUMNS).where('organisationId', '=', organisationId).where('seq', 'in', seqs.slice(-EVENTS)).orderBy('seq').execute();

  const deliveries: PersonalData['deliveries'] = [];
  let deliveriesFound = 0;
  let characters = 0;
  for await (const { id, connectionId, system, receivedAt, state, vendorEvent, body } of tracedDeliveries(tx, organisationId, held, near, objects)) {
    deliveriesFound += 1;
    if (deliveries.length >= DELIVERIES) continue;
    const fits = body.length <= BODY && characters + body.length <= BODIES;
    if (fits) characters += body.length;
    const days = state === 'parked' || state === 'quarantined' || state === 'dead' || state === 'held' ? retention.unmatchedBodies : retention.deliveryBodies;
    const until = new Date(Date.parse(receivedAt) + days * 86_400_000).toISOString();
    deliveries.push({ id, system, connection: nameOf(connectionId) ?? system, receivedAt, state, vendorEvent, body: fits ? body : null, kept: { until, why: 'retention' } });
  }
  const devices = await tx.selectFrom('devices').select(['id', 'name', 'role', 'lastSeenAt', 'revokedAt']).where('organisationId', '=', organisationId).where(devicesOf(held, held.accounts)).orderBy('id').execute();
  const { accounts, invitations } = await exportAccounts(tx, organisationId, held.ids, held.emails, held.accounts);
  const subjects = [...held.ids, ...accounts.flatMap((account) => [account.id, ...account.memberships.map(({ id }) => id)])];
  const actors = [...devices, ...accounts].map(({ id }) => id);
  const audit = await sql<PersonalData['audit'][number]>`
    select minute, action, actor, outcome, count from audit where organisation_id = ${organisationId} and (subject = any(${subjects}::text[]) or actor = any(${actors}::text[])) order by minute
  `.execute(tx);

  return {
    format: 'wedsync-personal-data',
    version: PERSONAL_DATA_VERSION,
    at: now,
    organisation: { id: organisation.id, name: organisation.name },
    contacts: await rowsOf('contacts'),
    weddings: weddings.map((row) => ({ row, origin: origin(row.source), kept: kept('weddings') })),
    bookings: await rowsOf('bookings'),
    payments: await rowsOf('payments'),
    runSheetItems: await rowsOf('runSheetItems'),
    messages: await rowsOf('messages'),
    documents: await rowsOf('documents'),
    calendarEvents: await rowsOf('calendarEvents'),
    alerts: await rowsOf('alerts'),
    reviewItems: await rowsOf('reviewItems'),
    objects: objects.map((one) => ({ system: connections.get(one.connectionId)?.system ?? '', connection: nameOf(one.connectionId) ?? '', type: one.remoteType, id: one.remoteId, told: wordsOf(one.says) })),
    history: history as unknown as RecordedEvent[],
    deliveries,
    accounts,
    invitations,
    devices,
    audit: audit.rows,
    leftOut: { history: Math.max(0, seqs.length - EVENTS), deliveries: deliveriesFound - deliveries.length },
  };
}
