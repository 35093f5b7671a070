import { BlockList, isIP } from 'node:net';

/**
 * Addresses that outbound calls must never reach: this machine, its networks, and everything that is not the public
 * internet (RFC 6890 and successors). A vendor's base URL is typed in by a person and must not become a way in.
 */
const forbidden = new BlockList();
const V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24],
  ['192.88.99.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4],
];
const V6: readonly (readonly [string, number])[] = [
  ['::', 96], ['64:ff9b::', 96], ['64:ff9b:1::', 48], ['100::', 64], ['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['3fff::', 20], ['5f00::', 16],
  ['fc00::', 7], ['fe80::', 10], ['fec0::', 10], ['ff00::', 8],
];
for (const [network, prefix] of V4) forbidden.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of V6) forbidden.addSubnet(network, prefix, 'ipv6');

/** `::ffff:10.0.0.1` -> `10.0.0.1`, also in its hexadecimal spelling; null when it is no such address. */
function mappedV4(address: string): string | null {
  const match = /^(?:0*:){2,}?(?:0*:)*ffff:(.+)$/i.exec(address);
  const tail = match?.[1];
  if (!tail) return null;
  if (isIP(tail) === 4) return tail;
  const [high, low] = tail.split(':').map((part) => Number.parseInt(part, 16));
  if (high === undefined || low === undefined || Number.isNaN(high) || Number.isNaN(low)) return null;
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** True for a literal address of the public internet; false for every other address and for text that is none. */
export function isPublicAddress(address: string): boolean {
  const bare = address.split('%')[0] ?? '';
  const family = isIP(bare);
  if (family === 0) return false;
  if (family === 4) return !forbidden.check(bare, 'ipv4');
  const inner = mappedV4(bare);
  if (inner !== null) return isPublicAddress(inner);
  return !forbidden.check(bare, 'ipv6');
}
