import { FILL_IN } from './completeness.ts';
import { fixtureOf, TRIGGER, type RecipePath } from './fixtures.ts';

/** Files of a new folder, by path and name. What only a person can know is marked. */

export const NEW_PATHS = ['native', 'bridge', 'feed', 'file', 'mail'] as const;
export type NewPath = (typeof NEW_PATHS)[number];

interface New {
  readonly id: string;
  readonly name: string;
  readonly path: NewPath;
}

export const variableOf = (id: string): string => id.replace(/-([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const mark = (what: string): string => quoted(`${FILL_IN}: ${what}`);

function recipeManifest({ id, name, path }: New & { readonly path: RecipePath }): string {
  const own = {
    bridge: {
      imports: ["import { bridgeGuide, bridgeManifest, type BridgeRecipe } from '../bridge.ts';"], helpers: [] as string[],
      parts: [`export const bridge: BridgeRecipe = {\n  triggers: [{ trigger: '${TRIGGER}', label: ${mark('the name of the trigger over there')}, instant: false, kind: 'booking' }],\n};`],
      spread: '  ...bridgeManifest(bridge),\n', feed: '',
      guide: `bridgeGuide({ brings: ${mark('what comes, and how soon')}, zapier: ${quoted(name)} })`,
    },
    feed: {
      imports: ["import type { FeedOptions } from '../feeds.ts';"], helpers: ['feedGuide'],
      parts: ["export const feed: FeedOptions = { means: 'events', trade: 'other' };"], spread: '', feed: ', feed',
      guide: `feedGuide(${mark('what comes, and how soon')}, [${mark('where the address of the feed is found over there')}])`,
    },
    file: {
      imports: ["import { fileColumns } from '../fileColumns.ts';", "import type { FileRecipe } from '../files.ts';"], helpers: ['fileGuide'],
      parts: ["export const file: FileRecipe = { means: 'bookings' };"], spread: '', feed: '',
      guide: `fileGuide(${mark('what comes')}, [${mark('how the file is exported over there')}])`,
    },
    mail: {
      imports: ["import type { LeadRecipe } from '../mails.ts';"], helpers: ['mailGuide'],
      parts: ['export const lead: LeadRecipe = { subjects: [/\\b(?:en|in)quiry\\b/i] };', `const DOMAINS = ['${id}.example'];`], spread: '', feed: '',
      guide: `mailGuide(${mark('what comes; and put the signing domain into DOMAINS')}, DOMAINS)`,
    },
  }[path];
  const helpers = ['capabilitiesOf', ...own.helpers, 'recipeFields', 'WITHOUT_API'].join(', ');
  return [
    ...own.imports,
    "import type { IntegrationPath, VendorManifest } from '../manifest.ts';",
    `import { ${helpers} } from '../recipe.ts';`,
    '',
    `const PATHS: IntegrationPath[] = ['${path}'];`,
    ...own.parts,
    '',
    'export const manifest: VendorManifest = {',
    '  ...WITHOUT_API,',
    `${own.spread}  id: ${quoted(id)},`,
    `  name: ${quoted(name)},`,
    "  category: 'business_crm',",
    '  paths: PATHS,',
    '  capabilities: capabilitiesOf(PATHS),',
    `  fields: recipeFields({ paths: PATHS, trade: 'other'${own.feed} }),`,
    `  guides: [${own.guide}],`,
    ...(path === 'bridge' ? [] : ['  webhook: null,', '  bridge: null,']),
    `  file: ${path === 'file' ? '{ columns: fileColumns(file.means) }' : 'null'},`,
    `  mail: ${path === 'mail' ? '{ domains: DOMAINS }' : 'null'},`,
    `  missing: [${mark('what does not come over, one sentence each.')}],`,
    `  sources: [${mark('where the facts come from')}],`,
    '};',
    '',
  ].join('\n');
}

/** File of the shared part, its function, the part of the port, the recipe's name. */
const MAKERS: Readonly<Record<RecipePath, readonly [file: string, make: string, part: string, recipe: string]>> = {
  bridge: ['bridge', 'bridgePart', 'webhook', 'bridge'],
  feed: ['feeds', 'feedPart', 'feed', 'feed'],
  file: ['files', 'filePart', 'file', 'file'],
  mail: ['mails', 'leadMail', 'mail', 'lead'],
};

function recipeIndex({ id, path }: New & { readonly path: RecipePath }): string {
  const [file, make, part, recipe] = MAKERS[path];
  return [
    `import { ${make} } from '../${file}.ts';`,
    "import type { VendorModule } from '../vendor.ts';",
    `import { ${[recipe, 'manifest'].sort().join(', ')} } from './manifest.ts';`,
    '',
    `export const ${variableOf(id)}: VendorModule = { manifest, ${part}: ${make}(${recipe}) };`,
    '',
  ].join('\n');
}

const recipeSamples = (id: string): string =>
  [
    `import { ${variableOf(id)} } from '../../../core/vendors/${id}/index.ts';`,
    "import type { VendorSamples } from '../../conformance/samples.ts';",
    "import { recipeSamples } from '../recipes.ts';",
    '',
    `export const samples: VendorSamples = recipeSamples(${variableOf(id)});`,
    '',
  ].join('\n');

const testOf = ({ id, name }: New): string =>
  [
    "import { describe, expect, it } from 'vitest';",
    `import { ${variableOf(id)} } from '../../../core/vendors/${id}/index.ts';`,
    '',
    `describe(${quoted(name)}, () => {`,
    `  it(${mark('what is special about this system, and the test of it')}, () => {`,
    `    expect(${variableOf(id)}.manifest.id).toBe(${quoted(id)});`,
    '  });',
    '});',
    '',
  ].join('\n');

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

function nativeFiles({ id, name }: New): Record<string, string> {
  const manifest = [
    "import type { VendorManifest } from '../vendor.ts';",
    '',
    'export const manifest: VendorManifest = {',
    `  id: ${quoted(id)},`,
    `  name: ${quoted(name)},`,
    "  category: 'business_crm',",
    "  paths: ['native'],",
    '  capabilities: { webhook: true, reread: false, poll: false, file: false, feed: false, mail: false, test: false, push: false },',
    '  fields: [',
    `    { key: 'signingSecret', label: 'Signing secret', help: ${mark('where the secret is found over there')}, sensitive: true, required: true },`,
    "    { key: 'signingSecretPrevious', label: 'Previous signing secret', help: 'Only while the secret is changed: both are accepted until you clear this field.', sensitive: true, required: false },",
    '  ],',
    '  oauth: null,',
    `  guides: [{ path: 'native', brings: ${mark('what comes, and how soon')}, steps: ['Add a webhook over there with this address: {webhookUrl}', ${mark('the other steps')}] }],`,
    '  webhook: {',
    "    headers: ['x-signature'],",
    "    mediaTypes: ['application/json'],",
    `    events: [${mark('the events that are understood')}],`,
    "    verification: 'hmac',",
    '    toleranceSeconds: null,',
    '    handshake: false,',
    '  },',
    '  bridge: null,',
    '  file: null,',
    '  mail: null,',
    '  masks: [],',
    '  limits: { perSecond: null, atOnce: null },',
    `  missing: [${mark('what does not come over, one sentence each.')}],`,
    `  sources: [${mark('where the facts come from')}],`,
    '};',
    '',
  ].join('\n');
  const webhook = [
    "import { err, ok } from '../../contract/result.ts';",
    "import { bodyKey, bodyText, parseJsonObject, verifyHmac } from '../signatures.ts';",
    "import type { WebhookPart } from '../vendor.ts';",
    '',
    `/** ${FILL_IN}: what exactly they sign, and which header has it; then the recipe of core/vendors/signatures.ts for it. */`,
    'export const webhook: WebhookPart = {',
    '  verify(request, access, { hashing }) {',
    "    const secrets = [access.secrets['signingSecret'], access.secrets['signingSecretPrevious']];",
    "    const proof = verifyHmac({ header: request.headers['x-signature'], encoding: 'hex', signed: request.rawBody, secrets, hashing });",
    '    if (!proof.ok) return proof;',
    '    const text = bodyText(request);',
    '    if (!text.ok) return text;',
    '    const body = parseJsonObject(text.value);',
    '    if (!body.ok) return body;',
    `    // ${FILL_IN}: the id of the event as the key, so that the same fact twice is one; and its name.`,
    '    return ok({ deliveryKey: bodyKey(request.rawBody, hashing), vendorEvent: null, bodyText: text.value });',
    '  },',
    `  // ${FILL_IN}: mapping.ts, their objects as our changes.`,
    "  normalise: () => err({ code: 'normalise.event_unknown', message: 'No event is understood yet.' }),",
    '};',
    '',
  ].join('\n');
  const samples = [
    "import { createHmac } from 'node:crypto';",
    `import { ${variableOf(id)} } from '../../../core/vendors/${id}/index.ts';`,
    "import type { VendorSamples } from '../../conformance/samples.ts';",
    "import { call, fixtures } from '../ports.ts';",
    '',
    "const SECRET = 'fixture_secret_0123456789';",
    '',
    `// ${FILL_IN}: sign with the official library where there is one.`,
    'export const samples: VendorSamples = {',
    `  vendor: ${variableOf(id)},`,
    '  nowMs: 1_795_000_000_000,',
    "  access: { connectionId: '0199a000-0000-7000-8000-00000000c004', settings: {}, secrets: { signingSecret: SECRET } },",
    "  prove: (body, options = {}) => call(body, { 'x-signature': createHmac('sha256', options.secret ?? SECRET).update(body).digest('hex'), 'content-type': 'application/json' }),",
    `  deliveries: fixtures('${id}').map((each) => ({ ...each, mediaType: 'application/json' })),`,
    '};',
    '',
  ].join('\n');
  return {
    [`core/vendors/${id}/manifest.ts`]: manifest,
    [`core/vendors/${id}/webhook.ts`]: webhook,
    [`core/vendors/${id}/index.ts`]: `import type { VendorModule } from '../vendor.ts';\nimport { manifest } from './manifest.ts';\nimport { webhook } from './webhook.ts';\n\nexport const ${variableOf(id)}: VendorModule = { manifest, webhook };\n`,
    [`tests/vendors/${id}/samples.ts`]: samples,
    [`tests/vendors/${id}/fixtures/event.json`]: json({ note: `${FILL_IN}: a delivery per event, in the documented shape, with made-up people` }),
  };
}

/** Files by their place in the repository; the README comes after, out of the manifest. */
export function filesOf(vendor: New): Record<string, string> {
  const { id, path } = vendor;
  const test = { [`tests/vendors/${id}/${id}.test.ts`]: testOf(vendor) };
  if (path === 'native') return { ...nativeFiles(vendor), ...test };
  const [name, value] = fixtureOf(path, id);
  return {
    [`core/vendors/${id}/manifest.ts`]: recipeManifest({ ...vendor, path }),
    [`core/vendors/${id}/index.ts`]: recipeIndex({ ...vendor, path }),
    [`tests/vendors/${id}/samples.ts`]: recipeSamples(id),
    [`tests/vendors/${id}/fixtures/${name}.json`]: json(value),
    ...test,
  };
}
