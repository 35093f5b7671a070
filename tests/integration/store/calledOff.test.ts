import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MovableCollection } from '../../../core/domain/conflicts/occupancies.ts';
import { applyEvents, emptyTables, fromSnapshot } from '../../../core/domain/record/state.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';
import { takingHouse } from '../../support/taking.ts';

/** What is held for a wedding goes with it when it is called off, and comes back with it. */

let t: TestStore;
let house: ReturnType<typeof takingHouse>;
let room: string;
const clock = settableClock('2026-11-20T12:00:00.000Z');
const holdUntil = '2026-12-01T12:00:00.000Z';
beforeEach(async () => {
  clock.set('2026-11-20T12:00:00.000Z');
  t = await openTestStore({ clock });
  house = takingHouse(t);
  room = await house.resource('room', 'Orangery');
});
afterEach(() => t.cleanup());

const ok = expect.objectContaining({ outcome: 'accepted' }) as unknown;
const versionOf = async (collection: MovableCollection, id: string): Promise<number> => (await house.one(collection, id)).version;
const cancel = async (id: string) => house.decide('booking.set_status', { collection: 'weddings', id, basedOnVersion: await versionOf('weddings', id), status: 'cancelled', reason: null });
const back = async (id: string) => house.decide('booking.bring_back', { collection: 'weddings', id, basedOnVersion: await versionOf('weddings', id), reason: null });
const stands = async (id: string) => {
  const { status, rank, holdUntil: until } = await house.one('allocations', id);
  return [status, rank, until];
};

test('a hold is given back with its wedding, whoever is behind moves up and is told, and what is definite or locked stays', async () => {
  const asked = await house.wedding('A and B', 5, 12, 18, { status: 'enquiry', room: null });
  const other = await house.wedding('C and D', 5, 12, 18, { status: 'enquiry', room: null });
  const held = (await house.allocation(room, 5, 12, 18, { weddingId: asked, status: 'hold', rank: 1, holdUntil })).id;
  const behind = (await house.allocation(room, 5, 12, 18, { weddingId: other, status: 'hold', rank: 2, holdUntil })).id;
  const marquee = await house.resource('equipment', 'Marquee');
  const definite = (await house.allocation(marquee, 5, 12, 18, { weddingId: asked })).id;
  const garden = await house.resource('room', 'Garden');
  const locked = (await house.allocation(garden, 5, 12, 18, { weddingId: asked, status: 'hold', rank: 1, lockedBecause: 'The deposit is kept' })).id;

  expect(await cancel(asked)).toEqual(ok);
  expect(await stands(held)).toEqual(['cancelled', 1, holdUntil]);
  expect(await stands(behind)).toEqual(['hold', 1, holdUntil]);
  expect(await stands(definite)).toEqual(['definite', null, null]);
  expect(await stands(locked)).toEqual(['hold', 1, null]);
  expect(await house.alerts()).toContainEqual(['hold_first', 'First now: Drinks']);
  const events = await t.store.readEvents(t.organisation.id, 0, 10_000);
  expect(events.find(({ row }) => row.id === held && 'status' in row && row.status === 'cancelled')).toMatchObject({ type: 'allocation.cancelled', actor: { kind: 'person' }, weddingId: asked });
  const snapshot = await t.store.snapshot(t.organisation.id);
  expect(applyEvents({ epoch: t.store.epoch, seq: 0, organisation: t.organisation, tables: emptyTables() }, events, snapshot.seq)).toEqual(fromSnapshot(snapshot));
});

test('two of one wedding are given back at once, and who is behind both moves up by both', async () => {
  const asked = await house.wedding('A and B', 5, 12, 18, { status: 'enquiry', room: null });
  const first = (await house.allocation(room, 5, 12, 15, { weddingId: asked, status: 'hold', rank: 1, holdUntil })).id;
  const second = (await house.allocation(room, 5, 13, 18, { weddingId: asked, status: 'hold', rank: 2, holdUntil })).id;
  const last = (await house.allocation(room, 5, 12, 18, { status: 'hold', rank: 3 })).id;
  expect(await cancel(asked)).toEqual(ok);
  expect([(await stands(first))[0], (await stands(second))[0]]).toEqual(['cancelled', 'cancelled']);
  expect(await stands(last)).toEqual(['hold', 1, null]);
});

test('brought back, its hold stands again behind who was given its place; what was given back before is not', async () => {
  const asked = await house.wedding('A and B', 5, 12, 18, { status: 'enquiry', room: null });
  const garden = await house.resource('room', 'Garden');
  const before = (await house.allocation(garden, 5, 12, 18, { weddingId: asked, status: 'hold', rank: 1, holdUntil })).id;
  expect(await house.decide('booking.set_status', { collection: 'allocations', id: before, basedOnVersion: 1, status: 'cancelled', reason: null })).toEqual(ok);
  const held = (await house.allocation(room, 5, 12, 18, { weddingId: asked, status: 'hold', rank: 1, holdUntil })).id;
  const behind = (await house.allocation(room, 5, 12, 18, { status: 'hold', rank: 2, holdUntil })).id;
  expect(await cancel(asked)).toEqual(ok);
  clock.set('2026-12-02T12:00:00.000Z');
  expect(await back(asked)).toEqual(ok);
  expect(await house.one('weddings', asked)).toMatchObject({ status: 'enquiry' });
  expect(await stands(held)).toEqual(['hold', 2, null]);
  expect(await stands(behind)).toEqual(['hold', 1, holdUntil]);
  expect((await stands(before))[0]).toBe('cancelled');
  // Called off again it goes again; given back by hand in between it is nobody's to bring back.
  expect(await cancel(asked)).toEqual(ok);
  expect((await stands(held))[0]).toBe('cancelled');
  clock.set('2026-12-03T12:00:00.000Z');
  expect(await back(asked)).toEqual(ok);
  expect((await stands(held))[0]).toBe('hold');
  clock.set('2026-12-04T12:00:00.000Z');
  expect(await house.decide('booking.set_status', { collection: 'allocations', id: held, basedOnVersion: await versionOf('allocations', held), status: 'cancelled', reason: null })).toEqual(ok);
  expect(await cancel(asked)).toEqual(ok);
  expect(await back(asked)).toEqual(ok);
  expect((await stands(held))[0]).toBe('cancelled');
});
