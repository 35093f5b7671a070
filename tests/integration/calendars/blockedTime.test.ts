import { afterEach, describe, expect, it } from 'vitest';
import { draftUpdated } from '../../../core/domain/record/drafts.ts';
import { acuityAccount, type AcuityAccount } from '../../support/acuityAccount.ts';
import { day, type BothWaysHouse } from '../../support/bothWays.ts';
import { bothWaysSeen } from '../../support/bothWaysSeen.ts';
import { settableClock, type TestStore } from '../../support/store.ts';
import { june } from '../../support/taking.ts';
import { useBothWays } from '../../support/usingBothWays.ts';

/** A vendor's own calendar that knows blocked time only, and blocks that cannot be changed: Acuity's. */

const person = { actor: { kind: 'person', id: null, name: 'Front desk' }, source: null, deliveryId: null } as const;
const clock = settableClock('2027-05-01T12:00:00.000Z');
let t: TestStore;
let account: AcuityAccount;
let house: BothWaysHouse;
useBothWays(clock, acuityAccount, (made) => ({ t, account, house } = made));
afterEach(() => expect(account.fake.wrong).toEqual([]));

const { stands, quiet, theirs, clashes } = bothWaysSeen(() => house, () => account);
async function strategy(chosen: 'merge' | 'local_wins'): Promise<void> {
  const { id, version, direction, privacy, resourceId, everyWedding, invite, reminders } = await house.calendarOf(account);
  expect(await house.decide('calendar.save', { calendarId: id, basedOnVersion: version, direction, privacy, strategy: chosen, resourceId, everyWedding, invite, reminders })).toMatchObject({ outcome: 'accepted' });
  await house.written();
}

describe('the calendars of an Acuity account', () => {
  it('are listed with their zones; none of them is used until somebody says so', async () => {
    const { connectionId: own } = await house.calendarOf(account);
    const found = (await house.rows()).calendars.filter(({ connectionId }) => connectionId === own).sort((a, b) => a.name.localeCompare(b.name));
    expect(found.map(({ name, zone, direction, mayWrite }) => [name, zone, direction, mayWrite])).toEqual([['Rose', 'Europe/London', 'bidirectional', true], ['Studio', 'Europe/London', 'none', null]]);
  });

  it('what was booked before is filled in', async () => {
    expect(await stands('First talk')).toEqual([day(1, 7, 8)]);
  });
});

describe('from here to there', () => {
  it('made, moved, shortened, cancelled and brought back: one block, and our own is nobody’s time', async () => {
    const id = await house.job('Trial', 2);
    expect(await stands('Trial')).toEqual([day(2, 12, 18)]);
    await quiet();
    await house.move(id, june(3, 9), june(3, 15));
    expect(await stands('Trial')).toEqual([day(3, 9, 15)]);
    await quiet();
    await house.move(id, june(3, 9), june(3, 11));
    expect(await stands('Trial')).toEqual([day(3, 9, 11)]);
    await house.setStatus(id, 'cancelled');
    expect(await stands('Trial')).toEqual([]);
    await quiet();
    const draft = draftUpdated('booking.updated', 'bookings', null, await house.one('bookings', id), { status: 'definite' }, null, person);
    if (!draft) throw new Error('nothing changes');
    await house.write(draft);
    await house.written();
    expect(await stands('Trial')).toEqual([day(3, 9, 11)]);
    await quiet();
    expect((await house.rows()).calendarEvents).toEqual([]);
    expect(await clashes(id)).toEqual([]);
  });

  it('another name is written by a new block, and a name that somebody gives it there is nobody’s', async () => {
    const id = await house.job('Hair', 4);
    const { id: block } = await house.entry(account, 'Hair');
    account.fake.edit(Number(block), { notes: (await account.raw(block)).replace('Hair', 'Hair and make-up') });
    await quiet();
    expect(await house.one('bookings', id)).toMatchObject({ title: 'Hair' });
    const draft = draftUpdated('booking.updated', 'bookings', null, await house.one('bookings', id), { title: 'Hair, twice' }, null, person);
    if (!draft) throw new Error('nothing changes');
    await house.write(draft);
    await house.written();
    expect(await stands('Hair, twice')).toEqual([day(4, 12, 18)]);
    expect(await stands('Hair and make-up')).toEqual([]);
    await quiet();
  });

  it.each([
    ['the answer to the new block', 'POST'], ['the answer of the last call', 'DELETE'],
  ])('moved, where %s is lost: in the end one block at the new time, and nothing of it is taken for somebody’s change', async (_name, method) => {
    const on = method === 'POST' ? 5 : 6;
    const title = `Lost ${method}`;
    const id = await house.job(title, on);
    account.fake.lose = { method, times: 1 };
    await house.move(id, june(on, 9), june(on, 15));
    expect((await house.rows()).pushes.filter(({ subject, state }) => subject.id === id && state === 'queued')).toHaveLength(1);
    await house.look();
    await house.look();
    expect(await stands(title)).toEqual([day(on, 9, 15)]);
    expect(await house.one('bookings', id)).toMatchObject(day(on, 9, 15));
    expect((await house.rows()).differences).toEqual([]);
    await quiet();
  });
});

describe('from there to here', () => {
  it('of ours: moved and shortened it is so here, taken away it is cancelled, or written again where ours counts', async () => {
    const id = await house.job('Moved there', 10);
    await account.change((await house.entry(account, 'Moved there')).id, june(11, 9), june(11, 15));
    const writings = house.writings(account);
    await house.look();
    expect(await house.one('bookings', id)).toMatchObject({ ...day(11, 9, 15), status: 'definite', title: 'Moved there' });
    expect(house.writings(account), 'nothing is written back').toBe(writings);
    await quiet();
    await account.take((await house.entry(account, 'Moved there')).id);
    await house.look();
    expect(await house.one('bookings', id)).toMatchObject({ status: 'cancelled' });
    expect(await stands('Moved there')).toEqual([]);

    const kept = await house.job('Stays ours', 12);
    await strategy('local_wins');
    await account.take((await house.entry(account, 'Stays ours')).id);
    await house.look();
    expect(await house.one('bookings', kept)).toMatchObject({ status: 'definite' });
    expect(await stands('Stays ours')).toEqual([day(12, 12, 18)]);
    await account.change((await house.entry(account, 'Stays ours')).id, june(13, 9), june(13, 15));
    await house.look();
    expect(await stands('Stays ours')).toEqual([day(12, 12, 18)]);
    await strategy('merge');
    await quiet();
  });

  it('of others: blocked time takes her time, moved it is free again, and gone once it is taken away', async () => {
    const id = await house.job('Booked beside', 16);
    const block = await account.put('Dentist', june(16, 13), june(16, 14));
    await house.look();
    expect(await theirs('Dentist')).toMatchObject({ ...day(16, 13, 14), resourceId: house.ana, status: 'confirmed', busy: true });
    expect(await clashes(id)).toEqual(['open']);
    await account.change(block, june(17, 13), june(17, 14));
    await house.look();
    expect(await clashes(id)).toEqual(['resolved']);
    await account.take(block);
    await house.look();
    expect((await theirs('Dentist'))?.status ?? 'cancelled').toBe('cancelled');
    expect((await house.ours(account, 'Booked beside')).length).toBe(1);
    await quiet();
  });

  it('an appointment of that very account stands there by itself: no time is blocked for it, unless it is moved here', async () => {
    const connectionId = (await house.calendarOf(account)).connectionId;
    const id = await house.job('Bridal trial: Ada', 20);
    expect(await stands('Bridal trial: Ada')).toHaveLength(1);
    const at = new Date(clock.now()).toISOString();
    await t.store.internals.database.system.insertInto('mappings').values({
      organisationId: t.organisation.id, connectionId, remoteType: 'appointment', remoteId: '77', collection: 'bookings', localId: id, lastWrittenBy: 'vendor', updatedAt: at,
    }).execute();
    const told = draftUpdated('booking.updated', 'bookings', null, await house.one('bookings', id), day(21, 12, 18), null, person);
    if (!told) throw new Error('nothing changes');
    await house.write(told);
    await house.written();
    expect(await stands('Bridal trial: Ada')).toEqual([]);
    await house.move(id, june(22, 12), june(22, 18));
    expect(await stands('Bridal trial: Ada')).toEqual([day(22, 12, 18)]);
    await quiet();
  });
});
