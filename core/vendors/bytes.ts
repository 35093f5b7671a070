/** Text and bytes without a host: core knows neither Node's Buffer nor the browser's TextDecoder. Nothing here throws. */

const CHUNK = 8192;

/** UTF-8 bytes as text; null when the bytes are not well-formed UTF-8 (overlong forms, surrogates, cut sequences). A byte order mark is kept. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  const parts: string[] = [];
  const units = new Uint16Array(Math.min(bytes.length, CHUNK) + 2);
  let filled = 0;
  let i = 0;
  while (i < bytes.length) {
    if (filled >= CHUNK) {
      parts.push(String.fromCharCode(...units.subarray(0, filled)));
      filled = 0;
    }
    const first = bytes[i]!;
    if (first < 0x80) {
      units[filled++] = first;
      i += 1;
      continue;
    }
    const extra = first >= 0xc2 && first <= 0xdf ? 1 : first >= 0xe0 && first <= 0xef ? 2 : first >= 0xf0 && first <= 0xf4 ? 3 : 0;
    if (extra === 0 || i + extra >= bytes.length) return null;
    let point = first & (0x3f >> extra);
    for (let k = 1; k <= extra; k += 1) {
      const next = bytes[i + k]!;
      if ((next & 0xc0) !== 0x80) return null;
      point = (point << 6) | (next & 0x3f);
    }
    // The lead byte rules out most overlong forms; these are the rest, with surrogates and points past the last plane.
    if ((extra === 2 && (point < 0x800 || (point >= 0xd800 && point <= 0xdfff))) || (extra === 3 && (point < 0x10000 || point > 0x10ffff)))
      return null;
    if (point >= 0x10000) {
      units[filled++] = 0xd800 + ((point - 0x10000) >> 10);
      units[filled++] = 0xdc00 + ((point - 0x10000) & 0x3ff);
    } else {
      units[filled++] = point;
    }
    i += extra + 1;
  }
  parts.push(String.fromCharCode(...units.subarray(0, filled)));
  return parts.join('');
}

/** Text as UTF-8; a lone surrogate becomes U+FFFD, as everywhere else. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let n = 0;
  for (const character of text.toWellFormed()) {
    const point = character.codePointAt(0)!;
    if (point < 0x80) {
      bytes[n++] = point;
    } else if (point < 0x800) {
      bytes[n++] = 0xc0 | (point >> 6);
      bytes[n++] = 0x80 | (point & 0x3f);
    } else if (point < 0x10000) {
      bytes[n++] = 0xe0 | (point >> 12);
      bytes[n++] = 0x80 | ((point >> 6) & 0x3f);
      bytes[n++] = 0x80 | (point & 0x3f);
    } else {
      bytes[n++] = 0xf0 | (point >> 18);
      bytes[n++] = 0x80 | ((point >> 12) & 0x3f);
      bytes[n++] = 0x80 | ((point >> 6) & 0x3f);
      bytes[n++] = 0x80 | (point & 0x3f);
    }
  }
  return bytes.slice(0, n);
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Hexadecimal, either case; null for an odd length or any other character. */
export function decodeHex(text: string): Uint8Array | null {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return null;
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = Number.parseInt(text.slice(i * 2, i * 2 + 2), 16);
  return bytes;
}

/** Lower-case hexadecimal. */
export function encodeHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Standard base64 with its padding (RFC 4648 section 4); null for anything else, stray bits in the last character included. */
export function decodeBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  const body = text.replace(/=+$/, '');
  const bytes = new Uint8Array(Math.floor((body.length * 6) / 8));
  let bits = 0;
  let held = 0;
  let n = 0;
  for (const character of body) {
    held = ((held << 6) | BASE64.indexOf(character)) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[n++] = (held >> bits) & 0xff;
    }
  }
  return (held & ((1 << bits) - 1)) === 0 ? bytes : null;
}

/** Standard base64 with its padding. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const held = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const left = bytes.length - i;
    text += BASE64[held >> 18]! + BASE64[(held >> 12) & 63]! + (left > 1 ? BASE64[(held >> 6) & 63]! : '=') + (left > 2 ? BASE64[held & 63]! : '=');
  }
  return text;
}

const CRC32 = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 as in zip and PNG, unsigned. No proof of anything by itself. */
export function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = CRC32[(value ^ byte) & 0xff]! ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
