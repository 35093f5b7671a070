import { VENDORS, vendorModule } from '../../core/vendors/registry.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import { createEgressHttp } from '../../egress/http.ts';
import { freshAccess } from '../../server/systems/freshAccess.ts';
import { furnish, letIn } from './house.ts';
import { manager, type Manager } from './manager.ts';
import { testApp, type TestApp } from './serverApp.ts';
import { openTestStore, settableClock, type TestStore } from './store.ts';

/** A house whose server takes leave from one vendor at `host`, the rest of its vendors being the real ones. */
export interface LeavingHouse {
  readonly t: TestStore;
  readonly test: TestApp;
  readonly owner: Manager;
  readonly clock: ReturnType<typeof settableClock>;
  /** Settings and opened secrets as a call gets them, renewed where that is due. */
  access(connectionId: string, refused?: string): ReturnType<typeof freshAccess>;
  http(): ReturnType<typeof createEgressHttp>;
  close(): Promise<void>;
}

/** The vendor as it is, but that leave is asked for and given at another place. */
export function leaveAt(vendor: VendorModule, authorizeUrl: string, tokenUrl: string): VendorModule {
  const { manifest } = vendor;
  if (manifest.oauth === null) throw new Error(`${manifest.id} asks for no leave`);
  return { ...vendor, manifest: { ...manifest, oauth: { ...manifest.oauth, authorizeUrl, tokenUrl } } };
}

export async function openLeavingHouse(vendor: VendorModule, host: string): Promise<LeavingHouse> {
  const clock = settableClock(new Date().toISOString());
  const t = await openTestStore({ clock });
  const vendors = (system: string) => (system === vendor.manifest.id ? vendor : vendorModule(system));
  const catalogue = [...[...VENDORS.values()].filter(({ manifest }) => manifest.id !== vendor.manifest.id), vendor];
  const test = testApp(t.store, { clock, vendors, catalogue, config: { managingPerMinute: 10_000, apiPerMinute: 10_000, egressAllow: [host] } });
  const house = await furnish(t.store, t.organisation.id);
  const owner = manager(test, (await letIn(t.store, house.organisationId, house.access('owner'))).headers);
  const http = () => createEgressHttp({ allow: [host], log: t.log });
  return {
    t,
    test,
    owner,
    clock,
    http,
    access: (connectionId, refused) => freshAccess({ internals: t.store.internals, vendors, http: http(), clock }, t.organisation.id, connectionId, refused),
    async close() {
      await test.app.close();
      await t.cleanup();
    },
  };
}
