import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bridge } from '../../core/vendors/bridge/index.ts';
import { BRIDGE_FIELDS, BRIDGE_KINDS, WANTED } from '../../core/vendors/bridgeFields.ts';
import { VENDORS } from '../../core/vendors/registry.ts';
import type { ConnectionAccess, WebhookRequest } from '../../core/vendors/vendor.ts';
import { isRecipe, limitsOf, readmeOf } from '../../scripts/newVendor/readme.ts';
import { bytes, call, clockAt, hashing, noCertificates, stored, webhookOf } from './ports.ts';
import { bodyBytes, bodyOf, bridged, changesOf, SETTINGS } from './recipes.ts';

const bridges = [...VENDORS.values()].filter((vendor) => vendor.manifest.bridge !== null);
const access = (settings: Record<string, string>, secrets: Record<string, string>): ConnectionAccess => ({ connectionId: 'c', settings, secrets });
const verify = (request: WebhookRequest, as: ConnectionAccess) => webhookOf(bridge).verify(request, as, { hashing, clock: clockAt(0), certificates: noCertificates });

describe('every recipe', () => {
  it.each(bridges.map((vendor) => [vendor.manifest.id, vendor] as const))('%s understands what it requires, and nothing more', (_id, vendor) => {
    for (const { trigger, required, optional } of vendor.manifest.bridge?.triggers ?? []) {
      const full = bodyOf(vendor, trigger);
      const least = Object.fromEntries(Object.entries(full).filter(([name]) => required.includes(name)));
      expect(Object.keys(least).sort(), trigger).toEqual([...required].sort());
      expect(changesOf(bridged(vendor, least)).length, trigger).toBeGreaterThan(0);
      for (const field of [...required, ...optional]) expect(BRIDGE_FIELDS).toContain(field);
      expect(optional.filter((field) => required.includes(field)), trigger).toEqual([]);
      expect(new Set(optional).size, trigger).toBe(optional.length);
    }
  });

  it('names its triggers once, and its guide the token and the address', () => {
    for (const { manifest } of bridges) {
      const names = (manifest.bridge?.triggers ?? []).map((each) => each.trigger);
      expect(new Set(names).size).toBe(names.length);
      const steps = manifest.guides.find((guide) => guide.path === 'bridge')?.steps.join('\n');
      expect(steps).toContain('{webhookUrl}');
      expect(steps).toContain('{bearerToken}');
    }
    expect(bridges.length).toBeGreaterThanOrEqual(11);
  });

  it('is told in a README that is as new as its manifest', () => {
    const recipes = [...VENDORS.values()].filter(({ manifest }) => isRecipe(manifest));
    for (const { manifest } of recipes) {
      const readme = readFileSync(new URL(`../../core/vendors/${manifest.id}/README.md`, import.meta.url), 'utf8');
      expect(readme, 'npm run new:vendor -- --readme').toBe(readmeOf(manifest, limitsOf(readme)));
      expect(limitsOf(readme).length, manifest.id).toBeGreaterThan(0);
    }
    expect(recipes.length).toBeGreaterThanOrEqual(19);
  });

  it('has wants for each kind, in fields that there are', () => {
    for (const kind of BRIDGE_KINDS) for (const field of [WANTED[kind].record, ...WANTED[kind].required, ...WANTED[kind].optional]) expect(BRIDGE_FIELDS).toContain(field);
  });
});

describe('proof without the token', () => {
  const body = bodyBytes(bodyOf(bridge, 'booking_created'));
  it('is enough only where the connection says so', () => {
    for (const acceptWithoutBearer of ['', 'no', 'true', 'Yes']) expect(verify(call(body, {}), access({ acceptWithoutBearer }, { bearerToken: 'x' }))).toEqual({ ok: false, error: 'intake.signature_missing' });
    expect(verify(call(body, {}), access({ acceptWithoutBearer: 'yes' }, { bearerToken: 'x' })).ok).toBe(true);
    expect(verify(call(body, {}), access({ acceptWithoutBearer: 'yes' }, {})).ok).toBe(true);
  });

  it('does not make a wrong token right', () => {
    for (const authorization of ['Bearer y', '', 'Basic eA==', 'Bearer x, Bearer x', 'Bearer X', 'Bearer xx', 'Bearer']) expect(verify(call(body, { authorization }), access({ acceptWithoutBearer: 'yes' }, { bearerToken: 'x' })).ok).toBe(false);
  });
});

describe('what the trigger itself means', () => {
  it('goes before a field that has not caught up', () => {
    expect(changesOf(bridged(bridge, bodyOf(bridge, 'booking_cancelled', { project_status: 'Booked' }))).at(-1)?.fields).toMatchObject({ status: 'cancelled' });
    expect(changesOf(bridged(bridge, bodyOf(bridge, 'payment_failed', { payment_status: 'Paid' })))[0]?.fields).toMatchObject({ status: 'failed' });
    expect(changesOf(bridged(bridge, bodyOf(bridge, 'lead_created', { project_status: 'Active' })))[1]?.fields).toMatchObject({ status: 'lead' });
  });

  it('takes a refund of a part for one', () => {
    expect(changesOf(bridged(bridge, bodyOf(bridge, 'payment_refunded', { refunded_amount: '100.00' })))[0]?.fields).toMatchObject({ status: 'partly_refunded', refundedMinor: 10_000 });
    expect(changesOf(bridged(bridge, bodyOf(bridge, 'payment_refunded')))[0]?.fields).toMatchObject({ status: 'refunded', refundedMinor: 45_000 });
  });
});

describe('fields', () => {
  it.each([
    ['GBP', '1,250.00', 125_000],
    ['JPY', '125000', 125_000],
    ['KWD', '1250.125', 1_250_125],
  ])('reads an amount in %s', (currency, amount, amountMinor) => {
    expect(changesOf(bridged(bridge, bodyOf(bridge, 'payment_completed', { currency, amount })))[0]?.fields).toMatchObject({ amountMinor, currency });
  });

  it.each([
    ['JPY', '1250.50'],
    ['GBP', '1.250,00'],
    ['GBP', '-5'],
    ['GBP', ''],
    ['pounds', '5'],
  ])('sets an amount aside that is none in %s: %s', (currency, amount) => {
    expect(bridged(bridge, bodyOf(bridge, 'payment_completed', { currency, amount }), {})).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
  });

  it('takes the currency, the trade, the name and the zone from the connection where nothing was sent', () => {
    const settings = { ...SETTINGS, trade: 'florist' };
    expect(changesOf(bridged(bridge, bodyOf(bridge, 'payment_completed', { currency: '' }), settings))[0]?.fields).toMatchObject({ currency: 'GBP' });
    const [, booking] = changesOf(bridged(bridge, bodyOf(bridge, 'booking_created', { trade: '', vendor_name: '', project_starts_at: '2027-03-28T01:30', project_ends_at: '2027-10-31 01:30' }), settings));
    // The clocks skip 01:30 on the first day, and show it twice on the second.
    expect(booking?.fields).toMatchObject({ trade: 'florist', vendorName: 'Kestrel & Vale', startsAt: '2027-03-28T01:30:00.000Z', endsAt: '2027-10-31T00:30:00.000Z' });
  });

  it('leaves out a time without offset where no zone is set, and a date that may be two days', () => {
    const [, booking] = changesOf(bridged(bridge, bodyOf(bridge, 'booking_created', { project_starts_at: '2027-06-12T14:00', project_date: '03/04/2027' }), {}));
    expect(booking?.fields).not.toHaveProperty('startsAt');
    expect(booking?.wedding.date).toBeNull();
  });

  it('keeps only addresses of pages', () => {
    for (const document_url of ['javascript:alert(1)', 'file:///etc/passwd', 'data:text/html,x', '//x', 'https://a b']) {
      expect(changesOf(bridged(bridge, bodyOf(bridge, 'document_shared', { document_url })))[0]?.fields, document_url).not.toHaveProperty('url');
    }
    const long = `https://docs.example.org/${'x'.repeat(1900)}`;
    expect(changesOf(bridged(bridge, bodyOf(bridge, 'document_shared', { document_url: long })))[0]?.fields).toMatchObject({ url: long });
  });

  it('keeps the lines of what people write, and nothing that a row cannot hold', () => {
    const [message] = changesOf(bridged(bridge, bodyOf(bridge, 'message_received', { message_text: ' One\r\nTwo\u0007 ', message_channel: 'WhatsApp' })));
    expect(message).toMatchObject({ wedding: { phone: '+1 (555) 010-0199' }, fields: { channel: 'whatsapp', direction: 'in', text: 'One\nTwo' } });
  });

  it('takes odd characters in an id as they are, and the id of the source for any record', () => {
    const [, booking] = changesOf(bridged(bridge, bodyOf(bridge, 'booking_created', { project_id: 'ä/.. %2e"\\' })));
    expect(booking?.remote.id).toBe('ä/.. %2e"\\');
    expect(changesOf(bridged(bridge, bodyOf(bridge, 'payment_completed', { payment_id: '', source_id: 'row-7' })))[0]?.remote.id).toBe('row-7');
    expect(webhookOf(bridge).normalise(stored('trigger=client_created&client_name=Ada+Z&client_email=a%40b.example', { mediaType: 'application/x-www-form-urlencoded' }))).toMatchObject({ ok: true });
    expect(verify(call(bytes('trigger=%zz'), { authorization: 'Bearer x' }, { mediaType: 'application/x-www-form-urlencoded' }), access({}, { bearerToken: 'x' }))).toEqual({ ok: false, error: 'intake.body_not_json' });
  });
});
