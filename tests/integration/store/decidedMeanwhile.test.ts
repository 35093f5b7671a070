import { expect, test } from 'vitest';
import type { Connection } from '../../../core/contract/record/connections.ts';
import { draftUpdated, type DraftContext } from '../../../core/domain/record/drafts.ts';
import { REFUSED } from '../../support/fakeCalendar.ts';
import { useCalendarHouse, type CalendarSetUp } from '../../support/usingCalendarHouse.ts';

/** Somebody decides about a row while it tells how far our own work has come: that overtakes nobody. What is more than that does. */

let made: CalendarSetUp;
useCalendarHouse((one) => (made = one));

const context: DraftContext = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null };
const rows = async () => (await made.t.store.snapshot(made.t.organisation.id)).rows;

async function connection(): Promise<Connection> {
  const [calendar] = (await rows()).calendars;
  const row = (await rows()).connections.find(({ id }) => id === calendar?.connectionId);
  if (!row) throw new Error('there is no connection');
  return row;
}
async function read(page: number): Promise<void> {
  const row = await connection();
  const reading = { state: 'reading', read: page * 100, pages: page, done: 0, total: null, since: '2027-05-01T12:00:00.000Z', endedAt: null, reason: null } as const;
  const draft = draftUpdated('connection.reading', 'connections', null, row, { reading }, null, context);
  if (draft) await made.house.write(draft);
}
async function fails(health: 'failing' | 'healthy', healthReason: string | null): Promise<void> {
  const draft = draftUpdated('connection.health_changed', 'connections', null, await connection(), { health, healthReason }, null, context);
  if (draft) await made.house.write(draft);
}

test('a source is paused while it is read, and goes on while it tells how far it came', async () => {
  const { house } = made;
  const seen = await connection();
  await read(1);
  await read(2);
  expect(await house.decide('connection.pause', { connectionId: seen.id, basedOnVersion: seen.version, reason: 'Too much' })).toMatchObject({ outcome: 'accepted' });
  const paused = await connection();
  expect(paused).toMatchObject({ health: 'paused', healthReason: 'Too much', reading: { pages: 2 } });
  await read(3);
  expect(await house.decide('connection.resume', { connectionId: seen.id, basedOnVersion: paused.version })).toMatchObject({ outcome: 'accepted' });
  expect((await connection()).health).not.toBe('paused');
});

test('another reason of the same trouble overtakes nobody; that it works again does, and so does what somebody else has decided', async () => {
  const { house } = made;
  await fails('failing', 'vendor.unavailable');
  const seen = await connection();
  const pause = (basedOnVersion: number) => house.decide('connection.pause', { connectionId: seen.id, basedOnVersion, reason: null });
  await fails('healthy', null);
  await read(1);
  expect(await pause(seen.version)).toMatchObject({ outcome: 'rebase', latest: { row: { health: 'healthy' } } });
  await fails('failing', 'vendor.unavailable');
  const failing = await connection();
  await fails('failing', 'vendor.too_many_requests');
  expect(await pause(failing.version)).toMatchObject({ outcome: 'accepted' });
  expect(await house.decide('connection.resume', { connectionId: seen.id, basedOnVersion: failing.version })).toMatchObject({ outcome: 'rebase', latest: { row: { health: 'paused' } } });
});

test('a calendar is set while it is filled; whoever set it in between was first', async () => {
  const { house, hall } = made;
  const seen = await house.calendar('Hall');
  const fill = async (done: number) => {
    const draft = draftUpdated('calendar.changed', 'calendars', null, await house.calendar('Hall'), { filling: { state: 'filling', reason: null, done, total: 900 } }, null, context);
    if (draft) await house.write(draft);
  };
  const { direction, privacy, resourceId, everyWedding, invite, reminders } = seen;
  const wanted = { calendarId: seen.id, direction, privacy, resourceId, everyWedding, invite, reminders };
  await fill(100);
  await fill(200);
  expect(await house.decide('calendar.save', { ...wanted, basedOnVersion: seen.version, strategy: 'manual' })).toMatchObject({ outcome: 'accepted' });
  expect(await house.calendar('Hall')).toMatchObject({ strategy: 'manual', filling: { done: 200 } });
  await fill(300);
  expect(await house.decide('calendar.save', { ...wanted, basedOnVersion: seen.version, strategy: 'merge', resourceId: hall })).toMatchObject({ outcome: 'rebase' });
});

test('an entry is tried again although it was counted on meanwhile; never by a version that is not there', async () => {
  const { house, hall, there, t } = made;
  await house.save('Hall', { direction: 'outbound', resourceId: hall });
  await house.wedding('Ours', 1, 12, 20);
  there.fail({ on: ['create'], times: 100, when: 'before', trouble: REFUSED });
  const pushes = house.pushesOf(t.store);
  await pushes.idle();
  const failed = (await house.pushes()).find(({ state }) => state === 'failed');
  if (!failed) throw new Error('nothing failed');
  const attempts = draftUpdated('push.failed', 'pushes', failed.weddingId, failed, { attempts: failed.attempts + 3 }, null, context);
  if (attempts) await house.write(attempts);
  expect(await house.decide('push.retry', { pushId: failed.id, basedOnVersion: failed.version })).toMatchObject({ outcome: 'accepted' });
  expect(await house.decide('push.retry', { pushId: failed.id, basedOnVersion: failed.version + 40 })).toMatchObject({ outcome: 'rebase' });
});
