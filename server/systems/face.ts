import type { SystemFace, SystemField, SystemSummary } from '../../core/contract/systems.ts';
import { askedFields, isProof, unkeepable } from '../../core/vendors/keeping.ts';
import { callsComeIn, type ManifestField, type VendorManifest } from '../../core/vendors/manifest.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import { FEED_EVERY_SECONDS } from '../workers/look.ts';
import { mayComeLater } from './values.ts';

/** What people are shown of a system, out of its manifest. */

const fieldOf = (manifest: VendorManifest, field: ManifestField): SystemField => ({
  key: field.key,
  label: field.label,
  help: field.help,
  sensitive: field.sensitive,
  required: field.required,
  input: field.input ?? 'text',
  choices: field.choices ?? [],
  paths: field.paths ?? [],
  initial: field.initial ?? '',
  later: mayComeLater(manifest, field),
  proof: isProof(field),
});

export function summaryOf({ manifest, poll }: VendorModule, connections: number): SystemSummary {
  const { id, name, category, paths } = manifest;
  const capabilities = { ...manifest.capabilities, webhook: callsComeIn(manifest) };
  const looksEverySeconds = poll?.everySeconds ?? (paths.includes('feed') ? FEED_EVERY_SECONDS : null);
  return { id, name, category, paths, capabilities, looksEverySeconds, connections };
}

export function faceOf(vendor: VendorModule, connections: number): SystemFace {
  const { manifest } = vendor;
  return {
    ...summaryOf(vendor, connections),
    fields: askedFields(manifest).map((field) => fieldOf(manifest, field)),
    oauth: manifest.oauth !== null,
    ...(manifest.oauth?.loopback ? { loopback: manifest.oauth.loopback } : {}),
    unkeepable: unkeepable(vendor),
    guides: manifest.guides,
    triggers: manifest.bridge?.triggers ?? [],
    columns: (manifest.file?.columns ?? []).map(({ key, label, required }) => ({ key, label, required })),
    ...(manifest.calendarLacks ? { calendarLacks: manifest.calendarLacks } : {}),
    missing: manifest.missing,
    sources: manifest.sources,
  };
}
