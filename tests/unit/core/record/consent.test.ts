import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Consent } from '../../../../core/contract/record/people.ts';
import type { Change } from '../../../../core/domain/record/changes.ts';
import { mayBeMailed, mayBeTexted, mergedConsents, MOST_CONSENTS } from '../../../../core/domain/record/consent.ts';
import type { DraftContext } from '../../../../core/domain/record/drafts.ts';
import { withoutOvertaken } from '../../../../core/domain/record/overtaken.ts';
import { needsOf } from '../../../../core/domain/record/needs.ts';
import { planChanges } from '../../../../core/domain/record/plan.ts';
import { AT, contact, keyed, testId, viewOf, wedding } from '../../../support/builders.ts';

const MAIL = testId();
const OTHER = testId();
const context: DraftContext = { actor: { kind: 'vendor', id: 'mailchimp', name: 'Mailchimp' }, source: { system: 'mailchimp', connectionId: MAIL, remoteId: null }, deliveryId: testId() };
const day = (n: number): string => new Date(Date.UTC(2026, 9, n)).toISOString();
const consent = (state: Consent['state'], at: string, connectionId: string | null = MAIL): Consent => ({ at, state, system: 'mailchimp', connectionId });
const told = (state: Consent['state'], at: string, more: Partial<Extract<Change, { kind: 'contact' }>> = {}): Change => ({
  kind: 'contact', remote: { type: 'member', id: 'm1', version: at }, wedding: { email: 'amara@example.org' }, occurredAt: at, fields: { email: 'amara@example.org' }, consent: { state, at }, ...more,
});
const plan = (change: Change, rows: Parameters<typeof viewOf>[0], mappings: Parameters<typeof viewOf>[1] = {}) => planChanges([change], viewOf(rows, mappings), context, testId).drafts;

describe('what several say', () => {
  const any = fc.record({ state: fc.constantFrom('given', 'withdrawn', 'unreachable' as const), at: fc.integer({ min: 1, max: 6 }).map(day), connectionId: fc.constantFrom(MAIL, OTHER), system: fc.constant('mailchimp') });

  it('does not depend on the order, nor on how often it is told', () => {
    fc.assert(
      fc.property(fc.array(any, { maxLength: 12 }).chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))), ([all, shuffled]) => {
        const once = mergedConsents(all);
        expect(mergedConsents(shuffled)).toEqual(once);
        expect(shuffled.reduce<Consent[] | null>((held, one) => mergedConsents(held, [one], [one]), null)).toEqual(once);
      }),
    );
  });

  it('an older permission never takes back a withdrawal, and at the same moment the withdrawal stands', () => {
    expect(mergedConsents([consent('withdrawn', day(3))], [consent('given', day(2))])).toEqual([consent('withdrawn', day(3))]);
    expect(mergedConsents([consent('given', day(3))], [consent('withdrawn', day(3))])).toEqual([consent('withdrawn', day(3))]);
    expect(mergedConsents([consent('withdrawn', day(3))], [consent('given', day(4))])).toEqual([consent('given', day(4))]);
  });

  it('no connection speaks for another, and one withdrawal is enough', () => {
    const both = mergedConsents([consent('withdrawn', day(1))], [consent('given', day(5), OTHER)]);
    expect(both).toHaveLength(2);
    expect(mayBeMailed({ consents: both })).toBe(false);
    expect(mayBeMailed({ consents: [consent('given', day(5))] })).toBe(true);
    expect(mayBeMailed({})).toBe(true);
    expect(mergedConsents(null, undefined, [])).toBeNull();
  });

  it('stays within what a row may hold', () => {
    expect(mergedConsents(Array.from({ length: 40 }, (_, n) => consent('given', day(n + 1), testId())))).toHaveLength(MOST_CONSENTS);
  });
});

describe('who is told', () => {
  it('everybody of the address, whichever wedding they are of', () => {
    const [one, two] = [wedding(), wedding({ date: '2027-05-01' })];
    const [a, b] = [contact({ weddingId: one.id }), contact({ weddingId: two.id, email: 'Amara@Example.org' })];
    const drafts = plan(told('withdrawn', day(3)), { weddings: keyed(one, two), contacts: keyed(a, b) });
    expect(drafts.filter(({ row }) => [a.id, b.id].includes(row.id))).toMatchObject([a, b].map(() => ({ type: 'client.updated', row: { consents: [consent('withdrawn', day(3))] } })));
  });

  it('a contact that comes later has what is known of its address', () => {
    const known = contact({ weddingId: wedding().id, consents: [consent('withdrawn', day(3))] });
    const other = wedding();
    const fromElsewhere: Change = { kind: 'contact', remote: { type: 'client', id: 'c9', version: null }, wedding: { weddingId: other.id }, occurredAt: AT, fields: { email: 'amara@example.org', name: 'Amara' } };
    expect(needsOf([fromElsewhere]).emails).toEqual(['amara@example.org']);
    expect(plan(fromElsewhere, { weddings: keyed(other), contacts: keyed(known) })).toMatchObject([{ type: 'client.created', row: { weddingId: other.id, consents: [consent('withdrawn', day(3))] } }]);
  });

  it('nobody new is made of what is said of an address only', () => {
    const change = told('unreachable', day(3), { fields: {}, knownOnly: true, remote: { type: 'address', id: 'x', version: null } });
    expect(plan(change, {})).toEqual([]);
    expect(plan(change, { contacts: keyed(contact()) })).toMatchObject([{ row: { consents: [consent('unreachable', day(3))] } }]);
  });

  it('says nothing twice', () => {
    const row = contact({ consents: [consent('withdrawn', day(3))] });
    expect(plan(told('withdrawn', day(3)), { contacts: keyed(row) }, { 'member:m1': { collection: 'contacts', id: row.id, remoteVersion: day(3) } })).toEqual([]);
  });
});

describe('what comes late', () => {
  const row = contact({ name: 'Newer name' });
  const mapping = { collection: 'contacts' as const, id: row.id, remoteVersion: day(5) };

  it('a withdrawal still counts when the person changed since; the rest of it does not', () => {
    const drafts = plan(told('withdrawn', day(3), { fields: { email: 'amara@example.org', name: 'Older name' } }), { contacts: keyed(row) }, { 'member:m1': mapping });
    expect(drafts).toMatchObject([{ row: { name: 'Newer name', consents: [consent('withdrawn', day(3))] } }]);
  });

  it('is kept when everything else of it was overtaken', () => {
    const late = told('withdrawn', day(3), { remote: { type: 'member', id: 'm1', version: null }, fields: { name: 'Older name' } });
    const left = withoutOvertaken([late], () => ({ ...mapping, remoteVersion: null }), () => ({ gone: false, fields: new Set(['name']) }));
    expect(left).toMatchObject([{ fields: {}, consent: { state: 'withdrawn' } }]);
  });
});

describe('texts', () => {
  const NUMBER = '+447700900123';
  const text = (state: Consent['state'], at: string, connectionId: string | null = MAIL): Consent => ({ ...consent(state, at, connectionId), channel: 'text' });
  const stops = (state: Consent['state'], at: string): Change => ({
    kind: 'contact', remote: { type: 'number', id: 'n1', version: at }, wedding: { phone: NUMBER }, occurredAt: at, fields: { name: NUMBER, phone: NUMBER }, consent: { state, at, channel: 'text' },
  });
  const fromHouse = (weddingId: string, more: Partial<Extract<Change, { kind: 'contact' }>['fields']> = {}): Change => ({
    kind: 'contact', remote: { type: 'client', id: 'c9', version: day(1) }, wedding: { weddingId }, occurredAt: day(1), fields: { name: 'Amara', email: 'amara@example.org', phone: '07700 900 123', ...more },
  });

  it('one channel says nothing of another, though one system tells of both', () => {
    const both = mergedConsents([consent('given', day(5))], [text('withdrawn', day(3))]);
    expect(both).toEqual([consent('given', day(5)), text('withdrawn', day(3))]);
    expect([mayBeMailed({ consents: both }), mayBeTexted({ consents: both }, 'text'), mayBeTexted({ consents: both }, 'whatsapp')]).toEqual([true, false, true]);
  });

  it('everybody of the number is told, however it is written; of the address alone nobody, and nobody new is made', () => {
    const one = wedding();
    const [a, b, c] = [contact({ weddingId: one.id, phone: '07700 900 123' }), contact({ weddingId: null, phone: NUMBER }), contact({ weddingId: one.id, phone: null })];
    expect(needsOf([stops('withdrawn', day(3))]).phones).toHaveLength(1);
    const drafts = plan(stops('withdrawn', day(3)), { weddings: keyed(one), contacts: keyed(a, b, c) });
    expect(drafts.map(({ type, row }) => [type, row.id, 'consents' in row ? row.consents : null])).toEqual([a, b].map(({ id }) => ['client.updated', id, [text('withdrawn', day(3))]]));
  });

  it('who is not known is kept by the number; whoever comes with it later is them, and is told from the start: the same in either order', () => {
    const one = wedding();
    const [first] = plan(stops('withdrawn', day(3)), {});
    if (first?.collection !== 'contacts') throw new Error('nobody was kept');
    expect(first).toMatchObject({ type: 'client.created', row: { name: NUMBER, phone: NUMBER, email: null, consents: [text('withdrawn', day(3))] } });
    const kept = { ...first.row, seq: 1, updatedAt: AT };
    const mapping = { 'number:n1': { collection: 'contacts' as const, id: kept.id, remoteVersion: day(3), told: { at: {}, says: { name: [0, NUMBER] as const, phone: [0, NUMBER] as const } } } };
    const [after] = plan(fromHouse(one.id), { weddings: keyed(one), contacts: keyed(kept) }, mapping);
    const person = { name: 'Amara', email: 'amara@example.org', phone: '07700 900 123', weddingId: one.id, consents: [text('withdrawn', day(3))] };
    expect(after).toMatchObject({ type: 'client.updated', row: { id: kept.id, ...person } });
    const [made] = plan(fromHouse(one.id), { weddings: keyed(one) });
    if (made?.collection !== 'contacts') throw new Error('nobody was made');
    expect(plan(stops('withdrawn', day(3)), { weddings: keyed(one), contacts: keyed({ ...made.row, seq: 1, updatedAt: AT }) })).toMatchObject([{ type: 'client.updated', row: person }]);
  });

  it('resuming counts from when it was, whichever is told first', () => {
    const row = contact({ phone: NUMBER, consents: [text('given', day(4))] });
    expect(plan(stops('withdrawn', day(3)), { contacts: keyed(row) })).toEqual([]);
    expect(plan(stops('withdrawn', day(5)), { contacts: keyed(row) })).toMatchObject([{ row: { consents: [text('withdrawn', day(5))] } }]);
  });
});
