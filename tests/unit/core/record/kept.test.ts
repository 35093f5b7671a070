import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../../../core/domain/record/changes.ts';
import { draftUpdated, type DraftContext } from '../../../../core/domain/record/drafts.ts';
import { planChanges } from '../../../../core/domain/record/plan.ts';
import { keeping } from '../../../../core/domain/record/told.ts';
import type { Mapping } from '../../../../core/domain/record/view.ts';
import type { Booking } from '../../../../core/contract/record/trade.ts';
import { AT, booking, keyed, testId, viewOf } from '../../../support/builders.ts';

/** What a person has set is kept until its source tells something else than it told before. */

const context: DraftContext = { actor: { kind: 'vendor', id: 'bridge', name: 'Bridge' }, source: { system: 'bridge', connectionId: testId(), remoteId: null }, deliveryId: testId() };
const person: DraftContext = { actor: { kind: 'person', id: null, name: 'Ada' }, source: null, deliveryId: null };
type Fields = Partial<Pick<Booking, 'startsAt' | 'endsAt' | 'vendorName' | 'status'>>;

/** One booking of one source. */
function world(start: Fields, version: string | null = null) {
  let row = booking(start);
  let mapping: Mapping = { collection: 'bookings', id: row.id, remoteVersion: version, told: null };
  return {
    row: (): Booking => row,
    mapping: (): Mapping => mapping,
    tells(fields: Fields, at: string | null = null) {
      const change: Change = { kind: 'booking', remote: { type: 'project', id: 'p1', version: at }, wedding: {}, occurredAt: null, fields: fields };
      const plan = planChanges([change], viewOf({ bookings: keyed(row) }, { 'project:p1': mapping }), context, testId);
      for (const draft of plan.drafts) if (draft.collection === 'bookings') row = { ...draft.row, seq: 0, updatedAt: AT };
      for (const { remoteType: _type, remoteId: _id, ...next } of plan.mappings) mapping = next;
    },
    sets(fields: Fields) {
      const draft = draftUpdated('booking.updated', 'bookings', null, row, fields, null, person);
      if (!draft) return;
      mapping = { ...mapping, told: keeping({ remoteVersion: mapping.remoteVersion, told: mapping.told ?? null }, Object.keys(draft.before ?? {}), { ...row }) };
      row = { ...draft.row, seq: 0, updatedAt: AT };
    },
  };
}
const at = (hour: number) => new Date(Date.parse('2027-06-05T00:00:00.000Z') + hour * 3_600_000).toISOString();

describe('what a person has set', () => {
  it('stands while the source repeats itself, however it writes the moment, and gives way once it tells something else', () => {
    const w = world({ startsAt: at(10), endsAt: at(14), vendorName: 'Fern & Field' });
    w.sets({ startsAt: at(34), endsAt: at(38), vendorName: 'Petal' });
    w.tells({ startsAt: '2027-06-05T10:00:00Z', endsAt: at(14), vendorName: 'Fern & Field', status: 'definite' });
    expect(w.row()).toMatchObject({ startsAt: at(34), endsAt: at(38), vendorName: 'Petal' });
    w.tells({ vendorName: 'Moss' });
    expect(w.row()).toMatchObject({ startsAt: at(34), vendorName: 'Moss' });
    w.tells({ startsAt: at(11) });
    expect(w.row(), 'its end is where the source has it, not where the person had').toMatchObject({ startsAt: at(11), endsAt: at(14) });
    expect(w.mapping().told?.kept).toBeUndefined();
  });

  it('stands against newer versions that say the same, and against older ones that say otherwise', () => {
    const w = world({ vendorName: 'Fern & Field' }, '3');
    w.sets({ vendorName: 'Petal' });
    w.tells({ vendorName: 'Moss' }, '2');
    w.tells({ vendorName: 'Fern & Field' }, '4');
    expect(w.row().vendorName).toBe('Petal');
    w.tells({ vendorName: 'Moss' }, '5');
    expect(w.row().vendorName).toBe('Moss');
  });

  it('equals a plain model of it, whatever is told and set in whatever order', () => {
    const hour = fc.integer({ min: 0, max: 3 });
    const fields = fc.record({ startsAt: hour, endsAt: hour, vendorName: fc.constantFrom('A', 'B', 'C'), status: fc.constantFrom('hold' as const, 'definite' as const) }, { requiredKeys: [] });
    const step = fc.record({ by: fc.constantFrom('source', 'person'), fields });
    const groups = [['startsAt', 'endsAt'], ['vendorName'], ['status']] as const;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const start = { startsAt: at(0), endsAt: at(10), vendorName: 'A', status: 'hold' } as const;
        const w = world(start);
        let shown: Record<string, unknown> = { ...start };
        const told: Record<string, unknown> = { ...start };
        const held = new Set<number>();
        for (const one of steps) {
          const given: Record<string, unknown> = { ...one.fields, ...(one.fields.startsAt === undefined ? {} : { startsAt: at(one.fields.startsAt) }), ...(one.fields.endsAt === undefined ? {} : { endsAt: at(10 + one.fields.endsAt) }) };
          groups.forEach((group, number) => {
            const names = group.filter((name) => name in given);
            const own = Object.fromEntries(names.map((name) => [name, given[name]]));
            if (one.by === 'person') {
              if (names.some((name) => given[name] !== shown[name])) held.add(number);
              shown = { ...shown, ...own };
              return;
            }
            if (held.has(number) && names.some((name) => given[name] !== told[name])) {
              held.delete(number);
              for (const name of group) shown[name] = told[name];
            }
            if (!held.has(number)) shown = { ...shown, ...own };
            Object.assign(told, own);
          });
          if (one.by === 'person') w.sets(given);
          else w.tells(given);
          expect({ startsAt: w.row().startsAt, endsAt: w.row().endsAt, vendorName: w.row().vendorName, status: w.row().status }).toEqual(shown);
        }
      }),
      { numRuns: 300 },
    );
  });
});
