import { describe, expect, it } from 'vitest';
import { stored } from '../../vendors/ports.ts';
import { expectUnderstood } from '../fits.ts';
import type { VendorSamples } from '../samples.ts';

/** Entries of a calendar feed, and their going. */
export function feedConformance(samples: VendorSamples): void {
  const { vendor, access } = samples;
  const { manifest, feed } = vendor;
  if (!feed || !samples.feed) return;
  const { entries } = samples.feed;

  describe(`${manifest.id}: feed`, () => {
    it.each(entries.map((entry) => [entry.title ?? entry.uid, entry] as const))('understands %s, and that it is gone', (_title, entry) => {
      for (const gone of [false, true]) expectUnderstood(feed.normalise(stored(JSON.stringify({ ...entry, gone }), { vendorEvent: 'entry', settings: access.settings })));
    });

    it('never throws on a stored entry of any shape', () => {
      for (const body of ['', '{', 'null', '[]', '{}', '{"uid":7}']) {
        const meant = feed.normalise(stored(body, { settings: access.settings }));
        if (!meant.ok) expect(meant.error.message).not.toBe('');
      }
    });
  });
}
