import { err, ok, type Result } from '../../core/contract/result.ts';
import { instant, type StoreInternals } from './internals.ts';
import type { Device } from './store.ts';
import { hashOf, newToken } from './vault.ts';

const TICKET_MS = 15 * 60_000;

export async function mintTicket(internals: StoreInternals, organisationId: string): Promise<string> {
  const ticket = newToken();
  await internals.database.system
    .insertInto('tickets')
    .values({ hash: hashOf(ticket), organisationId, expiresAt: new Date(internals.clock.now() + TICKET_MS).toISOString(), usedAt: null })
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
      .returning('organisationId')
      .executeTakeFirst();
    if (!used) return err('auth.ticket_invalid' as const);
    const device: Device = { id: internals.ids.next(), organisationId: used.organisationId, name: wanted.name, kind: wanted.kind };
    await tx
      .insertInto('devices')
      .values({ ...device, tokenHash: hashOf(token), createdAt: now, revokedAt: null })
      .execute();
    return ok({ device, token });
  });
}

export async function authenticate(internals: StoreInternals, token: string): Promise<Result<Device, 'auth.invalid' | 'auth.revoked'>> {
  const row = await internals.database.system
    .selectFrom('devices')
    .select(['id', 'organisationId', 'name', 'kind', 'revokedAt'])
    .where('tokenHash', '=', hashOf(token))
    .executeTakeFirst();
  if (!row) return err('auth.invalid');
  if (row.revokedAt !== null) return err('auth.revoked');
  return ok({ id: row.id, organisationId: row.organisationId, name: row.name, kind: row.kind });
}

/** The device's token is void from now on. False when there is no such device. */
export async function revokeDevice(internals: StoreInternals, organisationId: string, deviceId: string): Promise<boolean> {
  const changed = await internals.database.withOrganisation(organisationId, (tx) =>
    tx
      .updateTable('devices')
      .set({ revokedAt: instant(internals.clock) })
      .where('organisationId', '=', organisationId)
      .where('id', '=', deviceId)
      .where('revokedAt', 'is', null)
      .returning('id')
      .execute(),
  );
  return changed.length > 0;
}
