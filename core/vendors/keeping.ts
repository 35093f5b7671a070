import type { IntegrationPath, ManifestField, VendorManifest } from './manifest.ts';
import type { VendorModule } from './vendor.ts';

/**
 * Where a connection's secrets may be kept: those that prove what comes in are the server's own, always; those that calls
 * are made with may be in the keychain of one desktop, which then makes the calls itself.
 */

/** What is asked for at all: nothing of a channel. */
export const askedFields = (manifest: VendorManifest): readonly ManifestField[] =>
  manifest.fields.filter((field) => field.channel !== true);

/** What is asked for on one way. */
export const fieldsOf = (manifest: VendorManifest, path: IntegrationPath): readonly ManifestField[] =>
  askedFields(manifest).filter((field) => field.paths === undefined || field.paths.length === 0 || field.paths.includes(path));

/** The server has to hold it. */
export const isProof = (field: ManifestField): boolean => field.sensitive && (field.proves !== undefined || field.input === 'generated');

/** Secrets that only calls use: these can be kept on a desktop. */
export const callSecrets = (manifest: VendorManifest, path: IntegrationPath): readonly ManifestField[] =>
  fieldsOf(manifest, path).filter((field) => field.sensitive && !isProof(field));

/**
 * Why a system cannot be kept on a desktop: `no_calls` = nothing is called with a secret; `leave` = its access is renewed day and
 * night; `both` = the same secret proves what comes in.
 */
export const UNKEEPABLE = ['no_calls', 'leave', 'both'] as const;
export type Unkeepable = (typeof UNKEEPABLE)[number];

/** Null = its key can be kept on a desktop. Only the native way has calls of its own. */
export function unkeepable({ manifest, test, poll, reread }: Pick<VendorModule, 'manifest' | 'test' | 'poll' | 'reread'>): Unkeepable | null {
  if (!manifest.paths.includes('native') || (!test && !poll && !reread)) return 'no_calls';
  if (manifest.oauth !== null) return 'leave';
  if (fieldsOf(manifest, 'native').some((field) => field.proves === 'also')) return 'both';
  return callSecrets(manifest, 'native').length === 0 ? 'no_calls' : null;
}

type Values = Readonly<Record<string, string>>;

/** The origin of an address as the host's own URL parser reads it; the address itself when it is none. */
export type OriginOf = (address: string) => string;

/** Where the addresses among the settings lead: field key -> origin, '' = the vendor's usual one. Nothing else decides where a secret goes. */
export function addressesOf(manifest: VendorManifest, path: IntegrationPath, settings: Values, originOf: OriginOf): Readonly<Record<string, string>> {
  const addresses = fieldsOf(manifest, path).filter((field) => !field.sensitive && field.input === 'url');
  return Object.fromEntries(
    addresses.map((field) => {
      const address = settings[field.key] || field.initial;
      return [field.key, address ? originOf(address) : ''];
    }),
  );
}

/** The field whose address is another one than the secrets were entered for (`before`, as {@link addressesOf} gave it); null = all are the same. */
export function movedAddress(before: Values, now: Values): string | null {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].find((key) => (before[key] ?? '') !== (now[key] ?? '')) ?? null;
}
