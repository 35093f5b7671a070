import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { families } from '../../support/anyOrder/families.ts';
import { play } from '../../support/anyOrder/play.ts';
import { inOrder, schedules } from '../../support/anyOrder/schedule.ts';
import { worlds, type World } from '../../support/anyOrder/world.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/**
 * Several systems at once, as their own folders read them: facts in any order, any number of times, with a process that dies
 * between the claim and the commit, between the claim and the re-read, or after the commit with nobody told: the same record.
 * `WEDSYNC_ANY_ORDER=<runs>` plays more of them; `WEDSYNC_SEED` those of a former run.
 */

const RUNS = Number(process.env['WEDSYNC_ANY_ORDER'] ?? 8);
const SEED = process.env['WEDSYNC_SEED'];
/** Runs that once found something, as seed and path: somebody of unknown origin was taken away with the first system that let go of them. */
const KEPT: readonly (readonly [seed: number, path: string])[] = [[208_181_937, '44']];
const clock = settableClock('2026-11-20T12:00:00.000Z');
let t: TestStore;
let deaths = 0;
let facts = 0;

beforeAll(async () => {
  t = await openTestStore({ clock });
});
afterAll(async () => {
  console.log(`any order, several systems: ${facts} facts, ${deaths} deaths`);
  await t.cleanup();
});

const told = (of: fc.Arbitrary<World>) => of.chain((world) => schedules(world).map((steps) => ({ world, steps })));
const same = (of: fc.Arbitrary<World>) => fc.asyncProperty(told(of), async ({ world, steps }) => {
  const straight = await play(t, clock, world, inOrder(world));
  const bent = await play(t, clock, world, steps);
  facts += world.facts.length;
  deaths += bent.deaths;
  expect(bent.picture).toEqual(straight.picture);
});

test('several systems tell in any order, any number of times, to processes that die: the same record', async () => {
  const seed = SEED === undefined ? Date.now() % 1_000_000_000 : Number(SEED);
  console.log(`any order, several systems: ${RUNS} runs, seed ${seed}`);
  await fc.assert(same(worlds), { numRuns: RUNS, seed });
}, Math.max(120_000, RUNS * 5_000));

test('payments, papers, entries, messages and projects that come before what they name: the same record', async () => {
  const seed = SEED === undefined ? Date.now() % 1_000_000_000 : Number(SEED);
  console.log(`any order, what names each other: ${RUNS} runs, seed ${seed}`);
  await fc.assert(same(families), { numRuns: RUNS, seed });
}, Math.max(120_000, RUNS * 5_000));

test.each(KEPT)('what run %i:%s found is mended', async (seed, path) => {
  await fc.assert(same(worlds), { numRuns: 1, seed, path });
});
