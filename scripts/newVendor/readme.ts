import { WANTED, type BridgeField } from '../../core/vendors/bridgeFields.ts';
import type { VendorManifest } from '../../core/vendors/manifest.ts';

/** A folder's README as far as its manifest knows it: set-up, fields, events and columns. Limits are written by whoever knows them. */

const code = (text: string): string => `\`${text}\``;
const row = (...cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => [row(...head), `|${'---|'.repeat(head.length)}`, ...rows.map((cells) => row(...cells))].join('\n');

const PATH_WORDS = { native: 'its own interface', bridge: 'a bridge (Zapier, Make)', feed: 'a calendar feed', file: 'files', mail: 'mails', none: 'not at all' } as const;

const BRIDGE_WORDS: Readonly<Partial<Record<BridgeField, string>>> = {
  trigger: 'constant: from the table above',
  updated_at: 'time of the change over there, ISO with offset. Never the time of the run: a replay would look new',
  source_id: "the record's id, where it fits none of the id fields",
  project_date: 'the day of the event, e.g. 2026-11-20',
  project_stage: "the stage's name, as it is called over there",
  project_status: 'lead, hold, definite, completed or cancelled, in any usual word',
  amount: 'e.g. 1250.00; a decimal comma is not guessed',
  currency: 'e.g. GBP; or set it once in the connection',
  vendor_name: 'constant: the business; or set it once in the connection',
  trade: 'constant: photography, film, catering, florist, music, planning, venue, cake, hair_makeup, transport, celebrant, hire or other; or set it once in the connection',
  notes: 'kept as words of the enquiry',
  guest_count: 'a whole number',
  payment_status: 'paid, pending, failed, refunded or partly refunded, in any usual word',
  document_kind: 'contract, proposal, invoice, questionnaire, gallery, order or other',
  document_status: 'shared, viewed, signed, completed or withdrawn, in any usual word',
  document_url: 'a page that begins with https://',
  message_channel: 'sms, whatsapp, email, slack or teams',
  message_direction: 'in or out',
};

function bridgeTables({ bridge }: VendorManifest): string[] {
  if (!bridge) return [];
  const fields = [...new Set(bridge.triggers.flatMap((trigger) => [...trigger.required, ...trigger.optional]))] as BridgeField[];
  const needed = (field: string): string => {
    const by = bridge.triggers.filter((trigger) => trigger.required.includes(field)).map((trigger) => code(trigger.trigger));
    return by.length === 0 ? 'if there is one' : by.length === bridge.triggers.length ? 'always' : by.join(', ');
  };
  return [
    table(['trigger over there', 'send as `trigger`', 'arrives'], bridge.triggers.map(({ label, trigger, instant }) => [label, code(trigger), instant ? 'at once' : 'when it is looked for, every few minutes'])),
    table(['data field', 'what to put there', 'needed'], fields.map((field) => [code(field), BRIDGE_WORDS[field] ?? field.replaceAll('_', ' '), needed(field)])),
    'Times have an offset (`2026-11-20T15:00:00+01:00`); without one the time zone of the connection counts. '
      + 'Other fields are welcome and stay in the stored delivery. Empty ones count as absent.',
  ];
}

/** @param limits what is honestly missing, one sentence each */
export function readmeOf(manifest: VendorManifest, limits: readonly string[]): string {
  const { name, paths, guides, fields, webhook, bridge, file, mail } = manifest;
  const proof = [
    ...(bridge
      ? [
          'A bridge cannot sign. Its proof is the unguessable address and the bearer token; without the token only where the connection says so. '
            + 'The same fact twice is one delivery: trigger, record id and `updated_at`, or all the fields above.',
        ]
      : []),
    ...(webhook && !bridge ? [`Events: ${webhook.events.map(code).join(', ')}.`] : []),
    ...(manifest.capabilities.feed ? ['Whoever knows the address of a feed can read it: it is kept like a password.'] : []),
    ...(file ? ['A file is brought by a signed-in person. A line that is there already, unchanged, is no second fact.'] : []),
    ...(mail ? [`A mail is believed when it is signed (DKIM) by ${[...mail.domains.map(code), ...(mail.asked ? [`the domain that ${code(mail.asked)} names`] : [])].join(' or ')}. Others are refused. The whole mail is kept.`] : []),
  ];
  return [
    `# ${name}`,
    `Path: ${paths.map((path) => PATH_WORDS[path]).join(', then ')}.`,
    ...(fields.length > 0 ? [table(['field', 'what'], fields.map((field) => [code(field.key), `${field.label}. ${field.help}`]))] : []),
    '## Set up',
    ...guides.flatMap((guide) => [`**By ${PATH_WORDS[guide.path]}.** ${guide.brings}`, guide.steps.map((step, index) => `${index + 1}. ${step}`).join('\n')]),
    ...bridgeTables(manifest),
    ...(file ? [table(['column', 'headings that are known', 'needed'], file.columns.map((column) => [`${code(column.key)} ${column.label}`, column.headings.join(', '), column.required ? 'yes' : '']))] : []),
    ...(proof.length > 0 ? ['## Proof and repeats', ...proof] : []),
    ...(bridge ? ['## Kinds', ...kindWords(manifest)] : []),
    '## Limits',
    limits.map((limit) => `- ${limit}`).join('\n'),
    '',
  ].join('\n\n').trimEnd() + '\n';
}

/** All of it is data, and so is its README. */
export const isRecipe = ({ paths, bridge, file, mail }: VendorManifest): boolean => !paths.includes('native') && (bridge ?? file ?? mail) !== null;

/** The sentences under Limits of a README, to be kept when the rest is written again. */
export function limitsOf(readme: string): string[] {
  const [, under = ''] = readme.split(/^## Limits$/m);
  return under.split('\n').filter((line) => line.startsWith('- ')).map((line) => line.slice(2));
}

/** Which fields name the record, so that every fact about it meets the same row. */
function kindWords({ bridge }: VendorManifest): string[] {
  const ids = new Set<string>(Object.values(WANTED).map((wanted) => wanted.record));
  const used = [...new Set((bridge?.triggers ?? []).flatMap((trigger) => [...trigger.required, ...trigger.optional]))].filter((field) => ids.has(field));
  return [
    `Each record is known by its id (${used.map(code).join(', ')}); without one, by e-mail address and day. `
      + 'An `updated_at` that is older than what is held changes nothing; without it the last to arrive wins.',
  ];
}
