import { createHmac } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function fromBase32(text: string): Buffer {
  const bits = [...text.replace(/=+$/, '')].map((sign) => ALPHABET.indexOf(sign).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** What an authenticator app shows for an `otpauth:` address (RFC 6238, SHA-1, 30 s). */
export function oneTimeCode(address: string, at = Date.now(), steps = 0): string {
  const url = new URL(address);
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000) + steps));
  const digest = createHmac('sha1', fromBase32(url.searchParams.get('secret') ?? '')).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 15;
  const digits = Number(url.searchParams.get('digits') ?? '6');
  return String((digest.readUInt32BE(offset) & 0x7fff_ffff) % 10 ** digits).padStart(digits, '0');
}
