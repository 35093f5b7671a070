import { afterEach, describe, expect, it } from 'vitest';
import { draftUpdated } from '../../../core/domain/record/drafts.ts';
import { day, type BothWaysHouse } from '../../support/bothWays.ts';
import { bothWaysSeen } from '../../support/bothWaysSeen.ts';
import { settableClock, type TestStore } from '../../support/store.ts';
import { june } from '../../support/taking.ts';
import { useBothWays } from '../../support/usingBothWays.ts';
import { vscoAccount, type VscoAccount } from '../../support/vscoAccount.ts';

/** A vendor's own calendar in which jobs stand beside everything else: that of a studio in VSCO Workspace. */

const person = { actor: { kind: 'person', id: null, name: 'Front desk' }, source: null, deliveryId: null } as const;
const clock = settableClock('2027-05-01T12:00:00.000Z');
let t: TestStore;
let account: VscoAccount;
let house: BothWaysHouse;
useBothWays(clock, vscoAccount, (made) => ({ t, account, house } = made));
afterEach(() => expect(account.fake.wrong).toEqual([]));

const { stands, quiet, theirs, clashes } = bothWaysSeen(() => house, () => account);
async function choose(chosen: { strategy?: 'merge' | 'local_wins'; privacy?: 'full' | 'busy' }): Promise<void> {
  const { id, version, direction, privacy, strategy, resourceId, everyWedding, invite, reminders } = await house.calendarOf(account);
  expect(await house.decide('calendar.save', { calendarId: id, basedOnVersion: version, direction, privacy, strategy, resourceId, everyWedding, invite, reminders, ...chosen })).toMatchObject({ outcome: 'accepted' });
  await house.written();
}
async function write(id: string, fields: object): Promise<void> {
  const draft = draftUpdated('booking.updated', 'bookings', null, await house.one('bookings', id), fields, null, person);
  if (!draft) throw new Error('nothing changes');
  await house.write(draft);
  await house.written();
}

describe('from here to there', () => {
  it('what was booked before is filled in, into the one calendar of the studio', async () => {
    const { connectionId: own } = await house.calendarOf(account);
    expect((await house.rows()).calendars.filter(({ connectionId }) => connectionId === own).map(({ name, zone }) => [name, zone])).toEqual([['Northlight Photography', 'Europe/London']]);
    expect(await stands('First talk')).toEqual([day(1, 7, 8)]);
  });

  it('made, moved, shortened, renamed, cancelled and brought back: one event, and our own is nobody’s time', async () => {
    const id = await house.job('Portraits', 2);
    expect(await stands('Portraits')).toEqual([day(2, 12, 18)]);
    await quiet();
    await house.move(id, june(3, 9), june(3, 15));
    await house.move(id, june(3, 9), june(3, 11));
    expect(await stands('Portraits')).toEqual([day(3, 9, 11)]);
    await quiet();
    await write(id, { title: 'Portraits, twice' });
    expect(await stands('Portraits, twice')).toEqual([day(3, 9, 11)]);
    expect(await stands('Portraits')).toEqual([]);
    await house.setStatus(id, 'cancelled');
    expect(await stands('Portraits, twice')).toEqual([]);
    await quiet();
    await write(id, { status: 'definite' });
    expect(await stands('Portraits, twice')).toEqual([day(3, 9, 11)]);
    await quiet();
    expect((await house.rows()).calendarEvents).toEqual([]);
    expect(await clashes(id)).toEqual([]);
  });

  it.each(['POST', 'PUT', 'DELETE'])('where the answer to a %s is lost there is one event as it is wanted, and nobody’s change is seen in it', async (method) => {
    const on = { POST: 5, PUT: 6, DELETE: 7 }[method] ?? 0;
    const title = `Lost ${method}`;
    if (method === 'POST') account.fake.lose = { method, times: 1 };
    const id = await house.job(title, on);
    if (method !== 'POST') account.fake.lose = { method, times: 1 };
    if (method === 'PUT') await house.move(id, june(on, 9), june(on, 15));
    if (method === 'DELETE') await house.setStatus(id, 'cancelled');
    await house.look();
    await house.look();
    expect(await stands(title)).toEqual({ POST: [day(on, 12, 18)], PUT: [day(on, 9, 15)], DELETE: [] }[method]);
    expect((await house.rows()).differences).toEqual([]);
    expect(await house.one('bookings', id)).toMatchObject({ status: method === 'DELETE' ? 'cancelled' : 'definite', title });
    await quiet();
  });

  it('with less to be seen it says that somebody is taken, and nothing else', async () => {
    const id = await house.job('Secret shoot', 8);
    await choose({ privacy: 'busy' });
    expect(await stands('Secret shoot')).toEqual([]);
    expect(JSON.stringify([...account.fake.events.values()])).not.toContain('Secret shoot');
    await house.move(id, june(8, 9), june(8, 15));
    await quiet();
    expect(await house.one('bookings', id)).toMatchObject({ title: 'Secret shoot', ...day(8, 9, 15) });
    await choose({ privacy: 'full' });
    expect(await stands('Secret shoot')).toEqual([day(8, 9, 15)]);
    await quiet();
  });
});

describe('from there to here', () => {
  it('of ours: moved and renamed it is so here, its place stays; deleted it is cancelled, or written again where ours counts', async () => {
    const id = await house.job('Moved there', 10);
    await write(id, { place: 'Orangery' });
    const { id: event } = await house.entry(account, 'Moved there');
    await account.change(event, june(11, 9), june(11, 15));
    account.fake.edit(event, { name: 'Renamed there' });
    const writings = house.writings(account);
    await house.look();
    expect(await house.one('bookings', id)).toMatchObject({ ...day(11, 9, 15), status: 'definite', title: 'Renamed there', place: 'Orangery' });
    expect(house.writings(account), 'nothing is written back').toBe(writings);
    await quiet();
    await account.take(event);
    await house.look();
    expect(await house.one('bookings', id)).toMatchObject({ status: 'cancelled' });

    const kept = await house.job('Stays ours', 12);
    await choose({ strategy: 'local_wins' });
    await account.take((await house.entry(account, 'Stays ours')).id);
    await house.look();
    expect(await house.one('bookings', kept)).toMatchObject({ status: 'definite' });
    expect(await stands('Stays ours')).toEqual([day(12, 12, 18)]);
    await account.change((await house.entry(account, 'Stays ours')).id, june(13, 9), june(13, 15));
    await house.look();
    expect(await stands('Stays ours')).toEqual([day(12, 12, 18)]);
    await choose({ strategy: 'merge' });
    await quiet();
  });

  it('changed there before we write: what stands there is read, and its place is not taken for gone', async () => {
    const id = await house.job('Both at once', 14);
    await write(id, { place: 'Orangery' });
    account.fake.edit((await house.entry(account, 'Both at once')).id, { name: 'Renamed meanwhile' });
    await house.move(id, june(14, 9), june(14, 11));
    await house.look();
    expect(await house.one('bookings', id)).toMatchObject({ ...day(14, 9, 11), title: 'Renamed meanwhile', place: 'Orangery' });
    expect(await stands('Renamed meanwhile')).toEqual([day(14, 9, 11)]);
    await quiet();
  });

  it('of others: an event takes her time, moved it is free again, and gone once it is deleted', async () => {
    const id = await house.job('Booked beside', 16);
    const event = await account.put('Dentist', june(16, 13), june(16, 14));
    await house.look();
    expect(await theirs('Dentist')).toMatchObject({ ...day(16, 13, 14), resourceId: house.ana, status: 'confirmed', busy: true });
    expect(await clashes(id)).toEqual(['open']);
    await account.change(event, june(17, 13), june(17, 14));
    await house.look();
    expect(await clashes(id)).toEqual(['resolved']);
    await account.take(event);
    await house.look();
    expect((await theirs('Dentist'))?.status ?? 'cancelled').toBe('cancelled');
    expect((await house.ours(account, 'Booked beside')).length).toBe(1);
    await quiet();
  });

  it('the main session of a job is its booking: no entry beside it, none written, and no clash with itself; another session takes time', async () => {
    const connectionId = (await house.calendarOf(account)).connectionId;
    const id = await house.job('Wedding of Ada and Ben', 20);
    const at = new Date(clock.now()).toISOString();
    await t.store.internals.database.system.insertInto('mappings').values({
      organisationId: t.organisation.id, connectionId, remoteType: 'job', remoteId: '01k9jobwedding', collection: 'bookings', localId: id, lastWrittenBy: 'vendor', updatedAt: at,
    }).execute();
    const main = account.fake.put('Main session', june(21, 12), june(21, 18), { jobId: '01k9jobwedding' });
    account.fake.put('Engagement', june(22, 12), june(22, 13), { jobId: '01k9jobwedding' });
    account.fake.job('01k9jobwedding', { primarySessionId: main, name: 'Wedding of Ada and Ben' });
    await write(id, day(21, 12, 18));
    expect(await stands('Wedding of Ada and Ben')).toEqual([]);
    await house.look();
    expect(await theirs('Main session')).toBeUndefined();
    expect(await theirs('Engagement')).toMatchObject({ ...day(22, 12, 13), resourceId: house.ana });
    expect(await clashes(id)).toEqual([]);
  });
});
