import { describe, expect, it } from 'vitest';
import { callsComeIn } from '../../core/vendors/manifest.ts';
import { VendorManifest } from '../../core/vendors/vendor.ts';
import { calendarConformance } from './parts/calendar.ts';
import { fileConformance } from './parts/file.ts';
import { feedConformance } from './parts/feed.ts';
import { mailConformance } from './parts/mail.ts';
import { masksConformance } from './parts/masks.ts';
import { pollConformance } from './parts/poll.ts';
import { rereadConformance } from './parts/reread.ts';
import { tryOutConformance } from './parts/tryOut.ts';
import { secretsConformance } from './parts/secrets.ts';
import { webhookConformance } from './parts/webhook.ts';
import type { VendorSamples } from './samples.ts';

export type { VendorSamples } from './samples.ts';

/** Every vendor's folder passes this for each capability that its manifest declares. */
export function vendorConformance(samples: VendorSamples): void {
  const { vendor, access } = samples;
  const { manifest } = vendor;
  const { capabilities } = manifest;
  const secretKeys = manifest.fields.filter((field) => field.sensitive).map((field) => field.key);

  describe(`${manifest.id}: manifest`, () => {
    it('is well formed and says the truth about the folder', () => {
      expect(VendorManifest.safeParse(manifest).error?.message).toBeUndefined();
      expect(capabilities).toEqual({
        webhook: vendor.webhook !== undefined,
        reread: vendor.reread !== undefined,
        poll: vendor.poll !== undefined,
        file: vendor.file !== undefined,
        feed: vendor.feed !== undefined,
        mail: vendor.mail !== undefined,
        test: vendor.test !== undefined,
        push: vendor.calendar !== undefined,
      });
      expect(manifest.webhook !== null).toBe(capabilities.webhook);
      expect(manifest.file !== null).toBe(capabilities.file);
      expect(manifest.mail !== null).toBe(capabilities.mail);
      expect(new Set(manifest.fields.map((field) => field.key)).size).toBe(manifest.fields.length);
      for (const header of manifest.webhook?.headers ?? []) expect(header).toBe(header.toLowerCase());
      for (const field of manifest.fields) if (field.input === 'choice') expect(field.choices?.length ?? 0, field.key).toBeGreaterThan(1);
    });

    it('names each way that it has, with steps for its person', () => {
      const { paths } = manifest;
      expect(new Set(paths).size).toBe(paths.length);
      if (paths.includes('none')) expect(paths).toEqual(['none']);
      expect(paths.includes('bridge')).toBe(manifest.bridge !== null);
      expect(paths.includes('file')).toBe(capabilities.file);
      expect(paths.includes('mail')).toBe(capabilities.mail);
      if (paths.includes('feed')) expect(capabilities.feed).toBe(true);
      if (paths.includes('native')) expect(capabilities.webhook || capabilities.poll || capabilities.feed || capabilities.test).toBe(true);
      expect([...new Set(manifest.guides.map((guide) => guide.path))].sort()).toEqual([...paths].sort());
      for (const guide of manifest.guides) {
        const text = guide.steps.join(' ');
        if (guide.path === 'bridge') expect(text).toContain('{webhookUrl}');
        if (guide.path === 'mail') expect(text).toContain('{mailAddress}');
        for (const used of text.match(/\{\w+\}/g) ?? []) expect(['{webhookUrl}', '{bearerToken}', '{mailAddress}', '{redirectUrl}', '{generated}']).toContain(used);
      }
    });

    it('promises calls only where somebody can switch them on, and says what does not come over', () => {
      const told = manifest.guides.some((guide) => guide.path !== 'feed' && guide.steps.some((step) => step.includes('{webhookUrl}')));
      expect(callsComeIn(manifest)).toBe(told);
      expect(manifest.fields.filter((field) => field.channel === true).length > 0).toBe(manifest.webhook?.channel === true);
      expect(manifest.webhook?.channel === true).toBe(vendor.calendar?.watch !== undefined);
      expect(new Set(manifest.missing).size).toBe(manifest.missing.length);
    });

    it('marks everything secret that the connection holds as sensitive', () => {
      for (const key of Object.keys(access.secrets)) expect([...secretKeys, 'accessToken', 'refreshToken']).toContain(key);
      for (const key of Object.keys(access.settings)) expect(secretKeys).not.toContain(key);
    });

    it('brings samples for each capability', () => {
      expect(samples.prove !== undefined).toBe(capabilities.webhook);
      for (const part of ['reread', 'poll', 'file', 'feed', 'mail'] as const) expect(samples[part] !== undefined, part).toBe(capabilities[part]);
      expect(samples.tryOut !== undefined).toBe(capabilities.test);
      expect(samples.calendar !== undefined).toBe(capabilities.push);
      if (manifest.webhook?.handshake === true) expect(samples.handshakes?.length ?? 0).toBeGreaterThan(0);
      else expect(samples.handshakes).toBeUndefined();
    });
  });

  secretsConformance(samples);
  masksConformance(samples);
  webhookConformance(samples);
  rereadConformance(samples);
  pollConformance(samples);
  fileConformance(samples);
  feedConformance(samples);
  mailConformance(samples);
  tryOutConformance(samples);
  calendarConformance(samples);
}
