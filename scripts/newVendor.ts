import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { VendorManifest, VendorModule } from '../core/vendors/vendor.ts';
import { FILL_IN, missingParts } from './newVendor/completeness.ts';
import { isRecipe, limitsOf, readmeOf } from './newVendor/readme.ts';
import { filesOf, NEW_PATHS, variableOf, type NewPath } from './newVendor/templates.ts';

/** `npm run new:vendor -- <id> --path=bridge`: a folder for a new system, and what is still missing in it. */

const USAGE = `npm run new:vendor -- <id> [flags]
  --path=${NEW_PATHS.join('|')}   how facts honestly reach us; bridge where it is left out
  --name="..."   the system's name; made of the id where it is left out
  --check        only say what an existing folder lacks
  --readme       write the README of an existing folder again out of its manifest, keeping what stands under Limits;
                 without an id, of every folder without an interface of its own
  --root=DIR     another place than this repository, with its own core and tests`;

const ID = /^[a-z][a-z0-9-]*$/;

interface Asked {
  readonly id: string;
  readonly path: NewPath;
  readonly name: string;
  readonly check: boolean;
  readonly readme: boolean;
  readonly root: string;
}

interface EveryReadme {
  readonly root: string;
  readonly id: null;
}

/** What was asked, or why it cannot be done. */
function asked(args: readonly string[]): Asked | EveryReadme | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { path: { type: 'string', default: 'bridge' }, name: { type: 'string' }, check: { type: 'boolean', default: false }, readme: { type: 'boolean', default: false }, root: { type: 'string' } },
    });
    const [id, ...more] = positionals;
    const path = NEW_PATHS.find((each) => each === values.path);
    if (more.length > 0 || (id === undefined && !values.readme)) return USAGE;
    const root = resolve(values.root ?? join(import.meta.dirname, '..'));
    if (id === undefined) return { root, id: null };
    if (!ID.test(id)) return `The id ${id} must be small letters, digits and hyphens, and begin with a letter.\n${USAGE}`;
    if (path === undefined) return `There is no path ${values.path}.\n${USAGE}`;
    const name = values.name ?? id.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
    return { id, path, name, check: values.check, readme: values.readme, root };
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n${USAGE}`;
  }
}

/** Null = it cannot be loaded, and the reason is said. */
async function load(root: string, id: string): Promise<VendorModule | null> {
  const file = join(root, 'core', 'vendors', id, 'index.ts');
  if (!existsSync(file)) return null;
  try {
    const exported = (await import(pathToFileURL(file).href)) as Readonly<Record<string, VendorModule>>;
    return exported[variableOf(id)] ?? null;
  } catch (error) {
    console.error(`index.ts cannot be loaded: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

async function scaffold({ root, id, path, name }: Asked): Promise<void> {
  for (const [file, text] of Object.entries(filesOf({ id, name, path }))) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text, { flag: 'wx' });
    console.log(`made ${file}`);
  }
  await writeReadme(root, id, [`${FILL_IN}: what is honestly missing`]);
}

async function writeReadme(root: string, id: string, limits: readonly string[]): Promise<void> {
  const { manifest } = (await import(pathToFileURL(join(root, 'core', 'vendors', id, 'manifest.ts')).href)) as { manifest: VendorManifest };
  const readme = join('core', 'vendors', id, 'README.md');
  writeFileSync(join(root, readme), readmeOf(manifest, limits));
  console.log(`made ${readme}`);
}

const renewReadme = (root: string, id: string): Promise<void> => writeReadme(root, id, limitsOf(readFileSync(join(root, 'core', 'vendors', id, 'README.md'), 'utf8')));

/** Of the recipes; whoever has an interface of its own has a README written by hand. */
async function everyReadme(root: string): Promise<number> {
  const { VENDORS } = (await import(pathToFileURL(join(root, 'core', 'vendors', 'registry.ts')).href)) as { VENDORS: ReadonlyMap<string, VendorModule> };
  for (const { manifest } of VENDORS.values()) if (isRecipe(manifest)) await renewReadme(root, manifest.id);
  return 0;
}

async function main(args: readonly string[]): Promise<number> {
  const wanted = asked(args);
  if (typeof wanted === 'string') {
    console.error(wanted);
    return 2;
  }
  if (wanted.id === null) return everyReadme(wanted.root);
  const { root, id, check, readme } = wanted;
  const folder = join(root, 'core', 'vendors', id);
  if (!existsSync(dirname(folder))) {
    console.error(`${root} has no core/vendors.`);
    return 2;
  }
  const there = existsSync(folder);
  if (!check && there !== readme) {
    console.error(there ? `core/vendors/${id} is there already; --check says what it lacks.` : `There is no core/vendors/${id}.`);
    return 2;
  }
  if (readme) await renewReadme(root, id);
  else if (!check) await scaffold(wanted);
  const missing = missingParts({ root, id, module: await load(root, id) });
  if (missing.length === 0) {
    console.log(`${id} is complete. Next: vitest run --config scripts/config/vitest.config.ts tests/conformance tests/vendors/${id}`);
    return 0;
  }
  console.log(`Still missing:\n${missing.map((part) => `  - ${part}`).join('\n')}`);
  // A new folder is never complete: that is no failure of making it.
  return check ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
