import { codedError, type CodedError } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { ConnectPath } from '../../core/contract/systems.ts';
import { addressesOf, callSecrets, fieldsOf, movedAddress, unkeepable } from '../../core/vendors/keeping.ts';
import type { Entered } from '../../core/vendors/trying.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import type { Kept } from '../store/connections.ts';
import type { Device } from '../store/store.ts';
import { notPossible, type Standing } from './standing.ts';

/** Who keeps the secrets of a connection's calls: the vault, or the desktop that asks. */

const originOf = (address: string) => URL.parse(address)?.origin ?? address;

export interface Wanted {
  readonly secrets: Entered['secrets'];
  readonly keptHere?: readonly string[] | undefined;
}

/**
 * Who keeps them once what is wanted was done; null = the vault. All of them are at one place. Errors: `connect.not_possible`
 * (no desktop, a system that cannot be kept, secrets at two places), `connect.field_unknown`.
 */
export function keptAfter(vendor: VendorModule, path: ConnectPath, before: Pick<Standing, 'keptBy' | 'keptKeys'> | null, { secrets, keptHere }: Wanted, device: Pick<Device, 'id' | 'kind'>): Result<Kept | null, CodedError> {
  const { manifest } = vendor;
  const keys = callSecrets(manifest, path).map((field) => field.key);
  const toVault = keys.filter((key) => (secrets[key] ?? '').trim() !== '');
  const standing: Kept | null = before?.keptBy ? { deviceId: before.keptBy, keys: before.keptKeys } : null;
  if (keptHere === undefined) {
    if (toVault.length > 0) return ok(null);
    // What was cleared is not kept any more, wherever it was.
    return ok(standing && { ...standing, keys: standing.keys.filter((key) => secrets[key] === undefined) });
  }
  if (device.kind !== 'desktop') return notPossible('Only a desktop keeps keys.');
  if (path !== 'native' || unkeepable(vendor) !== null) return notPossible(`The key of ${manifest.name} can only be kept by the server.`);
  if (toVault.length > 0) return notPossible('The secrets of one connection are kept at one place.');
  const unknown = keptHere.find((key) => !keys.includes(key));
  if (unknown !== undefined) return err({ ...codedError('connect.field_unknown', `${unknown} is nothing that a desktop keeps.`), field: unknown });
  const own = standing?.deviceId === device.id ? standing.keys.filter((key) => secrets[key] === undefined) : [];
  return ok({ deviceId: device.id, keys: [...new Set([...own, ...keptHere])] });
}

/**
 * A secret must not be sent to another address than the one that it was entered for: otherwise whoever may change the
 * address could read the secret there. It is entered again, or (tokens of a leave) let go. Null = nothing is wrong.
 */
export function carriedAway({ vendor, row, settings, secrets, keptKeys }: Standing, entered: Entered, keptHere: readonly string[] = []): CodedError | null {
  const { manifest } = vendor;
  const after = { ...settings, ...entered.settings };
  if (movedAddress(addressesOf(manifest, row.path, settings, originOf), addressesOf(manifest, row.path, after, originOf)) === null) return null;
  const isSet = (key: string) => Boolean(secrets[key]) || keptKeys.includes(key);
  const left = fieldsOf(manifest, row.path).find(({ key, sensitive, input }) => sensitive && input !== 'generated' && isSet(key) && !entered.secrets[key] && !keptHere.includes(key));
  if (left) return { ...codedError('connect.field_missing', `${left.label} is needed again, since the address is another one.`), field: left.key };
  return secrets['accessToken'] && manifest.oauth !== null ? codedError('connect.not_possible', 'Connect it anew: leave that was given is for the address that it was given for.') : null;
}
