import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { canonicalUrl, INTAKE_PREFIX, systemNamed } from '../../../../core/domain/intake/aliases.ts';

it.each([
  ['/api/v1/me', '/api/me'],
  ['/api/v1?x', '/api?x'],
  ['/api/v10/me', '/api/v10/me'],
  ['/api/me?next=/api/v1/x', '/api/me?next=/api/v1/x'],
  ['/api/webhooks/stripe/KEY?a=%20b', `${INTAKE_PREFIX}/stripe/KEY?a=%20b`],
  ['/api/v1/webhooks/tave/KEY', `${INTAKE_PREFIX}/vsco-workspace/KEY`],
  ['/webhooks/tave', `${INTAKE_PREFIX}/vsco-workspace`],
  ['/webhooks/tave?x=1', `${INTAKE_PREFIX}/vsco-workspace?x=1`],
  ['/api/crm/webhook/17hats/KEY', `${INTAKE_PREFIX}/seventeen-hats/KEY`],
  ['/api/payments/webhook/stripe/KEY', `${INTAKE_PREFIX}/stripe/KEY`],
  ['/webhooks', '/webhooks'],
  ['/webhooksx/stripe', '/webhooksx/stripe'],
  ['/', '/'],
])('%s is %s', (url, real) => expect(canonicalUrl(url)).toBe(real));

test('is settled after once, and leaves what follows the path as it came', () => {
  fc.assert(
    fc.property(fc.constantFrom('/api/webhooks', '/webhooks', '/api/v1/webhooks', INTAKE_PREFIX, '/api'), fc.webPath(), fc.webQueryParameters(), (prefix, path, query) => {
      const once = canonicalUrl(`${prefix}${path}?${query}`);
      expect(canonicalUrl(once)).toBe(once.replace(/^\/api\/v1(?=\/|\?|$)/, '/api'));
      expect(once.endsWith(`?${query}`)).toBe(true);
    }),
  );
});

it('knows systems by their other names, and leaves unknown ones alone', () => {
  expect([systemNamed('tave'), systemNamed('nobody'), systemNamed('constructor')]).toEqual(['vsco-workspace', 'nobody', 'constructor']);
});
