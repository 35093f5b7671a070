import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { VENDORS } from '../../../core/vendors/registry.ts';
import type { VendorSamples } from '../../conformance/samples.ts';
import { DESIGNED, type Fault } from './designed.ts';
import { incoming } from './incoming.ts';
import { outgoing } from './outgoing.ts';
import { createTable } from './table.ts';

/** Vendors that are slow, broken or lying, against the real server: what is designed, how often it was tried, how often it was so. */

const loaded = await Promise.all([...VENDORS.keys()].map(async (id) => ((await import(`../../vendors/${id}/samples.ts`)) as { samples: VendorSamples }).samples));
const table = createTable();
afterAll(() => console.log(`vendor faults:\n${table.print()}`));

describe('what comes in', () => incoming(table, loaded));
describe('what we ask for', () => outgoing(table, loaded));

it.each(Object.keys(DESIGNED) as Fault[])('%s: as designed', (fault) => {
  expect(table.deviations(fault)).toEqual([]);
});

it('the same list stands in the documentation', () => {
  const page = readFileSync(new URL('../../../docs/bad-input.md', import.meta.url), 'utf8').split('\n');
  for (const [fault, designed] of Object.entries(DESIGNED)) expect(page).toContain(`| ${fault} | ${designed} |`);
});
