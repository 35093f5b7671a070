import { describe, expect, test } from 'vitest';
import { verifyRecord } from '../../../server/store/verify.ts';
import { startHoldWatch } from '../../../server/workers/holds.ts';
import { june } from '../../support/taking.ts';
import { clock, house, t, useBackHouse } from '../../support/usingBackHouse.ts';

/** What happens in the same second: whoever comes first, both sides and every row agree afterwards. */

const HOUR_MS = 3_600_000;
useBackHouse();
const sound = async () => expect(await verifyRecord(t.store.internals.database, () => undefined)).toMatchObject({ sound: true });

test('two coordinators and a calendar change one booking: one coordinator is recorded, the other is shown what stands, and theirs is taken or asked', async () => {
  for (let round = 0; round < 5; round += 1) {
    const day = 5 + round;
    const id = await house.booking('Bloom Photo', day, 12, 18);
    const vendor = (await house.one('bookings', id)).vendorId ?? '';
    const diary = (await house.rows()).calendars[0] ?? (await house.calendar(vendor));
    const { pushId, remoteId } = await house.stands('bookings', id, diary);
    const plan = (from: number) => house.decide('plan.carry_out', { moves: [{ collection: 'bookings', id, basedOnVersion: 1, resourceId: vendor, startsAt: june(day, from), endsAt: june(day, from + 2) }], reason: null });
    const told = house.told(remoteId, diary.id, { title: 'Job of Bloom Photo', place: null, status: 'confirmed', busy: true, startsAt: june(day, 15), endsAt: june(day, 18) }, { ourId: pushId });
    const [first, second] = await Promise.all([plan(8), plan(10), house.look(told)]);
    const answers = [first, second].map(({ outcome }) => outcome).sort();
    // The calendar may have been before both of them.
    expect([['accepted', 'rebase'], ['rebase', 'rebase']]).toContainEqual(answers);
    await house.look(told);
    const row = await house.one('bookings', id);
    const open = (await house.rows()).differences.filter(({ state, pushId: about }) => state === 'open' && about === pushId);
    const [push] = (await house.rows()).pushes.filter((one) => one.id === pushId);
    const isTheirs = row.startsAt === june(day, 15);
    const winner = first.outcome === 'accepted' ? june(day, 8) : june(day, 10);
    if (answers[0] === 'accepted' && !isTheirs) {
      expect(row.startsAt, 'the accepted decision stands').toBe(winner);
      // Nobody's change is lost without a word: it is asked about, or still to be read there.
      expect([open.length, push?.state]).toEqual(push?.state === 'queued' ? [0, 'queued'] : [1, 'differs']);
    } else expect([row.startsAt, open.length]).toEqual([june(day, 15), 0]);
  }
  await sound();
});

describe('a hold', () => {
  test('that ends in the second in which it becomes definite is definite or a lead, never one after the other', async () => {
    const room = await house.resource('room', 'Orangery');
    const until = '2026-11-20T13:00:00.000Z';
    const held = await Promise.all([1, 2, 3, 4, 5, 6].map(async (day) => (await house.allocation(room, day, 12, 18, { status: 'hold', holdUntil: until })).id));
    clock.set(until);
    const watches = [1, 2].map(() => startHoldWatch({ store: t.store, clock, log: t.log }));
    const answers = await Promise.all(held.map((id) => house.decide('booking.set_status', { collection: 'allocations', id, basedOnVersion: 1, status: 'definite', reason: null })));
    await Promise.all(watches.map((watch) => watch.runNow()));
    for (const [n, id] of held.entries()) {
      const row = await house.one('allocations', id);
      expect([answers[n]?.outcome, row.status, row.version]).toEqual(answers[n]?.outcome === 'accepted' ? ['accepted', 'definite', 2] : ['rebase', 'lead', 2]);
    }
    await Promise.all(watches.map((watch) => watch.stop()));
    await sound();
  });

  test('that became definite and is put back to a hold does not end by an hour that is over', async () => {
    const room = await house.resource('room', 'Orangery');
    const held = await house.allocation(room, 5, 12, 18, { status: 'hold', holdUntil: '2026-11-20T13:00:00.000Z' });
    expect(await house.decide('booking.set_status', { collection: 'allocations', id: held.id, basedOnVersion: 1, status: 'definite', reason: null })).toMatchObject({ outcome: 'accepted' });
    clock.advance(24 * HOUR_MS);
    const watch = startHoldWatch({ store: t.store, clock, log: t.log });
    await watch.runNow();
    expect(await house.one('allocations', held.id)).toMatchObject({ status: 'definite' });
    expect(await house.decide('booking.set_status', { collection: 'allocations', id: held.id, basedOnVersion: 2, status: 'hold', reason: null })).toMatchObject({ outcome: 'accepted' });
    await watch.runNow();
    expect(await house.one('allocations', held.id)).toMatchObject({ status: 'hold', holdUntil: null });
    await watch.stop();
  });

  test('that has ended is held again without an end; one whose end is to come keeps it', async () => {
    const room = await house.resource('room', 'Orangery');
    const watch = startHoldWatch({ store: t.store, clock, log: t.log });
    const over = await house.allocation(room, 5, 12, 18, { status: 'hold', holdUntil: '2026-11-20T13:00:00.000Z' });
    const ahead = await house.allocation(room, 6, 12, 18, { status: 'lead', holdUntil: '2026-11-29T13:00:00.000Z' });
    clock.advance(2 * HOUR_MS);
    await watch.runNow();
    expect(await house.one('allocations', over.id)).toMatchObject({ status: 'lead', version: 2 });
    for (const [id, basedOnVersion] of [[over.id, 2], [ahead.id, 1]] as const) {
      expect(await house.decide('booking.set_status', { collection: 'allocations', id, basedOnVersion, status: 'hold', reason: null })).toMatchObject({ outcome: 'accepted' });
    }
    await watch.runNow();
    expect(await house.one('allocations', over.id)).toMatchObject({ status: 'hold', holdUntil: null });
    expect(await house.one('allocations', ahead.id)).toMatchObject({ status: 'hold', holdUntil: '2026-11-29T13:00:00.000Z' });
    await watch.stop();
  });

  test('that became definite and is tentative again in its calendar does not end by an hour that is over', async () => {
    const room = await house.resource('room', 'Orangery');
    const held = await house.allocation(room, 5, 12, 18, { status: 'hold', holdUntil: '2026-11-20T13:00:00.000Z' });
    expect(await house.decide('booking.set_status', { collection: 'allocations', id: held.id, basedOnVersion: 1, status: 'definite', reason: null })).toMatchObject({ outcome: 'accepted' });
    const diary = await house.calendar(room);
    const { pushId, remoteId } = await house.stands('allocations', held.id, diary);
    clock.advance(24 * HOUR_MS);
    await house.look(house.told(remoteId, diary.id, { title: 'Drinks', place: 'Orangery', status: 'tentative', busy: true, startsAt: june(5, 12), endsAt: june(5, 18) }, { ourId: pushId }));
    const watch = startHoldWatch({ store: t.store, clock, log: t.log });
    await watch.runNow();
    expect(await house.one('allocations', held.id)).toMatchObject({ status: 'hold', holdUntil: null });
    await watch.stop();
  });
});

test('a drop that a curfew refuses, accepted with a reason, is asked about again once the curfew is earlier, and never once it is later', async () => {
  const room = await house.resource('room', 'Terrace');
  const limit = (from: string, more: object) => ({ name: 'Noise curfew', rule: { kind: 'not_within', weekdays: [1, 2, 3, 4, 5, 6, 7], from, to: '08:00' }, resourceIds: null, tags: ['music'], overridableBy: ['owner'], state: 'active', ...more }) as const;
  const limitId = house.id();
  const save = async (from: string, basedOnVersion: number | null, state: 'active' | 'retired' = 'active') => expect(await house.decide('limit.save', limit(from, { limitId, basedOnVersion, state }) as never)).toMatchObject({ outcome: 'accepted' });
  await save('23:00', null);
  const made = await house.allocation(room, 5, 18, 21, { tags: ['music'] });
  const drop = async (until: number, reason: string | null) => house.decide('plan.carry_out', { moves: [{ collection: 'allocations', id: made.id, basedOnVersion: (await house.one('allocations', made.id)).version, resourceId: room, startsAt: june(5, 18), endsAt: june(5, until) }], reason }, 'owner');
  expect(await drop(23, null)).toMatchObject({ outcome: 'rejected', error: { code: 'conflict.past_limit' } });
  expect(await drop(23, 'Permit 81')).toMatchObject({ outcome: 'accepted' });
  expect(await house.conflicts()).toEqual([['limit', 'overridden', 'Permit 81']]);
  await save('23:30', 1);
  expect(await house.conflicts()).toEqual([['limit', 'overridden', 'Permit 81']]);
  await save('21:00', 2);
  expect((await house.conflicts()).map(([kind, state]) => [kind, state])).toEqual([['limit', 'open']]);
  expect(await house.alerts()).toMatchObject([['limit_passed', expect.any(String)]]);
  await save('21:00', 3, 'retired');
  expect((await house.conflicts()).map(([, state]) => state)).toEqual(['resolved']);
  expect(await house.alerts()).toEqual([]);
  await sound();
});

test('nights on which the clocks change, and midnight, clash by instants', async () => {
  const room = await house.resource('room', 'Terrace');
  const instants = (startsAt: string, endsAt: string) => ({ startsAt: new Date(startsAt).toISOString(), endsAt: new Date(endsAt).toISOString() });
  const take = async (startsAt: string, endsAt: string) => (await house.allocation(room, 1, 1, 2, { ...instants(startsAt, endsAt), title: startsAt })).answer.outcome;
  // London, spring: 01:30 is 02:30; what ends at 01:00 UTC and what begins then touch each other.
  expect(await take('2027-03-27T22:00:00Z', '2027-03-28T01:00:00Z')).toBe('accepted');
  expect(await take('2027-03-28T01:00:00Z', '2027-03-28T04:00:00Z')).toBe('accepted');
  expect(await take('2027-03-28T00:59:00Z', '2027-03-28T01:01:00Z')).toBe('rejected');
  // London, autumn: the hour that comes twice is two hours.
  expect(await take('2027-10-31T00:00:00Z', '2027-10-31T01:00:00Z')).toBe('accepted');
  expect(await take('2027-10-31T01:00:00Z', '2027-10-31T02:00:00Z')).toBe('accepted');
  expect(await take('2027-10-31T00:30:00Z', '2027-10-31T01:30:00Z')).toBe('rejected');
  expect(await take('2027-11-05T23:00:00Z', '2027-11-06T00:00:00Z')).toBe('accepted');
  expect(await take('2027-11-06T00:00:00Z', '2027-11-06T03:00:00Z')).toBe('accepted');
  expect(await take('2027-11-05T23:59:00Z', '2027-11-06T00:01:00Z')).toBe('rejected');
  expect(await house.conflicts()).toEqual([]);
});

test('a move that is undone after its entry was changed over there is judged on what stands, and what is theirs is not lost', async () => {
  const id = await house.booking('Bloom Photo', 5, 12, 18);
  const vendor = (await house.one('bookings', id)).vendorId ?? '';
  const diary = await house.calendar(vendor);
  const { pushId, remoteId } = await house.stands('bookings', id, diary);
  const plan = (from: number, to: number, basedOnVersion: number) => house.decide('plan.carry_out', { moves: [{ collection: 'bookings', id, basedOnVersion, resourceId: vendor, startsAt: june(5, from), endsAt: june(5, to) }], reason: null });
  expect(await plan(8, 14, 1)).toMatchObject({ outcome: 'accepted' });
  await house.stands('bookings', id, diary);
  await house.look(house.told(remoteId, diary.id, { title: 'Job of Bloom Photo', place: null, status: 'confirmed', busy: true, startsAt: june(5, 10), endsAt: june(5, 16) }, { ourId: pushId }));
  expect(await house.one('bookings', id)).toMatchObject({ startsAt: june(5, 10), version: 3 });
  expect(await plan(12, 18, 2), 'undo on the version that it knew').toMatchObject({ outcome: 'rebase' });
  expect(await plan(12, 18, 3)).toMatchObject({ outcome: 'accepted' });
  expect((await house.rows()).pushes.find((one) => one.id === pushId)).toMatchObject({ state: 'queued' });
  await sound();
});
