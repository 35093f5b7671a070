import { isUtf8 } from 'node:buffer';
import { createHash, createHmac, randomBytes, randomFillSync, timingSafeEqual } from 'node:crypto';
import type { Clock, Hashing, Ids, Random } from '../core/ports/ports.ts';

export const systemClock: Clock = { now: () => Date.now() };

export const nodeHashing: Hashing = {
  hmacSha256: (key, data) => createHmac('sha256', key).update(data).digest(),
  hmacSha1: (key, data) => createHmac('sha1', key).update(data).digest(),
  sha256: (data) => createHash('sha256').update(data).digest(),
  // timingSafeEqual throws on different lengths; the length of a digest is no secret, so that check may be early.
  equal: (a, b) => a.byteLength === b.byteLength && timingSafeEqual(a, b),
};

/** UTF-8 as text, by the rules of core's `decodeUtf8`; that one takes thirty times as long. */
export const decodeText = (bytes: Uint8Array): string | null => (isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8') : null);

export const systemRandom: Random = { next: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48 };

const AT_ONCE = 256;

/**
 * UUIDv7 (RFC 9562) that never goes backwards: the twelve bits after the version count within one millisecond, so ids
 * made in a burst sort in the order of making. When they run out, or the clock steps back, the last time is kept or
 * moved on by one.
 */
export function createIds(clock: Clock = systemClock): Ids {
  let lastMs = 0;
  let counter = 0;
  // Chance is fetched for many ids at once: a call for each costs more than the rest of the id.
  const pool = Buffer.alloc(16 * AT_ONCE);
  let used = pool.length;
  return {
    next() {
      if (used === pool.length) {
        randomFillSync(pool);
        used = 0;
      }
      const bytes = pool.subarray(used, used + 16);
      used += 16;
      const now = clock.now();
      if (now > lastMs) {
        lastMs = now;
        // The upper bit starts at 0 to leave room for counting.
        counter = bytes.readUInt16BE(6) & 0x7ff;
      } else if (++counter > 0xfff) {
        lastMs += 1;
        counter = bytes.readUInt16BE(6) & 0x7ff;
      }
      bytes.writeUIntBE(lastMs, 0, 6);
      bytes.writeUInt16BE(0x7000 | counter, 6);
      bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
      const hex = bytes.toString('hex');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    },
  };
}
