import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { callsComeIn } from '../core/vendors/manifest.ts';
import { VENDORS } from '../core/vendors/registry.ts';
import type { VendorModule } from '../core/vendors/vendor.ts';
import { coverageText } from './coverage.ts';

/** `node scripts/systems.ts` writes docs/systems.md out of the manifests; a test holds the page against them. */

const PROOF = {
  hmac_timestamped: 'signature with its time',
  hmac: 'signature',
  certificate: "signature by the vendor's certificate",
  secret_url: 'unguessable address',
  secret_url_and_bearer: 'unguessable address and bearer token',
  secret_in_call: 'secret of the channel in each call',
} as const;

const PRISM = 'Prism with the published contract';
const SIGNER = "the vendor's own library";

/** What a system's tests have in place of the system; where nothing is said, made-up deliveries, rows, entries and mails only. */
export const TESTED_AGAINST: Readonly<Record<string, string>> = {
  acuity: `own stand-in (writing too), ${SIGNER}`,
  caldav: 'Radicale, Xandikos',
  calendly: 'Prism with a model of the contract by others',
  'constant-contact': PRISM,
  'event-temple': 'own stand-in',
  'google-calendar': "Prism with the vendor's description of it, own stand-in held against it (writing), emulate (leave, lists)",
  icloud: 'Radicale behind a stand-in for the hosts',
  'ical-feed': 'files over HTTP',
  mailchimp: PRISM,
  'microsoft-graph': `${PRISM}, own stand-in held against it (writing), emulate (leave)`,
  'microsoft-teams': 'own signatures by the documented rule',
  nws: PRISM,
  'open-meteo': 'own stand-in',
  paypal: `${PRISM}, own certificates`,
  resend: `${PRISM}, emulate, ${SIGNER} and Svix's`,
  slack: `${PRISM}, emulate, ${SIGNER}`,
  square: `${PRISM}, ${SIGNER}`,
  stripe: `${PRISM}, emulate, ${SIGNER}`,
  tripleseat: 'own stand-in',
  twilio: `${PRISM}, emulate, ${SIGNER}`,
  'vsco-workspace': `${PRISM}, own stand-in held against it (writing)`,
  whatsapp: `${PRISM}, a library by others`,
};

const minutes = (seconds: number): string => (seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`);

function rowOf({ manifest, poll }: VendorModule): string {
  const { webhook, bridge, capabilities: can } = manifest;
  const calls = callsComeIn(manifest);
  const comes = webhook === null || !calls ? '' : bridge ? `${bridge.triggers.length} triggers` : `${webhook.events.length} events`;
  const reads = [poll ? `looks every ${minutes(poll.everySeconds)}` : '', can.reread ? 're-reads' : '', can.feed ? 'feed' : '', can.file ? 'file' : '', can.mail ? 'mail' : '', can.push ? 'can write' : ''].filter(Boolean).join(', ');
  return `| ${manifest.name} | \`${manifest.id}\` | ${manifest.paths.join(', ')} | ${comes} | ${webhook && calls ? PROOF[webhook.verification] : ''} | ${reads} | ${can.test ? 'yes' : ''} | ${TESTED_AGAINST[manifest.id] ?? 'fixtures'} |`;
}

const missingOf = ({ manifest }: VendorModule): string => `\n**${manifest.name}**\n${manifest.missing.map((sentence) => `- ${sentence}`).join('\n')}`;

export function systemsPage(): string {
  const rows = [...VENDORS.values()].sort((a, b) => a.manifest.name.localeCompare(b.manifest.name, 'en'));
  return `# Systems

What can be connected, as each folder's manifest says; made by \`node scripts/systems.ts\`. How a person connects one:
[connecting.md](connecting.md). What does not come over stands below the table, and in the console where a system is connected; how
each works within its limits stands in the README of its folder in \`core/vendors\`. Where a folder
can write entries into a calendar the table says so. No system itself was called: "tested against" says what stands in its place.

Light Blue comes by its bridge, its calendar and files. Its page on the contact form interface and its page in the Zapier directory were
looked at: the interface takes enquiries in and gives nothing out, and none that can be read was found.

"Brings by itself" counts what somebody switches on over there. Calendars of Google and Microsoft call over a channel that the server opens by
itself where it has a public https address.

| system | id | ways | brings by itself | proof | reads | can be tried out | tested against |
|---|---|---|---|---|---|---|---|
${rows.map(rowOf).join('\n')}

${rows.length} systems.

${coverageText()}
## What does not come over
${rows.map(missingOf).join('\n')}
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(path.join(import.meta.dirname, '..', 'docs', 'systems.md'), systemsPage());
