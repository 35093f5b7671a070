import fc from 'fast-check';
import { expect, test } from 'vitest';
import { returningTo, standsAgain, type Returning } from '../../../core/domain/conflicts/broughtBack.ts';
import { judgeStatus } from '../../../core/domain/conflicts/drop.ts';
import { houseOf } from '../../../core/domain/conflicts/house.ts';
import { cancellationOf, mayHaveGoneWith, wasHeld } from '../../../core/domain/record/cancelled.ts';
import { fromSnapshot } from '../../../core/domain/record/state.ts';
import { useTakingHouse, type Taking } from '../../support/usingTakingHouse.ts';

/** What was held for a wedding and comes back with it: what a console says of it beforehand is what the commit does, and others keep what they have. */

let t: Taking['t'];
let clock: Taking['clock'];
let house: Taking['house'];
useTakingHouse((made) => ({ t, clock, house } = made));

type Collection = 'weddings' | 'allocations';
const ok = expect.objectContaining({ outcome: 'accepted' }) as unknown;
const versionOf = async (collection: Collection, id: string): Promise<number> => (await house.one(collection, id)).version;
const cancel = async (collection: Collection, id: string) =>
  expect(await house.decide('booking.set_status', { collection, id, basedOnVersion: await versionOf(collection, id), status: 'cancelled', reason: null })).toEqual(ok);
const back = async (collection: Collection, id: string, along: string[] | undefined, reason: string | null = null) =>
  house.decide('booking.bring_back', { collection, id, basedOnVersion: await versionOf(collection, id), reason, ...(along ? { along } : {}) });
const historyOf = async (id: string) => (await t.store.readEvents(t.organisation.id, 0, 10_000)).filter(({ row }) => row.id === id).reverse();

/** As a console does, of what it holds and of the server's history. */
async function preview(weddingId: string): Promise<{ readonly company: readonly Returning[]; readonly needsReason: boolean }> {
  const snapshot = await t.store.snapshot(t.organisation.id);
  const board = houseOf(fromSnapshot(snapshot).tables, snapshot.organisation.zone);
  const cancellation = cancellationOf(await historyOf(weddingId));
  if (!cancellation) throw new Error('it is not cancelled');
  const held = [];
  for (const row of snapshot.rows.allocations.filter((each) => mayHaveGoneWith(cancellation, weddingId, each))) {
    const [last] = await historyOf(row.id);
    if (last && last.seq === row.seq && wasHeld(last)) held.push(row);
  }
  const one = standsAgain(board, { collection: 'weddings', id: weddingId }, cancellation.status, clock.now());
  const needsReason = one !== null && judgeStatus(board, one, one.status, () => false, clock.now()).needsReason;
  return { company: returningTo(board, held, one, clock.now()), needsReason };
}
const backIds = (company: readonly Returning[]): string[] => company.flatMap(({ row, against }) => (against.length === 0 ? [row.id] : []));

test('what somebody else has by now stays given back, by name; the rest comes back without a reason, and that one by itself with one', async () => {
  const room = await house.resource('room', 'Orangery');
  const marquee = await house.resource('equipment', 'Marquee');
  const wedding = await house.wedding('A and B', 5, 12, 18);
  const drinks = (await house.allocation(room, 5, 12, 18, { weddingId: wedding, status: 'hold', title: 'Drinks' })).id;
  const tent = (await house.allocation(marquee, 5, 12, 18, { weddingId: wedding, status: 'hold', title: 'Tent' })).id;
  await cancel('weddings', wedding);
  clock.advance(60_000);
  const theirs = (await house.allocation(marquee, 5, 17, 20, { title: 'Garden party' })).id;
  const { company, needsReason } = await preview(wedding);
  expect(needsReason).toBe(false);
  expect(company.map(({ row, against }) => [row.title, against.map(({ kind, members }) => [kind, members.length])])).toEqual(expect.arrayContaining([['Drinks', []], ['Tent', [['overlap', 2]]]]));
  expect(company.find(({ row }) => row.id === tent)?.against[0]?.members).toContain(`allocations:${theirs}`);
  expect(await back('weddings', wedding, [drinks, tent]), 'others than were seen').toMatchObject({ outcome: 'rebase' });
  expect(await back('weddings', wedding, []), 'fewer than were seen').toMatchObject({ outcome: 'rebase' });
  expect(await back('weddings', wedding, [drinks])).toEqual(ok);
  expect([(await house.one('allocations', drinks)).status, (await house.one('allocations', tent)).status]).toEqual(['hold', 'cancelled']);
  expect(await house.conflicts()).toEqual([]);
  expect(await back('allocations', tent, [])).toMatchObject({ outcome: 'rejected', error: { code: 'conflict.would_clash' } });
  expect(await back('allocations', tent, [], 'They share it')).toEqual(ok);
});

test('a reason that brings a wedding back over somebody else brings none of its holds over anybody', async () => {
  const room = await house.resource('room', 'Orangery');
  const wedding = await house.wedding('A and B', 5, 12, 18);
  const drinks = (await house.allocation(room, 5, 12, 18, { weddingId: wedding, status: 'hold' })).id;
  await cancel('weddings', wedding);
  clock.advance(60_000);
  const other = await house.wedding('C and D', 5, 14, 20);
  await house.allocation(room, 5, 14, 16, { weddingId: other });
  // Programs that were made before anybody could look say nothing of what they saw.
  expect(await back('weddings', wedding, undefined)).toMatchObject({ outcome: 'rejected', error: { code: 'conflict.would_clash' } });
  expect(await back('weddings', wedding, undefined, 'They share the hall')).toEqual(ok);
  expect(await house.one('weddings', wedding)).toMatchObject({ status: 'confirmed' });
  expect((await house.one('allocations', drinks)).status).toBe('cancelled');
  expect(await house.conflicts()).toEqual([['overlap', 'overridden', 'They share the hall']]);
});

const hours = fc.record({ from: fc.integer({ min: 8, max: 16 }), length: fc.integer({ min: 1, max: 6 }) });
const some = fc.record({ on: fc.nat(3), hours, status: fc.constantFrom('hold', 'hold', 'hold', 'definite'), rank: fc.constantFrom(null, 1, 2, 9), until: fc.boolean(), locked: fc.nat(9).map((n) => n === 0) });
const theirs = fc.record({ on: fc.nat(3), hours, status: fc.constantFrom('hold', 'definite', 'lead', 'closed'), rank: fc.constantFrom(null, 1, 2, 9) });
const story = fc.record({
  status: fc.constantFrom('enquiry', 'hold', 'confirmed'), room: fc.constantFrom(null, 'Great Hall'), held: fc.array(some, { minLength: 2, maxLength: 6 }), others: fc.array(theirs, { maxLength: 4 }),
  /** Somebody gives one back by hand: before, in the same millisecond as its wedding, or after it was brought back by itself. */
  touched: fc.constantFrom('before', 'with', 'after', 'none'), hall: fc.nat(3).map((n) => n === 0), daysLater: fc.nat(12),
});

test('whatever was held, given back, taken by others and let go meanwhile: the preview says which come back, as what, and which do not', async () => {
  const on = [
    await house.resource('room', 'Orangery', { turnaroundMinutes: 60 }), await house.resource('crew', 'Priya'), await house.resource('equipment', 'Chairs', { places: 3 }), await house.resource('crew', 'Sol'),
  ];
  await house.limit('Four hours a day', { kind: 'at_most_a_day', ms: 4 * 3_600_000 }, { resourceIds: [on[3] ?? ''], overridableBy: ['coordinator'] });
  const seen = { comes: 0, stays: 0, limit: 0, ranked: 0, reason: 0, none: 0 };
  let day = 0;
  await fc.assert(
    fc.asyncProperty(story, async ({ status, room, held, others, touched, hall, daysLater }) => {
      day += 1;
      clock.advance(60_000);
      const until = new Date(clock.now() + 5 * 86_400_000).toISOString();
      const wedding = await house.wedding(`Wedding ${day}`, day, 9, 17, { status, room });
      const ids: string[] = [];
      for (const { on: which, hours: { from, length }, status: as, rank, until: ends, locked } of held) {
        const isHold = as === 'hold';
        const more = { weddingId: wedding, status: as, rank: isHold ? rank : null, holdUntil: isHold && ends ? until : null, lockedBecause: locked ? 'promised' : null, reason: 'As it is', title: `Held ${day}` };
        ids.push((await house.allocation(on[which] ?? '', day, from, from + length, more)).id);
      }
      const [first] = ids;
      const standing = async (id: string): Promise<boolean> => (await house.rows()).allocations.some((row) => row.id === id && row.status !== 'cancelled' && row.lockedBecause === null);
      if (first !== undefined && touched === 'before' && (await standing(first))) await cancel('allocations', first);
      clock.advance(1_000);
      await cancel('weddings', wedding);
      // What is definite stays; it goes in the same millisecond, but by itself.
      const last = ids.at(-1);
      if (last !== undefined && touched === 'with' && (await standing(last))) await cancel('allocations', last);
      if (first !== undefined && touched === 'after' && (await house.one('allocations', first)).status === 'cancelled') {
        clock.advance(1_000);
        await back('allocations', first, undefined, 'Mistaken');
        await cancel('allocations', first);
      }
      clock.advance(1_000 + daysLater * 86_400_000);
      for (const { on: which, hours: { from, length }, status: as, rank } of others) await house.allocation(on[which] ?? '', day, from, from + length, { status: as, rank: as === 'hold' ? rank : null, reason: 'As it is', title: `Theirs ${day}` });
      if (hall) await house.wedding(`Other ${day}`, day, 15, 20);

      const { company, needsReason } = await preview(wedding);
      const along = backIds(company);
      if (along.length > 0) expect(await back('weddings', wedding, along.slice(1), 'Anyhow')).toMatchObject({ outcome: 'rebase' });
      const bare = await back('weddings', wedding, along);
      expect([needsReason, bare.outcome === 'rejected' ? bare.error.code : bare.outcome]).toEqual([needsReason, needsReason ? 'conflict.would_clash' : 'accepted']);
      if (needsReason) expect(await back('weddings', wedding, along, 'They share it')).toEqual(ok);
      const rows = (await house.rows()).allocations;
      for (const { row, set, against } of company) {
        const { rank, holdUntil } = { ...row, ...set };
        expect(rows.find(({ id }) => id === row.id)).toMatchObject(against.length === 0 ? { status: 'hold', rank, holdUntil } : { status: 'cancelled', rank: row.rank, version: row.version });
        seen[against.length === 0 ? 'comes' : 'stays'] += 1;
        if (against.some(({ kind }) => kind === 'limit')) seen.limit += 1;
        if (against.length === 0 && set.rank !== undefined && set.rank !== row.rank) seen.ranked += 1;
      }
      // None that is not among what was told has changed.
      for (const id of ids.filter((each) => !company.some(({ row }) => row.id === each))) expect(await historyOf(id)).not.toContainEqual(expect.objectContaining({ before: expect.objectContaining({ status: 'cancelled' }) as unknown, recordedAt: new Date(clock.now()).toISOString() }));
      if (needsReason) seen.reason += 1;
      if (company.length === 0) seen.none += 1;
    }),
    { numRuns: 28, seed: 20_261_121, endOnFailure: true },
  );
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(0);
}, 240_000);
