import { describe, expect, it } from 'vitest';
import { addressesOf, callSecrets, isProof, movedAddress, unkeepable } from '../../../../core/vendors/keeping.ts';
import { VENDORS, vendorModule } from '../../../../core/vendors/registry.ts';

const originOf = (address: string): string => URL.parse(address)?.origin ?? address;

describe('which keys a desktop can keep', () => {
  it.each([['calendly', null], ['stripe', null], ['square', null], ['caldav', null], ['icloud', null], ['acuity', 'both'], ['twilio', 'both'], ['google-calendar', 'leave'], ['honeybook', 'no_calls'], ['microsoft-teams', 'no_calls'], ['nws', 'no_calls']])('%s: %s', (id, why) => {
    const vendor = vendorModule(id);
    if (!vendor) throw new Error(`no ${id}`);
    expect(unkeepable(vendor)).toBe(why);
  });

  it('leaves what proves with the server, in every system', () => {
    for (const vendor of VENDORS.values()) {
      if (unkeepable(vendor) !== null) continue;
      expect(callSecrets(vendor.manifest, 'native').filter(isProof)).toEqual([]);
      for (const field of vendor.manifest.fields) if (field.input === 'generated') expect(isProof(field)).toBe(true);
    }
  });
});

it('a key is for the origins that it was entered for', () => {
  const { manifest } = vendorModule('calendly') ?? {};
  if (!manifest) throw new Error('no calendly');
  const of = (baseUrl?: string) => addressesOf(manifest, 'native', baseUrl === undefined ? {} : { baseUrl }, originOf);
  const before = of('https://api.example.org/v1');
  expect(movedAddress(before, of('https://API.example.org/v2'))).toBeNull();
  for (const other of ['https://api.example.org:8443/v1', 'http://api.example.org/v1', 'https://api.example.org.evil.example', 'https://api.example.org@evil.example/v1', '', undefined, 'nonsense']) expect(movedAddress(before, of(other))).toBe('baseUrl');
  expect(movedAddress(of(), of(''))).toBeNull();
  expect(movedAddress(of(), before)).toBe('baseUrl');
});
