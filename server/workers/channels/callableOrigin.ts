import { isIP } from 'node:net';

/** Vendors call public https addresses only; null = they cannot call this server. An address in numbers has no certificate that they believe. */
export function callableOrigin(publicUrl: string | null): string | null {
  const url = publicUrl === null ? null : URL.parse(publicUrl);
  if (url?.protocol !== 'https:' || isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0) return null;
  return !url.hostname.includes('.') || /\.(?:localhost|local|internal|lan|home\.arpa)$/i.test(url.hostname) ? null : url.origin;
}
