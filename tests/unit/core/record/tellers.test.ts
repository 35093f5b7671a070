import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Contact } from '../../../../core/contract/record/people.ts';
import type { Change } from '../../../../core/domain/record/changes.ts';
import { planChanges } from '../../../../core/domain/record/plan.ts';
import { changedIn, sayingNow, toldAt } from '../../../../core/domain/record/tellers.ts';
import type { Mapping } from '../../../../core/domain/record/view.ts';
import { AT, contact, keyed, testId, viewOf } from '../../../support/builders.ts';

type ContactChange = Extract<Change, { kind: 'contact' }>;
const [CRM, ACUITY] = ['0000-crm', '1111-acuity'];
const EMAIL = 'amara@example.org';
const MONDAY = Date.parse('2026-11-16T09:00:00.000Z');
const day = (n: number): string => new Date(MONDAY + n * 86_400_000).toISOString();

interface Says {
  readonly by: string;
  /** Days after Monday, by the source's own clock; null = it tells no time. */
  readonly on: number | null;
  readonly fields?: ContactChange['fields'];
  readonly gone?: true;
  /** The object has no versions. */
  readonly bare?: true;
  readonly readAt?: number;
  readonly receivedAt?: number;
}

/** What several connections say of one address, one after the other, each seeing what those before have left. */
function play(all: readonly Says[], before: Contact[] = []) {
  const rows = new Map(before.map((row) => [row.id, row]));
  const mappings = new Map<string, Record<string, Mapping>>();
  const types: string[] = [];
  for (const { by, on, fields = {}, gone, bare, readAt = null, receivedAt = null } of all) {
    const at = on === null ? null : day(on);
    const change: Change = { kind: 'contact', remote: { type: 'client', id: `of-${by}`, version: bare ? null : at }, wedding: {}, occurredAt: at, fields: gone ? {} : { email: EMAIL, ...fields }, ...(gone ? { deleted: true } : {}) };
    const own = mappings.get(by) ?? {};
    const elsewhere = Object.fromEntries([...mappings].filter(([name]) => name !== by).flatMap(([name, theirs]) => Object.entries(theirs).map(([key, one]) => [`${name}:${key}`, one])));
    const context = { actor: { kind: 'vendor', id: by, name: by }, source: { system: by, connectionId: by, remoteId: null }, deliveryId: null } as const;
    const plan = planChanges([change], viewOf({ contacts: keyed(...rows.values()) }, own, by, elsewhere), context, testId, { readAt, receivedAt });
    for (const draft of plan.drafts) {
      types.push(draft.type);
      if (draft.type === 'client.deleted') rows.delete(draft.row.id);
      else if (draft.collection === 'contacts') rows.set(draft.row.id, { ...draft.row, seq: 0, updatedAt: AT });
    }
    for (const { remoteType, remoteId, ...mapping } of plan.mappings) own[`${remoteType}:${remoteId}`] = mapping;
    mappings.set(by, own);
  }
  return { types, people: [...rows.values()].map(({ name, email, phone, company, role }) => ({ name, email, phone, company, role })) };
}
const person = (...all: Says[]) => play(all).people;
const bothWays = (...all: Says[]) => {
  const forth = person(...all);
  expect(person(...[...all].reverse())).toEqual(forth);
  return forth;
};

describe('a person of whom several systems tell', () => {
  it('reads as the newest word on each field, by the sources’ own clocks and not by who was first', () => {
    expect(bothWays({ by: CRM, on: 0, fields: { name: 'Amara', phone: 'monday' } }, { by: ACUITY, on: 4, fields: { phone: 'friday' } })).toMatchObject([{ name: 'Amara', phone: 'friday' }]);
    expect(bothWays({ by: ACUITY, on: 4, fields: { phone: 'friday' } }, { by: CRM, on: 5, fields: { phone: 'saturday' } })).toMatchObject([{ phone: 'saturday' }]);
  });

  it('lets the connection decide between two words of one moment', () => {
    expect(bothWays({ by: CRM, on: 1, fields: { phone: 'crm' } }, { by: ACUITY, on: 1, fields: { phone: 'acuity' } })).toMatchObject([{ phone: 'acuity' }]);
  });

  it('keeps what others told when one tells it empty, and takes back only its own', () => {
    const [crm, acuity] = [{ by: CRM, on: 0, fields: { phone: 'crm' } }, { by: ACUITY, on: 1, fields: { phone: 'acuity' } }];
    expect(person(crm, { by: ACUITY, on: 1, fields: { phone: null } })).toMatchObject([{ phone: 'crm' }]);
    expect(person(crm, acuity, { by: CRM, on: 2, fields: { phone: null } })).toMatchObject([{ phone: 'acuity' }]);
    expect(person(crm, acuity, { by: ACUITY, on: 2, fields: { phone: null } })).toMatchObject([{ phone: 'crm' }]);
    expect(person(crm, acuity, { by: ACUITY, on: 2, fields: { phone: null } }, { by: CRM, on: 3, fields: { phone: null } })).toMatchObject([{ phone: null }]);
  });

  it('stays while anybody tells of them; who lets go takes along what only they told', () => {
    const [crm, acuity] = [{ by: CRM, on: 0, fields: { name: 'Amara', company: 'Only Ltd' } }, { by: ACUITY, on: 1, fields: { name: 'A. Okafor' } }];
    expect(person(crm, acuity, { by: CRM, on: 2, gone: true })).toMatchObject([{ name: 'A. Okafor', company: null }]);
    expect(person(crm, acuity, { by: ACUITY, on: 2, gone: true })).toMatchObject([{ name: 'Amara', company: 'Only Ltd' }]);
    expect(play([crm, acuity, { by: ACUITY, on: 2, gone: true }, { by: CRM, on: 2, gone: true }])).toMatchObject({ people: [], types: ['client.created', 'client.updated', 'client.updated', 'client.deleted'] });
  });

  it('loses what came before somebody let go, also when that is told last', () => {
    const all: Says[] = [{ by: CRM, on: 0, fields: { phone: 'old' } }, { by: CRM, on: 1, gone: true }, { by: CRM, on: 2, fields: { name: 'Amara' } }];
    expect(person(...all)).toMatchObject([{ name: 'Amara', phone: null }]);
    expect(person(all[0]!, all[2]!, all[1]!)).toEqual(person(...all));
  });

  it('goes by the address until somebody gives a name, whoever came first', () => {
    expect(bothWays({ by: CRM, on: 0 }, { by: ACUITY, on: 1, fields: { name: 'Amara' } })).toMatchObject([{ name: 'Amara' }]);
    expect(person({ by: CRM, on: 0 })).toMatchObject([{ name: EMAIL, role: 'other' }]);
  });

  it('whom the house itself entered keeps what it knew, whatever any system tells or takes back', () => {
    const house = contact({ email: EMAIL, name: 'As we know her', phone: null, role: 'couple' });
    const told = play([{ by: CRM, on: 0, fields: { name: 'Crm', phone: 'crm' } }, { by: ACUITY, on: 1, fields: { name: 'Acuity', phone: 'acuity' } }, { by: ACUITY, on: 2, gone: true }, { by: CRM, on: 3, fields: { name: 'Again' } }], [house]);
    expect(told.people).toEqual([{ name: 'As we know her', email: EMAIL, phone: 'crm', company: null, role: 'couple' }]);
    expect(play([{ by: CRM, on: 0 }, { by: CRM, on: 1, gone: true }], [house]).people).toHaveLength(1);
  });

  it('reads the same in any order, any number of times', () => {
    const fields = fc.option(fc.record({ name: fc.constantFrom('Amara', 'A.'), phone: fc.constantFrom('1', '2', null), company: fc.constantFrom('Ltd', null) }, { requiredKeys: [] }), { freq: 4 });
    const of = (by: string) => fc.array(fc.tuple(fc.integer({ min: 1, max: 2 }), fields), { maxLength: 4 }).map((steps) => {
      let on = 0;
      return steps.map(([after, one]): Says => ({ by, on: (on += after), ...(one === null ? { gone: true } : { fields: one }) }));
    });
    const any = fc.tuple(of(CRM), of(ACUITY)).map(([a, b]) => [...a, ...b].sort((x, y) => (x.on ?? 0) - (y.on ?? 0))).chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all.keys(), ...all.keys()], { minLength: all.length * 2 })));
    fc.assert(fc.property(any, fc.boolean(), ([all, order], known) => {
      const house = known ? [contact({ email: EMAIL, name: 'House' })] : [];
      expect(play(order.map((at) => all[at]!), house).people).toEqual(play(all, house).people);
    }), { numRuns: 400 });
  });
});

describe('when a fact was told', () => {
  const change = (occurredAt: string | null, version: string | null): Change => ({ kind: 'contact', remote: { type: 'client', id: 'c1', version }, wedding: {}, occurredAt, fields: {} });

  it('is its source’s own time, else the beginning of the read, else its receipt', () => {
    expect(toldAt(change(day(1), day(2)), 5, 6)).toEqual({ ms: Date.parse(day(1)), own: true });
    expect(toldAt(change(null, day(2)), 5, 6)).toEqual({ ms: Date.parse(day(2)), own: true });
    expect(toldAt(change(null, '1793000000.3'), 5, 6)).toEqual({ ms: 5, own: false });
    expect(toldAt(change(null, null), null, 6)).toEqual({ ms: 6, own: false });
  });

  it('is not renewed by a source without times that says the same at each look', () => {
    const first = sayingNow({}, { phone: 'old' }, { ms: 10, own: false });
    expect(sayingNow(first, { phone: 'old' }, { ms: 30, own: false })).toEqual({ phone: [10, 'old'] });
    expect(sayingNow(first, { phone: 'new' }, { ms: 30, own: false })).toEqual({ phone: [30, 'new'] });
    expect(sayingNow(first, { phone: 'old' }, { ms: 30, own: true })).toEqual({ phone: [30, 'old'] });
    expect(person({ by: ACUITY, on: null, bare: true, readAt: MONDAY, fields: { phone: 'acuity' } }, { by: CRM, on: 1, fields: { phone: 'crm' } }, { by: ACUITY, on: null, bare: true, readAt: MONDAY + 3 * 86_400_000, fields: { phone: 'acuity' } })).toMatchObject([{ phone: 'crm' }]);
  });
});

it('what is taken back goes only where it is what stands', () => {
  const row = { name: 'By hand', email: EMAIL, phone: '7', company: null, role: 'couple' } as const;
  const teller = (says: object) => [{ key: 'a', says, others: [] }];
  expect(changedIn(row, teller({ phone: [1, '5'] }), teller({}), new Set())).toEqual({});
  expect(changedIn(row, teller({ phone: [1, '7'] }), teller({}), new Set())).toEqual({ phone: null });
  expect(changedIn(row, teller({ phone: [1, '5'] }), teller({ phone: [2, '6'] }), new Set())).toEqual({ phone: '6' });
});
