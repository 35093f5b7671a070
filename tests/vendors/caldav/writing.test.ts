import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallPorts, ConnectionAccess } from '../../../core/vendors/calling.ts';
import type { FoundEvent } from '../../../core/vendors/calendars.ts';
import { caldav } from '../../../core/vendors/caldav/index.ts';
import type { Brought } from '../../../core/vendors/vendor.ts';
import { hasRadicale, hasXandikos, NO_SERVERS, startRadicale, startXandikos, type CalendarServer } from '../../support/calendarServers.ts';
import { moved, OUR_ID, outgoing, valueOf } from '../calendarWrites.ts';
import { icsOf } from '../davFake.ts';
import { clockAt, fetchHttp, stored } from '../ports.ts';

/** Writing into real CalDAV servers: made, moved, cancelled, brought back and taken away, and whatever somebody else does meanwhile. */

const NOW = Date.parse('2026-11-20T12:00:00.000Z');
const part = caldav.calendar!;
const ports: CallPorts = { http: fetchHttp, clock: clockAt(NOW) };

const kinds = [
  { name: 'Radicale', installed: hasRadicale, start: startRadicale },
  { name: 'Xandikos', installed: hasXandikos, start: startXandikos },
] as const;

describe.each(kinds)('$name', ({ name, installed, start }) => {
  const there = installed();
  describe.skipIf(!there)(there ? 'as it is' : NO_SERVERS, () => {
    let server: CalendarServer;
    let access: ConnectionAccess;
    beforeAll(async () => {
      server = await start();
      access = { connectionId: '0199a000-0000-7000-8000-00000000c0da', settings: { serverUrl: server.url, userName: server.user, zone: 'Europe/London' }, secrets: { password: server.password } };
    });
    afterAll(() => server?.stop());

    async function calendar(id: string): Promise<string> {
      expect([200, 201]).toContain((await server.make(id, id)).status);
      const all = valueOf(await part.calendars(ports, access));
      const found = all.find((one) => one.name === id);
      expect(found).toMatchObject({ primary: false });
      expect(found?.mayWrite).not.toBe(false);
      return found?.remoteId ?? '';
    }
    const pathOf = (ref: string): string => new URL(ref).pathname;
    const write = (...rest: [string, Parameters<typeof part.write>[3], Parameters<typeof part.write>[4]]) => part.write(ports, access, ...rest);
    const remove = (...rest: [string, string, string | null]) => part.remove(ports, access, ...rest);
    async function lookAt(ref: string, remoteId: string): Promise<FoundEvent> {
      const found = valueOf(await part.read(ports, access, ref, remoteId));
      if (found === null) throw new Error('there is nothing');
      return found;
    }
    const raw = async (path: string): Promise<string> => (await server.ask({ method: 'GET', path, headers: {} })).body;

    it('makes an entry that is read as it was meant, and knows it as ours', async () => {
      const ref = await calendar('makes');
      const event = outgoing({ attendees: [{ email: 'Ada@example.org', name: 'Ada "A" Okonkwo' }] });
      const made = valueOf(await write(ref, event, { kind: 'create', key: OUR_ID }));
      expect(made).toMatchObject({ sequence: 0, already: false });
      const found = await lookAt(ref, made.remoteId);
      expect(found).toEqual({
        remoteId: made.remoteId, etag: made.etag, sequence: 0, ourId: OUR_ID, title: 'Tasting: Ada & Ben', description: 'Menu two; bring the list', place: 'Orangery, east door',
        when: event.when, status: 'confirmed', busy: true, changedAt: Math.floor(event.changedAt / 1000) * 1000, answers: expect.any(Array) as unknown, reminders: [1440, 60],
      });
      const text = (await raw(made.remoteId)).replace(/\r?\n[ \t]/g, '');
      for (const expected of [/BEGIN:VTIMEZONE/, /mailto:ada@example\.org/, /SCHEDULE-AGENT=CLIENT/, /TRIGGER:-P(?:T1440M|1D)/, /TRIGGER:-PT(?:60M|1H)/]) expect(text).toMatch(expected);
      // A look brings it with our id, so that nobody takes it for news.
      const read = await caldav.poll!.read(null, { ...access, settings: { ...access.settings, calendars: 'makes' } }, ports);
      const items: Brought[] = [...valueOf(read).items];
      for (let page = valueOf(read); page.more; ) {
        page = valueOf(await caldav.poll!.read(page.cursor, { ...access, settings: { ...access.settings, calendars: 'makes' } }, ports));
        items.push(...page.items);
      }
      expect(items.map((item) => part.originOf(JSON.parse(item.body)))).toEqual([OUR_ID]);
      const meant = caldav.poll!.normalise(stored(items[0]?.body ?? '', { vendorEvent: 'entry' }));
      expect(meant).toMatchObject({ ok: true, value: { changes: [{ kind: 'calendarEvent', ourId: OUR_ID, remote: { id: made.remoteId } }] } });
    });

    it('makes one entry of one key, however often it is asked', async () => {
      const ref = await calendar('once');
      const first = valueOf(await write(ref, outgoing(), { kind: 'create', key: OUR_ID }));
      const again = valueOf(await write(ref, moved(), { kind: 'create', key: OUR_ID }));
      expect(again).toEqual({ ...first, already: true });
      const foreign = await write(ref, outgoing({ ourId: '0199a000-0000-7000-8000-0000000ca1ff' }), { kind: 'create', key: OUR_ID });
      expect(foreign).toMatchObject({ ok: false, error: { code: 'calendar.refused', retryable: false } });
    });

    it('moves, shortens, hides, cancels and brings back, each on what stands there', async () => {
      const ref = await calendar('moves');
      const made = valueOf(await write(ref, outgoing(), { kind: 'create', key: OUR_ID }));
      const { remoteId } = made;
      let { etag } = made;
      let event = outgoing();
      const change = async (next: typeof event) => {
        const done = valueOf(await write(ref, next, { kind: 'update', remoteId, etag: etag ?? '' }));
        expect(done.etag).not.toBe(etag);
        ({ etag } = done);
        event = next;
        return lookAt(ref, remoteId);
      };
      expect(await change(moved(event))).toMatchObject({ when: moved(outgoing()).when, sequence: 1, etag });
      const short = { kind: 'times', startsAt: Date.parse('2031-07-01T12:00:00.000Z'), endsAt: Date.parse('2031-07-01T12:15:00.000Z'), zone: 'Europe/London' } as const;
      expect(await change({ ...event, when: short, sequence: 2 })).toMatchObject({ when: short, sequence: 2 });
      const days = { kind: 'days', from: '2027-06-20', until: '2027-06-22', zone: 'Europe/London' } as const;
      expect(await change({ ...event, when: days, status: 'tentative', busy: false, sequence: 3 })).toMatchObject({ when: days, status: 'tentative', busy: false });
      expect(await change({ ...outgoing(), privacy: 'busy', sequence: 4 })).toMatchObject({ title: 'Busy', description: null, place: null, when: outgoing().when });
      expect(await raw(remoteId)).not.toMatch(/Ada|Menu|Orangery/);
      expect(await change({ ...event, status: 'cancelled', sequence: 5 })).toMatchObject({ status: 'cancelled' });
      expect(await change({ ...outgoing(), status: 'confirmed', sequence: 6 })).toMatchObject({ status: 'confirmed', title: 'Tasting: Ada & Ben', sequence: 6 });
    });

    it('overwrites nothing that somebody has changed, and takes nothing of it away', async () => {
      const ref = await calendar('clash');
      const made = valueOf(await write(ref, outgoing(), { kind: 'create', key: OUR_ID }));
      const theirs = (await raw(made.remoteId)).replace('SUMMARY:Tasting: Ada & Ben', 'SUMMARY:Theirs\r\nX-THEIR-OWN:kept');
      expect([200, 201, 204]).toContain((await server.put(made.remoteId, theirs)).status);
      const condition = { kind: 'update', remoteId: made.remoteId, etag: made.etag ?? '' } as const;
      expect(await write(ref, moved(), condition)).toMatchObject({ ok: false, error: { code: 'calendar.changed_there', retryable: false } });
      expect(await remove(ref, made.remoteId, made.etag)).toEqual({ ok: true, value: 'changed_there' });
      const now = await lookAt(ref, made.remoteId);
      expect(now).toMatchObject({ title: 'Theirs', ourId: OUR_ID });
      // What they have put in stays when we write on top of what we have seen.
      valueOf(await write(ref, moved(), { ...condition, etag: now.etag ?? '' }));
      expect(await raw(made.remoteId)).toContain('X-THEIR-OWN:kept');
    });

    it('lets one of two who write at the same moment win, and tells the other', async () => {
      const ref = await calendar('race');
      const { remoteId, etag } = valueOf(await write(ref, outgoing(), { kind: 'create', key: OUR_ID }));
      const both = await Promise.all([1, 2].map((hours) => write(ref, moved(outgoing(), hours * 3_600_000), { kind: 'update', remoteId, etag: etag ?? '' })));
      const codes = both.map((one) => (one.ok ? 'written' : one.error.code)).sort();
      expect(codes).toEqual(['calendar.changed_there', 'written']);
      const won = both.findIndex((one) => one.ok);
      expect((await lookAt(ref, remoteId)).when).toEqual(moved(outgoing(), (won + 1) * 3_600_000).when);
    });

    it('takes away once, and says when there is nothing', async () => {
      const ref = await calendar('gone');
      const { remoteId, etag } = valueOf(await write(ref, outgoing(), { kind: 'create', key: OUR_ID }));
      expect(await remove(ref, remoteId, etag)).toEqual({ ok: true, value: 'done' });
      expect(await remove(ref, remoteId, etag)).toEqual({ ok: true, value: 'already_gone' });
      expect(await remove(ref, remoteId, null)).toEqual({ ok: true, value: 'already_gone' });
      expect(await part.read(ports, access, ref, remoteId)).toEqual({ ok: true, value: null });
      expect(await write(ref, moved(), { kind: 'update', remoteId, etag: etag ?? '' })).toMatchObject({ ok: false, error: { code: 'calendar.gone' } });
      // Deleted over there and wanted again: under the same key where the server forgets.
      expect(await write(ref, outgoing(), { kind: 'create', key: `${OUR_ID}.2` })).toMatchObject({ ok: true, value: { already: false } });
      expect(await write(`${ref.slice(0, -1)}-none/`, outgoing(), { kind: 'create', key: OUR_ID })).toMatchObject({ ok: false, error: { code: name === 'Radicale' ? 'calendar.gone' : expect.stringMatching(/^calendar\.(gone|refused|forbidden)$/) as string } });
    });

    it('moves one part of a series of theirs, takes another out, and leaves the others', async () => {
      const ref = await calendar('series');
      const path = `${pathOf(ref)}weekly.ics`;
      await server.put(path, icsOf('weekly', 'DTSTART;TZID=Europe/London:20270322T100000', 'DTEND;TZID=Europe/London:20270322T110000', 'RRULE:FREQ=WEEKLY;COUNT=4', 'SUMMARY:Weekly'));
      const id = `${path}#2027-03-29T10:00:00`;
      const second = await lookAt(ref, id);
      expect(second).toMatchObject({ ourId: null, title: 'Weekly', when: { kind: 'times', startsAt: Date.parse('2027-03-29T09:00:00.000Z'), zone: 'Europe/London' } });
      const when = { kind: 'times', startsAt: Date.parse('2027-03-29T14:00:00.000Z'), endsAt: Date.parse('2027-03-29T15:00:00.000Z'), zone: 'Europe/London' } as const;
      const { description: _text, location: _place, reminders: _alarms, ...plain } = outgoing({ title: 'Weekly, later', when, sequence: 1 });
      const done = valueOf(await write(ref, plain, { kind: 'update', remoteId: id, etag: second.etag ?? '' }));
      expect(await lookAt(ref, id)).toMatchObject({ when, title: 'Weekly, later' });
      const third = `${path}#2027-04-05T10:00:00`;
      expect(await remove(ref, third, done.etag)).toEqual({ ok: true, value: 'done' });
      expect(await part.read(ports, access, ref, third)).toEqual({ ok: true, value: null });
      const starts: string[] = [];
      for (const day of ['2027-03-22', '2027-03-29', '2027-04-05', '2027-04-12', '2027-04-19']) {
        const found = valueOf(await part.read(ports, access, ref, `${path}#${day}T10:00:00`));
        if (found?.when.kind === 'times') starts.push(new Date(found.when.startsAt).toISOString());
      }
      expect(starts).toEqual(['2027-03-22T10:00:00.000Z', '2027-03-29T14:00:00.000Z', '2027-04-12T09:00:00.000Z']);
      expect(await write(ref, plain, { kind: 'update', remoteId: path, etag: second.etag ?? '' })).toMatchObject({ ok: false });
    });
  });
});

describe.skipIf(!hasRadicale())('a calendar that may only be read', () => {
  it('is said to be one, and refuses', async () => {
    const server = await startRadicale({ closed: { name: 'Closed', entries: [] } });
    try {
      const access = { connectionId: '0199a000-0000-7000-8000-00000000c0da', settings: { serverUrl: server.url, userName: server.user }, secrets: { password: server.password } };
      const closed = valueOf(await part.calendars(ports, access)).find((one) => one.name === 'Closed');
      expect(closed?.mayWrite).toBe(false);
      expect(await part.write(ports, access, closed?.remoteId ?? '', outgoing(), { kind: 'create', key: OUR_ID })).toMatchObject({ ok: false, error: { code: 'calendar.forbidden' } });
      const wrong = { ...access, secrets: { password: 'wrong' } };
      expect(await part.write(ports, wrong, closed?.remoteId ?? '', outgoing(), { kind: 'create', key: OUR_ID })).toMatchObject({ ok: false, error: { code: 'normalise.no_access' } });
    } finally {
      await server.stop();
    }
  });
});
