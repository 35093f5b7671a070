import { expect, test } from 'vitest';
import { createVault, hashOf, newToken } from '../../../../server/store/vault.ts';

const vault = createVault(new Uint8Array(32).fill(1));
const other = createVault(new Uint8Array(32).fill(2));

test('what was sealed opens again, and is different each time', () => {
  const sealed = vault.seal('whsec_ünïcode', 'connection:1:secrets');
  expect(sealed).not.toContain('whsec');
  expect(vault.seal('whsec_ünïcode', 'connection:1:secrets')).not.toBe(sealed);
  expect(vault.open(sealed, 'connection:1:secrets')).toEqual({ ok: true, value: 'whsec_ünïcode' });
});

const sealed = vault.seal('secret', 'connection:1:secrets');
const parts = sealed.split('.');
const withPart = (index: number, text: string) => parts.map((part, at) => (at === index ? text : part)).join('.');

test.each([
  ['another key', () => other.open(sealed, 'connection:1:secrets')],
  ['another purpose', () => vault.open(sealed, 'connection:2:secrets')],
  ['an altered body', () => vault.open(withPart(4, 'AAAAAAAA'), 'connection:1:secrets')],
  ['an altered nonce', () => vault.open(withPart(2, 'AAAAAAAAAAAAAAAA'), 'connection:1:secrets')],
  ['a shortened tag', () => vault.open(withPart(3, (parts[3] ?? '').slice(0, 6)), 'connection:1:secrets')],
  ['another form', () => vault.open('v9.x.y.z.w', 'connection:1:secrets')],
  ['plain text', () => vault.open('secret', 'connection:1:secrets')],
  ['nothing', () => vault.open('', 'connection:1:secrets')],
])('%s is refused with a code', (_name, open) => {
  expect(open()).toMatchObject({ ok: false, error: { code: 'secrets.unavailable' } });
});

test('the key is told apart without giving it away, and must have its full length', () => {
  expect(vault.keyId).not.toBe(other.keyId);
  expect(parts[1]).toBe(vault.keyId);
  expect(() => createVault(new Uint8Array(31))).toThrow(/32 bytes/);
});

test('tokens are unguessable and only their hash needs keeping', () => {
  const tokens = Array.from({ length: 100 }, newToken);
  expect(new Set(tokens).size).toBe(100);
  for (const token of tokens) expect(token).toMatch(/^[\w-]{43}$/);
  expect(hashOf('a').toString('hex')).toBe('ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb');
});
