import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { removeIn } from '../../../server/store/removing.ts';
import { hasRadicale, hasXandikos, NO_SERVERS, startRadicale, startXandikos, type CalendarServer } from '../../support/calendarServers.ts';
import { realCalendarHouse, type RealCalendarHouse } from '../../support/realCalendarHouse.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';
import { june } from '../../support/taking.ts';

/** A calendar that is taken away or renamed over there while it is written, and one that is connected anew while it is being filled, on real servers. */

const SERVERS = [
  ['Radicale', hasRadicale(), startRadicale],
  ['Xandikos', hasXandikos(), startXandikos],
] as const;
const DAY_MS = 24 * 3_600_000;
const DESK = { kind: 'person', id: null, name: 'Desk' } as const;

describe.each(SERVERS)('%s', (_server, there, start) => {
  describe.skipIf(!there)(there ? 'a calendar over there' : NO_SERVERS, () => {
    let server: CalendarServer;
    let t: TestStore;
    let house: RealCalendarHouse;
    let connection: string;
    let hall: string;
    const clock = settableClock('2027-05-01T12:00:00.000Z');

    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server?.stop());
    beforeEach(async () => {
      clock.set('2027-05-01T12:00:00.000Z');
      for (const name of ['Hall', 'Second']) await server.make(name.toLowerCase(), name);
      t = await openTestStore({ clock });
      house = await realCalendarHouse(t, server, clock);
      connection = await house.connect();
      hall = await house.resource('room', 'Great Hall');
    });
    afterEach(async () => {
      await house?.stop();
      await t?.cleanup();
      await server?.clear();
    });
    const titles = async (calendar = 'hall'): Promise<string[]> => {
      const list = await server.ask({ method: 'REPORT', path: `${server.home}${calendar}/`, headers: { depth: '1', 'content-type': 'application/xml' }, body: '<c:calendar-query xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:d="DAV:"><d:prop><d:getetag/><c:calendar-data/></d:prop><c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"/></c:comp-filter></c:filter></c:calendar-query>' });
      return [...list.body.matchAll(/^SUMMARY:(.*?)(?:&#13;)?\r?$/gm)].map(([, title]) => title ?? '').sort();
    };
    const move = async (id: string, day: number) => {
      const row = await house.one('weddings', id);
      return house.decide('plan.carry_out', { moves: [{ collection: 'weddings', id, basedOnVersion: row.version, resourceId: hall, startsAt: june(day, 12), endsAt: june(day, 22) }], reason: null });
    };
    const state = async () => {
      const rows = await house.rows();
      return {
        weddings: rows.weddings.filter(({ roomId }) => roomId === hall).map(({ title, status }) => `${title} ${status}`).sort(), differences: rows.differences.filter((one) => one.state === 'open').length,
        pushes: rows.pushes.map(({ state: is, reason, wish }) => `${wish} ${is} ${reason ?? ''}`).sort(), calendar: rows.calendars.filter(({ name }) => name === 'Hall').map((one) => one.state),
      };
    };

    it.each(['merge', 'remote_wins'] as const)('taken away while entries wait (%s)', async (strategy) => {
      expect(await house.save('Hall', connection, { direction: 'bidirectional', resourceId: hall, strategy })).toMatchObject({ outcome: 'accepted' });
      const ids = [await house.wedding('Amara', 12, 12, 22), await house.wedding('Bea', 14, 12, 22), await house.wedding('Cleo', 16, 12, 22)];
      await house.pushes.idle();
      await house.look(connection);
      expect(await titles()).toEqual(['Amara', 'Bea', 'Cleo']);
      expect((await server.remove(`${server.home}hall/`)).status).toBeLessThan(300);
      await move(ids[0] ?? '', 13);
      await house.wedding('Dora', 18, 12, 22);
      await house.pushes.idle();
      for (let n = 0; n < 3; n += 1) await house.look(connection);
      clock.advance(2 * 3_600_000);
      await house.look(connection);
      clock.advance(DAY_MS);
      await house.discovery.runNow();
      await house.look(connection);
      expect(await state()).toEqual({
        weddings: ['Amara confirmed', 'Bea confirmed', 'Cleo confirmed', 'Dora confirmed'], differences: 0, calendar: ['gone'],
        pushes: ['present failed calendar.gone', expect.stringMatching(/^present failed /), 'present written ', 'present written '],
      });
    });

    it('renamed while entries wait, it is the same calendar', async () => {
      expect(await house.save('Hall', connection, { direction: 'bidirectional', resourceId: hall })).toMatchObject({ outcome: 'accepted' });
      const id = await house.wedding('Amara', 12, 12, 22);
      await house.pushes.idle();
      const body = '<d:propertyupdate xmlns:d="DAV:"><d:set><d:prop><d:displayname>Old Barn</d:displayname></d:prop></d:set></d:propertyupdate>';
      const headers = { 'content-type': 'application/xml', authorization: `Basic ${Buffer.from(`${server.user}:${server.password}`).toString('base64')}` };
      expect((await fetch(`${server.url}${server.home}hall/`, { method: 'PROPPATCH', headers, body })).status).toBeLessThan(300);
      await move(id, 13);
      await house.wedding('Bea', 14, 12, 22);
      await house.pushes.idle();
      clock.advance(DAY_MS);
      await house.discovery.runNow();
      await house.look(connection);
      expect(await titles()).toEqual(['Amara', 'Bea']);
      expect((await house.rows()).calendars.find(({ name }) => name === 'Old Barn')).toMatchObject({ direction: 'bidirectional', resourceId: hall, state: 'active' });
      expect(await state()).toMatchObject({ differences: 0, pushes: ['present written ', 'present written '] });
    });

    it('removed and connected anew while it is being filled, each entry stands there once', async () => {
      const many = Array.from({ length: 24 }, (_, n) => `W${String(n).padStart(2, '0')}`);
      for (const [n, title] of many.entries()) await house.wedding(title, n + 3, 12, 14);
      void house.save('Hall', connection, { direction: 'bidirectional', resourceId: hall });
      await expect.poll(async () => (await titles()).length).toBeGreaterThan(3);
      const row = await house.one('connections', connection);
      await t.store.internals.writer.write(t.organisation.id, (writing) => removeIn(t.store.internals, writing, t.organisation.id, row, DESK));
      await house.pushes.idle();
      const again = await house.connect();
      await house.look(again);
      expect(await house.save('Hall', again, { direction: 'bidirectional', resourceId: hall })).toMatchObject({ outcome: 'accepted' });
      await house.look(again);
      expect(await titles()).toEqual(many);
      expect((await house.rows()).calendarEvents).toEqual([]);
      expect((await house.rows()).pushes.filter(({ state: is }) => is !== 'written')).toEqual([]);
    });
  });
});
