import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { VENDORS } from '../../core/vendors/registry.ts';
import { systemsPage, TESTED_AGAINST } from '../../scripts/systems.ts';
import { COVERAGE, isCovered, SHARE } from '../../scripts/coverage.ts';
import { VALIDATED } from './validating/cases.ts';

it('docs/systems.md is what the manifests say', () => {
  expect(readFileSync(new URL('../../docs/systems.md', import.meta.url), 'utf8')).toBe(systemsPage());
});

it('says of each system what its tests have in its place, and no more than they have', () => {
  const saying = (word: string) => Object.entries(TESTED_AGAINST).filter(([, text]) => text.includes(word)).map(([id]) => id).sort();
  expect(Object.keys(TESTED_AGAINST).filter((id) => !VENDORS.has(id))).toEqual([]);
  expect(saying('Prism')).toEqual(VALIDATED.map(({ samples }) => samples.vendor.manifest.id).sort());
  const peers = (id: string) => [`./${id}/peer.test.ts`, `../integration/peers/${id}.test.ts`].some((file) => existsSync(new URL(file, import.meta.url)));
  // Leave at Google and Microsoft has one file of its own.
  expect(saying('emulate').filter((id) => !peers(id))).toEqual(['google-calendar', 'microsoft-graph']);
});

it('covers at least 95 % of the platforms it is asked for, and counts every folder that is a platform', () => {
  expect(COVERAGE.filter(({ id }) => id !== null && !VENDORS.has(id))).toEqual([]);
  const counted = new Set(COVERAGE.map(({ id }) => id));
  // These three take in whatever speaks their way, and are no platform.
  expect([...VENDORS.keys()].filter((id) => !counted.has(id)).sort()).toEqual(['bridge', 'caldav', 'ical-feed']);
  expect(new Set(COVERAGE.map(({ name }) => name)).size).toBe(COVERAGE.length);
  for (const one of COVERAGE) expect(isCovered(one)).toBe(one.id !== null && one.paths[0] !== 'none');
  expect(SHARE).toBeGreaterThanOrEqual(95);
});
