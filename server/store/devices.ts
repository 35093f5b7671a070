import { sql } from 'kysely';
import type { Access } from '../../core/contract/access.ts';
import type { DeviceView } from '../../core/contract/http.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import { ticketLifeMs } from '../../core/domain/access/tickets.ts';
import { instant, type StoreInternals } from './internals.ts';
import { endSessions, isGone } from './sessions.ts';
import type { Device } from './store.ts';
import { hashOf, newToken } from './vault.ts';

/** Seen again within this time costs no write. */
const SEEN_STEP_MS = 60_000;

const json = (value: unknown) => sql<never>`${JSON.stringify(value)}::jsonb`;
const ACCESS = ['role', 'weddingId', 'contactId', 'bookingIds'] as const;

/** Accounts are closed to the organisations' own role, so this is asked as the owner of the tables. */
const personOf = sql<string | null>`(select accounts.name from accounts where accounts.id = devices.account_id)`;

export const OWNER: Access = { role: 'owner', weddingId: null, contactId: null, bookingIds: [] };

export async function mintTicket(internals: Pick<StoreInternals, 'database' | 'clock'>, organisationId: string, grant: Access = OWNER): Promise<string> {
  const ticket = newToken();
  const { role, weddingId, contactId, bookingIds } = grant;
  await internals.database.system
    .insertInto('tickets')
    .values({ hash: hashOf(ticket), organisationId, role, weddingId, contactId, bookingIds: json(bookingIds), expiresAt: new Date(internals.clock.now() + ticketLifeMs(role)).toISOString(), usedAt: null })
    .execute();
  return ticket;
}

export async function enrol(
  internals: StoreInternals,
  ticket: string,
  wanted: { name: string; kind: Device['kind'] },
): Promise<Result<{ device: Device; token: string }, 'auth.ticket_invalid'>> {
  const now = instant(internals.clock);
  const token = newToken();
  return internals.database.system.transaction().execute(async (tx) => {
    // One statement decides, so that of two who come at once with the same ticket only one gets in.
    const used = await tx
      .updateTable('tickets')
      .set({ usedAt: now })
      .where('hash', '=', hashOf(ticket))
      .where('usedAt', 'is', null)
      .where('expiresAt', '>', now)
      .returning(['organisationId', ...ACCESS])
      .executeTakeFirst();
    if (!used) return err('auth.ticket_invalid' as const);
    const device: Device = { id: internals.ids.next(), name: wanted.name, kind: wanted.kind, ...used };
    await tx
      .insertInto('devices')
      .values({ ...device, bookingIds: json(device.bookingIds), tokenHash: hashOf(token), createdAt: now, lastSeenAt: now, revokedAt: null })
      .execute();
    return ok({ device, token });
  });
}

export async function authenticate(internals: StoreInternals, token: string): Promise<Result<Device, 'auth.invalid' | 'auth.revoked'>> {
  const row = await internals.database.system
    .selectFrom('devices')
    .select(['id', 'organisationId', 'name', 'kind', ...ACCESS, 'revokedAt', 'lastSeenAt', personOf.as('person'), isGone(instant(internals.clock)).as('over')])
    .where('tokenHash', '=', hashOf(token))
    .executeTakeFirst();
  if (!row) return err('auth.invalid');
  const { revokedAt, lastSeenAt, over, ...device } = row;
  if (revokedAt !== null || over) return err('auth.revoked');
  if (lastSeenAt === null || internals.clock.now() - Date.parse(lastSeenAt) >= SEEN_STEP_MS) {
    await internals.database.system.updateTable('devices').set({ lastSeenAt: instant(internals.clock) }).where('id', '=', device.id).execute();
  }
  return ok(device);
}

/** Every device that is let in, the one last seen first. */
export async function listDevices(internals: StoreInternals, organisationId: string): Promise<Omit<DeviceView, 'self'>[]> {
  return internals.database.system
    .selectFrom('devices')
    .select(['id', 'name', 'kind', 'role', 'weddingId', 'lastSeenAt', personOf.as('person')])
    .where('organisationId', '=', organisationId)
    .where('revokedAt', 'is', null)
    .orderBy(sql`last_seen_at desc nulls last`)
    .orderBy('id', 'desc')
    .execute();
}

/** The device's token is void from now on, and every process is told to drop its lines. False when there is no such device. */
export async function revokeDevice(internals: StoreInternals, organisationId: string, deviceId: string): Promise<boolean> {
  const changed = await internals.database.withOrganisation(organisationId, async (tx) => {
    const found = await tx
      .updateTable('devices')
      .set({ revokedAt: instant(internals.clock) })
      .where('organisationId', '=', organisationId)
      .where('id', '=', deviceId)
      .where('revokedAt', 'is', null)
      .returning('sessionId')
      .execute();
    if (found.length > 0) await internals.peers.announceRevoked(tx, deviceId);
    return found;
  });
  if (changed.length === 0) return false;
  internals.revocations.tell(deviceId);
  await endSessions(internals, changed.flatMap(({ sessionId }) => (sessionId === null ? [] : [sessionId])));
  return true;
}

/** What a link for this wedding, and for this contact of it, may be about; null = there is no such wedding or contact in it. */
export async function scopeOf(internals: StoreInternals, organisationId: string, weddingId: string, contactId: string | null): Promise<{ bookingIds: string[] } | null> {
  return internals.database.withOrganisation(organisationId, async (tx) => {
    const wedding = await tx.selectFrom('weddings').select('id').where('organisationId', '=', organisationId).where('id', '=', weddingId).executeTakeFirst();
    if (!wedding) return null;
    if (contactId === null) return { bookingIds: [] };
    const contact = await tx.selectFrom('contacts').select(['id', 'weddingId']).where('organisationId', '=', organisationId).where('id', '=', contactId).executeTakeFirst();
    if (!contact) return null;
    const bookings = await tx.selectFrom('bookings').select('id').where('organisationId', '=', organisationId).where('weddingId', '=', weddingId).where('contactId', '=', contactId).orderBy('id').limit(200).execute();
    return bookings.length > 0 || contact.weddingId === weddingId ? { bookingIds: bookings.map((row) => row.id) } : null;
  });
}
