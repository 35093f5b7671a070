import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { icloud } from '../../../core/vendors/icloud/index.ts';
import type { ConnectionAccess } from '../../../core/vendors/vendor.ts';
import { hasRadicale, NO_SERVERS, startRadicale, type CalendarServer } from '../../support/calendarServers.ts';
import { icsOf } from '../davFake.ts';
import { clockAt } from '../ports.ts';
import { startAppleStandIn, type AppleStandIn } from './appleStandIn.ts';
import { filled, samples } from './samples.ts';

const NOW = Date.parse('2026-11-20T12:00:00.000Z');
const HOUR = 3_600_000;
const ACCOUNT = 'ada@icloud.example';
const poll = icloud.poll!;

describe('the account’s own host', () => {
  const at = async (home: string): Promise<{ hosts: string[]; ok: boolean }> => {
    const account = filled();
    const hosts = new Set<string>();
    const answer = await icloud.test!(samples.access, {
      clock: clockAt(NOW),
      http: {
        send: async (request) => {
          hosts.add(new URL(request.url).host);
          const said = account.respond({ ...request, url: request.url.replace(home, 'https://p42-caldav.icloud.com') });
          return { ...said, body: said.body.replaceAll('https://p42-caldav.icloud.com', home) };
        },
      },
    });
    return { hosts: [...hosts], ok: answer.ok };
  };

  it.each(['https://p42-caldav.icloud.com', 'https://p7-caldav.icloud.com', 'https://p178-caldav.icloud.com'])('%s is given the password', async (home) => {
    expect(await at(home)).toEqual({ ok: true, hosts: ['caldav.icloud.com', new URL(home).host] });
  });

  it.each([
    'https://p42-caldav.icloud.com.evil.test', 'https://evil-caldav.icloud.com', 'https://p42-caldav.icloud.test', 'http://p42-caldav.icloud.com', 'https://p42.caldav-icloud.com', 'https://www.icloud.com',
  ])('%s is not', async (home) => {
    expect(await at(home)).toEqual({ ok: false, hosts: ['caldav.icloud.com'] });
  });
});

describe('by a stand-in for Apple in front of Radicale', () => {
  const there = hasRadicale();
  describe.skipIf(!there)(there ? 'an account' : NO_SERVERS, () => {
    let radicale: CalendarServer;
    let apple: AppleStandIn;
    const access = (appPassword = apple.appPassword): ConnectionAccess => ({ connectionId: '0199a000-0000-7000-8000-00000000c1c0', settings: { appleAccount: ACCOUNT, zone: 'Europe/London' }, secrets: { appPassword } });
    const timed = (uid: string): string => icsOf(uid, 'DTSTART:20261121T100000Z', 'DTEND:20261121T110000Z', `SUMMARY:${uid}`);
    beforeAll(async () => {
      radicale = await startRadicale();
      apple = await startAppleStandIn(radicale, ACCOUNT);
      await radicale.make('home', 'Home');
      for (const uid of ['a', 'b']) await radicale.put(`${radicale.home}home/${uid}.ics`, timed(uid));
    });
    afterAll(async () => {
      await apple?.stop();
      await radicale?.stop();
    });

    async function look(cursor: string | null, at: number): Promise<{ cursor: string; told: (string | null)[] }> {
      const told: (string | null)[] = [];
      let from = cursor;
      for (;;) {
        const read = await poll.read(from, access(), { http: apple.http, clock: clockAt(at) });
        if (!read.ok) throw new Error(read.error.message);
        told.push(...read.value.items.map((item) => (JSON.parse(item.body) as { title: string | null }).title));
        if (!read.value.more) return { cursor: read.value.cursor, told };
        from = read.value.cursor;
      }
    }

    it('is found on its own host, read, and read on from there', async () => {
      expect(await icloud.test!(access(), { http: apple.http, clock: clockAt(NOW) })).toEqual({ ok: true, value: { account: 'Ada Venue', details: ['Calendars: Home'] } });
      const first = await look(null, NOW);
      expect(first.told.sort()).toEqual(['a', 'b']);
      apple.asked.length = 0;
      await radicale.put(`${radicale.home}home/c.ics`, timed('c'));
      const second = await look(first.cursor, NOW + HOUR);
      expect(second.told).toEqual(['c']);
      expect(new Set(apple.asked)).toEqual(new Set(['p42-caldav.icloud.com']));
      // Moved by Apple: asked for again, and nothing is told twice.
      apple.moveTo(43);
      await radicale.remove(`${radicale.home}home/a.ics`);
      const third = await look(second.cursor, NOW + 2 * HOUR);
      expect(third.told).toEqual([null]);
      expect(apple.asked).toContain('p43-caldav.icloud.com');
    });

    it('takes app-specific passwords only, and says what to do when one has ended', async () => {
      const own = await icloud.test!(access(apple.ownPassword), { http: apple.http, clock: clockAt(NOW) });
      expect(own).toMatchObject({ ok: false, error: { code: 'normalise.no_access', field: 'appPassword', retryable: false } });
      expect(own.ok ? '' : own.error.message).toContain('app-specific password');
      expect(own.ok ? '' : own.error.message).not.toContain(apple.ownPassword);
      const good = apple.appPassword;
      apple.changeOwnPassword();
      const ended = await poll.read(null, access(good), { http: apple.http, clock: clockAt(NOW) });
      expect(ended).toMatchObject({ ok: false, error: { field: 'appPassword', retryable: false } });
      expect(ended.ok ? '' : ended.error.message).toContain('make a new one');
      apple.appPassword = 'qrst-uvwx-yzab-cdef';
      expect((await icloud.test!(access('qrst-uvwx-yzab-cdef'), { http: apple.http, clock: clockAt(NOW) })).ok).toBe(true);
    });
  });
});
