import { describe, expect, test } from 'vitest';
import type { Strategy } from '../../../core/contract/record/calendars.ts';
import { june } from '../../support/taking.ts';
import { clock, house, useBackHouse } from '../../support/usingBackHouse.ts';

/** What somebody does over there to an entry of ours. */

useBackHouse();

const times = (day: number, from: number, to: number) => ({ startsAt: june(day, from), endsAt: june(day, to) });
const ours = { title: 'Job of Bloom Photo', place: null, status: 'confirmed', busy: true } as const;
const differences = async () => (await house.rows()).differences.map(({ state, kept, fields }) => [state, kept, fields.map(({ name, ours: here, theirs }) => `${name} ${here} ${theirs}`).join('; ')]);
const entries = async () => (await house.rows()).calendarEvents.map(({ title }) => title);

/** A booking of a vendor, written into the vendor's diary. */
async function booked(strategy: Strategy = 'merge', more: Parameters<typeof house.calendar>[1] = {}) {
  const id = await house.booking('Bloom Photo', 5, 12, 18);
  const diary = await house.calendar((await house.one('bookings', id)).vendorId ?? '', { strategy, ...more });
  const { pushId, remoteId } = await house.stands('bookings', id, diary);
  return {
    id, diary, pushId, remoteId,
    booking: () => house.one('bookings', id),
    push: () => house.one('pushes', pushId),
    told: (fields: Parameters<typeof house.told>[2], told: Parameters<typeof house.told>[3] = {}) => house.told(remoteId, diary.id, { ...ours, ...times(5, 12, 18), ...fields }, { ourId: pushId, ...told }),
    shift: async (from: number, to: number, title?: string) => {
      const row = await house.one('bookings', id);
      await house.decide('plan.carry_out', { moves: [{ collection: 'bookings', id, basedOnVersion: row.version, resourceId: row.vendorId ?? '', ...times(5, from, to) }], reason: title ?? null });
    },
  };
}

describe('what comes back with merge', () => {
  test('moved, shortened, renamed, somewhere else, held: it is so here, as a fact of that calendar, and nothing is written back', async () => {
    const one = await booked();
    for (const [fields, expected] of [
      [times(6, 12, 18), times(6, 12, 18)],
      [times(6, 12, 15), times(6, 12, 15)],
      [{ ...times(6, 12, 15), title: 'Photos at the lake' }, { title: 'Photos at the lake' }],
      [{ ...times(6, 12, 15), title: 'Photos at the lake', place: 'The lake' }, { place: 'The lake' }],
      [{ ...times(6, 12, 15), title: 'Photos at the lake', place: 'The lake', status: 'tentative' }, { status: 'hold' }],
    ] as const) {
      await house.look(one.told(fields));
      expect(await one.booking()).toMatchObject(expected);
      const { state, wantedVersion, writtenVersion } = await one.push();
      expect([state, writtenVersion === wantedVersion]).toEqual(['written', true]);
    }
    expect(await one.booking()).toMatchObject({ source: { system: 'stripe', connectionId: house.connectionId } });
    expect(await entries()).toEqual([]);
    expect(await differences()).toEqual([]);
  });

  test('what is moved onto somebody else is a conflict in the same commit', async () => {
    const one = await booked();
    await house.booking('Bloom Photo', 7, 10, 14);
    await house.look(one.told(times(7, 12, 18)));
    expect(await one.booking()).toMatchObject(times(7, 12, 18));
    expect(await house.conflicts()).toEqual([['overlap', 'open', null]]);
  });

  test('taken away: the booking is cancelled, and brought back it is asked', async () => {
    const one = await booked();
    await house.look(one.told({}, { gone: true }));
    expect(await one.booking()).toMatchObject({ status: 'cancelled' });
    expect(await house.state(one.pushId)).toMatchObject({ remoteId: null, generation: 2 });
    expect((await one.push()).state).toBe('written');
    await house.look(one.told({}, { gone: true }));
    await house.look(one.told({}));
    expect(await one.booking()).toMatchObject({ status: 'cancelled' });
    expect(await differences()).toEqual([['open', null, 'status cancelled confirmed']]);
    const [difference] = (await house.rows()).differences;
    expect(await house.decide('difference.settle', { differenceId: difference?.id ?? '', basedOnVersion: 1, keep: 'theirs', reason: null })).toMatchObject({ outcome: 'accepted' });
    expect(await one.booking()).toMatchObject({ status: 'definite' });
    expect(await house.state(one.pushId)).toMatchObject({ remoteId: one.remoteId });
  });

  test('a wedding that is taken away over there is asked, and kept; ours is written anew, as another entry', async () => {
    const id = await house.wedding('Ada & Ben', 5, 12, 20);
    const hall = await house.calendar(await house.room('Great Hall'));
    const { pushId, remoteId } = await house.stands('weddings', id, hall);
    await house.look(house.told(remoteId, hall.id, {}, { gone: true }));
    expect(await house.one('weddings', id)).toMatchObject({ status: 'confirmed' });
    expect(await differences()).toEqual([['open', null, 'status confirmed cancelled']]);
    expect(await house.one('pushes', pushId)).toMatchObject({ state: 'differs' });
    const [difference] = (await house.rows()).differences;
    const settle = { differenceId: difference?.id ?? '', basedOnVersion: 1, keep: 'ours', reason: null } as const;
    expect(await house.decide('difference.settle', settle, 'staff')).toMatchObject({ outcome: 'rejected', error: { code: 'auth.forbidden' } });
    expect(await house.decide('difference.settle', settle)).toMatchObject({ outcome: 'accepted' });
    expect(await house.decide('difference.settle', settle)).toMatchObject({ outcome: 'rebase' });
    expect(await differences()).toEqual([['settled', 'ours', 'status confirmed cancelled']]);
    expect(await house.one('pushes', pushId)).toMatchObject({ state: 'queued', wish: 'present' });
    expect(await house.state(pushId)).toMatchObject({ remoteId: null, generation: 2 });
  });

  test('a wedding that is moved takes its day with it', async () => {
    const id = await house.wedding('Ada & Ben', 5, 12, 20);
    const hall = await house.calendar(await house.room('Great Hall'));
    const { remoteId } = await house.stands('weddings', id, hall);
    await house.look(house.told(remoteId, hall.id, { ...times(9, 12, 20), title: 'Ada & Ben', place: 'Great Hall' }));
    expect(await house.one('weddings', id)).toMatchObject({ ...times(9, 12, 20), date: '2027-06-09', room: 'Great Hall' });
  });

  test('both sides have changed other things: both count; both have moved it: the later counts where theirs says when, else it is asked', async () => {
    const one = await booked();
    await one.shift(8, 10);
    await house.look(one.told({ title: 'Photos at the lake' }));
    expect(await one.booking()).toMatchObject({ ...times(5, 8, 10), title: 'Photos at the lake' });
    await house.look(one.told({ ...times(5, 14, 16), title: 'Photos at the lake' }, { at: new Date(clock.now() + 1_000).toISOString() }));
    expect(await one.booking()).toMatchObject(times(5, 14, 16));

    const other = await booked();
    await other.shift(8, 10);
    await house.look(other.told(times(5, 19, 21)));
    expect(await other.booking()).toMatchObject(times(5, 8, 10));
    expect(await differences()).toEqual([['open', null, `startsAt ${june(5, 8)} ${june(5, 19)}; endsAt ${june(5, 10)} ${june(5, 21)}`]]);
    await house.look(other.told(times(5, 8, 10)));
    expect(await differences(), 'they say the same now').toMatchObject([['settled', null, expect.any(String)]]);
    expect((await other.push()).state).toBe('written');
  });
});

describe('with another strategy, direction or privacy', () => {
  test.each(['local_wins', 'manual', 'remote_wins'] as const)('%s, moved and taken away', async (strategy) => {
    const one = await booked(strategy);
    await house.look(one.told(times(6, 12, 18)));
    const row = await one.booking();
    if (strategy === 'local_wins') {
      expect(row).toMatchObject(times(5, 12, 18));
      expect(await one.push()).toMatchObject({ state: 'queued' });
      expect(await house.state(one.pushId)).toMatchObject({ recheck: true });
    } else if (strategy === 'remote_wins') expect(row).toMatchObject(times(6, 12, 18));
    else {
      expect(row).toMatchObject(times(5, 12, 18));
      expect(await one.push()).toMatchObject({ state: 'differs' });
      expect(await differences()).toHaveLength(1);
    }
    await house.look(one.told({}, { gone: true }));
    expect((await one.booking()).status).toBe(strategy === 'remote_wins' ? 'cancelled' : 'definite');
    if (strategy === 'local_wins') expect(await one.push()).toMatchObject({ state: 'queued', reason: 'calendar.gone' });
    if (strategy === 'manual') expect(await differences()).toEqual([['open', null, 'status confirmed cancelled']]);
  });

  test('a calendar that is only written has no say, and who sees only that somebody is taken changes only when', async () => {
    const written = await booked('remote_wins', { direction: 'outbound' });
    await house.look(written.told(times(6, 12, 18)));
    expect(await written.booking()).toMatchObject(times(5, 12, 18));
    expect(await written.push()).toMatchObject({ state: 'queued' });

    const busy = await booked('remote_wins', { privacy: 'busy' });
    await house.look(busy.told({ title: 'Taken', place: 'Elsewhere' }));
    expect(await busy.booking()).toMatchObject({ title: ours.title, place: null });
    await house.look(busy.told({ ...times(6, 12, 18), title: 'Taken' }));
    expect(await busy.booking()).toMatchObject({ ...times(6, 12, 18), title: ours.title });
  });

  test('a question about the title is told once, and what was moved here meanwhile is written when it is answered', async () => {
    const one = await booked('manual');
    await one.shift(13, 19);
    await house.look(one.told({ title: 'Photos at the lake' }));
    expect(await differences()).toEqual([['open', null, 'title Job of Bloom Photo Photos at the lake']]);
    const seq = await house.now();
    await house.look(one.told({ title: 'Photos at the lake' }));
    expect(await house.since(seq)).toEqual([]);
    const [difference] = (await house.rows()).differences;
    expect(await house.decide('difference.settle', { differenceId: difference?.id ?? '', basedOnVersion: 1, keep: 'theirs', reason: null })).toMatchObject({ outcome: 'accepted' });
    expect(await one.booking()).toMatchObject({ title: 'Photos at the lake', ...times(5, 13, 19) });
    expect(await one.push()).toMatchObject({ state: 'queued', wish: 'present' });
    expect(await house.state(one.pushId)).toMatchObject({ recheck: true });
  });

  test('theirs is taken like a plan: over somebody else only with a reason', async () => {
    const one = await booked('manual');
    await house.booking('Bloom Photo', 7, 10, 14);
    await house.look(one.told(times(7, 12, 18)));
    const [difference] = (await house.rows()).differences;
    const settle = { differenceId: difference?.id ?? '', basedOnVersion: 1, keep: 'theirs' } as const;
    expect(await house.decide('difference.settle', { ...settle, reason: null })).toMatchObject({ outcome: 'rejected', error: { code: 'conflict.would_clash' } });
    expect(await house.decide('difference.settle', { ...settle, reason: 'A second photographer comes' })).toMatchObject({ outcome: 'accepted' });
    expect(await one.booking()).toMatchObject(times(7, 12, 18));
    expect(await house.conflicts()).toEqual([['overlap', 'overridden', 'A second photographer comes']]);
    expect(await differences()).toMatchObject([['settled', 'theirs', expect.any(String)]]);
    expect((await one.push()).state).toBe('written');
  });

  test('what is locked is asked', async () => {
    const room = await house.resource('crew', 'Ines');
    const { id } = await house.allocation(room, 5, 10, 12, { lockedBecause: 'Paid for' });
    const diary = await house.calendar(room, { strategy: 'remote_wins' });
    const { remoteId } = await house.stands('allocations', id, diary);
    await house.look(house.told(remoteId, diary.id, { ...times(5, 11, 13), title: 'Drinks' }));
    expect(await house.one('allocations', id)).toMatchObject(times(5, 10, 12));
    expect(await differences()).toHaveLength(1);
  });
});

describe('our own words', () => {
  test('an echo is nothing: not one event, however often it comes', async () => {
    const one = await booked();
    const seq = await house.now();
    for (let n = 0; n < 3; n += 1) await house.look(one.told({}));
    expect(await house.since(seq)).toEqual([]);
    expect(await entries()).toEqual([]);
  });

  test('it never becomes an entry of theirs, also when the look is quicker than our commit, or somebody copies it', async () => {
    const id = await house.booking('Bloom Photo', 5, 12, 18);
    const diary = await house.calendar((await house.one('bookings', id)).vendorId ?? '');
    // The writer has called and has not told the record yet.
    const pushId = (await house.pushOf(id, diary.id))?.id ?? (await house.wanted('bookings', id, diary));
    const seq = await house.now();
    await house.look(house.told('new', diary.id, { ...ours, ...times(5, 12, 18) }, { ourId: pushId }));
    expect(await house.since(seq)).toEqual([]);
    const { remoteId } = await house.stands('bookings', id, diary);
    const after = await house.now();
    await house.look(house.told(remoteId, diary.id, { ...ours, ...times(5, 12, 18) }, { ourId: pushId }));
    await house.look(house.told('copy', diary.id, { ...ours, ...times(8, 12, 18) }, { ourId: pushId }), house.told('of a feed', diary.id, { ...ours, ...times(8, 12, 18) }, { ourId: id }));
    expect(await house.since(after)).toEqual([]);
    expect(await entries()).toEqual([]);
    await house.look(house.told('of another house', diary.id, { ...ours, title: 'Elsewhere', ...times(8, 12, 18) }, { ourId: house.id() }));
    expect(await entries(), 'somebody else\'s work takes her time').toEqual(['Elsewhere']);
  });

  test('two calendars that mirror each other through us come to rest: one move, one change, and nothing twice', async () => {
    const one = await booked('merge', { name: 'Diary' });
    const other = await house.calendar(one.diary.resourceId, { name: 'Second diary', strategy: 'remote_wins' });
    await house.stands('bookings', one.id, other);
    await house.look(one.told(times(6, 12, 18)));
    expect(await one.booking()).toMatchObject(times(6, 12, 18));
    // The other one is written, which its looks tell; somebody's tool copies either into the other, with our mark.
    const { pushId, remoteId } = await house.stands('bookings', one.id, other);
    const seq = await house.now();
    for (let n = 0; n < 3; n += 1) {
      await house.look(
        house.told(remoteId, other.id, { ...ours, ...times(6, 12, 18) }, { ourId: pushId }), house.told('mirrored', other.id, { ...ours, ...times(6, 12, 18) }, { ourId: one.pushId }),
        one.told(times(6, 12, 18)), house.told('mirrored back', one.diary.id, { ...ours, ...times(6, 12, 18) }, { ourId: pushId }),
      );
    }
    expect(await house.since(seq)).toEqual([]);
    expect(await entries()).toEqual([]);
    expect(await house.conflicts()).toEqual([]);
  });

  test('an older state of an entry that comes after a newer one settles nothing', async () => {
    const one = await booked('manual');
    await house.look(one.told(times(6, 12, 18), { version: '2027-01-02T00:00:00.000Z' }));
    expect((await house.rows()).differences).toMatchObject([{ state: 'open' }]);
    const seq = await house.now();
    await house.look(one.told(times(5, 12, 18), { version: '2027-01-01T00:00:00.000Z' }));
    expect(await house.since(seq)).toEqual([]);
    expect((await house.rows()).differences).toMatchObject([{ state: 'open' }]);
    expect(await one.booking()).toMatchObject(times(5, 12, 18));
  });

  test('what is told of an entry that another of ours has replaced is old news', async () => {
    const one = await booked('local_wins');
    await house.look(one.told({}, { gone: true }));
    expect(await one.push()).toMatchObject({ state: 'queued', reason: 'calendar.gone' });
    await house.replaced(one.pushId, 'the new one');
    const seq = await house.now();
    await house.look(one.told({}, { gone: true }), one.told(times(8, 12, 18)));
    expect(await house.since(seq)).toEqual([]);
  });

  test('what a look brings right after a writing is read before it counts', async () => {
    const id = await house.booking('Bloom Photo', 5, 12, 18);
    const diary = await house.calendar((await house.one('bookings', id)).vendorId ?? '');
    const { pushId, remoteId } = await house.stands('bookings', id, diary, 5_000);
    await house.look(house.told(remoteId, diary.id, { ...ours, ...times(5, 8, 10) }, { ourId: pushId }));
    expect(await house.one('bookings', id)).toMatchObject(times(5, 12, 18));
    expect(await house.one('pushes', pushId)).toMatchObject({ state: 'queued' });
    expect(await house.state(pushId)).toMatchObject({ recheck: true });
  });

  test('more of ours gone at once than is usual is held as one card, and nothing is cancelled', async () => {
    const first = await house.booking('Bloom Photo', 1, 8, 9);
    const diary = await house.calendar((await house.one('bookings', first)).vendorId ?? '');
    const all = [{ id: first, ...(await house.stands('bookings', first, diary)) }];
    for (let n = 2; n <= 12; n += 1) {
      const id = await house.booking('Bloom Photo', n, 8, 9);
      all.push({ id, ...(await house.stands('bookings', id, diary)) });
    }
    await house.look(...all.map(({ remoteId }) => house.told(remoteId, diary.id, {}, { gone: true })));
    expect((await house.rows()).bookings.map(({ status }) => status)).toEqual(all.map(() => 'definite'));
    expect((await house.rows()).reviewItems).toMatchObject([{ kind: 'held', state: 'open', reason: 'held.deletes', lot: { kinds: [{ kind: 'deletes', count: 12 }] } }]);
    const [card] = (await house.rows()).reviewItems;
    await house.decide('review.release', { reviewId: card?.id ?? '', basedOnVersion: card?.version ?? 0 });
    await house.look();
    expect((await house.rows()).bookings.map(({ status }) => status)).toEqual(all.map(() => 'cancelled'));
  });

  test('weddings that vanish, and what is written anew, count for the brake as well', async () => {
    const hall = await house.calendar(await (async () => {
      await house.wedding('W', 1, 8, 9);
      return house.room('Great Hall');
    })(), { strategy: 'merge' });
    const all = [];
    for (let n = 2; n <= 13; n += 1) {
      const id = await house.wedding(`W${n}`, n, 8, 9);
      all.push(await house.stands('weddings', id, hall));
    }
    await house.look(...all.map(({ remoteId }) => house.told(remoteId, hall.id, {}, { gone: true })));
    expect(await differences()).toEqual([]);
    expect((await house.rows()).reviewItems).toMatchObject([{ kind: 'held', reason: 'held.deletes' }]);
  });
});
