import { describe, expect, it } from 'vitest';
import { callsComeIn } from '../../../../core/vendors/manifest.ts';
import { VENDORS, vendorModule } from '../../../../core/vendors/registry.ts';
import { faceOf } from '../../../../server/systems/face.ts';
import { checkValues } from '../../../../server/systems/values.ts';

/** What people are shown of a system is what happens. */

const face = (id: string) => {
  const vendor = vendorModule(id);
  if (!vendor) throw new Error(`no ${id}`);
  return { vendor, face: faceOf(vendor, 0) };
};

describe.each(['google-calendar', 'microsoft-graph'])('%s, which calls only over a channel that the server opens', (id) => {
  it('promises looks, and shows nobody an address', () => {
    const { vendor, face: shown } = face(id);
    expect(vendor.webhook).toBeDefined();
    expect(shown.capabilities.webhook).toBe(false);
    expect(shown.looksEverySeconds).toBe(300);
    expect(shown.missing[0]).toMatch(/^Changes at once where this server has no public https address/);
  });

  it('asks for nothing of the channel, and takes nothing for it', () => {
    const { vendor, face: shown } = face(id);
    const channel = vendor.manifest.fields.filter((field) => field.channel === true).map((field) => field.key);
    expect(channel).toEqual(['channelToken']);
    expect(shown.fields.filter((field) => channel.includes(field.key))).toEqual([]);
    const entered = { settings: { clientId: 'an-id' }, secrets: { clientSecret: 'a-secret' } };
    expect(checkValues(vendor.manifest, 'native', entered, { standing: null, secretsLater: false })).toMatchObject({ ok: true, value: { generated: {} } });
    const [key = ''] = channel;
    const told = checkValues(vendor.manifest, 'native', { ...entered, secrets: { ...entered.secrets, [key]: 'x' } }, { standing: null, secretsLater: false });
    expect(told).toMatchObject({ ok: false, error: { code: 'connect.field_unknown', field: key } });
  });
});

it('every other system is shown with all that it has, and each says what does not come over', () => {
  for (const vendor of VENDORS.values()) {
    const shown = faceOf(vendor, 0);
    expect(shown.missing, shown.id).toEqual(vendor.manifest.missing);
    expect(shown.missing.length, shown.id).toBeGreaterThan(0);
    if (vendor.manifest.webhook?.channel === true) continue;
    expect(shown.capabilities, shown.id).toEqual(vendor.manifest.capabilities);
    expect(shown.fields.length, shown.id).toBe(vendor.manifest.fields.length);
  }
  expect([...VENDORS.values()].filter(({ manifest }) => manifest.webhook && !callsComeIn(manifest)).map(({ manifest }) => manifest.id).sort()).toEqual(['google-calendar', 'microsoft-graph']);
});
