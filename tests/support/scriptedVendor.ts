import { ok } from '../../core/contract/result.ts';
import type { Change } from '../../core/domain/record/changes.ts';
import { vendorModule } from '../../core/vendors/registry.ts';
import type { Normalised, VendorModule } from '../../core/vendors/vendor.ts';

/** What a delivery of a scripted vendor means stands in its body. */
export const meaning = (value: Normalised): unknown => value;
export const changes = (...all: Change[]): unknown => meaning({ kind: 'changes', changes: all });

/** An entry of somebody's calendar as its source tells it. */
export const entry = (id: string, fields: { readonly startsAt?: string; readonly title?: string; readonly version?: string | null; readonly deleted?: boolean } = {}): Change => {
  const { startsAt = '2026-12-01T10:00:00.000Z', title = `Entry ${id}`, version = null, deleted = false } = fields;
  const endsAt = new Date(Date.parse(startsAt) + 3_600_000).toISOString();
  return { kind: 'calendarEvent', remote: { type: 'entry', id, version }, wedding: {}, occurredAt: null, fields: deleted ? {} : { title, startsAt, endsAt, status: 'confirmed' }, ...(deleted ? { deleted } : {}) };
};

/** A vendor under a known name that understands what stands in the body, and reads and polls as the test says. */
export function scriptedVendor(system: string, parts: Partial<Pick<VendorModule, 'reread' | 'poll' | 'feed'>> = {}): VendorModule {
  const real = vendorModule(system);
  if (!real?.webhook) throw new Error(`no ${system}`);
  const normalise = ({ bodyText }: { readonly bodyText: string }) => ok(JSON.parse(bodyText) as Normalised);
  const { poll: _poll, feed: _feed, reread: _reread, ...rest } = real;
  return { ...rest, webhook: { ...real.webhook, normalise }, ...parts };
}
