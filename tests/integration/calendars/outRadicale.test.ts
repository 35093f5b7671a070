import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { vendorModule } from '../../../core/vendors/registry.ts';
import { draftUpdated } from '../../../core/domain/record/drafts.ts';
import { createEgressHttp } from '../../../egress/http.ts';
import { createIds } from '../../../server/ports.ts';
import { createConnection } from '../../../server/store/connections.ts';
import { startCalendarDiscovery, type Discovery } from '../../../server/workers/calendars.ts';
import { startPushes, type PushWorker } from '../../../server/workers/pushes/pushes.ts';
import { hasRadicale, NO_SERVERS, startRadicale, type CalendarServer } from '../../support/calendarServers.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';
import { june, takingHouse } from '../../support/taking.ts';

/** A wedding that is moved here stands moved in a real calendar over there. */

const there = hasRadicale();
describe.skipIf(!there)(there ? 'a real calendar server' : NO_SERVERS, () => {
  let server: CalendarServer;
  let t: TestStore;
  let pushes: PushWorker;
  let discovery: Discovery;
  const clock = settableClock('2027-05-01T12:00:00.000Z');
  const context = { actor: { kind: 'person', id: null, name: 'Desk' }, source: null, deliveryId: null } as const;

  beforeAll(async () => {
    server = await startRadicale();
    await server.make('hall', 'Hall');
    t = await openTestStore({ clock });
    await t.store.internals.database.system.updateTable('connectionAccess').set({ calendarsAt: '2100-01-01T00:00:00.000Z' }).execute();
    const working = { store: t.store, vendors: vendorModule, http: createEgressHttp({ allow: [`127.0.0.1:${server.port}`], log: t.log }), clock, ids: createIds(), log: t.log, random: () => 0.5 };
    const settings = { serverUrl: `${server.url}/`, userName: server.user, zone: 'Europe/London' };
    await createConnection(t.store.internals, { organisationId: t.organisation.id, system: 'caldav', name: 'Radicale', path: 'native', settings, secrets: { password: server.password }, actor: context.actor });
    discovery = startCalendarDiscovery(working);
    pushes = startPushes(working);
  });
  afterAll(async () => {
    await discovery?.stop();
    await pushes?.stop();
    await t?.cleanup();
    await server?.stop();
  });

  it('written, moved, called off', async () => {
    const house = takingHouse(t);
    await discovery.runNow();
    const [calendar] = (await house.rows()).calendars;
    expect(calendar).toMatchObject({ name: 'Hall', mayWrite: true, state: 'active' });
    if (!calendar) throw new Error('no calendar');
    const hall = await house.resource('room', 'Great Hall');
    const wanted = { calendarId: calendar.id, basedOnVersion: calendar.version, direction: 'bidirectional', privacy: 'full', strategy: 'merge', resourceId: hall, everyWedding: false, invite: false, reminders: [60] } as const;
    expect(await house.decide('calendar.save', { ...wanted, reminders: [60] })).toMatchObject({ outcome: 'accepted' });
    const id = await house.wedding('Amara & Tom', 12, 12, 22);
    await pushes.idle();
    const text = async () => (await server.ask({ method: 'GET', path: `${server.home}hall/`, headers: {} })).body;
    expect(await text()).toMatch(/SUMMARY:Amara & Tom/);
    expect(await text()).toMatch(/DTSTART;TZID=Europe\/London:20270612T130000/);

    const row = await house.one('weddings', id);
    const moved = draftUpdated('wedding.updated', 'weddings', id, row, { startsAt: june(13, 14), endsAt: june(13, 22), date: '2027-06-13' }, null, context);
    if (!moved) throw new Error('nothing moves');
    await house.write(moved);
    await pushes.idle();
    expect(await text()).toMatch(/DTSTART;TZID=Europe\/London:20270613T150000/);
    expect((await text()).match(/BEGIN:VEVENT/g)).toHaveLength(1);
    expect((await house.rows()).pushes).toMatchObject([{ state: 'written', reason: null, writtenVersion: 2 }]);

    const off = draftUpdated('wedding.cancelled', 'weddings', id, await house.one('weddings', id), { status: 'cancelled' }, null, context);
    if (!off) throw new Error('nothing changes');
    await house.write(off);
    await pushes.idle();
    expect(await text()).not.toMatch(/BEGIN:VEVENT/);
  });
});
