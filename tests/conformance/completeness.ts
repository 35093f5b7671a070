import { resolve } from 'node:path';
import { expect } from 'vitest';
import { vendorModule } from '../../core/vendors/registry.ts';
import { missingParts } from '../../scripts/newVendor/completeness.ts';

/** A folder of this repository has all its parts; the failure names the ones that it lacks. `npm run new:vendor -- <id> --check` says the same. */
export function expectComplete(id: string): void {
  expect(missingParts({ root: resolve(import.meta.dirname, '..', '..'), id, module: vendorModule(id) })).toEqual([]);
}
