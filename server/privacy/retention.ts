import { sql } from 'kysely';
import type { Actor } from '../../core/contract/events.ts';
import type { Retention, RetentionAnswer, RetentionKind } from '../../core/contract/personalData.ts';
import { RETENTION, retentionOf } from '../../core/domain/privacy/retention.ts';
import { countCuttable, cutChain } from '../store/auditChain.ts';
import { asTableOwner, type Tx } from '../store/database.ts';
import { emptyDeliveries } from '../store/deliveryBodies.ts';
import { closeExpired, EXPIRED } from '../store/expiring.ts';
import { instant, type StoreInternals } from '../store/internals.ts';
import type { Writing } from '../store/write.ts';

/** Rows of one transaction, so that none is long. */
const BATCH = 500;
/** A wedding's day is left alone from so long before it to so long after it. */
const AROUND_WEDDING_MS = 12 * 3_600_000;
const DAY_MS = 86_400_000;

export type Due = Record<RetentionKind, number>;

const daysBefore = (now: string, days: number): string => new Date(Date.parse(now) - days * DAY_MS).toISOString();

export async function readRetention(tx: Tx, organisationId: string): Promise<Retention> {
  const row = await tx.selectFrom('organisations').select('retention').where('id', '=', organisationId).executeTakeFirstOrThrow();
  return retentionOf(row.retention);
}

export async function writeRetention(internals: StoreInternals, organisationId: string, retention: Retention): Promise<void> {
  await internals.database.withOrganisation(organisationId, (tx) => sql`update organisations set retention = ${JSON.stringify(retention)}::jsonb where id = ${organisationId}`.execute(tx));
}

const REVIEWED = ['parked', 'quarantined', 'dead', 'held'];

/** Deliveries that were worked on or held, still have their body, and are old enough. */
const dueDeliveries = (organisationId: string, kind: 'deliveryBodies' | 'unmatchedBodies', retention: Retention, now: string) => sql`
  from deliveries where organisation_id = ${organisationId} and emptied_at is null and received_at < ${daysBefore(now, retention[kind])}
    and state not in ('received', 'waiting') and state = any(${kind === 'unmatchedBodies' ? REVIEWED : ['processed', 'ignored']}::text[])`;
const dueAnswers = (organisationId: string, retention: Retention, now: string) => sql`from commands where organisation_id = ${organisationId} and decided_at < ${daysBefore(now, retention.commandAnswers)}`;
const dueDevices = (organisationId: string, retention: Retention, now: string) => sql`from devices where organisation_id = ${organisationId} and revoked_at < ${daysBefore(now, retention.revokedDevices)}`;

/**
 * Contacts whose wedding, or last change when they are of none, is long enough ago, and who were not erased yet. Not
 * those who have a newer entry too, as a florist of many weddings, nor those who work here. Asked as the owner of the tables.
 */
const dueContacts = (organisationId: string, retention: Retention, now: string) => sql`
  from contacts c left join weddings w on w.organisation_id = c.organisation_id and w.id = c.wedding_id
  where c.organisation_id = ${organisationId} and coalesce(w.ends_at, c.updated_at) + make_interval(years => ${retention.contactsYears}::int) < ${now}::timestamptz
    and not exists (select from erasures e where e.organisation_id = c.organisation_id and e.contact_id = c.id)
    and not exists (select from contacts n left join weddings nw on nw.organisation_id = n.organisation_id and nw.id = n.wedding_id
      where n.organisation_id = c.organisation_id and n.id <> c.id and lower(trim(n.email)) = lower(trim(c.email)) and lower(trim(n.name)) = lower(trim(c.name))
        and coalesce(nw.ends_at, n.updated_at) + make_interval(years => ${retention.contactsYears}::int) >= ${now}::timestamptz)
    and not exists (select from memberships m join accounts a on a.id = m.account_id
      where m.organisation_id = c.organisation_id and m.role in ('owner', 'coordinator', 'staff') and (m.contact_id = c.id or a.email = lower(trim(c.email))))`;

const count = async (tx: Tx, from: ReturnType<typeof sql>): Promise<number> => {
  const { rows } = await sql<{ n: number }>`select count(*) as n ${from}`.execute(tx);
  return rows[0]?.n ?? 0;
};

/** What a run would let go now; changes nothing. */
export async function dueNow(tx: Tx, organisationId: string, retention: Retention, now: string): Promise<Due> {
  return {
    deliveryBodies: await count(tx, dueDeliveries(organisationId, 'deliveryBodies', retention, now)),
    unmatchedBodies: await count(tx, dueDeliveries(organisationId, 'unmatchedBodies', retention, now)),
    commandAnswers: await count(tx, dueAnswers(organisationId, retention, now)),
    revokedDevices: await count(tx, dueDevices(organisationId, retention, now)),
    auditLines: await countCuttable(tx, organisationId, daysBefore(now, retention.auditLines)),
    contactsYears: await asTableOwner(tx, () => count(tx, dueContacts(organisationId, retention, now))),
  };
}

export async function retentionAnswer(internals: StoreInternals, organisationId: string): Promise<RetentionAnswer> {
  const at = instant(internals.clock);
  return internals.database.withOrganisation(organisationId, async (tx) => {
    const retention = await readRetention(tx, organisationId);
    return { at, retention, standard: RETENTION, due: await dueNow(tx, organisationId, retention, at) };
  });
}

/** Whether a wedding of the organisation is under way or near; then nothing is tidied. */
export async function isWeddingDay(tx: Tx, organisationId: string, now: string): Promise<boolean> {
  const near = (ms: number) => new Date(Date.parse(now) + ms).toISOString();
  const { rows } = await sql`
    select 1 from weddings where organisation_id = ${organisationId} and status in ('hold', 'confirmed') and starts_at < ${near(AROUND_WEDDING_MS)} and ends_at > ${near(-AROUND_WEDDING_MS)} limit 1
  `.execute(tx);
  return rows.length > 0;
}

export interface Swept {
  readonly organisationId: string;
  /** Left for another day: a wedding is under way. */
  readonly waited: boolean;
  readonly done: Due;
  /** Cards that were closed, since nobody can do anything about them without a body. */
  readonly closed: number;
}

export interface Sweeping {
  readonly internals: Pick<StoreInternals, 'database' | 'clock'>;
  readonly organisationId: string;
  /** One transaction on the organisation's record, as the store's writer gives it. */
  readonly write: (work: (writing: Pick<Writing, 'tx' | 'record'>) => Promise<number>) => Promise<number>;
  /** Forgets one contact. */
  readonly eraseContact: (contactId: string) => Promise<void>;
  readonly stopped: () => boolean;
}

const SYSTEM: Actor = { kind: 'system', id: null, name: 'WedSync' };

/** Lets go of what one organisation need not keep any more, in short transactions. */
export async function sweep({ internals, organisationId, write, eraseContact, stopped }: Sweeping): Promise<Swept> {
  const { database } = internals;
  const done: Due = { deliveryBodies: 0, unmatchedBodies: 0, commandAnswers: 0, revokedDevices: 0, auditLines: 0, contactsYears: 0 };
  const now = instant(internals.clock);
  const start = await database.withOrganisation(organisationId, async (tx) => ({ busy: await isWeddingDay(tx, organisationId, now), retention: await readRetention(tx, organisationId) }));
  if (start.busy) return { organisationId, waited: true, done, closed: 0 };
  const { retention } = start;
  const each = async (kind: RetentionKind, step: (tx: Tx) => Promise<number>) => {
    for (let taken = BATCH; taken === BATCH && !stopped(); ) {
      taken = await database.withOrganisation(organisationId, step);
      done[kind] += taken;
    }
  };
  for (const kind of ['deliveryBodies', 'unmatchedBodies'] as const) {
    await each(kind, async (tx) => {
      const { rows } = await sql<{ id: string }>`select id ${dueDeliveries(organisationId, kind, retention, now)} order by received_at limit ${BATCH} for update skip locked`.execute(tx);
      const ids = rows.map((row) => row.id);
      await emptyDeliveries(tx, ids, now);
      // What was held and is ignored from now on: nobody was erased, nobody decided.
      await sql`update deliveries set reason = ${EXPIRED} where id = any(${ids}::uuid[]) and state = 'ignored' and reason = 'erased'`.execute(tx);
      return rows.length;
    });
  }
  let closed = 0;
  for (let taken = BATCH; taken === BATCH && !stopped(); closed += taken) {
    taken = await write((writing) => closeExpired(writing, organisationId, { before: daysBefore(now, retention.unmatchedBodies), now, actor: SYSTEM, limit: BATCH }));
  }
  await each('commandAnswers', async (tx) => {
    const { rows } = await sql`delete from commands where organisation_id = ${organisationId} and command_id in (select command_id ${dueAnswers(organisationId, retention, now)} limit ${BATCH}) returning 1`.execute(tx);
    return rows.length;
  });
  await each('revokedDevices', async (tx) => {
    const { rows } = await sql`delete from devices where organisation_id = ${organisationId} and id in (select id ${dueDevices(organisationId, retention, now)} limit ${BATCH}) returning 1`.execute(tx);
    return rows.length;
  });
  const contacts = await database.withOrganisation(organisationId, (tx) => asTableOwner(tx, () => sql<{ id: string }>`select c.id ${dueContacts(organisationId, retention, now)} order by c.id`.execute(tx)));
  for (const { id } of contacts.rows) {
    if (stopped()) break;
    await eraseContact(id);
    done.contactsYears += 1;
  }
  if (!stopped()) done.auditLines += await cutChain(database, organisationId, daysBefore(now, retention.auditLines), now);
  return { organisationId, waited: false, done, closed };
}
