import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecordedEvent } from '../../../../core/contract/events.ts';
import { COLLECTION_NAMES, COLLECTIONS } from '../../../../core/contract/record.ts';
import { applyEvents, fromSnapshot, toSnapshot, wholeRow } from '../../../../core/domain/record/state.ts';
import { alert, alertRaised, AT, contact, keyed, state, testId } from '../../../support/builders.ts';

const events = (count: number): RecordedEvent[] => Array.from({ length: count }, (_, index) => alertRaised(alert({ seq: index + 1 })));

describe('the record in memory', () => {
  it('is the same whether events come one by one, in lumps, or twice', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 20 }), (count, lumps) => {
        const all = events(count);
        const atOnce = applyEvents(state(), all, count);
        let pieces = state({}, 0);
        let from = 0;
        for (const lump of [...lumps, count]) {
          const part = all.slice(Math.max(0, from - 2), from + lump);
          pieces = applyEvents(pieces, part, part.at(-1)?.seq ?? pieces.seq);
          from = Math.min(count, from + lump);
        }
        expect(pieces.tables).toEqual(atOnce.tables);
        expect(pieces.seq).toBe(count);
      }),
    );
  });

  it.each(COLLECTION_NAMES)('a row of %s has every field that its event may leave out, as a snapshot has it', (name) => {
    const left = Object.entries(COLLECTIONS[name].shape).filter(([, field]) => field.safeParse(undefined).success).map(([field]) => field);
    expect(wholeRow<object>(name, {})).toEqual(Object.fromEntries(left.map((field) => [field, null])));
  });

  it('survives the way through a snapshot', () => {
    const before = applyEvents(state(), events(5), 5);
    expect(fromSnapshot(toSnapshot(before, AT))).toEqual(before);
  });

  it('takes a deleted row out and leaves the state it was given alone', () => {
    const row = contact();
    const before = state({ contacts: keyed(row) }, 3);
    const deleted = { seq: 4, id: testId(), type: 'client.deleted', weddingId: null, occurredAt: AT, recordedAt: AT, actor: { kind: 'system', id: null, name: 'x' }, source: null, deliveryId: null, before: {}, collection: 'contacts', row } as RecordedEvent;
    expect(applyEvents(before, [deleted], 4).tables.contacts).toEqual({});
    expect(before.tables.contacts[row.id]).toBe(row);
  });

  it('a row told before a field was added stands as the projections have it', () => {
    const told = alertRaised(alert({ seq: 1 }));
    const row = { id: testId(), version: 1, seq: 1, updatedAt: AT, source: null, kind: 'parked' };
    const opened = { ...told, type: 'review.opened', collection: 'reviewItems', row } as unknown as RecordedEvent;
    expect(applyEvents(state({}, 0), [opened], 1).tables.reviewItems).toEqual({ [row.id]: { ...row, subject: null, about: null, lot: null } });
  });

  it('moves its position over facts of other weddings that it is not told', () => {
    expect(applyEvents(state({}, 3), [], 9).seq).toBe(9);
  });
});
