import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { startHoldWatch } from '../../../server/workers/holds.ts';
import { startNamesakes } from '../../../server/workers/namesakes.ts';
import { june } from '../../support/taking.ts';
import { useTakingHouse, type Taking } from '../../support/usingTakingHouse.ts';

/** What becomes of time that is taken without anybody deciding: holds that end, rows from before there were resources. */

const HOUR_MS = 3_600_000;
let t: Taking['t'];
let clock: Taking['clock'];
let house: Taking['house'];
useTakingHouse((made) => ({ t, clock, house } = made));

describe('a hold', () => {
  test('ends at its minute: what it clashed with is resolved, its alert settled, and who was behind moves up', async () => {
    const room = await house.resource('room', 'Orangery');
    const until = new Date(clock.now() + HOUR_MS).toISOString();
    const first = await house.allocation(room, 5, 12, 18, { status: 'hold', rank: 1, holdUntil: until, title: 'Smith' });
    const second = await house.allocation(room, 5, 12, 18, { status: 'hold', rank: 2, title: 'Jones' });
    const third = await house.allocation(room, 5, 17, 20, { status: 'hold', rank: 3, title: 'Brown' });
    const apart = await house.allocation(room, 6, 12, 18, { status: 'hold', rank: 2, title: 'Green' });
    const wedding = await house.wedding('A', 5, 10, 13, { room: 'Orangery' });
    expect((await house.alerts()).filter(([rule]) => rule === 'double_booking')).toHaveLength(2);
    const watch = startHoldWatch({ store: t.store, clock, log: t.log });
    try {
      clock.advance(HOUR_MS - 1);
      await watch.runNow();
      expect((await house.one('allocations', first.id)).status).toBe('hold');
      clock.advance(1);
      await watch.runNow();
      expect(await house.one('allocations', first.id)).toMatchObject({ status: 'lead', rank: 1 });
      expect(await house.one('allocations', second.id)).toMatchObject({ status: 'hold', rank: 1 });
      expect(await house.one('allocations', third.id)).toMatchObject({ rank: 2 });
      expect(await house.one('allocations', apart.id)).toMatchObject({ rank: 2, version: 1 });
      const open = (await house.rows()).conflicts.filter(({ state }) => state === 'open').flatMap(({ members }) => members.map(({ id }) => id));
      expect(open).not.toContain(first.id);
      expect(open).toContain(wedding);
      expect(await house.alerts()).toEqual([['double_booking', 'Double booking: Orangery'], ['hold_first', 'First now: Jones']]);
      const before = await t.store.headSeq(t.organisation.id);
      await watch.runNow();
      expect(await t.store.headSeq(t.organisation.id), 'nothing is let go twice').toBe(before);
    } finally {
      await watch.stop();
    }
  });

  test('that ended while nothing ran is let go of at the start, by one of two processes', async () => {
    const room = await house.resource('room', 'Orangery');
    const held = await house.allocation(room, 5, 12, 18, { status: 'hold', holdUntil: new Date(clock.now() + HOUR_MS).toISOString() });
    clock.advance(48 * HOUR_MS);
    const watches = [startHoldWatch({ store: t.store, clock, log: t.log }), startHoldWatch({ store: t.store, clock, log: t.log })];
    await Promise.all(watches.map((watch) => watch.runNow()));
    await Promise.all(watches.map((watch) => watch.stop()));
    expect(await house.one('allocations', held.id)).toMatchObject({ status: 'lead', version: 2 });
  });

  test('that is given back lets the next one move up', async () => {
    const room = await house.resource('room', 'Orangery');
    const first = await house.allocation(room, 5, 12, 18, { status: 'hold', rank: 1 });
    const second = await house.allocation(room, 5, 12, 18, { status: 'hold', rank: 2 });
    const third = await house.allocation(room, 5, 12, 18, { status: 'hold', rank: 3 });
    expect(await house.decide('booking.set_status', { collection: 'allocations', id: first.id, basedOnVersion: 1, status: 'cancelled', reason: null })).toMatchObject({ outcome: 'accepted' });
    expect(await house.one('allocations', second.id)).toMatchObject({ rank: 1, version: 2 });
    expect((await house.allocation(room, 5, 12, 18, { allocationId: second.id, basedOnVersion: 2, status: 'lead', rank: 1 })).answer).toMatchObject({ outcome: 'accepted' });
    expect(await house.one('allocations', third.id)).toMatchObject({ rank: 1, version: 3 });
  });
});

describe('rows from before there were resources', () => {
  const forget = () => t.store.internals.database.system.transaction().execute(async (tx) => {
    await sql`update weddings set room_id = null`.execute(tx);
    await sql`update bookings set vendor_id = null`.execute(tx);
    for (const table of ['resources', 'conflicts', 'alerts']) await sql`delete from ${sql.table(table)}`.execute(tx);
  });

  test('get theirs in small batches, with the conflicts that come of it; a second start finds nothing to do', async () => {
    for (let day = 1; day <= 28; day += 1) for (const room of ['Great Hall', 'Orangery']) await house.wedding(`${room} ${day}`, day, 12, 18, { room });
    const double = await house.wedding('Double', 3, 17, 20);
    const job = await house.booking('Bloom Photo', 3, 12, 18);
    await house.booking('The Manor', 3, 12, 18, { trade: 'venue' });
    const nowhere = await house.wedding('Nowhere', 3, 12, 18, { room: ' ' });
    await forget();
    const work = startNamesakes({ store: t.store, log: t.log });
    await work.done;
    const rows = await house.rows();
    expect(rows.resources.map(({ name }) => name).sort()).toEqual(['Bloom Photo', 'Great Hall', 'Orangery']);
    expect(rows.weddings.filter(({ roomId, id }) => (roomId ?? null) === null && id !== nowhere)).toEqual([]);
    expect(await house.one('bookings', job)).toMatchObject({ version: 2, startsAt: june(3, 12) });
    expect(rows.conflicts.filter(({ state }) => state === 'open').map(({ members }) => members.some(({ id }) => id === double))).toEqual([true]);
    const before = await t.store.headSeq(t.organisation.id);
    await startNamesakes({ store: t.store, log: t.log }).done;
    expect(await t.store.headSeq(t.organisation.id)).toBe(before);
  });

  test('of a process that ends in the middle the next one does the rest, and nothing twice', async () => {
    for (let day = 1; day <= 28; day += 1) for (const room of ['A', 'B', 'C']) await house.wedding(`${room} ${day}`, day, 12, 18, { room });
    await forget();
    const first = startNamesakes({ store: t.store, log: t.log });
    await first.stop();
    await Promise.all([startNamesakes({ store: t.store, log: t.log }).done, startNamesakes({ store: t.store, log: t.log }).done]);
    const { weddings, resources } = await house.rows();
    expect(resources.map(({ name }) => name).sort()).toEqual(['A', 'B', 'C']);
    expect(weddings.map(({ version, roomId }) => [version, resources.some(({ id }) => id === roomId)])).toEqual(weddings.map(() => [2, true]));
  });
});
