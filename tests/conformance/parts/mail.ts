import { describe, expect, it } from 'vitest';
import { mailDomainsOf } from '../../../core/vendors/mailSenders.ts';
import { stored } from '../../vendors/ports.ts';
import { expectUnderstood } from '../fits.ts';
import type { VendorSamples } from '../samples.ts';

/** Mails of a vendor whose signature was good. */
export function mailConformance(samples: VendorSamples): void {
  const { vendor, access } = samples;
  const { manifest, mail } = vendor;
  if (!mail || !samples.mail) return;
  const { mails } = samples.mail;

  describe(`${manifest.id}: mail`, () => {
    it('names domains that can be compared', () => {
      for (const domain of manifest.mail?.domains ?? []) expect(domain).toMatch(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/);
    });

    it.each(mails.map((each) => [each.subject, each] as const))('understands %s', (_subject, each) => {
      expect(mailDomainsOf(manifest, access.settings)).toContain(each.signedBy);
      expectUnderstood(mail.normalise(stored(JSON.stringify(each), { vendorEvent: 'mail', settings: access.settings })));
    });

    it('sets aside what it cannot read, in words', () => {
      const [first] = mails;
      const odd = { ...first, subject: 'Your weekly newsletter', text: 'Ten ideas for spring.' };
      for (const body of [JSON.stringify(odd), '', '{', 'null', '[]', '{}', '{"text":7}']) {
        const meant = mail.normalise(stored(body, { settings: access.settings }));
        if (!meant.ok) expect(meant.error.message).not.toBe('');
        else if (meant.value.kind === 'ignored') expect(meant.value.why).not.toBe('');
      }
    });
  });
}
