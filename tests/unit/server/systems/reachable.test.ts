import { expect, test } from 'vitest';
import { canBeCalled } from '../../../../server/systems/reachable.ts';

test.each([
  ['https://wedsync.harrow-house.co.uk/api/x', true],
  ['https://wedsync.harrow-house.co.uk.:8443/', true],
  ['https://8.8.8.8/', true],
  ['https://[2606:4700::1111]/', true],
  ['http://wedsync.harrow-house.co.uk/', false],
  ['https://localhost:8443/', false],
  ['https://127.0.0.1/', false],
  ['https://127.1/', false],
  ['https://192.168.1.20/', false],
  ['https://10.0.0.5/', false],
  ['https://169.254.10.10/', false],
  ['https://100.64.3.3/', false],
  ['https://[::1]/', false],
  ['https://[fe80::1]/', false],
  ['https://[fd00::7]/', false],
  ['https://[::ffff:192.168.1.20]/', false],
  ['https://office-mac/', false],
  ['https://Office-Mac.LOCAL./', false],
  ['https://wedsync.home.arpa/', false],
  ['https://wedsync.internal/', false],
])('%s: %s', (url, callable) => {
  expect(canBeCalled(url)).toBe(callable);
});
