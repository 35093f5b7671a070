import { isIP } from 'node:net';
import { isPublicAddress } from '../../egress/addresses.ts';

/** Endings that no name of the internet has (RFC 6761, RFC 6762, RFC 8375, RFC 9476, ICANN's `.internal`), and those that private networks use all the same. */
const PRIVATE_NAMES = /\.(?:local|localhost|internal|intranet|lan|home|corp|private|home\.arpa|alt|test|invalid|example|onion)$/;

/** Whether a vendor can call this address, as far as the address itself tells: with https, and by a name or an address of the internet. */
export function canBeCalled(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'https:') return false;
  const host = hostname.toLowerCase().replace(/\.$/, '');
  const address = host.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0) return isPublicAddress(address);
  return host.includes('.') && !PRIVATE_NAMES.test(host);
}
