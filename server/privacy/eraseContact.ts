import { sql } from 'kysely';
import type { ErasePreview, EraseReason } from '../../core/contract/personalData.ts';
import type { Actor, RecordedEvent } from '../../core/contract/events.ts';
import { COLLECTION_NAMES, type CollectionName } from '../../core/contract/record.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import { erasureDrafts, type Rewritable } from '../../core/domain/privacy/erase.ts';
import { ERASED } from '../../core/domain/privacy/traces.ts';
import type { EventDraft } from '../../core/domain/record/drafts.ts';
import { guestMark } from '../../core/vendors/answers.ts';
import type { Tx } from '../store/database.ts';
import { emptyDeliveries } from '../store/deliveryBodies.ts';
import { erasedRemoteId } from '../store/erasedMappings.ts';
import { dropDryRuns } from '../deliveries/dryRuns.ts';
import { personOf, type Held } from './person.ts';
import { countInvitations, devicesOf, forgetAccounts, holdMemberships, leavesNoOwner } from './personAccounts.ts';
import { mappedObjects, nearRows, tracedDeliveries, tracedEvents, type MappedObject } from './traced.ts';

export interface Erasing {
  readonly tx: Tx;
  readonly organisationId: string;
  readonly contactId: string;
  readonly reason: EraseReason;
  readonly actor: Actor;
  /** ISO, UTC. */
  readonly now: string;
  /** Appends to the log, as the store's writer gives it. */
  readonly record: (drafts: readonly EventDraft[]) => Promise<RecordedEvent[]>;
  /** Asked with the name as it stands before anything is changed; false = `not_confirmed`. */
  readonly confirmed?: (name: string) => boolean;
  /** Also when nobody is left who could let owners in; for lists that are applied again. */
  readonly evenLastOwner?: boolean;
}

export interface Erased {
  readonly events: number;
  readonly rows: number;
  readonly deliveries: number;
  readonly memberships: number;
  /** Accounts that were deleted. */
  readonly accounts: number;
  /** Devices that were let in until now; their lines are to be dropped after the commit. */
  readonly revoked: readonly string[];
}

export type EraseFault = 'not_found' | 'already' | 'not_confirmed' | 'last_owner';

const WRITES = 500;

const goingOf = ({ accounts }: Held): number => accounts.accounts.filter((account) => account.goes).length;

interface Found {
  readonly held: Held;
  readonly objects: readonly MappedObject[];
  readonly near: ReadonlySet<string>;
  readonly events: readonly { readonly was: Rewritable; readonly becomes: Rewritable }[];
}

async function find(tx: Tx, organisationId: string, contactId: string): Promise<Result<Found, EraseFault>> {
  const done = await tx.selectFrom('erasures').select('erasedAt').where('organisationId', '=', organisationId).where('contactId', '=', contactId).executeTakeFirst();
  if (done) return err('already');
  const held = await personOf(tx, organisationId, contactId);
  if (!held) return err('not_found');
  const near = await nearRows(tx, organisationId, held);
  return ok({ held, near, objects: await mappedObjects(tx, organisationId, held.ids), events: await tracedEvents(tx, organisationId, held, near) });
}

/** What {@link eraseContact} would do now; changes nothing. */
export async function previewErasure(tx: Tx, organisationId: string, contactId: string, now: string): Promise<Result<ErasePreview, EraseFault>> {
  const found = await find(tx, organisationId, contactId);
  if (!found.ok) return found;
  const { held, near, objects, events } = found.value;
  if (await leavesNoOwner(tx, organisationId, held.accounts)) return err('last_owner');
  const rows = Object.fromEntries(COLLECTION_NAMES.map((name) => [name, new Set(events.filter((event) => event.was.collection === name).map((event) => event.was.rowId)).size])) as Record<CollectionName, number>;
  const deliveries: string[] = [];
  for await (const delivery of tracedDeliveries(tx, organisationId, held, near, objects)) deliveries.push(delivery.id);
  const counted = await sql<{ devices: number; answers: number; audit: number; payments: number }>`
    select (select count(*) from devices where organisation_id = ${organisationId} and ${devicesOf(held, held.accounts)} and revoked_at is null) as devices,
      (select count(*) from commands where organisation_id = ${organisationId} and answer->'latest'->'row'->>'id' = any(${[...new Set(events.map((event) => event.was.rowId))]}::text[])) as answers,
      (select count(*) from audit where organisation_id = ${organisationId} and subject = any(${[...held.ids]}::text[])) as audit,
      (select count(*) from payments where organisation_id = ${organisationId} and id = any(${[...near]}::uuid[])) as payments
  `.execute(tx);
  const { devices = 0, answers = 0, audit = 0, payments = 0 } = counted.rows[0] ?? {};
  const stays: ErasePreview['stays'] = [
    { what: 'payments', why: 'bookkeeping', count: payments },
    { what: 'wedding', why: 'not_personal', count: held.contact.weddingId === null ? 0 : 1 },
    { what: 'audit', why: 'proof', count: audit },
    { what: 'shared', why: 'others', count: held.shared },
  ];
  return ok({
    at: now, contactId, name: held.contact.name, entries: held.ids.length, rows, events: events.filter((event) => event.was !== event.becomes).length,
    deliveries: deliveries.length, devices, answers, objects: objects.length,
    memberships: held.accounts.memberships.length, accounts: goingOf(held),
    invitations: await countInvitations(tx, organisationId, held.ids, held.emails), stays: stays.filter((one) => one.count > 0),
  });
}

/**
 * Takes a person out of an organisation's record, in the caller's transaction, which must hold the organisation's row:
 * out of the rows, out of every event (which keeps its place, id, type and times), out of stored deliveries and answers.
 * Rows that changed are recorded once more, so that the log still replays to what stands and every client hears of it.
 */
export async function eraseContact(erasing: Erasing): Promise<Result<Erased, EraseFault>> {
  const { tx, organisationId, contactId, now } = erasing;
  const found = await find(tx, organisationId, contactId);
  if (!found.ok) return found;
  const { held, near, objects, events } = found.value;
  if (erasing.confirmed?.(held.contact.name) === false) return err('not_confirmed');
  await holdMemberships(tx, held.accounts);
  if (erasing.evenLastOwner !== true && (await leavesNoOwner(tx, organisationId, held.accounts))) return err('last_owner');

  const deliveries: string[] = [];
  for await (const delivery of tracedDeliveries(tx, organisationId, held, near, objects)) deliveries.push(delivery.id);
  await emptyDeliveries(tx, deliveries, now);
  await dropDryRuns(tx, organisationId, now);

  await rewrite(tx, organisationId, events.map((event) => event.becomes));
  const touched = [...new Set(events.map((event) => event.was.rowId))];
  const drafts: EventDraft[] = [];
  for (const last of await lastEvents(tx, organisationId, touched)) drafts.push(...erasureDrafts(last, erasing.actor));
  const recorded = await erasing.record(drafts);

  await tx.updateTable('organisations').set({ erasedSeq: recorded.at(-1)?.seq ?? null }).where('id', '=', organisationId).execute();
  await forgetObjects(tx, organisationId, held, objects, now);
  await forgetAnswers(tx, organisationId, held, touched);
  await forgetKept(tx, organisationId, held, touched);
  await forgetBases(tx, organisationId, held);
  await forgetRecipients(tx, organisationId, held);
  const revoked = await forgetDevices(tx, organisationId, held, now);
  await forgetAccounts(tx, organisationId, held.ids, held.emails, held.accounts, held.traces.anywhere);
  await sql`
    insert into erasures (organisation_id, contact_id, erased_at, reason) select ${organisationId}::uuid, id, ${now}::timestamptz, ${erasing.reason} from unnest(${[...held.ids]}::uuid[]) as id
    on conflict do nothing
  `.execute(tx);
  return ok({ events: events.filter((event) => event.was !== event.becomes).length, rows: touched.length, deliveries: deliveries.length, memberships: held.accounts.memberships.length, accounts: goingOf(held), revoked });
}

async function rewrite(tx: Tx, organisationId: string, events: readonly Rewritable[]): Promise<void> {
  for (let at = 0; at < events.length; at += WRITES) {
    const part = events.slice(at, at + WRITES).map(({ seq, row, before, actor, source }) => ({ seq, row, before, actor, source }));
    await sql`
      update events e set "row" = r."row", before = r.before, actor = r.actor, source = r.source
      from jsonb_to_recordset(${JSON.stringify(part)}::jsonb) as r(seq bigint, "row" jsonb, before jsonb, actor jsonb, source jsonb)
      where e.organisation_id = ${organisationId} and e.seq = r.seq
    `.execute(tx);
  }
}

async function lastEvents(tx: Tx, organisationId: string, rowIds: readonly string[]): Promise<Rewritable[]> {
  const { rows } = await sql<Rewritable>`
    select distinct on (row_id) seq, row_id, collection, type, wedding_id, "row", before, actor, source from events
    where organisation_id = ${organisationId} and row_id = any(${[...rowIds]}::uuid[]) order by row_id, seq desc
  `.execute(tx);
  // In the order in which the rows came to be, the person's own entry among them.
  return rows.sort((a, b) => a.seq - b.seq);
}

/**
 * Known by their hashes from now on, so that a later delivery about them is recognised and set aside. Objects of others
 * whose id is made of the person's address are still known, by a hash too. What was told of others keeps no word about the person.
 */
async function forgetObjects(tx: Tx, organisationId: string, held: Held, objects: readonly MappedObject[], now: string): Promise<void> {
  const { sql: pattern } = held.traces.anywhere;
  const named = pattern === null ? [] : (await sql<MappedObject>`
    select connection_id, remote_type, remote_id, local_id, null as says from mappings where organisation_id = ${organisationId} and remote_id ~* ${pattern} and not (local_id = any(${[...held.ids]}::uuid[]))
  `.execute(tx)).rows;
  for (const { connectionId, remoteType, remoteId, localId } of [...objects, ...named]) {
    await tx
      .updateTable('mappings')
      .set({ remoteId: erasedRemoteId(connectionId, remoteType, remoteId), updatedAt: now, ...(held.ids.includes(localId) ? { remoteVersion: null, told: null, erasedAt: now } : {}) })
      .where('organisationId', '=', organisationId)
      .where('connectionId', '=', connectionId)
      .where('remoteType', '=', remoteType)
      .where('remoteId', '=', remoteId)
      .execute();
  }
  await forgetLinks(tx, organisationId, held, pattern);
  if (pattern === null) return;
  const telling = await sql<MappedObject>`
    select connection_id, remote_type, remote_id, local_id, told->'says' as says from mappings where organisation_id = ${organisationId} and told->'says' is not null and (told->'says')::text ~* ${pattern}
  `.execute(tx);
  for (const { connectionId, remoteType, remoteId, says } of telling.rows) {
    await sql`
      update mappings set told = jsonb_set(told, '{says}', ${JSON.stringify(held.traces.anywhere.mask(says))}::jsonb)
      where organisation_id = ${organisationId} and connection_id = ${connectionId} and remote_type = ${remoteType} and remote_id = ${remoteId}
    `.execute(tx);
  }
}

/** The person waits for nothing any more; what waits for an object whose id is made of their address knows it by its hash. */
async function forgetLinks(tx: Tx, organisationId: string, held: Held, pattern: string | null): Promise<void> {
  await tx.deleteFrom('openLinks').where('organisationId', '=', organisationId).where((eb) => eb.or([eb('localId', 'in', [...held.ids]), eb('targetId', 'in', [...held.ids])])).execute();
  if (pattern === null) return;
  const named = await sql<{ localId: string; connectionId: string; remoteType: string; remoteId: string }>`
    select local_id, connection_id, remote_type, remote_id from open_links where organisation_id = ${organisationId} and remote_id ~* ${pattern}
  `.execute(tx);
  for (const { localId, connectionId, remoteType, remoteId } of named.rows) {
    await tx
      .updateTable('openLinks')
      .set({ remoteId: erasedRemoteId(connectionId, remoteType, remoteId) })
      .where('organisationId', '=', organisationId)
      .where('localId', '=', localId)
      .where('connectionId', '=', connectionId)
      .where('remoteType', '=', remoteType)
      .where('remoteId', '=', remoteId)
      .execute();
  }
}

/** What a source had called a room or a vendor before a person chose another one. Without it the source counts again. */
async function forgetKept(tx: Tx, organisationId: string, { contact, traces }: Held, rowIds: readonly string[]): Promise<void> {
  const says = (pattern: string | null) => sql`(told->'kept'->>'vendorName' ~* ${pattern}::text or told->'kept'->>'room' ~* ${pattern}::text)`;
  await sql`
    update mappings set told = told #- '{kept,vendorName}' #- '{kept,room}' where organisation_id = ${organisationId} and local_id = any(${[...rowIds]}::uuid[])
      and (${says(traces.anywhere.sql)} or ${says(traces.near.sql)} or (${contact.role === 'vendor'}::boolean and told->'kept' ? 'vendorName'))
  `.execute(tx);
}

/** What stood in calendars over there last, and that the person was invited. The entries themselves are written anew without them. */
async function forgetBases(tx: Tx, organisationId: string, { contact, traces }: Held): Promise<void> {
  if (contact.email !== null) await sql`update push_states set invited = null where organisation_id = ${organisationId} and invited = ${guestMark(contact.email)}`.execute(tx);
  const told = sql`base::text ~* ${traces.near.sql ?? traces.anywhere.sql}::text`;
  const { rows } = await sql<{ pushId: string; base: unknown }>`select push_id, base from push_states where organisation_id = ${organisationId} and base is not null and ${told}`.execute(tx);
  for (const { pushId, base } of rows) {
    await sql`update push_states set base = ${JSON.stringify(traces.near.mask(base))}::jsonb where organisation_id = ${organisationId} and push_id = ${pushId}`.execute(tx);
  }
  // Nobody writes these anew: what stands there in words must not be taken for somebody's change when they are found again.
  await sql`update left_entries set base = base || '{"title": null, "place": null}'::jsonb where organisation_id = ${organisationId} and base is not null and ${told}`.execute(tx);
}

/** Whom a feed was given to, in words of the house. The feed itself goes on: it may be a company's by now. */
async function forgetRecipients(tx: Tx, organisationId: string, { traces }: Held): Promise<void> {
  const { rows } = await sql<{ id: string; recipient: string }>`select id, about->>'recipient' as recipient from calendar_feeds where organisation_id = ${organisationId} and about ? 'recipient'`.execute(tx);
  const named = rows.filter(({ recipient }) => traces.near.finds(recipient)).map(({ id }) => id);
  if (named.length > 0) await sql`update calendar_feeds set about = about - 'recipient' where organisation_id = ${organisationId} and id = any(${named}::uuid[])`.execute(tx);
}

/** Remembered answers say what stood at the time: asked again, they say only that something newer stands. A reason that speaks of the person is gone. */
async function forgetAnswers(tx: Tx, organisationId: string, held: Held, rowIds: readonly string[]): Promise<void> {
  if (held.traces.anywhere.sql !== null) await sql`update commands set reason = null where organisation_id = ${organisationId} and reason ~* ${held.traces.anywhere.sql}`.execute(tx);
  const told = held.traces.anywhere.sql === null ? sql`false` : sql`answer::text ~* ${held.traces.anywhere.sql}`;
  await sql`
    update commands set answer = jsonb_set(answer, '{latest}', 'null')
    where organisation_id = ${organisationId} and answer->>'outcome' = 'rebase' and (answer->'latest'->'row'->>'id' = any(${[...rowIds]}::text[]) or ${told})
  `.execute(tx);
}

/** Links and devices of the person are void; their names may be the person's. */
async function forgetDevices(tx: Tx, organisationId: string, held: Held, now: string): Promise<string[]> {
  await tx.deleteFrom('tickets').where('organisationId', '=', organisationId).where('contactId', 'in', [...held.ids]).execute();
  const own = devicesOf(held, held.accounts);
  const live = await tx.selectFrom('devices').select('id').where('organisationId', '=', organisationId).where(own).where('revokedAt', 'is', null).execute();
  await sql`update devices set name = ${ERASED}, revoked_at = coalesce(revoked_at, ${now}) where organisation_id = ${organisationId} and ${own}`.execute(tx);
  const named = await tx.selectFrom('devices').select(['id', 'name']).where('organisationId', '=', organisationId).execute();
  for (const { id, name } of named) {
    const masked = held.traces.anywhere.mask(name);
    if (masked !== name) await tx.updateTable('devices').set({ name: masked }).where('id', '=', id).execute();
  }
  return live.map((device) => device.id);
}
