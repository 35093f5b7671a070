import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import type { Certificates } from '../core/ports/ports.ts';

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** Longer than any chain that a public authority hands out. */
const MOST = 6;

const isValid = (certificate: X509Certificate, now: number): boolean => now >= Date.parse(certificate.validFrom) && now <= Date.parse(certificate.validTo);

/** True when `issuer` has really signed `certificate` and may sign others. */
const issued = (issuer: X509Certificate, certificate: X509Certificate): boolean => issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);

/** `host` or something under it: `paypal.com` is named by `messageverificationcerts.paypal.com`. */
function names(certificate: X509Certificate, host: string): boolean {
  const alternatives = certificate.subjectAltName?.match(/DNS:[^,\s]+/g)?.map((name) => name.slice('DNS:'.length).toLowerCase()) ?? [];
  return alternatives.some((name) => name === host || name.endsWith(`.${host}`));
}

/** @param roots - PEM certificates that are trusted; what Node ships unless a test brings its own */
export function createCertificates(roots: readonly string[] = rootCertificates): Certificates {
  let trusted: readonly X509Certificate[] | null = null;
  // Reading a hundred and fifty certificates costs a moment and is needed by one vendor only.
  const anchors = () => (trusted ??= roots.map((pem) => new X509Certificate(pem)));

  function leadsToRoot(chain: readonly X509Certificate[], now: number): boolean {
    for (const [index, certificate] of chain.entries()) {
      if (!isValid(certificate, now)) return false;
      if (anchors().some((root) => isValid(root, now) && (root.fingerprint256 === certificate.fingerprint256 || issued(root, certificate)))) return true;
      const next = chain[index + 1];
      if (!next || !issued(next, certificate)) return false;
    }
    return false;
  }

  return {
    provenBy(pem, host, data, signature, now) {
      try {
        const chain = (pem.match(BLOCK) ?? []).slice(0, MOST).map((block) => new X509Certificate(block));
        const [leaf] = chain;
        if (!leaf || leaf.publicKey.asymmetricKeyType !== 'rsa' || !names(leaf, host) || !leadsToRoot(chain, now)) return false;
        return verify('sha256', data, createPublicKey(leaf.publicKey.export({ type: 'spki', format: 'pem' })), signature);
      } catch {
        // A text that is no certificate proves nothing; why it cannot be read is of no use to anybody.
        return false;
      }
    },
  };
}
