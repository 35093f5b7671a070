import { fieldsOf } from './keeping.ts';
import type { IntegrationPath, ManifestField, VendorManifest } from './manifest.ts';

/** Whether a connection has what its calls need; by what is there, never by what else the vendor can do. */

type Values = Readonly<Record<string, string>>;

/** A secret that calls are made with. */
export const callsNeed = (field: ManifestField): boolean => field.sensitive && field.input !== 'generated' && field.proves !== 'only';

/**
 * A key that calls need was not given (some are a choice), or leave was not given yet. What is refused without calling
 * anybody is no fault of the source then.
 */
export function lacksKey(manifest: VendorManifest, path: IntegrationPath, secrets: Values): boolean {
  if (manifest.oauth !== null && !secrets['accessToken']) return true;
  return fieldsOf(manifest, path).some((field) => callsNeed(field) && !secrets[field.key]);
}
