import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { vendorModule } from '../../../core/vendors/registry.ts';
import { draftUpdated } from '../../../core/domain/record/drafts.ts';
import { createEgressHttp } from '../../../egress/http.ts';
import { createIds } from '../../../server/ports.ts';
import { createConnection } from '../../../server/store/connections.ts';
import { startCalendarDiscovery, type Discovery } from '../../../server/workers/calendars.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { startPolls, type Polls } from '../../../server/workers/polls.ts';
import { removeIn } from '../../../server/store/removing.ts';
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
  let polls: Polls;
  let normaliser: Normaliser;
  let connect: () => ReturnType<typeof createConnection>;
  const look = async (connectionId: string): Promise<void> => {
    clock.advance(10 * 60_000);
    await t.store.internals.database.system.updateTable('connectionAccess').set({ nextPollAt: new Date(clock.now()).toISOString() }).where('id', '=', connectionId).execute();
    polls.wake();
    await polls.idle();
    await normaliser.idle();
    await pushes.idle();
  };
  const clock = settableClock('2027-05-01T12:00:00.000Z');
  const context = { actor: { kind: 'person', id: null, name: 'Desk' }, source: null, deliveryId: null } as const;

  beforeAll(async () => {
    server = await startRadicale();
    await server.make('hall', 'Hall');
    t = await openTestStore({ clock });
    await t.store.internals.database.system.updateTable('connectionAccess').set({ calendarsAt: '2100-01-01T00:00:00.000Z' }).execute();
    const working = { store: t.store, vendors: vendorModule, http: createEgressHttp({ allow: [`127.0.0.1:${server.port}`], log: t.log }), clock, ids: createIds(), log: t.log, random: () => 0.5 };
    const settings = { serverUrl: `${server.url}/`, userName: server.user, zone: 'Europe/London' };
    connect = () => createConnection(t.store.internals, { organisationId: t.organisation.id, system: 'caldav', name: 'Radicale', path: 'native', settings, secrets: { password: server.password }, actor: context.actor, looked: false });
    await connect();
    discovery = startCalendarDiscovery(working);
    pushes = startPushes(working);
    polls = startPolls(working);
    normaliser = startNormaliser(working);
  });
  afterAll(async () => {
    await discovery?.stop();
    await pushes?.stop();
    await polls?.stop();
    await normaliser?.stop();
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

    const again = await house.one('calendars', calendar.id);
    expect(await house.decide('calendar.save', { ...wanted, reminders: [60], basedOnVersion: again.version, runSheet: true })).toMatchObject({ outcome: 'accepted' });
    await pushes.idle();
    const dance = await house.item(id, 'First dance', june(13, 19), { owner: 'Band', place: 'Barn' });
    await pushes.idle();
    const item = async () => (await text()).split('BEGIN:VEVENT').find((one) => one.includes('First dance')) ?? '';
    expect(await item()).toMatch(/DTSTART;TZID=Europe\/London:20270613T200000/);
    expect(await item()).toMatch(/DTEND;TZID=Europe\/London:20270613T201500/);
    expect(await item()).toMatch(/TRANSP:TRANSPARENT/);
    const later = draftUpdated('runsheet.item.updated', 'runSheetItems', id, await house.one('runSheetItems', dance), { startsAt: june(13, 20) }, null, context);
    if (!later) throw new Error('nothing moves');
    await house.write(later);
    await pushes.idle();
    expect(await item()).toMatch(/DTSTART;TZID=Europe\/London:20270613T210000/);
    expect((await text()).match(/BEGIN:VEVENT/g)).toHaveLength(2);

    const off = draftUpdated('wedding.cancelled', 'weddings', id, await house.one('weddings', id), { status: 'cancelled' }, null, context);
    if (!off) throw new Error('nothing changes');
    await house.write(off);
    await pushes.idle();
    expect(await text()).not.toMatch(/BEGIN:VEVENT/);
  });

  it('connected again it is the same entry, followed from where it was left', async () => {
    const house = takingHouse(t);
    const all = async () => (await house.rows()).calendars;
    const text = async () => (await server.ask({ method: 'GET', path: `${server.home}hall/`, headers: {} })).body;
    const entries = async () => (await text()).match(/BEGIN:VEVENT/g)?.length ?? 0;
    const [before] = await all();
    if (!before) throw new Error('no calendar');
    const id = await house.wedding('Bea & Cy', 20, 12, 22);
    const gone = await house.wedding('Dora & Eli', 22, 12, 22);
    await pushes.idle();
    expect(await entries()).toBe(2);
    const connection = await house.one('connections', before.connectionId);
    await t.store.internals.writer.write(t.organisation.id, (writing) => removeIn(t.store.internals, writing, t.organisation.id, connection, context.actor));
    for (const [weddingId, fields] of [[id, { startsAt: june(21, 12), endsAt: june(21, 22), date: '2027-06-21' }], [gone, { status: 'cancelled' }]] as const) {
      const draft = draftUpdated('wedding.updated', 'weddings', weddingId, await house.one('weddings', weddingId), fields, null, context);
      if (!draft) throw new Error('nothing changes');
      await house.write(draft);
    }

    const { connectionId } = await connect();
    await discovery.runNow();
    const again = (await all()).find((one) => one.connectionId === connectionId);
    if (!again || before.resourceId === null) throw new Error('no calendar');
    await look(connectionId);
    // Ours, though nobody follows it: nobody's time is taken by it.
    expect((await house.rows()).calendarEvents).toEqual([]);
    const wanted = { calendarId: again.id, basedOnVersion: (await house.one('calendars', again.id)).version, direction: 'bidirectional', privacy: 'full', strategy: 'merge', resourceId: before.resourceId, everyWedding: false, invite: false } as const;
    expect(await house.decide('calendar.save', { ...wanted, reminders: [] })).toMatchObject({ outcome: 'accepted' });
    await pushes.idle();
    expect(await entries()).toBe(2);
    expect(await text()).toMatch(/DTSTART;TZID=Europe\/London:20270621T130000/);
    expect(await text()).toMatch(/SUMMARY:Dora & Eli/);
    await look(connectionId);
    expect((await house.rows()).calendarEvents).toEqual([]);
    expect((await house.rows()).pushes).toMatchObject([{ state: 'written', reason: null }]);
    expect((await house.one('weddings', id)).startsAt).toBe(june(21, 12));
  });
});
