import { describe, expect, it } from 'vitest';
import { sql } from 'kysely';
import { draftCreated, draftUpdated } from '../../../core/domain/record/drafts.ts';
import { guestMark } from '../../../core/vendors/answers.ts';
import { createPrivacy } from '../../../server/privacy/privacy.ts';
import { day, OWN, type BothWaysHouse } from '../../support/bothWays.ts';
import { ACCOUNTS, type Account } from '../../support/calendarAccounts.ts';
import { hasRadicale, hasXandikos, NO_SERVERS } from '../../support/calendarServers.ts';
import { settableClock, type TestStore } from '../../support/store.ts';
import { june } from '../../support/taking.ts';
import { useBothWays } from '../../support/usingBothWays.ts';

/** Whom we have invited to an entry answers there: it is shown, a decline is told once, and nothing is written because of it. */

const person = { actor: { kind: 'person', id: null, name: 'Front desk' }, source: null, deliveryId: null } as const;
const KINDS = [
  ['Radicale', hasRadicale], ['Xandikos', hasXandikos], ['Google', () => true], ['Outlook', () => true],
] as const;

describe.each(KINDS)('%s', (name, installed) => {
  const there = installed();
  describe.skipIf(!there)(there ? 'answers' : NO_SERVERS, () => {
    const clock = settableClock('2027-05-01T12:00:00.000Z');
    let t: TestStore;
    let account: Account;
    let house: BothWaysHouse;

    useBothWays(clock, ACCOUNTS[name], (made) => ({ t, account, house } = made));

    async function contact(email: string, name = 'Ana'): Promise<string> {
      const id = house.id();
      await house.write(draftCreated('client.created', 'contacts', null, { id, weddingId: null, name, email, phone: null, company: null, role: 'vendor' }, null, person));
      return id;
    }
    async function invited(title: string, n: number, email: string): Promise<{ readonly id: string; readonly entry: string }> {
      const contactId = await contact(email);
      const id = await house.booking(OWN, n, 12, 18, { title, contactId });
      await house.written();
      return { id, entry: (await house.entry(account, title)).id };
    }
    const answerOf = async (id: string) => (await house.rows()).pushes.find(({ subject }) => subject.id === id)?.answer ?? null;
    const alerts = async (id: string) => (await house.rows()).alerts.filter(({ rule, subject }) => rule === 'invitation_declined' && subject?.id === id).map(({ state }) => state);
    /** A look that writes nothing. */
    async function look(): Promise<void> {
      const writings = house.writings(account);
      await house.look();
      expect(house.writings(account)).toBe(writings);
    }

    it('accepted, then declined, then accepted after all: one alert, settled; nothing is written and nobody is asked', async () => {
      const { id, entry } = await invited('Answered', 2, 'ana@example.org');
      expect(await answerOf(id)).toBeNull();
      await account.answer(entry, 'ana@example.org', 'accepted');
      await look();
      expect(await answerOf(id)).toMatchObject({ said: 'accepted' });
      expect(await alerts(id)).toEqual([]);
      await account.answer(entry, 'ana@example.org', 'declined');
      await look();
      expect(await answerOf(id)).toMatchObject({ said: 'declined' });
      expect(await alerts(id)).toEqual(['open']);
      const seq = await house.now();
      await look();
      expect(await house.since(seq), 'told once').toEqual([]);
      await account.answer(entry, 'ana@example.org', 'accepted');
      await look();
      expect([await answerOf(id), await alerts(id)]).toMatchObject([{ said: 'accepted' }, ['resolved']]);
      expect((await house.rows()).differences).toEqual([]);
      expect(await house.one('bookings', id)).toMatchObject({ ...day(2, 12, 18), status: 'definite' });
    });

    it('maybe is told where the entry is, and by no alert', async () => {
      const { id, entry } = await invited('Perhaps', 3, 'perhaps@example.org');
      await account.answer(entry, 'perhaps@example.org', 'tentative');
      await look();
      expect([await answerOf(id), await alerts(id)]).toMatchObject([{ said: 'tentative' }, []]);
    });

    it('moved, the alert is over and the answer is of another time; nothing brings it back', async () => {
      const { id, entry } = await invited('Declined and moved', 4, 'moved@example.org');
      await account.answer(entry, 'moved@example.org', 'declined');
      await house.look();
      expect(await alerts(id)).toEqual(['open']);
      await house.move(id, june(5, 9), june(5, 15));
      expect(await alerts(id)).toEqual(['resolved']);
      await house.look();
      await house.look();
      expect(await alerts(id)).toEqual(['resolved']);
      expect((await answerOf(id))?.past ?? true, 'nobody has answered for the new time').toBe(true);
      expect(await house.ours(account, 'Declined and moved')).toMatchObject([day(5, 9, 15)]);
    });

    it('moved over there by its own calendar as well', async () => {
      const { id, entry } = await invited('Moved by them', 6, 'theirs@example.org');
      await account.answer(entry, 'theirs@example.org', 'declined');
      await house.look();
      expect(await alerts(id)).toEqual(['open']);
      await account.change(entry, june(7, 9), june(7, 15));
      await house.look();
      expect(await house.one('bookings', id)).toMatchObject(day(7, 9, 15));
      expect([await answerOf(id), await alerts(id)]).toMatchObject([{ said: 'declined', past: true }, ['resolved']]);
      await house.look();
      expect(await alerts(id)).toEqual(['resolved']);
    });

    it('called off, it is over', async () => {
      const { id, entry } = await invited('Declined and cancelled', 8, 'off@example.org');
      await account.answer(entry, 'off@example.org', 'declined');
      await house.look();
      await house.setStatus(id, 'cancelled');
      expect([await alerts(id), await answerOf(id)]).toEqual([['resolved'], null]);
    });

    it('somebody else is invited in their place: what was answered is none of theirs', async () => {
      const { id, entry } = await invited('Replaced', 9, 'first@example.org');
      await account.answer(entry, 'first@example.org', 'declined');
      await house.look();
      const contactId = await contact('second@example.org');
      const draft = draftUpdated('booking.updated', 'bookings', null, await house.one('bookings', id), { contactId }, null, person);
      if (!draft) throw new Error('nothing changes');
      await house.write(draft);
      await house.written();
      expect([await answerOf(id), await alerts(id)]).toEqual([null, ['resolved']]);
      await account.answer(entry, 'second@example.org', 'accepted');
      await house.look();
      expect(await answerOf(id)).toMatchObject({ said: 'accepted' });
    });

    it('a change here keeps what was answered over there', async () => {
      const { id, entry } = await invited('Kept', 10, 'kept@example.org');
      await account.answer(entry, 'kept@example.org', 'accepted');
      await house.look();
      const draft = draftUpdated('booking.updated', 'bookings', null, await house.one('bookings', id), { place: 'North lawn' }, null, person);
      if (!draft) throw new Error('nothing changes');
      await house.write(draft);
      await house.written();
      await house.look();
      expect(await answerOf(id)).toMatchObject({ said: 'accepted' });
      expect(await account.raw(entry)).toMatch(/North lawn/);
    });

    it('somebody else is invited, and it reminds otherwise, although the entry was changed over there in between', async () => {
      const { id, entry } = await invited('Overtaken', 12, 'before@example.org');
      await account.answer(entry, 'before@example.org', 'tentative');
      const contactId = await contact('after@example.org');
      const draft = draftUpdated('booking.updated', 'bookings', null, await house.one('bookings', id), { contactId }, null, person);
      if (!draft) throw new Error('nothing changes');
      await house.write(draft);
      await house.written();
      expect(await account.raw(entry)).toMatch(/after@example\.org/i);
      expect(await account.raw(entry)).not.toMatch(/before@example\.org/i);
      await house.look();
      await account.answer(entry, 'after@example.org', 'accepted');
      const { id: calendarId, version, direction, privacy, strategy, resourceId, everyWedding, invite } = await house.calendarOf(account);
      const saved = await house.decide('calendar.save', { calendarId, basedOnVersion: version, direction, privacy, strategy, resourceId, everyWedding, invite, reminders: [45] });
      expect(saved.outcome).toBe('accepted');
      await house.written();
      expect(await account.raw(entry)).toMatch(/TRIGGER:-PT45M|"minutes":45|"reminderMinutesBeforeStart":45/);
      await house.look();
      expect(await answerOf(id)).toMatchObject({ said: 'accepted' });
    });

    it('erased, they are invited no more and have answered nothing', async () => {
      const contactId = await contact('erased@example.org', 'Zed Quillfeather');
      const id = await house.booking(OWN, 14, 12, 18, { title: 'Forgotten', contactId });
      await house.written();
      const { id: entry } = await house.entry(account, 'Forgotten');
      await account.answer(entry, 'erased@example.org', 'declined');
      await house.look();
      expect(await alerts(id)).toEqual(['open']);
      const done = await createPrivacy(t.store.internals).erase({ organisationId: t.organisation.id, contactId, reason: 'asked_by_person', actor: person.actor });
      expect(done.ok).toBe(true);
      const marks = () => sql<{ invited: string }>`select invited from push_states where invited = ${guestMark('erased@example.org')}`.execute(t.store.internals.database.system);
      expect((await marks()).rows).toEqual([]);
      await house.written();
      expect([await answerOf(id), await alerts(id)]).toEqual([null, ['resolved']]);
      expect(await account.raw(entry)).not.toMatch(/erased@example\.org/i);
    });

    it.each([['title', 15], ['busy', 17]] as const)('less is shown than everything (%s): whoever was invited is named there no more, and again once it is', async (privacy, n) => {
      const email = `${privacy}@example.org`;
      const { id, entry } = await invited(`Shown less ${privacy}`, n, email);
      await account.answer(entry, email, 'declined');
      await house.look();
      expect([await account.raw(entry), await alerts(id)]).toEqual([expect.stringMatching(new RegExp(email, 'i')), ['open']]);
      const save = async (as: 'full' | 'title' | 'busy'): Promise<void> => {
        const { id: calendarId, version, direction, strategy, resourceId, everyWedding, reminders } = await house.calendarOf(account);
        const choice = { calendarId, basedOnVersion: version, direction, privacy: as, strategy, resourceId, everyWedding, invite: as === 'full', reminders };
        expect(await house.decide('calendar.save', choice)).toMatchObject({ outcome: 'accepted' });
        await house.written();
      };
      await save(privacy);
      expect(await account.raw(entry)).not.toMatch(/example\.org/i);
      expect([await answerOf(id), await alerts(id)]).toEqual([null, ['resolved']]);
      await look();
      expect(await house.one('bookings', id)).toMatchObject(day(n, 12, 18));
      await save('full');
      expect(await account.raw(entry)).toMatch(new RegExp(email, 'i'));
    });

    it('no address is kept for it', async () => {
      const { rows } = await sql<{ invited: string | null; answer: unknown }>`
        select s.invited, p.answer from push_states s join pushes p on p.organisation_id = s.organisation_id and p.id = s.push_id where s.invited is not null
      `.execute(t.store.internals.database.system);
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) expect(JSON.stringify(row)).not.toMatch(/@/);
    });
  });
});
