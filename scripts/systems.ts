import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { VENDORS } from '../core/vendors/registry.ts';
import type { VendorModule } from '../core/vendors/vendor.ts';

/** `node scripts/systems.ts` writes docs/systems.md out of the manifests; a test holds the page against them. */

const PROOF = {
  hmac_timestamped: 'signature with its time',
  hmac: 'signature',
  certificate: "signature by the vendor's certificate",
  secret_url: 'unguessable address',
  secret_url_and_bearer: 'unguessable address and bearer token',
  secret_in_call: 'secret of the channel in each call',
} as const;

const minutes = (seconds: number): string => (seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`);

function rowOf({ manifest, poll }: VendorModule): string {
  const { webhook, bridge, capabilities: can } = manifest;
  const comes = webhook === null ? '' : bridge ? `${bridge.triggers.length} triggers` : `${webhook.events.length} events`;
  const reads = [poll ? `looks every ${minutes(poll.everySeconds)}` : '', can.reread ? 're-reads' : '', can.feed ? 'feed' : '', can.file ? 'file' : '', can.mail ? 'mail' : ''].filter(Boolean).join(', ');
  return `| ${manifest.name} | \`${manifest.id}\` | ${manifest.paths.join(', ')} | ${comes} | ${webhook ? PROOF[webhook.verification] : ''} | ${reads} | ${can.test ? 'yes' : ''} |`;
}

export function systemsPage(): string {
  const rows = [...VENDORS.values()].sort((a, b) => a.manifest.name.localeCompare(b.manifest.name, 'en'));
  return `# Systems

What can be connected, as each folder's manifest says; made by \`node scripts/systems.ts\`. How a person connects one:
[connecting.md](connecting.md). What is honestly missing stands in the README of each folder in \`core/vendors\`. Nothing is
written to any of them yet.

| system | id | ways | brings by itself | proof | reads | can be tried out |
|---|---|---|---|---|---|---|
${rows.map(rowOf).join('\n')}

${rows.length} systems.
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(path.join(import.meta.dirname, '..', 'docs', 'systems.md'), systemsPage());
