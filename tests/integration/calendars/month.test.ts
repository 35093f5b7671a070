import { afterEach, expect, test } from 'vitest';
import { seeded } from '../../../scripts/simulate/burst.ts';
import { verifyRecord } from '../../../server/store/verify.ts';
import { differing } from '../../support/calendarMonth/equal.ts';
import { MANUAL, monthHouse, type MonthHouse } from '../../support/calendarMonth/house.ts';
import { monthPlay } from '../../support/calendarMonth/play.ts';

/**
 * A month of changes on both sides of six calendars, with outages, deaths and looks out of order, and then calm: every side says the
 * same. `WEDSYNC_MONTH` is the number of changes, `WEDSYNC_MONTH_SEED` plays a month again.
 */

const CHANGES = Number(process.env['WEDSYNC_MONTH'] ?? 150);
const SEEDS = (process.env['WEDSYNC_MONTH_SEED'] ?? '20270501').split(',').map(Number);
const MONTH_MS = 30 * 86_400_000;
/** Longer than the longest wait of whatever is tried again. */
const CALM_MS = 2 * 3_600_000;
const MOST_ROUNDS = 40;

let house: MonthHouse | null = null;
afterEach(async () => {
  await house?.cleanup();
  house = null;
});

const latest = async (h: MonthHouse): Promise<number> => (await h.t.store.snapshot(h.organisationId)).seq;

/** Until nothing happens any more. */
async function calm(h: MonthHouse): Promise<number> {
  h.there.recover();
  h.looked.recover();
  let quiet = 0;
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    const before = await latest(h);
    h.clock.advance(CALM_MS / 8);
    await h.look();
    await h.writeOut();
    const waiting = (await h.pushes()).some(({ state }) => state === 'queued');
    quiet = (await latest(h)) === before && !waiting ? quiet + 1 : 0;
    if (quiet === 2) return round;
  }
  throw new Error(`it did not come to rest: ${JSON.stringify((await h.pushes()).filter(({ state }) => state === 'queued'))}`);
}

test.each(SEEDS)(`${CHANGES} changes on both sides of six calendars, seed %i`, async (seed) => {
  const random = seeded(seed);
  const h = (house = await monthHouse(seeded(seed + 1)));
  const { played, step } = monthPlay(h, random);
  await h.writeOut();
  await h.look();
  const begun = h.there.written().length;
  for (let n = 0; n < CHANGES; n += 1) await step(MONTH_MS / CHANGES);
  const rounds = await calm(h);

  const rows = await h.rows();
  const manual = (await h.calendar(MANUAL)).id;
  // No wedding is called off, and nothing of a run sheet skipped, because it was deleted there: that is always asked.
  const byRule = ({ subject, fields }: (typeof rows.differences)[number]): boolean => (subject.collection === 'runSheetItems' || subject.collection === 'weddings') && fields.some(({ name, theirs }) => name === 'status' && theirs === 'cancelled');
  const asked = rows.differences.filter((one) => one.calendarId !== manual && !byRule(one)).length;
  const { here, ours, unmanned, theirs, unheard } = played;
  const share = unmanned === 0 ? 100 : 100 * (1 - asked / unmanned);
  const counted = { seed, changes: CHANGES, items: rows.runSheetItems.length, here, ours, unmanned, theirs, writings: h.there.written().length - begun, idle: h.there.idleWritings(), unheard, differences: rows.differences.length, asked, withoutPerson: `${share.toFixed(1)} %`, rounds };
  console.log(`the month: ${JSON.stringify(counted)}`);
  const wrong = await differing(h, played);
  const stories = await Promise.all([...new Set(wrong.join(' ').match(/(?<=push )[\da-f-]{36}/g) ?? [])].slice(0, 3).map((id) => h.story(id)));
  expect(wrong, [...played.steps, ...stories.flat()].join('\n')).toEqual([]);
  expect(Object.keys(await h.deliveries()), 'what was looked at is worked on').toEqual(['processed']);
  // Of a short month one or two are no share.
  expect(asked, 'changes over there that a person is asked about').toBeLessThanOrEqual(Math.max(2, 0.02 * unmanned));
  expect(h.there.idleWritings(), 'written although it stood there').toBeLessThanOrEqual(unheard);

  // What was written comes back once more and means nothing.
  const seq = await latest(h);
  const writings = h.there.written().length;
  h.looked.repeat();
  h.clock.advance(600_000);
  await h.look();
  await h.writeOut();
  expect((await h.t.store.readEvents(h.organisationId, seq, 1_000)).map(({ type }) => type).filter((type) => type !== 'connection.health_changed')).toEqual([]);
  expect(h.there.written().length).toBe(writings);
  expect(await verifyRecord(h.t.store.internals.database, () => undefined)).toMatchObject({ sound: true });
}, 1_800_000);
