import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, decodeBase64, decodeHex, decodeUtf8, encodeBase64, encodeHex, encodeUtf8 } from '../../core/vendors/bytes.ts';
import { decodeText } from '../../server/ports.ts';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const reference = (bytes: Uint8Array): string | null => {
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
};

/** Mostly text, cut and changed: random bytes alone would hardly ever reach the later checks. */
const someBytes = fc.array(fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 255 })), { maxLength: 3 });
const nearlyText = fc.tuple(fc.string({ unit: 'binary' }), someBytes, fc.nat({ max: 3 })).map(([text, changes, cut]) => {
  const bytes = new Uint8Array(Buffer.from(text.toWellFormed(), 'utf8'));
  for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
  return bytes.slice(0, Math.max(0, bytes.length - cut));
});

describe('utf-8', () => {
  it('decodes like the platform and refuses what it refuses', () => {
    fc.assert(fc.property(fc.oneof(fc.uint8Array(), nearlyText), (bytes) => {
      expect(decodeUtf8(bytes)).toBe(reference(bytes));
      expect(decodeText(bytes)).toBe(reference(bytes));
    }), { numRuns: 2000 });
  });

  it.each([
    ['overlong slash', [0xc0, 0xaf]],
    ['overlong in three', [0xe0, 0x80, 0xaf]],
    ['overlong in four', [0xf0, 0x80, 0x80, 0xaf]],
    ['surrogate', [0xed, 0xa0, 0x80]],
    ['past the last plane', [0xf4, 0x90, 0x80, 0x80]],
    ['cut', [0xe2, 0x82]],
    ['lone continuation', [0x80]],
  ])('refuses %s', (_name, bytes) => {
    expect(decodeUtf8(new Uint8Array(bytes))).toBeNull();
    expect(decodeText(new Uint8Array(bytes))).toBeNull();
  });

  it('keeps text over every chunk boundary', () => {
    for (const length of [8190, 8191, 8192, 8193, 16_385]) {
      const text = `${'a'.repeat(length)}😀é`;
      expect(decodeUtf8(Buffer.from(text))).toBe(text);
    }
  });

  it('encodes like the platform', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void expect([...encodeUtf8(text)]).toEqual([...Buffer.from(text, 'utf8')])));
  });
});

describe('hex and base64', () => {
  it('decode what the platform encodes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const buffer = Buffer.from(bytes);
        expect(encodeHex(bytes)).toBe(buffer.toString('hex'));
        expect(decodeHex(buffer.toString('hex').toUpperCase())).toEqual(bytes);
        expect(decodeBase64(buffer.toString('base64'))).toEqual(bytes);
        expect(encodeBase64(bytes)).toBe(buffer.toString('base64'));
      }),
    );
  });

  it('never throw, and accept only what encodes back to the same', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'abAB01+/=-_ ') })), (text) => {
        const hex = decodeHex(text);
        if (hex) expect(encodeHex(hex)).toBe(text.toLowerCase());
        const base64 = decodeBase64(text);
        if (base64) expect(Buffer.from(base64).toString('base64')).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });
});

it('concatenates', () => {
  fc.assert(fc.property(fc.array(fc.uint8Array()), (parts) => void expect([...concatBytes(...parts)]).toEqual([...Buffer.concat(parts)])));
});
