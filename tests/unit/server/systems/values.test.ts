import { describe, expect, it } from 'vitest';
import type { ManifestField, VendorManifest } from '../../../../core/vendors/manifest.ts';
import { vendorModule } from '../../../../core/vendors/registry.ts';
import { faceOf } from '../../../../server/systems/face.ts';
import { checkValues, mayComeLater } from '../../../../server/systems/values.ts';

/** A system that tells a number, which is no secret, only once it knows where to call. */
const stripe = vendorModule('stripe');
if (!stripe) throw new Error('no stripe');
const NUMBER: ManifestField = { key: 'endpointNumber', label: 'Endpoint number', help: '', sensitive: false, required: true, later: true };
const withField = (field: ManifestField): VendorManifest => ({ ...stripe.manifest, fields: [field] });
const check = (field: ManifestField, settings: Record<string, string>, options: Parameters<typeof checkValues>[3]) => checkValues(withField(field), 'native', { settings, secrets: {} }, options);

describe('what a vendor tells only for a known address', () => {
  it('may be left empty at first where its folder says so, secret or not', () => {
    expect(check(NUMBER, {}, { standing: null, secretsLater: true })).toMatchObject({ ok: true, value: { settings: {}, missing: ['endpointNumber'] } });
    expect(faceOf({ ...stripe, manifest: withField(NUMBER) }, 0).fields).toMatchObject([{ key: 'endpointNumber', later: true }]);
    const plain: ManifestField = { ...NUMBER, later: false };
    expect(check(plain, {}, { standing: null, secretsLater: true })).toMatchObject({ ok: false, error: { code: 'connect.field_missing', field: 'endpointNumber' } });
    const { later: _later, ...unsaid } = NUMBER;
    expect(mayComeLater(withField(unsaid), unsaid)).toBe(false);
  });

  it('is needed at once by whoever does not say that it follows, and is kept when it came', () => {
    expect(check(NUMBER, {}, { standing: null, secretsLater: false })).toMatchObject({ ok: false, error: { code: 'connect.field_missing' } });
    expect(check(NUMBER, { endpointNumber: ' 4711 ' }, { standing: { settings: {}, secrets: {} }, secretsLater: false })).toMatchObject({ ok: true, value: { settings: { endpointNumber: '4711' }, missing: [] } });
    // A change of something else does not ask for it again.
    expect(check(NUMBER, {}, { standing: { settings: {}, secrets: {} }, secretsLater: false })).toMatchObject({ ok: true, value: { missing: ['endpointNumber'] } });
  });

  it('comes later only where there is an address to enter over there', () => {
    const manifest: VendorManifest = { ...withField(NUMBER), guides: [{ path: 'native', brings: '', steps: ['Copy the key.'] }] };
    expect(mayComeLater(manifest, NUMBER)).toBe(false);
  });
});
