import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Packages that are shipped as they are, beside the bundles. */
const SHIPPED = ['@electric-sql/pglite', 'keytar'];

/** Splits one of Vite's license lists into its packages: heading -> text. */
function sections(markdown: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of markdown.split(/^## /m).slice(1)) {
    const [heading = '', ...rest] = part.split('\n');
    found.set(heading.trim(), rest.join('\n').trim());
  }
  return found;
}

function shippedPackage(name: string): [string, string] | null {
  const folder = path.resolve(import.meta.dirname, '..', '..', 'node_modules', name);
  if (!existsSync(folder)) return null;
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { name: string; version: string; license?: string };
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? '' : readFileSync(path.join(folder, file), 'utf8').trim();
  return [`${manifest.name} - ${manifest.version} (${manifest.license ?? 'see its text'})`, text];
}

/** Writes dist/THIRD-PARTY-NOTICES.txt from the lists that the targets left behind. Returns the number of packages. */
export function gatherNotices(dist: string): number {
  const all = new Map<string, string>();
  for (const list of ['renderer/licenses.md', 'renderer/serviceWorker.licenses.md', 'preload/licenses.md', 'main/licenses.md', 'server/licenses.md']) {
    const file = path.join(dist, list);
    if (!existsSync(file)) continue;
    for (const [heading, text] of sections(readFileSync(file, 'utf8'))) all.set(heading, text);
  }
  for (const entry of SHIPPED.map(shippedPackage)) if (entry !== null) all.set(...entry);
  const parts = [...all].sort(([a], [b]) => a.localeCompare(b)).map(([heading, text]) => `${heading}\n${'-'.repeat(heading.length)}\n\n${text}\n`);
  writeFileSync(path.join(dist, 'THIRD-PARTY-NOTICES.txt'), `WedSync Command Centre contains these packages.\n\n${parts.join('\n\n')}`);
  return all.size;
}
