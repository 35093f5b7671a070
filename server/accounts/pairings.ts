import type { RedeemPairingAnswer, StartPairingAnswer } from '../../core/contract/accounts.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { Device } from '../store/store.ts';
import { hashedToken } from './adapter.ts';
import { PAIRING_CLIENT, PAIRING_INTERVAL_SECONDS } from './auth.ts';
import { nowOf, type Context } from './context.ts';
import { admitIn, type Entered, type Held } from './entering.ts';

/** Desktops that come in by a code (RFC 8628). The library makes, throttles and redeems the codes; who may say yes, and what a yes lets in, is decided here. */

/** Asks the library under its own address, as the caller of this request. */
export type Ask = (path: string, body: unknown) => Promise<Response>;

/** Eight letters and digits as stored, whatever was typed around them. */
const bare = (code: string) => code.replace(/[^A-Za-z0-9]/g, '').toUpperCase();
export const shownCode = (code: string) => `${code.slice(0, 4)}-${code.slice(4)}`;

export async function startPairing(context: Context, ask: Ask, device: { name: string; kind: 'desktop' | 'tool' }, address: string, base: string): Promise<Result<StartPairingAnswer, Response>> {
  const response = await ask('/device/code', { client_id: PAIRING_CLIENT });
  if (!response.ok) return err(response);
  const made = (await response.json()) as { device_code: string; user_code: string };
  const row = await context.internals.database.system
    .updateTable('pairingCodes')
    .set({ deviceName: device.name, deviceKind: device.kind, address, askedAt: nowOf(context) })
    .where('deviceCode', '=', hashedToken(made.device_code))
    .returning('expiresAt')
    .executeTakeFirstOrThrow();
  return ok({ deviceCode: made.device_code, userCode: shownCode(made.user_code), url: `${base}/#pair`, urlComplete: `${base}/#pair=${made.user_code}`, expiresAt: row.expiresAt, intervalSeconds: PAIRING_INTERVAL_SECONDS });
}

/** A code that waits for somebody's decision. */
export async function waitingPairing(context: Context, code: string) {
  const row = await context.internals.database.system
    .selectFrom('pairingCodes')
    .selectAll()
    .where('userCode', '=', bare(code))
    .where('status', '=', 'pending')
    .where('expiresAt', '>', nowOf(context))
    .executeTakeFirst();
  if (!row || row.deviceName === null || row.deviceKind === null || row.askedAt === null) return null;
  const { userCode, deviceName, deviceKind, address, askedAt, expiresAt } = row;
  return { userCode: shownCode(userCode), device: { name: deviceName, kind: deviceKind }, address: address ?? '', askedAt, expiresAt };
}

/** One statement decides, so that a code is decided once. */
export async function decidePairing(context: Context, code: string, holder: Held, status: 'approved' | 'denied'): Promise<{ userCode: string } | null> {
  const row = await context.internals.database.system
    .updateTable('pairingCodes')
    .set({ status, accountId: holder.accountId, scope: holder.organisationId })
    .where('userCode', '=', bare(code))
    .where('status', '=', 'pending')
    .where('deviceName', 'is not', null)
    .where('expiresAt', '>', nowOf(context))
    .returning('userCode')
    .executeTakeFirst();
  return row ? { userCode: shownCode(row.userCode) } : null;
}

type Redeemed = Result<Exclude<RedeemPairingAnswer, { status: 'paired' }> | ({ status: 'entered' } & Entered), 'auth.pairing_invalid' | 'auth.pairing_denied' | 'auth.no_membership' | Response>;

/** The device for an approved code. The session that the library makes of it proves the account here and is ended at once: the device stands for itself. */
export async function redeemPairing(context: Context, ask: Ask, deviceCode: string): Promise<Redeemed> {
  const db = context.internals.database.system;
  const code = await db.selectFrom('pairingCodes').selectAll().where('deviceCode', '=', hashedToken(deviceCode)).executeTakeFirst();
  if (!code) return err('auth.pairing_invalid');
  const response = await ask('/device/token', { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: deviceCode, client_id: PAIRING_CLIENT });
  if (response.status === 429 || response.status >= 500) return err(response);
  const answer = (await response.json()) as { error?: string; access_token?: string; scope?: string };
  if (answer.error === 'authorization_pending') return ok({ status: 'pending' });
  if (answer.error === 'slow_down') return ok({ status: 'slow_down' });
  if (answer.error === 'access_denied') return err('auth.pairing_denied');
  if (answer.access_token === undefined) return err('auth.pairing_invalid');
  const wanted: Pick<Device, 'name' | 'kind'> = { name: code.deviceName ?? 'Desktop', kind: code.deviceKind ?? 'desktop' };
  const token = hashedToken(answer.access_token);
  const entered = await db.transaction().execute(async (tx) => {
    const session = await tx.deleteFrom('sessions').where('token', '=', token).returning('accountId').executeTakeFirst();
    const organisationId = answer.scope;
    const member = session && organisationId ? await tx.selectFrom('memberships').select('id').where('organisationId', '=', organisationId).where('accountId', '=', session.accountId).executeTakeFirst() : undefined;
    return member ? admitIn(context, tx, member.id, wanted, null) : null;
  });
  return entered ? ok({ status: 'entered', ...entered }) : err('auth.no_membership');
}
