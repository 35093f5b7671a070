import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBinaryArrays } from '../../../../server/store/binaryArrays.ts';

/** Reads an array the way PostgreSQL does: see array_recv. */
function read(bytes: Buffer): { oid: number; values: (Buffer | null)[] } {
  expect([bytes.readInt32BE(0), bytes.readInt32BE(4), bytes.readInt32BE(16)]).toEqual([1, 0, 1]);
  const values: (Buffer | null)[] = [];
  let at = 20;
  for (let n = 0; n < bytes.readInt32BE(12); n += 1) {
    const length = bytes.readInt32BE(at);
    at += 4;
    values.push(length < 0 ? null : bytes.subarray(at, at + length));
    at += Math.max(0, length);
  }
  expect(at).toBe(bytes.length);
  return { oid: bytes.readInt32BE(8), values };
}

describe('binary arrays', () => {
  it('hold any text, and several of one batch do not touch each other', () => {
    const arrays = createBinaryArrays();
    const texts = fc.array(fc.option(fc.oneof(fc.string({ unit: 'binary' }), fc.constant('x'.repeat(70_000))), { nil: null }), { maxLength: 12 });
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        arrays.begin();
        const both = [arrays.text(one), arrays.text(other)].map((bytes) => read(bytes));
        expect(both.map(({ oid }) => oid)).toEqual([25, 25]);
        expect(both.map(({ values }) => values.map((value) => value?.toString('utf8') ?? null))).toEqual([one, other].map((all) => all.map((text) => text?.toWellFormed() ?? null)));
      }),
    );
  });

  it('hold ids and instants', () => {
    const arrays = createBinaryArrays();
    fc.assert(
      fc.property(fc.array(fc.uuid()), fc.array(fc.date({ min: new Date('1950-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })), (ids, dates) => {
        arrays.begin();
        expect(read(arrays.uuids(ids)).values.map((value) => value?.toString('hex'))).toEqual(ids.map((id) => id.replaceAll('-', '')));
        const instants = read(arrays.instants(dates.map((date) => date.toISOString())));
        expect(instants.values.map((value) => Number((value ?? Buffer.alloc(8)).readBigInt64BE() / 1_000n) + Date.UTC(2000, 0, 1))).toEqual(dates.map((date) => date.getTime()));
      }),
    );
  });

  it('refuse what is none', () => {
    const arrays = createBinaryArrays();
    for (const wrong of ['', 'x', '0190a000-0000-7000-8000-00000000000', '0190a000-0000-7000-8000-00000000000g']) expect(() => arrays.uuids([wrong]), wrong).toThrow('no UUID');
    expect(() => arrays.instants(['yesterday'])).toThrow('no instant');
  });
});
