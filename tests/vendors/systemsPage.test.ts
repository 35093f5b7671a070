import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { systemsPage } from '../../scripts/systems.ts';

it('docs/systems.md is what the manifests say', () => {
  expect(readFileSync(new URL('../../docs/systems.md', import.meta.url), 'utf8')).toBe(systemsPage());
});
