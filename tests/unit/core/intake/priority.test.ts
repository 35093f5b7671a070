import { expect, test } from 'vitest';
import type { Change } from '../../../../core/domain/record/changes.ts';
import type { EventDraft } from '../../../../core/domain/record/drafts.ts';
import { mayOvertake } from '../../../../core/domain/intake/overtaking.ts';
import { byPriority, priorityOf } from '../../../../core/domain/intake/priority.ts';
import { VENDORS } from '../../../../core/vendors/registry.ts';

const payments = { category: 'payments', priority: { urgent: ['failed'], bulk: ['customer'] } };

test('priority comes from the name of the event, and nothing in a mass is urgent', () => {
  const of = (event: string | null, origin: 'webhook' | 'poll' | 'file' | 'feed' | 'mail' | 'test' = 'webhook', longList = false) => priorityOf({ origin, event, longList }, payments);
  expect([of('failed'), of('customer'), of('paid'), of(null)]).toEqual(['urgent', 'bulk', 'normal', 'normal']);
  expect([of('failed', 'poll'), of('failed', 'poll', true), of('paid', 'feed', true), of('failed', 'file'), of('failed', 'test')]).toEqual(['urgent', 'bulk', 'bulk', 'bulk', 'normal']);
  expect(priorityOf({ origin: 'webhook', event: 'profile' }, { category: 'marketing' })).toBe('bulk');
  expect(priorityOf({ origin: 'webhook', event: 'failed' }, { category: 'payments' })).toBe('normal');
});

test('houses go by what is most pressing of them, otherwise in the order given, and none is left out', () => {
  const houses = (['bulk', 'normal', 'urgent', 'bulk', 'urgent', 'normal'] as const).map((priority, at) => ({ at, priority }));
  expect(byPriority(houses).map((one) => one.at)).toEqual([2, 4, 1, 5, 0, 3]);
});

test('what has a part in people, days, or no wedding yet waits for its place', () => {
  const change = (kind: Change['kind']) => ({ kind }) as Change;
  const draft = (fields: object) => ({ weddingId: 'w', before: null, row: {}, collection: 'payments', ...fields }) as unknown as EventDraft;
  const may = (drafts: object[], changes: Change[] = [change('payment')], parked: never[] = []) => mayOvertake(changes, { drafts: drafts.map(draft), parked });
  expect(may([])).toBe(true);
  expect(may([{}])).toBe(true);
  expect(may([{ weddingId: null }])).toBe(false);
  expect(may([], [change('payment'), change('contact')])).toBe(false);
  expect(may([{ collection: 'contacts', before: {} }])).toBe(false);
  expect(mayOvertake([], { drafts: [], parked: [{ reason: 'normalise.no_wedding_matched', title: '', about: null }] })).toBe(false);
  expect([may([{ collection: 'weddings' }]), may([{ collection: 'weddings', before: { status: 'x' } }]), may([{ collection: 'weddings', before: { status: 'x', date: 'y' } }])]).toEqual([false, true, false]);
  expect([may([{ collection: 'messages', row: { contactId: null } }]), may([{ collection: 'messages', row: { contactId: 'c' } }]), may([{ collection: 'messages', before: {}, row: { contactId: null } }])]).toEqual([false, true, true]);
});

test('what the manifests name is urgent at the door', () => {
  const urgent = [...VENDORS.values()].flatMap(({ manifest }) => (manifest.priority?.urgent ?? []).map((event) => [manifest.id, event, priorityOf({ origin: 'webhook', event }, manifest)]));
  expect(urgent.length).toBeGreaterThan(10);
  expect(urgent.filter(([, , priority]) => priority !== 'urgent')).toEqual([]);
});
