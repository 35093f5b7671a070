/**
 * One-dimensional arrays as PostgreSQL takes them in binary: nothing is quoted on this side and nothing parsed on the other,
 * which for bodies of two kilobytes is most of the cost of an insert. As parameters of a query they need a cast
 * (`${arrays.text(...)}::text[]`).
 *
 * All of a batch stand in one piece of memory that is used again for the next: new memory for each makes the collector
 * cost more than the insert. It is shared between threads, so handing it over copies nothing. What was given stays valid
 * until `begin`; whoever calls it knows that the database has answered.
 */
export interface BinaryArrays {
  begin(): void;
  /** A lone surrogate becomes U+FFFD; a NUL character is refused by the database (22021). */
  text(values: readonly (string | null)[]): Buffer;
  /** Lower or upper case, with hyphens. Throws for anything else. */
  uuids(values: readonly string[]): Buffer;
  /** UTC instants as ISO text, to the millisecond. Throws for anything else. */
  instants(values: readonly string[]): Buffer;
}

const OID = { text: 25, timestamptz: 1184, uuid: 2950 } as const;
/** Number of dimensions, whether there are nulls (not looked at by the reader), type, length, lower bound. */
const HEAD = 20;
const NULL_LENGTH = -1;
const UUID_BYTES = 16;
const INSTANT_BYTES = 8;
/** 1 January 2000, from which PostgreSQL counts microseconds. */
const EPOCH_MS = 946_684_800_000;
const HIGH = 2 ** 32;
const FIRST_BYTES = 256 * 1024;
/** A batch of unusually large bodies is not remembered by its memory. */
const KEPT_BYTES = 4 * 1024 * 1024;

export function createBinaryArrays(): BinaryArrays {
  const memory = (bytes: number) => Buffer.from(new SharedArrayBuffer(bytes));
  let space = memory(FIRST_BYTES);
  let used = 0;

  function array(oid: number, count: number, bytes: number, fill: (out: Buffer) => void): Buffer {
    const length = HEAD + bytes;
    if (used + length > space.length) {
      // What was given so far stays where it is.
      space = memory(Math.max(length, space.length * 2));
      used = 0;
    }
    const out = space.subarray(used, used + length);
    used += length;
    out.writeInt32BE(1, 0);
    out.writeInt32BE(0, 4);
    out.writeInt32BE(oid, 8);
    out.writeInt32BE(count, 12);
    out.writeInt32BE(1, 16);
    fill(out);
    return out;
  }

  return {
    begin() {
      used = 0;
      if (space.length > KEPT_BYTES) space = memory(FIRST_BYTES);
    },
    text(values) {
      const lengths = values.map((value) => (value === null ? NULL_LENGTH : Buffer.byteLength(value)));
      return array(OID.text, values.length, lengths.reduce((sum, length) => sum + 4 + Math.max(0, length), 0), (out) => {
        let at = HEAD;
        values.forEach((value, index) => {
          at = out.writeInt32BE(lengths[index] ?? NULL_LENGTH, at);
          if (value !== null) at += out.write(value, at);
        });
      });
    },
    uuids(values) {
      return array(OID.uuid, values.length, values.length * (4 + UUID_BYTES), (out) => {
        let at = HEAD;
        for (const value of values) {
          at = out.writeInt32BE(UUID_BYTES, at);
          if (out.write(value.replaceAll('-', ''), at, 'hex') !== UUID_BYTES) throw new TypeError(`no UUID: ${value}`);
          at += UUID_BYTES;
        }
      });
    },
    instants(values) {
      return array(OID.timestamptz, values.length, values.length * (4 + INSTANT_BYTES), (out) => {
        let at = HEAD;
        for (const value of values) {
          const micros = (Date.parse(value) - EPOCH_MS) * 1_000;
          if (!Number.isSafeInteger(micros)) throw new TypeError(`no instant: ${value}`);
          at = out.writeInt32BE(INSTANT_BYTES, at);
          at = out.writeInt32BE(Math.floor(micros / HIGH), at);
          at = out.writeUInt32BE(micros - Math.floor(micros / HIGH) * HIGH, at);
        }
      });
    },
  };
}
