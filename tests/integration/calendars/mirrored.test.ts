import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seeded } from '../../../scripts/simulate/burst.ts';
import { bothWaysHouse, day, type BothWaysHouse } from '../../support/bothWays.ts';
import { ACCOUNTS, type Account, type ServedAccount } from '../../support/calendarAccounts.ts';
import { hasRadicale, hasXandikos, NO_SERVERS } from '../../support/calendarServers.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';
import { june } from '../../support/taking.ts';

/** Two real calendar servers that mirror each other through us: no echo, nothing twice, and they come to rest. */

const bothThere = hasRadicale() && hasXandikos();
const HOUR_MS = 3_600_000;
const STEPS = 30;
const MOST_ROUNDS = 12;

describe.skipIf(!bothThere)(bothThere ? 'Radicale and Xandikos' : NO_SERVERS, () => {
  let clock: ReturnType<typeof settableClock>;
  let t: TestStore;
  let radicale: ServedAccount;
  let xandikos: ServedAccount;
  let house: BothWaysHouse;

  beforeEach(async () => {
    clock = settableClock('2027-05-01T12:00:00.000Z');
    [radicale, xandikos] = await Promise.all([ACCOUNTS.Radicale(clock), ACCOUNTS.Xandikos(clock)]);
    t = await openTestStore({ clock });
    house = await bothWaysHouse(t, clock, [radicale, xandikos]);
  });
  afterEach(async () => {
    await house?.stop();
    await t?.cleanup();
    await Promise.all([radicale?.stop(), xandikos?.stop()]);
  });

  const writings = (): readonly number[] => [house.writings(radicale), house.writings(xandikos)];
  /** How many were written in each since then. */
  const moreThan = (before: readonly number[]): number[] => writings().map((count, n) => count - (before[n] ?? 0));
  const times = async (account: Account, title: string) => (await house.ours(account, title)).map(({ startsAt, endsAt }) => ({ startsAt, endsAt }));
  async function atRest(): Promise<void> {
    const [seq, before] = [await house.now(), writings()];
    for (let round = 0; round < 3; round += 1) await house.look();
    expect(await house.since(seq)).toEqual([]);
    expect(moreThan(before)).toEqual([0, 0]);
  }

  it.each([['Radicale', 0], ['Xandikos', 1]] as const)('moved, shortened and taken away in %s it is so in the other with one writing each, and then there is rest', async (_name, which) => {
    const [from, to] = which === 0 ? [radicale, xandikos] : [xandikos, radicale];
    const one = which === 0 ? [0, 1] : [1, 0];
    const id = await house.job('Mirrored', 3);
    expect([await times(radicale, 'Mirrored'), await times(xandikos, 'Mirrored')]).toEqual([[day(3, 12, 18)], [day(3, 12, 18)]]);
    await atRest();
    for (const when of [day(4, 9, 15), day(4, 9, 11)]) {
      const [seq, before] = [await house.now(), writings()];
      await from.change((await house.entry(from, 'Mirrored')).id, when.startsAt, when.endsAt);
      await house.look();
      await house.look();
      expect(await times(to, 'Mirrored')).toEqual([when]);
      expect(await house.one('bookings', id)).toMatchObject(when);
      expect(moreThan(before), 'one in the other, none in its own').toEqual(one);
      expect((await house.since(seq)).filter((type) => type.startsWith('booking.')), 'one change of the booking').toHaveLength(1);
      await atRest();
    }
    const before = writings();
    await from.take((await house.entry(from, 'Mirrored')).id);
    await house.look();
    await house.look();
    expect(await times(to, 'Mirrored')).toEqual([]);
    expect(moreThan(before)).toEqual(one);
    expect(await house.one('bookings', id)).toMatchObject({ status: 'cancelled' });
    await atRest();
    expect((await house.rows()).calendarEvents).toEqual([]);
  });

  it('an entry of theirs in one is written into the other never, whatever becomes of it', async () => {
    const before = writings();
    const dentist = await radicale.put('Dentist', june(5, 9), june(5, 10));
    await house.look();
    await radicale.change(dentist, june(6, 9), june(6, 10));
    await house.look();
    expect((await house.rows()).calendarEvents).toMatchObject([{ title: 'Dentist', ...day(6, 9, 10) }]);
    await radicale.take(dentist);
    await house.look();
    await atRest();
    expect(await xandikos.standing()).toEqual((await xandikos.standing()).filter(({ title }) => title !== 'Dentist'));
    expect(moreThan(before)).toEqual([0, 0]);
  });

  it('another program that copies each calendar into the other at every turn makes us write nothing, and books nobody twice', async () => {
    const id = await house.job('Copied', 7);
    await house.look();
    const seq = await house.now();
    const before = writings();
    const copied = new Set<string>();
    /** As such a program does it: each entry that it has not made itself, under an id of its own, with all that stands in it. */
    const copy = async (from: ServedAccount, to: ServedAccount): Promise<void> => {
      for (const { id: path, title } of await from.standing()) {
        if (copied.has(path) || title !== 'Copied') continue;
        const name = `copy-${path.split('/').at(-1)?.slice(-20) ?? ''}`;
        const made = await to.copyIn(name, await from.raw(path));
        copied.add(made);
      }
    };
    for (let round = 0; round < 4; round += 1) {
      await copy(radicale, xandikos);
      await copy(xandikos, radicale);
      await house.look();
    }
    expect([(await times(radicale, 'Copied')).length, (await times(xandikos, 'Copied')).length], 'ours and the copy').toEqual([2, 2]);
    expect(moreThan(before)).toEqual([0, 0]);
    expect(await house.since(seq)).toEqual([]);
    expect((await house.rows()).calendarEvents).toEqual([]);
    expect((await house.rows()).conflicts).toEqual([]);
    // What moves ours still moves ours only.
    const [entry] = (await radicale.standing()).filter(({ id: path, title }) => title === 'Copied' && !copied.has(path));
    await radicale.change(entry?.id ?? '', june(8, 12), june(8, 18));
    await house.look();
    await house.look();
    expect(await house.one('bookings', id)).toMatchObject(day(8, 12, 18));
    expect(moreThan(before)).toEqual([0, 1]);
    await atRest();
  });

  it(`${STEPS} changes here and in both, some of them at the same time: all three say the same in the end, each once`, async () => {
    const random = seeded(20_271_121);
    const pick = <T>(all: readonly T[]): T => {
      const one = all[Math.floor(random() * all.length)];
      if (one === undefined) throw new Error('there is nothing to choose');
      return one;
    };
    const titles = ['Job a', 'Job b', 'Job c', 'Job d'];
    const ids = new Map<string, string>();
    for (const [n, title] of titles.entries()) ids.set(title, await house.job(title, 9 + n * 3));
    await house.look();
    const steps: string[] = [];
    for (let step = 0; step < STEPS; step += 1) {
      clock.advance(90_000);
      const title = pick(titles);
      const [where, by] = [pick(['here', 'Radicale', 'Xandikos']), pick([-2, -1, 1, 2])];
      const row = await house.one('bookings', ids.get(title) ?? '');
      const shortens = random() < 0.3;
      const shifted = (from: string, to: string) => {
        if (shortens) return { startsAt: from, endsAt: new Date(Date.parse(from) + HOUR_MS * (1 + Math.abs(by))).toISOString() };
        return { startsAt: new Date(Date.parse(from) + by * HOUR_MS).toISOString(), endsAt: new Date(Date.parse(to) + by * HOUR_MS).toISOString() };
      };
      steps.push(`${where}: ${title} ${shortens ? 'shortened' : by}`);
      if (where === 'here') {
        const { startsAt, endsAt } = shifted(row.startsAt ?? '', row.endsAt ?? '');
        await house.move(row.id, startsAt, endsAt);
      } else {
        const account = where === 'Radicale' ? radicale : xandikos;
        const entry = await house.entry(account, title);
        const { startsAt, endsAt } = shifted(entry.startsAt, entry.endsAt);
        await account.change(entry.id, startsAt, endsAt);
      }
      if (random() < 0.6) await house.look();
    }
    let asked = 0;
    let quiet = 0;
    for (let round = 0; round < MOST_ROUNDS && quiet < 2; round += 1) {
      const before = await house.now();
      for (const { id, version } of (await house.rows()).differences.filter(({ state }) => state === 'open')) {
        asked += 1;
        await house.decide('difference.settle', { differenceId: id, basedOnVersion: version, keep: 'ours', reason: null });
      }
      clock.advance(HOUR_MS);
      await house.look();
      quiet = (await house.now()) === before ? quiet + 1 : 0;
    }
    expect(quiet, 'it came to rest').toBe(2);
    for (const title of titles) {
      const row = await house.one('bookings', ids.get(title) ?? '');
      const here = [{ startsAt: row.startsAt, endsAt: row.endsAt }];
      expect({ radicale: await times(radicale, title), xandikos: await times(xandikos, title) }, `${title}\n${steps.join('\n')}`).toEqual({ radicale: here, xandikos: here });
    }
    expect((await house.rows()).calendarEvents).toEqual([]);
    expect((await house.rows()).pushes.filter(({ state }) => state !== 'written')).toEqual([]);
    // Entries of these servers do not say when they were changed: who is asked is asked about one that was moved on both sides.
    expect(asked).toBeLessThan(STEPS / 5);
    expect((await house.rows()).differences.filter(({ fields }) => !fields.every(({ name }) => name === 'startsAt' || name === 'endsAt'))).toEqual([]);
  });
});
