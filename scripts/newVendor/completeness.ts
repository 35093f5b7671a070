import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VendorManifest, type VendorModule } from '../../core/vendors/vendor.ts';

/** What a vendor's folder lacks, by name. The conformance suite checks what its parts do; this, that they are there. */

/** Stands in scaffolded files wherever somebody has to know something. */
export const FILL_IN = 'FILL IN';

export interface Place {
  /** The repository, or a copy of its `core` and `tests`. */
  readonly root: string;
  readonly id: string;
  /** What its `index.ts` gives; null = it cannot be loaded. */
  readonly module: VendorModule | null;
}

const PARTS = { webhook: 'webhook', reread: 'reread', poll: 'poll', file: 'file', feed: 'feed', mail: 'mail', test: 'test', push: 'calendar' } as const;

/** Sentences for whoever fills the folder in, empty when nothing is missing. */
export function missingParts({ root, id, module }: Place): string[] {
  const folder = join('core', 'vendors', id);
  const tests = join('tests', 'vendors', id);
  const text = (file: string): string => (existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : '');
  const files = [...['manifest.ts', 'index.ts', 'README.md'].map((file) => join(folder, file)), join(tests, 'samples.ts')];
  const tested = existsSync(join(root, tests)) && readdirSync(join(root, tests)).some((file) => file.endsWith('.test.ts'));
  return [
    ...files.filter((file) => !existsSync(join(root, file))).map((file) => `${file} is missing`),
    ...(tested ? [] : [`${join(tests, `${id}.test.ts`)} is missing`]),
    ...marked(root, [folder, tests]),
    ...(text(join('core', 'vendors', 'registry.ts')).includes(`'./${id}/index.ts'`) ? [] : [`core/vendors/registry.ts has no line for './${id}/index.ts'`]),
    ...(module === null
      ? [`${join(folder, 'index.ts')} exports no vendor`]
      : [...ofManifest(module, id), ...ofReadme(module, text(join(folder, 'README.md')), join(folder, 'README.md')), ...ofFixtures(module, root, join(tests, 'fixtures'))]),
  ];
}

/** Places that still wait for somebody's knowledge. */
function marked(root: string, folders: readonly string[]): string[] {
  return folders.flatMap((folder) => {
    if (!existsSync(join(root, folder))) return [];
    const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) => /\.(ts|md|json)$/.test(name)).sort();
    return names.flatMap((name) =>
      readFileSync(join(root, folder, name), 'utf8').split('\n').flatMap((line, index) => {
        const at = line.indexOf(FILL_IN);
        return at < 0 ? [] : [`${join(folder, name)}:${index + 1} waits: ${/^[:\s]*((?:[^'"`|*\\]|\\')*)/.exec(line.slice(at + FILL_IN.length))?.[1]?.trim() || 'something to be known'}`];
      }),
    );
  });
}

function ofManifest({ manifest, ...parts }: VendorModule, id: string): string[] {
  const parsed = VendorManifest.safeParse(manifest);
  if (!parsed.success) return parsed.error.issues.map((issue) => `manifest.ts: ${issue.path.join('.') || 'the whole'}: ${issue.message}`);
  const { capabilities, paths, guides } = manifest;
  const promised = (Object.keys(PARTS) as (keyof typeof PARTS)[]).filter((name) => capabilities[name] !== (parts[PARTS[name]] !== undefined));
  return [
    ...(manifest.id === id ? [] : [`manifest.ts: the id is ${manifest.id}, and the folder ${id}`]),
    ...promised.map((name) => (capabilities[name] ? `index.ts has no ${name}, and capabilities.${name} promises it` : `capabilities.${name} is false, and index.ts has it`)),
    ...paths.filter((path) => !guides.some((guide) => guide.path === path)).map((path) => `manifest.ts: no guide for the path ${path}`),
    ...(capabilities.webhook && manifest.webhook?.events.length === 0 ? ['manifest.ts: webhook.events names no event'] : []),
    ...unknownPriorities(manifest).map((event) => `manifest.ts: priority names ${event}, and neither webhook.events nor a trigger does, or it names it twice`),
  ];
}

function unknownPriorities({ priority, webhook, bridge }: VendorManifest): string[] {
  const known = new Set([...(webhook?.events ?? []), ...(bridge?.triggers ?? []).map((each) => each.trigger)]);
  const named = [...(priority?.urgent ?? []), ...(priority?.bulk ?? [])];
  return named.filter((event, at) => !known.has(event) || named.indexOf(event) !== at);
}

function ofReadme({ manifest }: VendorModule, readme: string, file: string): string[] {
  const names = [
    ...manifest.fields.map((field) => field.key),
    ...(manifest.webhook?.events ?? []),
    ...(manifest.bridge?.triggers ?? []).map((each) => each.trigger),
    ...(manifest.file?.columns ?? []).map((column) => column.key),
  ];
  return [...new Set(names)].filter((name) => !readme.includes(`\`${name}\``)).map((name) => `${file} does not name \`${name}\``);
}

function ofFixtures({ manifest }: VendorModule, root: string, shown: string): string[] {
  const there = existsSync(join(root, shown)) ? readdirSync(join(root, shown)) : [];
  if (manifest.capabilities.webhook && manifest.bridge === null && there.length === 0) return [`${shown} holds no delivery`];
  return (manifest.bridge?.triggers ?? []).map(({ trigger }) => `${trigger}.json`).filter((name) => !there.includes(name)).map((name) => `${join(shown, name)} is missing`);
}
