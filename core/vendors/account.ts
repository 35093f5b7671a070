import { callsNeed } from './access.ts';
import type { VendorManifest } from './manifest.ts';

/**
 * What connections with the same key at the same vendor have in common, wherever the key is kept: they are one account for the limits
 * of calls. Null = nothing says whose account it is (no key, or leave, whose tokens change). It holds the key: only ever to be hashed
 * with a salt, never kept or told.
 */
export function accountText(manifest: Pick<VendorManifest, 'id' | 'oauth' | 'fields'>, secrets: Readonly<Record<string, string>>): string | null {
  if (manifest.oauth !== null) return null;
  const own = manifest.fields.flatMap((field) => (callsNeed(field) && secrets[field.key] ? [[field.key, secrets[field.key]]] : []));
  return own.length === 0 ? null : JSON.stringify([manifest.id, own]);
}
