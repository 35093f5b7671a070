import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';

/** X.509 certificates of our own making: Node reads them and makes none. Only what a chain check looks at. */

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const digits = body.length.toString(16);
  const length = body.length < 128 ? Buffer.from([body.length]) : Buffer.concat([Buffer.from([0x80 | Math.ceil(digits.length / 2)]), Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex')]);
  return Buffer.concat([Buffer.from([tag]), length, body]);
};
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const text = (value: string): Buffer => der(0x0c, Buffer.from(value, 'utf8'));

const SHA256_WITH_RSA = sequence(oid('2a864886f70d01010b'), der(0x05));
const COMMON_NAME = oid('550403');
const BASIC_CONSTRAINTS = oid('551d13');
const ALTERNATIVE_NAME = oid('551d11');
const TRUE = der(0x01, Buffer.from([0xff]));

const name = (common: string): Buffer => sequence(der(0x31, sequence(COMMON_NAME, text(common))));
const time = (ms: number): Buffer => der(0x18, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`));

export interface Holder {
  readonly pem: string;
  readonly key: KeyObject;
  readonly name: string;
}

let serial = 1;

/** @param by - who signs; nobody = by itself */
export function certificate(options: { readonly common: string; readonly by?: Holder; readonly isAuthority?: boolean; readonly hosts?: readonly string[]; readonly from: number; readonly to: number; readonly type?: 'rsa' | 'ec' }): Holder {
  const { common, by, isAuthority = false, hosts = [], from, to, type = 'rsa' } = options;
  const { publicKey, privateKey } = type === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('rsa', { modulusLength: 2048 });
  serial += 1;
  const extensions = [
    sequence(BASIC_CONSTRAINTS, TRUE, der(0x04, isAuthority ? sequence(TRUE) : sequence())),
    ...(hosts.length > 0 ? [sequence(ALTERNATIVE_NAME, der(0x04, sequence(...hosts.map((host) => der(0x82, Buffer.from(host))))))] : []),
  ];
  const signer = by ?? { name: common, key: privateKey };
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([serial])),
    SHA256_WITH_RSA,
    name(signer.name),
    sequence(time(from), time(to)),
    name(common),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signed = sequence(body, SHA256_WITH_RSA, der(0x03, Buffer.from([0]), createSign('sha256').update(body).sign(signer.key)));
  const lines = signed.toString('base64').match(/.{1,64}/g) ?? [];
  return { pem: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`, key: privateKey, name: common };
}
