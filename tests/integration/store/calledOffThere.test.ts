import { describe, expect, test } from 'vitest';
import type { Change } from '../../../core/domain/record/changes.ts';
import { applyEvents, emptyTables, fromSnapshot } from '../../../core/domain/record/state.ts';
import { june } from '../../support/taking.ts';
import { clock, house, t, useBackHouse } from '../../support/usingBackHouse.ts';

/** A wedding that its source calls off gives back what is held for it, and is held for again once the source takes that back. */

useBackHouse();

const told = (id: string, version: number, fields: Extract<Change, { kind: 'wedding' }>['fields']): Change =>
  ({ kind: 'wedding', remote: { type: 'wedding', id, version: String(version) }, wedding: {}, occurredAt: null, fields });
const begins = (title: string, room = 'Great Hall'): Change =>
  told(title, 1, { title, date: '2027-06-05', zone: 'Europe/London', startsAt: june(5, 12), endsAt: june(5, 18), room, status: 'hold' });
const cancelled = async (id: string) => house.decide('booking.set_status', {
  collection: 'allocations', id, basedOnVersion: (await house.one('allocations', id)).version, status: 'cancelled', reason: null,
});
const weddingOf = async (title: string) => {
  const row = (await house.rows()).weddings.find((one) => one.title === title);
  if (!row) throw new Error(`there is no wedding ${title}`);
  return row;
};
const stands = async (id: string) => {
  const { status, rank } = await house.one('allocations', id);
  return [status, rank];
};
const notBack = async () => (await house.rows()).alerts.filter(({ rule, state }) => rule === 'hold_not_back' && state !== 'resolved');
/** What every reader of the log comes to. */
const replayed = async () => {
  const snapshot = await t.store.snapshot(t.organisation.id);
  const events = await t.store.readEvents(t.organisation.id, 0, 100_000);
  const nothing = { epoch: t.store.epoch, seq: 0, organisation: t.organisation, tables: emptyTables() };
  expect(applyEvents(nothing, events, snapshot.seq)).toEqual(fromSnapshot(snapshot));
};

/** A wedding of a source, for which two rooms are held, one that is locked and one that is definite. */
async function wedding() {
  await house.look(begins('Ada & Ben'));
  const { id } = await weddingOf('Ada & Ben');
  const [orangery, garden] = [await house.resource('room', 'Orangery'), await house.resource('room', 'Garden')];
  const take = async (room: string, more: object) => (await house.allocation(room, 5, 12, 18, { weddingId: id, ...more })).id;
  const held = await take(orangery, { title: 'Drinks', status: 'hold', rank: 1 });
  const other = await take(garden, { title: 'Games', status: 'hold', rank: 1 });
  const library = await house.resource('room', 'Library');
  const locked = await take(library, { title: 'Coats', status: 'hold', rank: 1, lockedBecause: 'The deposit is kept' });
  const definite = await take(await house.resource('equipment', 'Marquee'), { title: 'Marquee' });
  return { id, orangery, garden, held, other, locked, definite };
}

describe('a wedding that its source calls off', () => {
  test('gives back what is held for it in the same commit, who is behind moves up, and what is definite or locked stays', async () => {
    const a = await wedding();
    const behind = (await house.allocation(a.orangery, 5, 12, 18, { title: 'Others', status: 'hold', rank: 2 })).id;
    const seq = await house.now();
    await house.look(told('Ada & Ben', 2, { status: 'cancelled' }));
    expect([await stands(a.held), await stands(a.other), await stands(behind)]).toEqual([['cancelled', 1], ['cancelled', 1], ['hold', 1]]);
    expect([await stands(a.locked), await stands(a.definite)]).toEqual([['hold', 1], ['definite', null]]);
    const events = (await t.store.readEvents(t.organisation.id, seq, 100))
      .filter(({ collection }) => collection === 'weddings' || collection === 'allocations');
    expect(events.map(({ type }) => type)).toEqual(['wedding.cancelled', 'allocation.cancelled', 'allocation.cancelled', 'allocation.updated']);
    expect(new Set(events.map(({ recordedAt }) => recordedAt)).size).toBe(1);
    expect(await house.alerts()).toContainEqual(['hold_first', 'First now: Others']);
    // Told once more it changes nothing.
    const after = await house.now();
    await house.look(told('Ada & Ben', 2, { status: 'cancelled' }));
    expect(await house.since(after)).toEqual([]);
    await replayed();
  });

  test('has it back, behind who was given its place, once the source takes that back; what somebody has since stays theirs and is told', async () => {
    const a = await wedding();
    const behind = (await house.allocation(a.orangery, 5, 12, 18, { title: 'Others', status: 'hold', rank: 2 })).id;
    await house.look(told('Ada & Ben', 2, { status: 'cancelled' }));
    const taken = await house.allocation(a.garden, 5, 12, 18, { title: 'Somebody' });
    expect(taken.answer).toMatchObject({ outcome: 'accepted' });
    await house.look(told('Ada & Ben', 3, { status: 'hold' }));
    expect([await stands(a.held), await stands(behind)]).toEqual([['hold', 2], ['hold', 1]]);
    expect(await stands(a.other)).toEqual(['cancelled', 1]);
    expect(await notBack()).toMatchObject([{
      title: 'Not held again: Games', state: 'open', weddingId: a.id, subject: { collection: 'allocations', id: a.other },
      detail: 'Ada & Ben is not called off any more. What was held for it was given back, and somebody else has that time by now. '
        + 'Take another time for it by hand.',
    }]);
    expect((await house.rows()).conflicts.filter(({ state, level }) => state === 'open' && level === 'block')).toEqual([]);
    await replayed();

    // Called off once more it asks for nothing, and nothing is to be told of it.
    await house.look(told('Ada & Ben', 4, { status: 'cancelled' }));
    expect([await stands(a.held), await notBack()]).toEqual([['cancelled', 2], []]);
    expect(await cancelled(taken.id)).toMatchObject({ outcome: 'accepted' });
    await house.look(told('Ada & Ben', 5, { status: 'hold' }));
    // What went with it the last time comes back; what had stayed given back before does not.
    expect([await stands(a.held), await stands(a.other), await notBack()]).toEqual([['hold', 2], ['cancelled', 1], []]);
    await replayed();
  });

  test('what a person has given back meanwhile stays given back', async () => {
    const a = await wedding();
    expect(await cancelled(a.held)).toMatchObject({ outcome: 'accepted' });
    await house.look(told('Ada & Ben', 2, { status: 'cancelled' }));
    await house.look(told('Ada & Ben', 3, { status: 'hold' }));
    expect([await stands(a.held), await stands(a.other)]).toEqual([['cancelled', 1], ['hold', 1]]);
  });
});

test('a source that calls off all of them at once is asked about first: until then nothing is given back', async () => {
  const titles = Array.from({ length: 30 }, (_, n) => `Pair ${n}`);
  await house.look(...titles.map((title) => begins(title, `Room of ${title}`)));
  const tents = await house.resource('equipment', 'Tents', { places: 30 });
  const held: string[] = [];
  for (const { id } of (await house.rows()).weddings.filter(({ title }) => titles.includes(title))) {
    held.push((await house.allocation(tents, 5, 12, 18, { weddingId: id, status: 'hold' })).id);
  }
  expect(held).toHaveLength(30);
  clock.advance(3_600_000);
  await house.look(...titles.map((title) => told(title, 2, { status: 'cancelled' })));
  const off = async () => (await house.rows()).weddings.filter(({ status }) => status === 'cancelled').map(({ id }) => id);
  const back = async () => (await house.rows()).allocations.filter(({ status }) => status === 'cancelled')
    .flatMap(({ weddingId }) => weddingId ?? []);
  const before = await off();
  expect(before.length).toBeLessThanOrEqual(10);
  expect((await back()).sort()).toEqual(before.sort());
  const [card] = (await house.rows()).reviewItems.filter(({ kind, state }) => kind === 'held' && state === 'open');
  if (!card) throw new Error('nobody is asked');
  expect(await house.decide('review.release', { reviewId: card.id, basedOnVersion: card.version })).toMatchObject({ outcome: 'accepted' });
  await house.look();
  expect(await off()).toHaveLength(30);
  expect((await back()).sort()).toEqual((await off()).sort());
  await replayed();
});
