import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';

/** Seals secrets at rest with AES-256-GCM. A sealed text names its key, so that keys can be exchanged one day. */
export interface Vault {
  readonly keyId: string;
  /** `about` is bound to the sealed text: it only opens again for the same thing (`connection:<id>:secrets`). */
  seal(plain: string, about: string): string;
  /** `secrets.unavailable` when the key is another one, or the text was altered or belongs to something else. */
  open(sealed: string, about: string): Result<string, CodedError>;
  /** A secret of its own for one purpose, always the same from the same master key (HKDF-SHA-256), as text of 256 bits. */
  derive(purpose: string): string;
}

const refused = (why: string) => err(codedError('secrets.unavailable', why));

/** Throws when the key is not 32 bytes: that is a fault of the program, not of the data. */
export function createVault(masterKey: Uint8Array): Vault {
  if (masterKey.length !== 32) throw new Error('the master key must have 32 bytes');
  const key = Buffer.from(masterKey);
  const keyId = createHash('sha256').update('wedsync master key').update(key).digest('hex').slice(0, 12);
  return {
    keyId,
    seal(plain, about) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      cipher.setAAD(Buffer.from(about));
      const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return ['v1', keyId, nonce.toString('base64url'), cipher.getAuthTag().toString('base64url'), sealed.toString('base64url')].join('.');
    },
    open(sealed, about) {
      const [version, sealedBy, nonce, tag, body] = sealed.split('.');
      if (version !== 'v1' || !sealedBy || !nonce || !tag || body === undefined) return refused('The sealed text has an unknown form.');
      if (sealedBy !== keyId) return refused(`The secret was sealed with key ${sealedBy}, the master key at hand is ${keyId}.`);
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'), { authTagLength: 16 });
        decipher.setAAD(Buffer.from(about));
        decipher.setAuthTag(Buffer.from(tag, 'base64url'));
        return ok(Buffer.concat([decipher.update(Buffer.from(body, 'base64url')), decipher.final()]).toString('utf8'));
      } catch {
        return refused('The sealed text was altered or belongs to something else.');
      }
    },
    derive: (purpose) => Buffer.from(hkdfSync('sha256', key, 'wedsync', purpose, 32)).toString('base64url'),
  };
}

/** A new unguessable text of 256 bits, safe in URLs. */
export const newToken = () => randomBytes(32).toString('base64url');
export const hashOf = (token: string): Buffer => createHash('sha256').update(token, 'utf8').digest();
