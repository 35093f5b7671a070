import { createSign, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createCertificates } from '../../../server/certificates.ts';
import { certificate, type Holder } from '../../vendors/certificateMaker.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-20T12:00:00Z');
const valid = { from: NOW - 30 * DAY, to: NOW + 30 * DAY };
const HOST = 'messageverificationcerts.pay.test';
const data = Buffer.from('what was said');

const root = certificate({ common: 'Root', isAuthority: true, ...valid });
const middle = certificate({ common: 'Middle', by: root, isAuthority: true, ...valid });
const leaf = certificate({ common: 'Leaf', by: middle, hosts: [HOST], ...valid });

const sign = (holder: Holder, said: Uint8Array = data): Buffer => createSign('sha256').update(said).sign(holder.key);
const chain = (...holders: readonly Holder[]): string => holders.map((holder) => holder.pem).join('');
const asked = createCertificates([root.pem]);
const proven = (pem: string, holder: Holder, more: { host?: string; now?: number; said?: Uint8Array } = {}): boolean =>
  asked.provenBy(pem, more.host ?? 'pay.test', data, sign(holder, more.said), more.now ?? NOW);

describe('a chain that leads to a trusted root', () => {
  it('proves with the authorities in between, with the root sent along, and without a middle', () => {
    expect(proven(chain(leaf, middle), leaf)).toBe(true);
    expect(proven(chain(leaf, middle, root), leaf)).toBe(true);
    const direct = certificate({ common: 'Direct', by: root, hosts: ['pay.test'], ...valid });
    expect(proven(chain(direct), direct)).toBe(true);
  });

  it('names the host itself or one under it, and no other', () => {
    for (const host of ['pay.test', HOST]) expect(proven(chain(leaf, middle), leaf, { host })).toBe(true);
    for (const host of ['ay.test', 'test.pay', 'x.messageverificationcerts.pay.test', 'evil.test']) expect(proven(chain(leaf, middle), leaf, { host })).toBe(false);
    const likeIt = certificate({ common: 'Like', by: middle, hosts: ['evilpay.test', 'pay.test.evil.test'], ...valid });
    expect(proven(chain(likeIt, middle), likeIt)).toBe(false);
    const nameless = certificate({ common: 'pay.test', by: middle, ...valid });
    expect(proven(chain(nameless, middle), nameless)).toBe(false);
  });

  it('is valid from its first to its last moment', () => {
    expect(proven(chain(leaf, middle), leaf, { now: valid.from })).toBe(true);
    expect(proven(chain(leaf, middle), leaf, { now: valid.to })).toBe(true);
    expect(proven(chain(leaf, middle), leaf, { now: valid.from - 1000 })).toBe(false);
    expect(proven(chain(leaf, middle), leaf, { now: valid.to + 1000 })).toBe(false);
    const old = certificate({ common: 'Old', by: root, isAuthority: true, from: NOW - 60 * DAY, to: NOW - DAY });
    const under = certificate({ common: 'Under', by: old, hosts: [HOST], ...valid });
    expect(proven(chain(under, old), under)).toBe(false);
  });
});

describe('what proves nothing', () => {
  it('one that signed itself, even under the right name', () => {
    const own = certificate({ common: 'Root', isAuthority: true, hosts: [HOST], ...valid });
    expect(proven(chain(own), own)).toBe(false);
    const under = certificate({ common: 'Under', by: own, hosts: [HOST], ...valid });
    expect(proven(chain(under, own), under)).toBe(false);
    expect(proven(chain(under, own, root), under)).toBe(false);
  });

  it('a chain with a gap, in the wrong order, or around somebody who may not sign', () => {
    expect(proven(chain(leaf), leaf)).toBe(false);
    expect(proven(chain(leaf, root), leaf)).toBe(false);
    expect(proven(chain(middle, leaf), leaf)).toBe(false);
    const plain = certificate({ common: 'Plain', by: root, hosts: ['shop.test'], ...valid });
    const forged = certificate({ common: 'Forged', by: plain, hosts: [HOST], ...valid });
    expect(proven(chain(forged, plain), forged)).toBe(false);
    expect(proven(chain(forged, plain, root), forged)).toBe(false);
  });

  it('another key, other words, a spoiled signature, and a key of another kind', () => {
    expect(proven(chain(leaf, middle), middle)).toBe(false);
    expect(proven(chain(leaf, middle), leaf, { said: Buffer.from('something else') })).toBe(false);
    const good = sign(leaf);
    for (const bad of [good.subarray(1), Buffer.alloc(0), Buffer.concat([good, Buffer.from([0])]), randomBytes(good.length)]) {
      expect(asked.provenBy(chain(leaf, middle), 'pay.test', data, bad, NOW)).toBe(false);
    }
    const curve = certificate({ common: 'Curve', by: middle, hosts: [HOST], type: 'ec', ...valid });
    expect(proven(chain(curve, middle), curve)).toBe(false);
  });

  it('text that is no certificate, and a chain of any length', () => {
    for (const pem of ['', 'hello', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', leaf.pem.slice(0, 200), '<html></html>']) expect(proven(pem, leaf)).toBe(false);
    expect(proven(chain(leaf, ...Array.from({ length: 2000 }, () => leaf), middle), leaf)).toBe(false);
  });

  it('a good chain to a root that is not ours', () => {
    expect(createCertificates([certificate({ common: 'Other', isAuthority: true, ...valid }).pem]).provenBy(chain(leaf, middle, root), 'pay.test', data, sign(leaf), NOW)).toBe(false);
    expect(createCertificates([]).provenBy(chain(leaf, middle, root), 'pay.test', data, sign(leaf), NOW)).toBe(false);
    expect(createCertificates().provenBy(chain(leaf, middle, root), 'pay.test', data, sign(leaf), NOW)).toBe(false);
  });
});
