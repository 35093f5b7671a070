import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { vendorModule } from '../../../core/vendors/registry.ts';
import { createEgressHttp } from '../../../egress/http.ts';
import { createIds } from '../../../server/ports.ts';
import { createConnection } from '../../../server/store/connections.ts';
import { startCalendarDiscovery, type Discovery } from '../../../server/workers/calendars.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { startPolls, type Polls } from '../../../server/workers/polls.ts';
import { fill, hasRadicale, NO_SERVERS, startRadicale, type CalendarServer } from '../../support/calendarServers.ts';
import { letIn } from '../../support/house.ts';
import { manager } from '../../support/manager.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';
import { takingHouse } from '../../support/taking.ts';
import { icsOf } from '../../vendors/davFake.ts';

/** Somebody's own calendar on a real server is asked before they are booked for certain. */

const there = hasRadicale();
describe.skipIf(!there)(there ? 'a real calendar server' : NO_SERVERS, () => {
  let server: CalendarServer;
  let t: TestStore;
  let test: TestApp;
  let polls: Polls;
  let line: Normaliser;
  let discovery: Discovery;
  const clock = settableClock('2027-05-01T12:00:00.000Z');
  const entry = (uid: string, day: number, from: number, to: number): string => icsOf(uid, `DTSTART:202706${String(day).padStart(2, '0')}T${from}0000Z`, `DTEND:202706${String(day).padStart(2, '0')}T${to}0000Z`, `SUMMARY:${uid}`);

  beforeAll(async () => {
    server = await startRadicale();
    await fill(server, 'diary', 'Diary', [entry('Yoga', 1, 10, 11)]);
    t = await openTestStore({ clock });
    await t.store.internals.database.system.updateTable('connectionAccess').set({ calendarsAt: '2100-01-01T00:00:00.000Z', nextPollAt: null }).execute();
    const working = { store: t.store, vendors: vendorModule, http: createEgressHttp({ allow: [`127.0.0.1:${server.port}`], log: t.log }), clock, ids: createIds(), log: t.log, random: () => 0.5 };
    const settings = { serverUrl: `${server.url}/`, userName: server.user, zone: 'Europe/London' };
    await createConnection(t.store.internals, { organisationId: t.organisation.id, system: 'caldav', name: 'Radicale', path: 'native', settings, secrets: { password: server.password }, actor: { kind: 'system', id: null, name: 'test' } });
    discovery = startCalendarDiscovery(working);
    polls = startPolls(working);
    line = startNormaliser({ ...working, lookNow: () => polls.wake() });
    test = testApp(t.store, { clock, config: { apiPerMinute: 10_000 } });
  });
  afterAll(async () => {
    await test?.app.close();
    await polls?.stop();
    await line?.stop();
    await discovery?.stop();
    await t?.cleanup();
    await server?.stop();
  });

  it('an entry that was written a moment before is in the way; what is free is confirmed; away, it takes a reason', async () => {
    const house = takingHouse(t);
    const owner = manager(test, (await letIn(t.store, t.organisation.id, { role: 'owner', weddingId: null, contactId: null, bookingIds: [] })).headers);
    await discovery.runNow();
    await polls.idle();
    await line.idle();
    const bookings = [await house.booking('Ana Ruiz', 5, 12, 18, { status: 'hold' }), await house.booking('Ana Ruiz', 6, 12, 18, { status: 'hold' }), await house.booking('Ana Ruiz', 7, 12, 18, { status: 'hold' })] as const;
    const { vendorId } = await house.one('bookings', bookings[0]);
    const [calendar] = (await house.rows()).calendars;
    if (!calendar || !vendorId) throw new Error('no calendar');
    expect(await house.decide('calendar.save', { calendarId: calendar.id, basedOnVersion: calendar.version, direction: 'inbound', privacy: 'full', strategy: 'merge', resourceId: vendorId, everyWedding: false, invite: false, reminders: [] })).toMatchObject({ outcome: 'accepted' });
    const confirm = (id: string, reason: string | null = null) => owner.get('commands', { body: { type: 'booking.set_status', commandId: house.id(), collection: 'bookings', id, basedOnVersion: 1, status: 'definite', reason } });

    clock.advance(60_000);
    await server.put(`${server.home}diary/dentist.ics`, entry('Dentist', 5, 13, 14));
    expect(await confirm(bookings[0])).toMatchObject({ outcome: 'rejected', error: { code: 'conflict.would_clash', message: expect.stringContaining('Dentist') as string } });
    clock.advance(60_000);
    expect(await confirm(bookings[1])).toMatchObject({ outcome: 'accepted' });

    clock.advance(7_200_000);
    await server.stop();
    const answer = await confirm(bookings[2]);
    expect(answer).toMatchObject({ outcome: 'rejected', error: { code: 'conflict.source_not_asked' }, unasked: [{ calendarId: calendar.id, why: 'no_answer' }] });
    expect(answer.outcome === 'rejected' && answer.error.message).toBe('Ana Ruiz (Diary) could not be asked: it did not answer; what is known of it is 2 h old.');
    expect(await confirm(bookings[2], 'She was asked by telephone')).toMatchObject({ outcome: 'accepted' });
  });
});
