import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** CBOR (RFC 8949), as far as a passkey needs it. */
type Value = number | string | Buffer | ReadonlyMap<number | string, Value>;
function head(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length]);
  if (length < 256) return Buffer.from([(major << 5) | 24, length]);
  return Buffer.from([(major << 5) | 25, length >> 8, length & 255]);
}
function cbor(value: Value): Buffer {
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, one]) => [cbor(key), cbor(one)])]);
}

const FLAGS = { present: 1, verified: 4, attested: 64 } as const;
const number32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

/** A passkey in software: ES256, no attestation, its holder always verified (WebAuthn level 2). */
export class Authenticator {
  readonly id = randomBytes(16);
  private readonly key: KeyObject;
  private readonly publicKey: Buffer;
  private counter = 0;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = publicKey.export({ format: 'jwk' });
    this.key = privateKey;
    this.publicKey = cbor(new Map<number, Value>([[1, 2], [3, -7], [-1, 1], [-2, Buffer.from(jwk.x ?? '', 'base64url')], [-3, Buffer.from(jwk.y ?? '', 'base64url')]]));
  }

  private clientData = (type: string, challenge: string, origin: string) => Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  private head(rpId: string, flags: number): Buffer {
    this.counter += 1;
    return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.from([flags]), number32(this.counter)]);
  }

  /** Answers the options of a registration. */
  register(options: { challenge: string; rp: { id: string } }, origin: string): object {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.id.length);
    const data = Buffer.concat([this.head(options.rp.id, FLAGS.present | FLAGS.verified | FLAGS.attested), Buffer.alloc(16), length, this.id, this.publicKey]);
    const attestation = cbor(new Map<string, Value>([['fmt', 'none'], ['attStmt', new Map()], ['authData', data]]));
    return this.answer({ clientDataJSON: this.clientData('webauthn.create', options.challenge, origin).toString('base64url'), attestationObject: attestation.toString('base64url'), transports: ['internal'] });
  }

  /** Answers the options of a sign-in. */
  signIn(options: { challenge: string; rpId: string }, origin: string): object {
    const client = this.clientData('webauthn.get', options.challenge, origin);
    const data = this.head(options.rpId, FLAGS.present | FLAGS.verified);
    const signature = sign('sha256', Buffer.concat([data, createHash('sha256').update(client).digest()]), this.key);
    return this.answer({ clientDataJSON: client.toString('base64url'), authenticatorData: data.toString('base64url'), signature: signature.toString('base64url') });
  }

  private answer(response: object): object {
    const id = this.id.toString('base64url');
    return { id, rawId: id, type: 'public-key', response, clientExtensionResults: {}, authenticatorAttachment: 'platform' };
  }
}
