import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { vendorModule, VENDORS } from '../../core/vendors/registry.ts';
import { expectComplete } from './completeness.ts';
import { vendorConformance, type VendorSamples } from './vendor.conformance.ts';

const vendors = new URL('../../core/vendors/', import.meta.url);
const folders = readdirSync(vendors, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const loaded = await Promise.all([...VENDORS.keys()].map(async (id) => (await import(`../vendors/${id}/samples.ts`)) as { samples: VendorSamples }));

describe('registry', () => {
  it('knows exactly the folders that there are', () => {
    expect([...VENDORS.keys()].sort()).toEqual(folders.sort());
    expect(folders.length).toBeGreaterThanOrEqual(3);
  });

  it('answers null for anything else', () => {
    for (const name of ['', 'Stripe', '__proto__', 'constructor', '../stripe']) expect(vendorModule(name)).toBeNull();
  });

  it.each(folders)('%s is complete: files, README that names every field and event, fixtures', (id) => {
    expectComplete(id);
  });
});

for (const { samples } of loaded) vendorConformance(samples);
