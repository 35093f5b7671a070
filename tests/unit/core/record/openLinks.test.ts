import { describe, expect, it } from 'vitest';
import type { CollectionName } from '../../../../core/contract/record.ts';
import type { Change } from '../../../../core/domain/record/changes.ts';
import type { DraftContext } from '../../../../core/domain/record/drafts.ts';
import { filled, followLinks, type Fill, type OpenLink } from '../../../../core/domain/record/openLinks.ts';
import { planChanges } from '../../../../core/domain/record/plan.ts';
import { booking, contact, keyed, payment, testId, viewOf, wedding } from '../../../support/builders.ts';

const context: DraftContext = { actor: { kind: 'vendor', id: 'stripe', name: 'Stripe' }, source: { system: 'stripe', connectionId: testId(), remoteId: null }, deliveryId: testId() };
const job = (more: Partial<Extract<Change, { kind: 'booking' }>> = {}): Change => ({ kind: 'booking', remote: { type: 'job', id: 'j1', version: '2' }, wedding: {}, occurredAt: null, fields: { title: 'Flowers' }, ...more });

describe('what a plan says of links', () => {
  it('names what is not here, and nothing that is', () => {
    const today = wedding();
    const known = contact({ weddingId: today.id });
    const view = viewOf({ weddings: keyed(today), contacts: keyed(known) }, { 'person:known': { collection: 'contacts', id: known.id, remoteVersion: null } });
    const waiting = planChanges([job({ contactRemote: { type: 'person', id: 'new' }, wedding: { remote: { type: 'project', id: 'p1' } } })], view, context, testId);
    expect(waiting.links).toMatchObject([{ collection: 'bookings', field: 'contactId', awaits: { type: 'person', id: 'new' }, late: false }, { field: 'weddingId', awaits: { type: 'project', id: 'p1' } }]);
    const linked = planChanges([job({ contactRemote: { type: 'person', id: 'known' }, wedding: { remote: { type: 'person', id: 'known' } } })], view, context, testId);
    expect(linked.links.map(({ field, awaits }) => [field, awaits])).toEqual([['contactId', null], ['weddingId', null]]);
    expect(planChanges([job()], view, context, testId).links).toEqual([]);
    expect(planChanges([job({ contactRemote: null })], view, context, testId).links).toMatchObject([{ field: 'contactId', awaits: null }]);
  });

  it('an older word is none on a link that a newer one has told, and stands back behind any on the wedding', () => {
    const held = booking({ weddingId: null });
    const view = viewOf({ bookings: keyed(held) }, { 'job:j1': { collection: 'bookings', id: held.id, remoteVersion: '3', told: { at: { 3: ['contactId'] } } } });
    const plan = planChanges([job({ contactRemote: { type: 'person', id: 'old' }, wedding: { remote: { type: 'project', id: 'p1' } } })], view, context, testId);
    expect(plan.links).toEqual([{ collection: 'bookings', id: held.id, field: 'weddingId', awaits: { type: 'project', id: 'p1' }, late: true }]);
  });

  it('a change of a wedding that is not here waits for it as a whole', () => {
    const part: Change = { kind: 'wedding', remote: { type: 'project', id: 'p1', version: '2' }, wedding: {}, occurredAt: null, fields: { guestCount: 90 } };
    expect(planChanges([part], viewOf({}), context, testId)).toMatchObject({ drafts: [], links: [], awaits: [{ type: 'project', id: 'p1' }], parked: [{ about: null }] });
  });
});

const CONNECTION = testId();
const link = (more: Pick<OpenLink, 'collection' | 'id' | 'field'> & Partial<OpenLink>): OpenLink => ({ connectionId: CONNECTION, awaits: { type: 'job', id: 'j1' }, targetId: null, ...more });

function known(rows: readonly (readonly [CollectionName, { readonly id: string; readonly weddingId?: string | null }])[], mapped: Readonly<Record<string, readonly [CollectionName, string]>>, given: Readonly<Record<string, string>> = {}) {
  return {
    mapping: (_connection: string, { type, id }: { readonly type: string; readonly id: string }) => {
      const found = mapped[`${type}:${id}`];
      return found ? { collection: found[0], id: found[1] } : null;
    },
    row: (collection: CollectionName, id: string) => rows.find(([name, row]) => name === collection && row.id === id)?.[1] ?? null,
    given: (id: string) => given[id] ?? null,
  };
}

describe('following links', () => {
  const today = wedding();
  const paid = payment({ weddingId: null, bookingId: null });
  const flowers = booking({ weddingId: null, contactId: null });

  it('gives a payment its booking, and its wedding with it', () => {
    const placed = { ...flowers, weddingId: today.id };
    const followed = followLinks([link({ collection: 'payments', id: paid.id, field: 'bookingId' })], known([['payments', paid], ['bookings', placed]], { 'job:j1': ['bookings', placed.id] }));
    expect(followed).toMatchObject({ fills: [{ fields: { bookingId: placed.id, weddingId: today.id } }], open: [], closed: [{}] });
  });

  it('waits on for the wedding of a booking that has none, and has it from whoever gives it one', () => {
    const first = followLinks([link({ collection: 'payments', id: paid.id, field: 'bookingId' })], known([['payments', paid], ['bookings', flowers]], { 'job:j1': ['bookings', flowers.id] }));
    expect(first.fills).toMatchObject([{ fields: { bookingId: flowers.id } }]);
    expect(first.open).toMatchObject([{ field: 'bookingId', targetId: flowers.id }]);
    const linked = { ...paid, bookingId: flowers.id };
    expect(followLinks(first.open, known([['payments', linked]], {}, { [flowers.id]: today.id })).fills).toMatchObject([{ fields: { weddingId: today.id } }]);
  });

  it('goes from row to row, in whatever order they wait', () => {
    const links = [
      link({ collection: 'payments', id: paid.id, field: 'bookingId' }),
      link({ collection: 'bookings', id: flowers.id, field: 'weddingId', awaits: { type: 'project', id: 'p1' } }),
    ];
    for (const all of [links, [...links].reverse()]) {
      const followed = followLinks(all, known([['payments', paid], ['bookings', flowers]], { 'job:j1': ['bookings', flowers.id], 'project:p1': ['weddings', today.id] }));
      expect(new Map(followed.fills.map(({ row, fields }) => [row.id, fields]))).toEqual(new Map([[paid.id, { bookingId: flowers.id, weddingId: today.id }], [flowers.id, { weddingId: today.id }]]));
      expect(followed.open).toEqual([]);
    }
  });

  it('never moves a row from its wedding', () => {
    const other = wedding();
    const placed = { ...paid, weddingId: other.id };
    const followed = followLinks([link({ collection: 'payments', id: paid.id, field: 'bookingId' })], known([['payments', placed], ['bookings', { ...flowers, weddingId: today.id }]], { 'job:j1': ['bookings', flowers.id] }));
    expect(followed.fills).toMatchObject([{ fields: { bookingId: flowers.id } }]);
    expect(followed.fills[0]?.fields).not.toHaveProperty('weddingId');
    expect(followed.open).toEqual([]);
  });

  it('two that wait for each other wait, and what is no contact is nobody', () => {
    const circle = [link({ collection: 'payments', id: paid.id, field: 'weddingId' }), link({ collection: 'bookings', id: flowers.id, field: 'weddingId', awaits: { type: 'payment', id: 'p' } })];
    const around = known([['payments', paid], ['bookings', flowers]], { 'job:j1': ['bookings', flowers.id], 'payment:p': ['payments', paid.id] });
    expect(followLinks(circle, around)).toMatchObject({ fills: [], open: [{ targetId: flowers.id }, { targetId: paid.id }] });
    expect(followLinks([link({ collection: 'bookings', id: flowers.id, field: 'contactId' })], around)).toMatchObject({ fills: [], open: [], closed: [{}] });
  });

  it('is told as a change of the row, whose source stays who told of it; what it has already is no change', () => {
    const system: DraftContext = { actor: { kind: 'system', id: null, name: 'WedSync' }, source: null, deliveryId: testId() };
    const fill: Fill = { collection: 'payments', row: payment({ weddingId: null, status: 'failed' }), fields: { weddingId: today.id }, link: link({ collection: 'payments', id: paid.id, field: 'weddingId' }) };
    expect(filled(fill, system)).toMatchObject({ type: 'payment.failed', weddingId: today.id, before: { weddingId: null }, row: { weddingId: today.id, source: fill.row.source } });
    expect(filled({ ...fill, row: payment({ weddingId: today.id }) }, system)).toBeNull();
  });
});
