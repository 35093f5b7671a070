import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './files.ts';

/** What is installed is what was locked: known by its hash, from the package registry only, and running nothing that was not agreed to. */

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
type Lock = Readonly<Record<string, Locked>>;

/** Our own folders; everything else comes from outside. */
const OWN = ['', 'server'];

/** Packages that run something of their own when they are installed, and why that is agreed to. */
const INSTALL_SCRIPTS: Readonly<Record<string, string>> = {
  node: 'puts the program of this platform in place; all of npm test runs on it',
  'electron-winstaller': 'of electron-builder: chooses its unpacker for this processor',
  '@scarf/scarf': 'of the validating mock: would count installations; package.json switches that off (scarfSettings)',
};

const nameOf = (place: string): string => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
/** Of a bundled package the one whose own hash covers it. */
const bearer = (lock: Lock, place: string): Locked | undefined => {
  let at = place;
  while (lock[at]?.inBundle === true) {
    const up = at.lastIndexOf('/node_modules/');
    if (up < 0) return undefined;
    at = at.slice(0, up);
  }
  return lock[at];
};

/** Sentences, empty when all is well. */
function problemsOf(lock: Lock): string[] {
  return Object.entries(lock).filter(([place]) => !OWN.includes(place)).flatMap(([place, entry]) => {
    if (entry.link === true) return OWN.includes(entry.resolved ?? '') ? [] : [`${place} is a link to ${entry.resolved ?? 'nothing'}`];
    const ranges = Object.entries({ ...entry.dependencies, ...entry.optionalDependencies });
    return [
      ...(entry.resolved === undefined ? [] : [`${place} comes from ${entry.resolved}`]),
      ...(/^sha512-[A-Za-z0-9+/]{86}==$/.test(bearer(lock, place)?.integrity ?? '') ? [] : [`${place} has no hash`]),
      ...(entry.hasInstallScript === true && !Object.hasOwn(INSTALL_SCRIPTS, nameOf(place)) ? [`${place} runs a script when it is installed`] : []),
      ...ranges.filter(([, range]) => /[:/]/.test(range) && !range.startsWith('npm:')).map(([name, range]) => `${place} asks for ${name} from ${range}`),
    ];
  });
}

const lock = (JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as { readonly packages: Lock }).packages;

describe('packages', () => {
  it('are each known by a hash, from the registry, and run nothing that was not agreed to', () => {
    expect(Object.keys(lock).length).toBeGreaterThan(500);
    expect(problemsOf(lock)).toEqual([]);
  });

  it('that may run something are still there, and still do', () => {
    const running = new Set(Object.entries(lock).filter(([, entry]) => entry.hasInstallScript === true).map(([place]) => nameOf(place)));
    expect([...running].sort()).toEqual(Object.keys(INSTALL_SCRIPTS).sort());
    const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { readonly scarfSettings?: { readonly enabled?: boolean } };
    expect(manifest.scarfSettings?.enabled).toBe(false);
  });

  it('are locked as package.json names them', () => {
    for (const place of OWN) {
      const manifest = JSON.parse(readFileSync(path.join(root, place, 'package.json'), 'utf8')) as Locked & { readonly devDependencies?: Readonly<Record<string, string>> };
      const locked = lock[place] as (Locked & { readonly devDependencies?: Readonly<Record<string, string>> }) | undefined;
      expect(locked?.dependencies ?? {}).toEqual(manifest.dependencies ?? {});
      expect(locked?.devDependencies ?? {}).toEqual(manifest.devDependencies ?? {});
    }
  });

  it('are asked for without a key and from nowhere in particular', () => {
    const keys = readFileSync(path.join(root, '.npmrc'), 'utf8').split('\n').map((line) => line.split('=')[0]?.trim() ?? '').filter(Boolean);
    expect(keys.filter((key) => /registry$|auth|token|proxy|cafile|strict-ssl/i.test(key))).toEqual([]);
    expect(keys).toContain('omit-lockfile-registry-resolved');
  });

  const HASH = `sha512-${'A'.repeat(86)}==`;
  it.each<readonly [why: string, entry: Locked]>([
    ['has no hash', { version: '1.0.0' }],
    ['has no hash', { version: '1.0.0', integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }],
    ['comes from', { version: '1.0.0', integrity: HASH, resolved: 'git+ssh://git@example.org/planted.git#1' }],
    ['comes from', { version: '1.0.0', integrity: HASH, resolved: 'http://example.org/planted.tgz' }],
    ['runs a script', { version: '1.0.0', integrity: HASH, hasInstallScript: true }],
    ['is a link', { link: true, resolved: '../elsewhere' }],
    ['asks for other from', { version: '1.0.0', integrity: HASH, dependencies: { other: 'github:somebody/other' } }],
  ])('a planted one that %s is found', (why, entry) => {
    expect(problemsOf({ 'node_modules/planted': entry })).toEqual([expect.stringContaining(why)]);
  });
});
