import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CLASH_LEVELS, type HouseRules } from '../../../core/contract/record/taking.ts';
import type { RecordedEvent } from '../../../core/contract/events.ts';
import { judgeDrop } from '../../../core/domain/conflicts/drop.ts';
import { houseOf, houseQuestion, type House } from '../../../core/domain/conflicts/house.ts';
import { occupancyId } from '../../../core/domain/conflicts/occupancies.ts';
import { previewOf } from '../../../core/domain/conflicts/rulesPreview.ts';
import { draftUpdated, type DraftContext } from '../../../core/domain/record/drafts.ts';
import { fromSnapshot } from '../../../core/domain/record/state.ts';
import { slowPairs } from '../../support/conflicts.ts';
import { useTakingHouse, type Taking } from '../../support/usingTakingHouse.ts';

/** Under whatever rules: what a console foresees is what the server does, and what stands is what the words of the rules say. */

const context: DraftContext = { actor: { kind: 'person', id: null, name: 'Front desk' }, source: null, deliveryId: null };
const HALF_HOUR_MS = 1_800_000;
const FIRST = Date.UTC(2027, 5, 5, 8);
let t: Taking['t'];
let clock: Taking['clock'];
let house: Taking['house'];
useTakingHouse((made) => ({ t, clock, house } = made));

const PLACES = [null, 'Great Hall', 'Barn', 'Ely Cathedral', ' ely  CATHEDRAL', 'Wells'] as const;
const way = fc.record({ from: fc.constantFrom('Great Hall', 'Ely Cathedral'), to: fc.constantFrom('Barn', 'Wells'), minutes: fc.integer({ min: 0, max: 180 }) });
const rules: fc.Arbitrary<Pick<HouseRules, 'levels' | 'travel'>> = fc.record({
  levels: fc.record({
    definiteWithDefinite: fc.constantFrom(...CLASH_LEVELS.definiteWithDefinite), definiteWithHold: fc.constantFrom(...CLASH_LEVELS.definiteWithHold), holdWithHold: fc.constantFrom(...CLASH_LEVELS.holdWithHold),
    rankedHolds: fc.constantFrom(...CLASH_LEVELS.rankedHolds), leadWithAny: fc.constantFrom(...CLASH_LEVELS.leadWithAny), closedWithAny: fc.constantFrom(...CLASH_LEVELS.closedWithAny), gaps: fc.constantFrom(...CLASH_LEVELS.gaps),
  }),
  travel: fc.record({
    usualMinutes: fc.option(fc.integer({ min: 0, max: 120 })),
    ways: fc.uniqueArray(way, { maxLength: 3, selector: ({ from, to }) => `${from} ${to}` }),
  }),
});
const when = fc.record({ start: fc.nat(40), length: fc.integer({ min: 1, max: 8 }) });
const stretch = ({ start, length }: { start: number; length: number }) => ({ startsAt: new Date(FIRST + start * HALF_HOUR_MS).toISOString(), endsAt: new Date(FIRST + (start + length) * HALF_HOUR_MS).toISOString() });
const booking = fc.record({ vendor: fc.constantFrom('Bloom Photo', 'Petal Film'), when, status: fc.constantFrom('lead', 'hold', 'definite', 'definite'), place: fc.constantFrom(...PLACES), of: fc.constantFrom(null, 0, 1) });
const taken = fc.record({ on: fc.constantFrom('room', 'crew'), when, status: fc.constantFrom('lead', 'hold', 'definite', 'closed'), rank: fc.constantFrom(null, 1, 2), of: fc.constantFrom(null, 0, 1) });
const move = fc.record({ which: fc.nat(), when });

async function standing(): Promise<House> {
  const snapshot = await t.store.snapshot(t.organisation.id);
  return houseOf(fromSnapshot(snapshot).tables, snapshot.organisation.zone);
}
const unresolved = async () => (await house.rows()).conflicts.filter(({ state }) => state !== 'resolved');

function counted(events: readonly RecordedEvent[]) {
  const found = { appear: { block: 0, warn: 0 }, go: 0, harder: 0, softer: 0, otherwise: 0 };
  for (const event of events) {
    if (event.collection !== 'conflicts') continue;
    if (event.type === 'conflict.raised') found.appear[event.row.level] += 1;
    else if (event.type === 'conflict.resolved') found.go += 1;
    else if (event.before?.['level'] === 'warn' || 'state' in (event.before ?? {})) found.harder += 1;
    else if (event.before?.['level'] === 'block') found.softer += 1;
    else found.otherwise += 1;
  }
  return found;
}

test('the preview and the server agree, and both with the words of the rules', async () => {
  const given = fc.sample(fc.record({ bookings: fc.array(booking, { minLength: 14, maxLength: 14 }), taken: fc.array(taken, { minLength: 12, maxLength: 12 }) }), { numRuns: 1, seed: 20_270_605 })[0];
  if (!given) throw new Error('nothing was made up');
  const weddings = [await house.wedding('A', 20, 12, 14), await house.wedding('B', 20, 16, 18, { room: 'Barn' })];
  const own = (of: number | null): string | null => (of === null ? null : (weddings[of] ?? null));
  const crew = await house.resource('crew', 'Priya', { setUpMinutes: 15 });
  const room = await house.resource('room', 'Orangery', { turnaroundMinutes: 45 });
  for (const { vendor, when: at, status, place, of } of given.bookings) await house.booking(vendor, 5, 12, 14, { ...stretch(at), status, place, weddingId: own(of) });
  for (const { on, when: at, status, rank, of } of given.taken) {
    const more = { ...stretch(at), status, rank: status === 'hold' ? rank : null, weddingId: own(of), setUpMinutes: null, turnaroundMinutes: null };
    const { answer } = await house.allocation(on === 'room' ? room : crew, 5, 12, 14, { ...more, reason: 'As it is' });
    expect(answer.outcome).toBe('accepted');
  }
  const verdicts = new Set<string>();
  await fc.assert(
    fc.asyncProperty(rules, fc.array(move, { minLength: 4, maxLength: 4 }), async (said, moves) => {
      clock.advance(60_000);
      const foreseen = previewOf(await standing(), await unresolved(), said, clock.now());
      const { seq } = await t.store.snapshot(t.organisation.id);
      const version = (await house.rows()).houseRules[0]?.version ?? null;
      expect(await house.decide('rules.save', { houseId: t.organisation.id, basedOnVersion: version, ...said })).toMatchObject({ outcome: 'accepted' });
      expect(counted(await t.store.readEvents(t.organisation.id, seq, 10_000))).toEqual(foreseen);

      for (const { which, when: at } of moves) {
        const now = await standing();
        const movable = [...now.timetable].filter(({ id }) => !id.startsWith('weddings:')).sort((a, b) => a.id.localeCompare(b.id));
        const one = movable[which % movable.length];
        if (!one) throw new Error('nothing stands');
        const { startsAt, endsAt } = stretch(at);
        const { verdict } = judgeDrop(now, [{ ...one, startsAt: Date.parse(startsAt), endsAt: Date.parse(endsAt) }], 'coordinator', clock.now());
        verdicts.add(verdict);
        clock.advance(60_000);
        const [collection, id] = one.id.split(':') as ['bookings' | 'allocations', string];
        const basedOnVersion = (await house.one(collection, id)).version;
        const answer = await house.decide('plan.carry_out', { moves: [{ collection, id, basedOnVersion, resourceId: one.resourceId, startsAt, endsAt }], reason: null });
        expect([verdict, answer.outcome === 'rejected' ? answer.error.code : answer.outcome]).toEqual([verdict, verdict === 'reason' ? 'conflict.would_clash' : 'accepted']);
        // What its last change has resolved may come back without a word; so that is one that has resolved nothing.
        const current = await house.one(collection, id);
        const renamed = draftUpdated(collection === 'bookings' ? 'booking.updated' : 'allocation.updated', collection, null, current as never, { title: `${current.title}.` }, null, context);
        if (renamed) await house.write(renamed);
      }

      const then = await standing();
      const pairs = (await unresolved()).map(({ members }) => members.map(occupancyId).sort().join(' '));
      expect(pairs.sort()).toEqual(slowPairs([...then.timetable], then.resources, houseQuestion(then, clock.now())));
    }),
    { numRuns: 12 },
  );
  expect([...verdicts].sort(), 'all of it has come up').toEqual(['free', 'reason', 'warned']);
}, 240_000);
