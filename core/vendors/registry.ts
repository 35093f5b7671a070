import { honeybook } from './honeybook/index.ts';
import { stripe } from './stripe/index.ts';
import type { VendorModule } from './vendor.ts';
import { vscoWorkspace } from './vsco-workspace/index.ts';

/** Every vendor that this build knows, by the id in its manifest. Adding one is its folder and one line here. */
export const VENDORS: ReadonlyMap<string, VendorModule> = new Map([stripe, vscoWorkspace, honeybook].map((vendor) => [vendor.manifest.id, vendor]));

/** The vendor of a system name as it stands in a webhook address; null = unknown. */
export function vendorModule(system: string): VendorModule | null {
  return VENDORS.get(system) ?? null;
}
