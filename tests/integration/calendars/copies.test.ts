import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draftUpdated } from '../../../core/domain/record/drafts.ts';
import { verifyRecord } from '../../../server/store/verify.ts';
import { bothWaysHouse, day, OWN, type BothWaysHouse } from '../../support/bothWays.ts';
import { ACCOUNTS, type ServedAccount } from '../../support/calendarAccounts.ts';
import { hasRadicale, hasXandikos, NO_SERVERS } from '../../support/calendarServers.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';
import { june } from '../../support/taking.ts';

/** Another program copies what we have written, without our mark: it is nobody's time twice, in whatever order it is heard of. */

const person = { actor: { kind: 'person', id: null, name: 'Front desk' }, source: null, deliveryId: null } as const;
const bothThere = hasRadicale() && hasXandikos();

describe.skipIf(!bothThere)(bothThere ? 'copies without our mark' : NO_SERVERS, () => {
  const clock = settableClock('2027-05-01T12:00:00.000Z');
  let t: TestStore;
  let radicale: ServedAccount;
  let xandikos: ServedAccount;
  let house: BothWaysHouse;

  beforeAll(async () => {
    [radicale, xandikos] = await Promise.all([ACCOUNTS.Radicale(clock), ACCOUNTS.Xandikos(clock)]);
    t = await openTestStore({ clock });
    house = await bothWaysHouse(t, clock, [radicale, xandikos]);
  });
  afterAll(async () => {
    await house?.stop();
    await t?.cleanup();
    await Promise.all([radicale?.stop(), xandikos?.stop()]);
  });

  const entry = async (title: string) => (await house.rows()).calendarEvents.find((row) => row.title === title) ?? null;
  const open = async (id: string) => (await house.rows()).conflicts.filter(({ members, state }) => state === 'open' && members.some((one) => one.id === id)).map(({ members }) => members.map(({ collection }) => collection).sort());
  const writings = () => [radicale, xandikos].map((account) => house.writings(account));

  it('a copy in the same calendar, and one in another of hers: no conflict, nothing written, and it says of what', async () => {
    const id = await house.job('Copied', 2);
    await radicale.put('Copied', june(2, 12), june(2, 18));
    await house.look();
    expect(await entry('Copied')).toMatchObject({ copyOf: { collection: 'bookings', id }, busy: true });
    expect(await open(id)).toEqual([]);
    const before = writings();
    await house.look();
    expect(writings()).toEqual(before);
    // Who else is to be taken then meets the booking, and not the copy as well.
    const other = await house.booking(OWN, 2, 13, 14, { title: 'Meets it' });
    expect(await open(other)).toEqual([['bookings', 'bookings']]);
  });

  it('the same where the copy was there first', async () => {
    await xandikos.put('Typed first', june(3, 12), june(3, 18));
    await house.look();
    expect((await entry('Typed first'))?.copyOf ?? null).toBeNull();
    const id = await house.job('Typed first', 3);
    expect(await entry('Typed first')).toMatchObject({ copyOf: { collection: 'bookings', id } });
    expect(await open(id)).toEqual([]);
  });

  it('moved on its own it is an entry as any other', async () => {
    const id = await house.job('Goes its way', 4);
    const copy = await xandikos.put('Goes its way', june(4, 12), june(4, 18));
    await house.look();
    const other = await house.job('Next day', 5);
    expect(await open(other)).toEqual([]);
    await xandikos.change(copy, june(5, 13), june(5, 14));
    await house.look();
    expect((await entry('Goes its way'))?.copyOf ?? null).toBeNull();
    expect(await open(other)).toEqual([['bookings', 'calendarEvents']]);
    expect(await open(id)).toEqual([]);
    // And back again it is a copy.
    await xandikos.change(copy, june(4, 12), june(4, 18));
    await house.look();
    expect([await open(other), (await entry('Goes its way'))?.copyOf?.id]).toEqual([[], id]);
  });

  it.each([['ours is moved first', true], ['the copy is moved first', false]] as const)('%s and the other follows: a copy in the end', async (title, oursFirst) => {
    const at = oursFirst ? 7 : 9;
    const id = await house.job(title, at);
    const copy = await radicale.put(title, june(at, 12), june(at, 18));
    await house.look();
    // Its source has moved it: nobody is asked whether it fits.
    const ours = async (): Promise<void> => {
      const draft = draftUpdated('booking.updated', 'bookings', null, await house.one('bookings', id), day(at + 1, 9, 15), null, person);
      if (!draft) throw new Error('nothing changes');
      await house.write(draft);
      await house.written();
    };
    const theirs = async (): Promise<void> => {
      await radicale.change(copy, june(at + 1, 9), june(at + 1, 15));
      await house.look();
    };
    for (const step of oursFirst ? [ours, theirs] : [theirs, ours]) await step();
    expect(await entry(title)).toMatchObject({ ...day(at + 1, 9, 15), copyOf: { id } });
    expect(await open(id)).toEqual([]);
  });

  it('where ours is called off, what is left there counts again', async () => {
    const id = await house.job('Left alone', 12);
    await radicale.put('Left alone', june(12, 12), june(12, 18));
    await house.look();
    await house.setStatus(id, 'cancelled');
    expect((await entry('Left alone'))?.copyOf ?? null).toBeNull();
    const other = await house.booking(OWN, 12, 13, 14, { title: 'Wants the time' });
    expect(await open(other)).toEqual([['bookings', 'calendarEvents']]);
  });

  it('called otherwise it is none', async () => {
    const id = await house.job('Ours', 14);
    await radicale.put('Theirs', june(14, 12), june(14, 18));
    await house.look();
    expect((await entry('Theirs'))?.copyOf ?? null).toBeNull();
    expect(await open(id)).toEqual([['bookings', 'calendarEvents']]);
  });

  it('the record is what its events say', async () => {
    expect((await verifyRecord(t.store.internals.database, () => undefined)).sound).toBe(true);
  });
});
