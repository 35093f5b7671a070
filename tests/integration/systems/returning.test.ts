import { describe, expect, it } from 'vitest';
import { DESKTOP_LEAVE_ADDRESS, DESKTOP_LEAVE_LOCALHOST } from '../../../core/contract/systems.ts';
import { vendorModule, VENDORS } from '../../../core/vendors/registry.ts';
import { LEAVE_PATH, mayReturnTo, returningTo } from '../../../server/systems/leave.ts';

const OWN = ['https://console.example.test', 'http://127.0.0.1:8080'];

describe('where a browser may come back to', () => {
  it.each([DESKTOP_LEAVE_ADDRESS, 'http://127.0.0.1:1/leave', 'http://[::1]:5000/leave', `${OWN[0]}${LEAVE_PATH}`, `${OWN[1]}${LEAVE_PATH}`])('%s', (address) => {
    expect(mayReturnTo(address, OWN)).toBe(true);
  });

  it.each([
    ...['', 'leave', 'http://', 'javascript:alert(1)', 'http://evil.example:43117/leave', 'https://127.0.0.1:43117/leave'],
    ...['http://localhost:43117/leave', 'http://localhost.evil.example:43117/leave', 'http://localhost@evil.example:43117/leave', 'http://127.0.0.1@evil.example:43117/leave'],
    ...['http://127.0.0.1.evil.example:43117/leave', 'http://127.0.0.1/leave', 'http://localhost/leave', `http://127.0.0.1:43117${'@'}evil.example/leave`, 'http://127.0.0.1:43117/leave#x'],
    ...['http://evil.example\\@127.0.0.1:43117/leave', 'http://[::ffff:7f00:1]:43117/leave', 'http://0.0.0.0:43117/leave', 'http://127.0.0.2:43117/leave'],
    ...[`${OWN[0]}/other`, `${OWN[0]}${LEAVE_PATH}?next=https://evil.example`, `${OWN[0]}.evil.example${LEAVE_PATH}`, 'http://127.0.0.1:8080/leave'],
  ])('not %s', (address) => expect(mayReturnTo(address, OWN)).toBe(false));

  it('is told by the name that the vendor takes, at the same port of the same machine', () => {
    const outlook = vendorModule('microsoft-graph')!.manifest.oauth!;
    expect(returningTo(outlook, DESKTOP_LEAVE_ADDRESS, OWN)).toBe(DESKTOP_LEAVE_LOCALHOST);
    expect(returningTo(outlook, 'http://[::1]:5000/leave', OWN)).toBe('http://localhost:5000/leave');
    for (const own of OWN) expect(returningTo(outlook, `${own}${LEAVE_PATH}`, OWN)).toBe(`${own}${LEAVE_PATH}`);
    for (const { manifest } of VENDORS.values()) if (manifest.oauth && manifest.oauth.loopback === undefined) expect(returningTo(manifest.oauth, DESKTOP_LEAVE_ADDRESS, OWN)).toBe(DESKTOP_LEAVE_ADDRESS);
  });
});
