import { describe, expect, it } from 'vitest';
import { draftCreated, draftUpdated } from '../../../core/domain/record/drafts.ts';
import { day, OWN, type BothWaysHouse } from '../../support/bothWays.ts';
import { bothWaysSeen } from '../../support/bothWaysSeen.ts';
import { ACCOUNTS, type Account } from '../../support/calendarAccounts.ts';
import { hasRadicale, hasXandikos, NO_SERVERS } from '../../support/calendarServers.ts';
import { settableClock } from '../../support/store.ts';
import { june } from '../../support/taking.ts';
import { useBothWays } from '../../support/usingBothWays.ts';

/** What is made, moved, shortened, cancelled and brought back, in each direction, with each kind of calendar: the same commands, the same rows, other calendars. */

const person = { actor: { kind: 'person', id: null, name: 'Front desk' }, source: null, deliveryId: null } as const;
const KINDS = [
  ['Radicale', hasRadicale], ['Xandikos', hasXandikos], ['Google', () => true], ['Outlook', () => true],
] as const;

describe.each(KINDS)('%s', (name, installed) => {
  const there = installed();
  describe.skipIf(!there)(there ? 'both ways' : NO_SERVERS, () => {
    const clock = settableClock('2027-05-01T12:00:00.000Z');
    let account: Account;
    let house: BothWaysHouse;

    useBothWays(clock, ACCOUNTS[name], (made) => ({ account, house } = made));

    const { stands, quiet, theirs, clashes } = bothWaysSeen(() => house, () => account);

    describe('from here to there', () => {
      it('made', async () => {
        await house.job('Out made', 2);
        expect(await stands('Out made')).toEqual([day(2, 12, 18)]);
        await quiet();
      });

      it('moved', async () => {
        const id = await house.job('Out moved', 3);
        const { id: entry } = await house.entry(account, 'Out moved');
        await house.move(id, june(4, 9), june(4, 15));
        expect(await stands('Out moved')).toEqual([day(4, 9, 15)]);
        expect((await house.entry(account, 'Out moved')).id, 'the same entry').toBe(entry);
        await quiet();
      });

      it('shortened', async () => {
        const id = await house.job('Out shortened', 5);
        await house.move(id, june(5, 12), june(5, 14));
        expect(await stands('Out shortened')).toEqual([day(5, 12, 14)]);
        await quiet();
      });

      it('cancelled', async () => {
        const id = await house.job('Out cancelled', 6);
        await house.setStatus(id, 'cancelled');
        expect(await stands('Out cancelled')).toEqual([]);
        await quiet();
      });

      it('brought back', async () => {
        const id = await house.job('Out back', 7);
        await house.setStatus(id, 'cancelled');
        await house.look();
        // A booking that somebody has called off here is booked anew; where its source has it again, it is again.
        const draft = draftUpdated('booking.updated', 'bookings', null, await house.one('bookings', id), { status: 'definite' }, null, person);
        if (!draft) throw new Error('nothing changes');
        await house.write(draft);
        await house.written();
        expect(await stands('Out back')).toEqual([day(7, 12, 18)]);
        await quiet();
        // And is followed from then on.
        await house.move(id, june(7, 10), june(7, 16));
        expect(await stands('Out back')).toEqual([day(7, 10, 16)]);
      });

      it('with who is invited, where, what it says and when it reminds; a later change tells all of it anew', async () => {
        const contactId = house.id();
        await house.write(draftCreated('client.created', 'contacts', null, { id: contactId, weddingId: null, name: 'Ana', email: 'ana@example.org', phone: null, company: null, role: 'vendor' }, null, person));
        await house.booking(OWN, 8, 12, 18, { title: 'Out told', contactId, place: 'East lawn', callTime: june(8, 11) });
        await house.written();
        const { id } = await house.entry(account, 'Out told');
        const before = await account.raw(id);
        for (const part of [/ana@example\.org/i, /East lawn/, /Trade: Photography/, /Call time: 12:00/, /TRIGGER:-PT(?:60M|1H)|"minutes":60|"reminderMinutesBeforeStart":60/]) expect(before).toMatch(part);
        const draft = draftUpdated('client.updated', 'contacts', null, await house.one('contacts', contactId), { email: 'studio@example.org' }, null, person);
        if (!draft) throw new Error('nothing changes');
        await house.write(draft);
        await house.written();
        const after = await account.raw(id);
        expect(after).toMatch(/studio@example\.org/i);
        expect(after).not.toMatch(/ana@example\.org/i);
        for (const part of [/East lawn/, /Trade: Photography/, /Call time: 12:00/]) expect(after).toMatch(part);
      });
    });

    describe('of ours, from there to here', () => {
      it('moved', async () => {
        const id = await house.job('Back moved', 10);
        await account.change((await house.entry(account, 'Back moved')).id, june(11, 9), june(11, 15));
        const writings = house.writings(account);
        await house.look();
        expect(await house.one('bookings', id)).toMatchObject({ ...day(11, 9, 15), status: 'definite' });
        expect(house.writings(account), 'nothing is written back').toBe(writings);
        await quiet();
      });

      it('shortened', async () => {
        const id = await house.job('Back shortened', 12);
        await account.change((await house.entry(account, 'Back shortened')).id, june(12, 12), june(12, 14));
        await house.look();
        expect(await house.one('bookings', id)).toMatchObject(day(12, 12, 14));
        await quiet();
      });

      it('cancelled', async () => {
        const id = await house.job('Back cancelled', 13);
        await account.take((await house.entry(account, 'Back cancelled')).id);
        await house.look();
        expect(await house.one('bookings', id)).toMatchObject({ status: 'cancelled' });
        expect(await stands('Back cancelled')).toEqual([]);
        await quiet();
      });

      it('brought back: a person is asked, and theirs brings it back here', async () => {
        const id = await house.job('Back again', 14);
        const entry = await house.entry(account, 'Back again');
        await account.take(entry.id);
        await house.look();
        await account.restore(entry.id);
        await house.look();
        expect(await house.one('bookings', id), 'nobody is confirmed by a calendar').toMatchObject({ status: 'cancelled' });
        const [difference] = (await house.rows()).differences.filter(({ subject, state }) => subject.id === id && state === 'open');
        expect(difference?.fields).toMatchObject([{ name: 'status', ours: 'cancelled', theirs: 'confirmed' }]);
        expect(await house.decide('difference.settle', { differenceId: difference?.id ?? '', basedOnVersion: difference?.version ?? 0, keep: 'theirs', reason: null })).toMatchObject({ outcome: 'accepted' });
        await house.written();
        expect(await house.one('bookings', id)).toMatchObject({ ...day(14, 12, 18), status: 'definite' });
        expect(await stands('Back again')).toEqual([day(14, 12, 18)]);
        await quiet();
      });
    });

    describe('of theirs, from there to here', () => {
      it('made: it takes her time, and clashes in the same commit', async () => {
        const id = await house.job('Booked beside', 16);
        await account.put('Dentist made', june(16, 13), june(16, 14));
        await house.look();
        expect(await theirs('Dentist made')).toMatchObject({ ...day(16, 13, 14), resourceId: house.ana, status: 'confirmed' });
        expect(await clashes(id)).toEqual(['open']);
        expect((await house.ours(account, 'Dentist made')).length, 'it is written nowhere').toBe(1);
        await quiet();
      });

      it('moved: what it clashed with is free again', async () => {
        const id = await house.job('Booked before', 17);
        const entry = await account.put('Dentist moved', june(17, 13), june(17, 14));
        await house.look();
        expect(await clashes(id)).toEqual(['open']);
        await account.change(entry, june(18, 13), june(18, 14));
        await house.look();
        expect(await theirs('Dentist moved')).toMatchObject(day(18, 13, 14));
        expect(await clashes(id)).toEqual(['resolved']);
        await quiet();
      });

      it('shortened', async () => {
        const entry = await account.put('Dentist shortened', june(19, 9), june(19, 17));
        await house.look();
        await account.change(entry, june(19, 9), june(19, 10));
        await house.look();
        expect(await theirs('Dentist shortened')).toMatchObject(day(19, 9, 10));
        await quiet();
      });

      it('cancelled, and brought back', async () => {
        const entry = await account.put('Dentist back', june(20, 9), june(20, 10));
        await house.look();
        await account.take(entry);
        await house.look();
        expect((await theirs('Dentist back'))?.status ?? 'cancelled').toBe('cancelled');
        await quiet();
        await account.restore(entry);
        await house.look();
        const back = (await house.rows()).calendarEvents.filter(({ title, status }) => title === 'Dentist back' && status !== 'cancelled');
        expect(back).toMatchObject([{ ...day(20, 9, 10), resourceId: house.ana, status: 'confirmed' }]);
        await quiet();
      });
    });
  });
});
