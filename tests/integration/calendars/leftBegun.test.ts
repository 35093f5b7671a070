import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Http } from '../../../core/ports/ports.ts';
import { removeIn } from '../../../server/store/removing.ts';
import { bothWaysHouse, day, type BothWaysHouse } from '../../support/bothWays.ts';
import { ACCOUNTS, type Account } from '../../support/calendarAccounts.ts';
import { hasRadicale, NO_SERVERS } from '../../support/calendarServers.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/**
 * A process dies between a call and its commit, and the connection is removed before anybody has asked again: what it had made is found when
 * the calendar is connected again, and followed as if it had never been away.
 */

const NAMES = ['Radicale', 'Google', 'Outlook'] as const;
const MAKING: readonly string[] = ['POST', 'PUT'];

describe.each(NAMES)('%s', (name) => {
  const usable = name !== 'Radicale' || hasRadicale();
  describe.skipIf(!usable)(usable ? 'what was being made' : NO_SERVERS, () => {
    const clock = settableClock('2027-05-01T12:00:00.000Z');
    let t: TestStore;
    let account: Account;
    let house: BothWaysHouse;
    /** So many answers to what makes or changes an entry are heard by nobody. */
    let unheard = 0;

    beforeEach(async () => {
      clock.set('2027-05-01T12:00:00.000Z');
      unheard = 0;
      account = await ACCOUNTS[name](clock);
      t = await openTestStore({ clock });
      house = await connected();
    });
    afterEach(async () => {
      await house.stop();
      await t.cleanup();
      await account.stop();
    });

    const http: Http = {
      async send(request) {
        const answer = await account.http.send(request);
        // A look of CalDAV is no POST and no PUT, and a token of Google or Outlook is not asked for here.
        if (unheard === 0 || !MAKING.includes(request.method)) return answer;
        unheard -= 1;
        throw new Error('nobody hears the answer');
      },
    };
    const connected = () => bothWaysHouse(t, clock, [{ ...account, http }]);
    async function removed(): Promise<void> {
      await house.stop();
      const { connections } = await house.rows();
      const own = connections.find(({ system }) => system === account.system);
      if (!own) throw new Error('there is no connection');
      const { internals } = t.store;
      const actor = { kind: 'system', id: null, name: 'test' } as const;
      await internals.writer.write(t.organisation.id, (writing) => removeIn(internals, writing, t.organisation.id, own, actor));
    }
    const standing = async () =>
      (await account.standing()).filter(({ title }) => title !== 'First talk').map(({ title, startsAt }) => [title, startsAt]).sort();

    it('is adopted under its name, as it is to stand by now, and once', async () => {
      unheard = 1;
      const made = await house.job('Portraits', 12);
      expect(await standing()).toEqual([['Portraits', day(12, 12, 18).startsAt]]);
      expect((await house.rows()).pushes.find(({ subject }) => subject.id === made)).toMatchObject({ state: 'queued' });
      await removed();
      const row = await house.one('bookings', made);
      const moved = await house.decide('plan.carry_out', {
        moves: [{ collection: 'bookings', id: made, basedOnVersion: row.version, resourceId: house.ana, ...day(14, 12, 18) }], reason: null,
      });
      expect(moved).toMatchObject({ outcome: 'accepted' });

      house = await connected();
      expect(await standing()).toEqual([['Portraits', day(14, 12, 18).startsAt]]);
      await house.look();
      expect(await standing()).toEqual([['Portraits', day(14, 12, 18).startsAt]]);
      expect((await house.rows()).calendarEvents).toEqual([]);
      expect((await house.rows()).pushes.every(({ state }) => state === 'written')).toBe(true);

      // From now on it is followed in both directions.
      const entry = await house.entry(account, 'Portraits');
      await account.change(entry.id, day(15, 12, 18).startsAt, day(15, 12, 18).endsAt);
      await house.look();
      expect((await house.one('bookings', made)).startsAt).toBe(day(15, 12, 18).startsAt);
      await house.setStatus(made, 'cancelled');
      expect(await standing()).toEqual([]);
    });

    it('is adopted also where that was interrupted in the same way once more', async () => {
      unheard = 1;
      const made = await house.job('Portraits', 12);
      await removed();
      const row = await house.one('bookings', made);
      expect(await house.decide('plan.carry_out', {
        moves: [{ collection: 'bookings', id: made, basedOnVersion: row.version, resourceId: house.ana, ...day(14, 12, 18) }], reason: null,
      })).toMatchObject({ outcome: 'accepted' });
      unheard = 100;
      house = await connected();
      await removed();
      unheard = 0;
      house = await connected();
      await house.look();
      expect(await standing()).toEqual([['Portraits', day(14, 12, 18).startsAt]]);
      expect((await house.rows()).calendarEvents).toEqual([]);
    });

    it('is made anew where somebody has taken it away meanwhile', async () => {
      unheard = 1;
      await house.job('Portraits', 12);
      await removed();
      for (const { id, title } of await account.standing()) if (title === 'Portraits') await account.take(id);
      expect(await standing()).toEqual([]);
      house = await connected();
      await house.look();
      expect(await standing()).toEqual([['Portraits', day(12, 12, 18).startsAt]]);
      expect((await house.rows()).bookings.find(({ title }) => title === 'Portraits')).toMatchObject({ status: 'definite' });
    });
  });
});
