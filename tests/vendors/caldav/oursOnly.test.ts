import { beforeEach, expect, test } from 'vitest';
import { caldav } from '../../../core/vendors/caldav/index.ts';
import type { ConnectionAccess } from '../../../core/vendors/calling.ts';
import { settableClock } from '../../support/store.ts';
import { icsOf, type FakeAccount } from '../davFake.ts';
import { filled, samples } from './samples.ts';

/** A calendar that is only written, and that nobody named: what we have written there is read, and nothing else. */

const clock = settableClock('2026-11-01T12:00:00.000Z');
const OURS = '0190a1b2-0000-7000-8000-000000000001';
const FILE = 'wedsync-3132.ics';
let account: FakeAccount;
let cursor: string | null;

const at = (uid: string, title: string, hour: string): string => icsOf(uid, `DTSTART:20261121T${hour}0000Z`, 'DTEND:20261121T230000Z', `SUMMARY:${title}`);
const refOf = (id: string): string => `https://${new URL(account.options.home).host}/ada/calendars/${id}/`;

beforeEach(() => {
  account = filled();
  cursor = null;
});

async function look(more: Pick<ConnectionAccess, 'listened' | 'written'>): Promise<{ readonly event: string; readonly href: string; readonly title: string | null }[]> {
  const { settings, secrets } = samples.access;
  const told = [];
  for (;;) {
    const page = await caldav.poll?.read(cursor, { connectionId: OURS, settings: { ...settings, calendars: 'Weddings' }, secrets, ...more }, { http: { send: (request) => Promise.resolve(account.respond(request)) }, clock });
    if (!page?.ok) throw new Error(page?.error.message ?? 'there is no look');
    cursor = page.value.cursor;
    told.push(...page.value.items.map(({ event, body }) => ({ event, ...(JSON.parse(body) as { href: string; title: string | null }) })));
    if (!page.value.more) return told.map(({ event, href, title }) => ({ event, href, title }));
  }
}

test('ours are told, moved and gone; those of others never', async () => {
  account.put('team', FILE, at(`wedsync-${OURS}`, 'Ours', '10'));
  account.put('team', 'hers.ics', at('hers', 'Hers', '11'));
  const listened = [{ calendarRef: refOf('team'), oursOnly: true }];
  const first = (await look({ listened })).filter(({ href }) => href.includes('/team/'));
  expect(first).toEqual([{ event: 'entry', href: `/ada/calendars/team/${FILE}`, title: 'Ours' }]);
  account.put('team', FILE, at(`wedsync-${OURS}`, 'Ours', '12'));
  account.put('team', 'hers.ics', at('hers', 'Hers', '13'));
  clock.advance(600_000);
  expect(await look({ listened })).toEqual([{ event: 'entry', href: `/ada/calendars/team/${FILE}`, title: 'Ours' }]);
  account.remove('team', FILE);
  account.remove('team', 'hers.ics');
  clock.advance(600_000);
  expect(await look({ listened })).toEqual([{ event: 'gone', href: `/ada/calendars/team/${FILE}`, title: null }]);
});

test('read as well from now on, all of it is told', async () => {
  account.put('team', 'hers.ics', at('hers', 'Hers', '11'));
  expect((await look({ listened: [{ calendarRef: refOf('team'), oursOnly: true }] })).filter(({ href }) => href.includes('/team/'))).toEqual([]);
  clock.advance(600_000);
  const told = await look({ listened: [{ calendarRef: refOf('team'), oursOnly: false }] });
  expect(told).toContainEqual({ event: 'entry', href: '/ada/calendars/team/hers.ics', title: 'Hers' });
});
