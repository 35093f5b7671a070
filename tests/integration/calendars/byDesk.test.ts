import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { draftUpdated } from '../../../core/domain/record/drafts.ts';
import { KEY, type DeskProgram } from '../../support/desk.ts';
import { openDeskCalendars, type DeskCalendars } from '../../support/deskCalendars.ts';
import { untilTrue } from '../../support/deskHouse.ts';
import { manager } from '../../support/manager.ts';
import { june } from '../../support/taking.ts';

/** Calendars that are listed and written with a key which one desktop keeps. */

const DAY_MS = 24 * 3_600_000;
let c: DeskCalendars;
beforeEach(async () => {
  c = await openDeskCalendars();
});
afterEach(() => c.close());

const context = { actor: { kind: 'person', id: null, name: 'Desk' }, source: null, deliveryId: null } as const;
const change = async (weddingId: string, fields: object) => {
  const draft = draftUpdated('wedding.updated', 'weddings', weddingId, await c.house.one('weddings', weddingId), fields, null, context);
  if (!draft) throw new Error('nothing changes');
  await c.house.write(draft);
};
const moved = (day: number) => ({ startsAt: june(day, 12), endsAt: june(day, 22), date: `2027-06-${day}` });
const written = (count: number) => untilTrue(`${count} entries are written`, async () => {
  const states = await c.pushStates();
  return states.length === count && states.every(([state]) => state === 'written');
});
const health = async (id: string) => {
  const { health: state, healthReason } = await c.h.row(id);
  return [state, healthReason];
};
const waits = async (calendarId: string) => (await c.calendar(calendarId)).waits ?? null;
const alerts = async () => (await c.house.alerts()).filter(([rule]) => rule === 'push_waiting' || rule === 'push_failed');
/** It is off, and has been for longer than anybody waits. */
async function off(desk: DeskProgram): Promise<void> {
  await c.h.kill(desk);
  c.h.clock.advance(10 * 60_000);
}
/** Looks for what is due once more, by now. */
async function looked(): Promise<void> {
  c.h.clock.advance(20 * 60_000);
  c.pushes.wake();
  await c.pushes.idle();
}
const back = (desk: DeskProgram & { readonly token: string }) => c.h.desktop({ as: desk.token, keychain: desk.keychain });
/** Who has called, and what came of it, as the trail has it; whoever called last is the last one. */
async function callers(): Promise<string[][]> {
  await c.h.t.store.internals.flushAudit();
  const audit = c.h.t.store.internals.database.system.selectFrom('audit').select(['actor', 'outcome']);
  const lines = await audit.where('action', '=', 'calendar.write').orderBy('lastAt').execute();
  return lines.map(({ actor, outcome }) => [actor, outcome]);
}

it('a look by a desktop is told what was written since the last one; an older desktop is asked without that', async () => {
  const desk = await c.h.desktop();
  const { connectionId } = await c.connected(desk);
  await c.house.wedding('Amara & Tom', 12, 12, 22);
  await written(1);
  const entry = c.there.entries[0]?.remoteId ?? '';
  await c.h.lookNow(connectionId);
  await untilTrue('it was told', () => Promise.resolve(c.told.at(-1)?.includes(entry) === true));

  await c.h.kill(desk);
  const headers = { authorization: `Bearer ${desk.token}` };
  type Given = { readonly turns: readonly { readonly ask: { readonly kind: string; readonly listened?: unknown; readonly written?: readonly string[] } }[] };
  async function listens(does: string) {
    const answer = await c.h.app.app.inject({ method: 'POST', url: `/api/desk/turns?does=${does}`, headers, payload: { run: c.house.id(), waitMs: 0 } });
    return answer.json<Given>().turns.map(({ ask }) => ask).find(({ kind }) => kind === 'poll');
  }
  async function asked(does: string) {
    let look: Given['turns'][number]['ask'] | undefined;
    await untilTrue(`it is asked that does ${does}`, async () => {
      look = await listens(does);
      if (look === undefined) await c.h.lookNow(connectionId);
      return look !== undefined;
    });
    return look;
  }
  // Also what was asked of the newer one, and is fetched by the older one that is started in its place.
  expect((await asked('calendars,written'))?.written).toContain(entry);
  expect(Object.keys((await listens('calendars')) ?? {}).sort()).toEqual(['cursor', 'kind', 'listened']);
});

describe('a desktop that is there', () => {
  it('lists the calendars, and writes, changes and takes out entries; the server calls nobody', async () => {
    const desk = await c.h.desktop();
    const { connectionId, calendarId } = await c.connected(desk);
    const { calendars } = await c.house.rows();
    expect(calendars.map(({ name, mayWrite, state }) => [name, mayWrite, state])).toEqual([['Hall', true, 'active'], ['Ana', true, 'active']]);
    const id = await c.house.wedding('Amara & Tom', 12, 12, 22);
    await written(1);
    expect(c.there.standing()).toMatchObject([{ title: 'Amara & Tom', when: { startsAt: Date.parse(june(12, 12)) } }]);
    await change(id, moved(13));
    await untilTrue('it is moved', () => (c.there.standing()[0]?.when as { startsAt?: number }).startsAt === Date.parse(june(13, 12)));
    await change(id, { status: 'cancelled' });
    await untilTrue('it is gone', () => c.there.standing().length === 0);
    await written(1);
    expect(c.there.written()).toEqual(['create', 'update', 'remove']);
    expect(await waits(calendarId)).toBeNull();
    expect(await health(connectionId)).toEqual(['healthy', null]);
    expect(await callers()).toEqual([[desk.deviceId, 'ok']]);
    expect(desk.sent.filter((text) => text.includes(KEY))).toEqual([]);
  });

  it('is no excuse for a calendar that does not answer: that counts, is tried again, and is written then', async () => {
    const desk = await c.h.desktop();
    const { connectionId } = await c.connected(desk);
    c.h.host.status = 503;
    await c.house.wedding('Amara & Tom', 12, 12, 22);
    await untilTrue('an attempt', async () => (await c.pushStates())[0]?.[1] === 1);
    expect(await c.pushStates()).toEqual([['queued', 1, 'normalise.reread_failed']]);
    expect((await c.h.access(connectionId)).failures).toBeGreaterThan(0);
    c.h.host.status = 200;
    // A later hour, for which its program is started anew: what it hangs on is held by the real clock.
    await c.h.kill(desk);
    c.h.clock.advance(60 * 60_000);
    await back(desk);
    await written(1);
    expect(c.made()).toEqual(['Amara & Tom']);
  });

  it('overwrites nothing that somebody has changed over there', async () => {
    const desk = await c.h.desktop();
    await c.connected(desk);
    const id = await c.house.wedding('Amara & Tom', 12, 12, 22);
    await written(1);
    const [entry] = c.there.standing();
    c.there.edit(entry?.remoteId ?? '', { title: 'Amara & Tom, blue' });
    c.there.calls.length = 0;
    await change(id, moved(13));
    await untilTrue('it is settled', () => c.there.standing()[0]?.title === 'Amara & Tom' && c.there.written().length > 1);
    // Refused by its mark, read, and put back as this calendar's strategy says, each by the desktop.
    expect(c.there.calls.map(({ what }) => what).slice(0, 3)).toEqual(['update', 'read', 'update']);
    await written(1);
  });

  it('loses no reminder that was changed here while the same entry was changed over there', async () => {
    const desk = await c.h.desktop();
    const { calendarId } = await c.connected(desk);
    await c.save(calendarId, { direction: 'bidirectional' });
    const id = await c.house.wedding('Amara & Tom', 12, 12, 22);
    await written(1);
    await untilTrue('it is filled', async () => (await c.calendar(calendarId)).filling.state === 'idle');
    const [entry] = c.there.standing();
    if (entry?.when.kind !== 'times') throw new Error('it stands nowhere');
    const { when } = entry;
    c.there.edit(entry.remoteId, { when: { kind: 'times', startsAt: when.startsAt + DAY_MS, endsAt: when.endsAt + DAY_MS, zone: 'Europe/London' } });
    c.there.calls.length = 0;
    await c.save(calendarId, { reminders: [45] });
    await untilTrue('both are kept', async () =>
      c.there.sent(entry.remoteId)?.reminders?.[0] === 45 && (await c.house.one('weddings', id)).startsAt === june(13, 12));
    await written(1);
    // Refused by its mark and read, so that their time is known, and written with ours.
    expect(c.there.calls.map(({ what }) => what)).toEqual(['update', 'read', 'update']);
    expect(c.there.standing()).toMatchObject([{ title: 'Amara & Tom', when: { startsAt: Date.parse(june(13, 12)) } }]);
  });
});

describe('a desktop that is off', () => {
  it('is waited for: no attempt is burnt, people are told which one has to be on; back, all of it is written in its order', async () => {
    const desk = await c.h.desktop();
    const { connectionId, calendarId } = await c.connected(desk);
    const first = await c.house.wedding('Amara & Tom', 12, 12, 22);
    await written(1);
    await off(desk);
    await change(first, moved(13));
    await c.house.wedding('Bea & Cy', 20, 12, 22);
    const gone = await c.house.wedding('Dora & Eli', 22, 12, 22);
    await untilTrue('that it waits', async () => (await waits(calendarId)) !== null);
    await change(gone, { status: 'cancelled' });
    expect(await waits(calendarId)).toMatchObject({ computer: 'A coordinator' });
    expect(await health(connectionId)).toEqual(['waiting', 'desk.away']);
    await looked();
    await looked();
    expect(await c.pushStates()).toEqual([['queued', 0, null], ['queued', 0, null], ['queued', 0, null]]);
    expect(await c.h.access(connectionId)).toMatchObject({ failures: 0, breaker: null });
    expect(await alerts()).toEqual([]);
    const since = (await waits(calendarId))?.since;
    c.h.clock.advance(DAY_MS);
    await looked();
    await looked();
    expect(await alerts()).toEqual([['push_waiting', 'Hall waits for A coordinator']]);
    expect((await waits(calendarId))?.since).toBe(since);
    expect(c.made()).toEqual(['Amara & Tom']);

    await back(desk);
    await written(3);
    // What was wanted and called off meanwhile was never made.
    expect(c.there.written()).toEqual(['create', 'update', 'create']);
    expect(c.made()).toEqual(['Amara & Tom', 'Bea & Cy']);
    expect([await waits(calendarId), await alerts(), await health(connectionId)]).toEqual([null, [], ['healthy', null]]);
  });

  it('is called for much sooner where what waits begins within a day, in the record or over there', async () => {
    const desk = await c.h.desktop();
    const { calendarId } = await c.connected(desk);
    const at = (hours: number) => new Date(c.h.clock.now() + hours * 3_600_000).toISOString();
    const soon = (from: number) => ({ startsAt: at(from), endsAt: at(from + 4), date: at(from).slice(0, 10) });
    const tomorrow = await c.house.wedding('Bea & Cy', 20, 12, 22, soon(20));
    await c.house.wedding('Amara & Tom', 20, 12, 22);
    await written(2);
    await off(desk);
    const severities = async () =>
      (await c.house.rows()).alerts.filter(({ rule }) => rule === 'push_waiting').map(({ severity, state }) => [severity, state]).sort();
    const later = await c.house.wedding('Dora & Eli', 22, 12, 22);
    await untilTrue('that it waits', async () => (await waits(calendarId)) !== null);
    await looked();
    await looked();
    expect(await severities()).toEqual([]);
    // It stands there for tomorrow, whatever day the record has for it by now.
    await change(tomorrow, { startsAt: june(24, 12), endsAt: june(24, 22), date: '2027-06-24' });
    await looked();
    expect(await severities()).toEqual([['critical', 'open']]);
    await back(desk);
    await written(3);
    await untilTrue('it is over', async () => (await severities())[0]?.[1] === 'resolved');
    expect((await c.house.one('weddings', later)).status).toBe('confirmed');
  });

  it('has its calendars listed as soon as it is there for the first time', async () => {
    const desk = await c.h.desktop({ listens: false });
    const made = await desk.keeping.connect(c.h.wanted());
    if (!made.ok) throw new Error(made.error.message);
    const { id } = made.value.connection;
    await c.discovery.runNow();
    await untilTrue('that it waits', async () => (await health(id))[1] === 'desk.away');
    expect((await c.house.rows()).calendars).toEqual([]);
    await back(desk);
    await untilTrue('its calendars', async () => (await c.house.rows()).calendars.length === 2);
  });

  it('and killed with a write in hand: it is there once, and so is what was changed', async () => {
    const desk = await c.h.desktop();
    await c.connected(desk);
    // Done over there, and nobody hears of it.
    c.there.during({ when: 'after', work: () => c.h.kill(desk) });
    const id = await c.house.wedding('Amara & Tom', 12, 12, 22);
    await untilTrue('the write', () => c.there.standing().length === 1);
    const second = await back(desk);
    await written(1);
    expect(c.made()).toEqual(['Amara & Tom']);
    c.there.during({ when: 'after', work: () => c.h.kill(second) });
    await change(id, moved(13));
    await untilTrue('the change', () => (c.there.standing()[0]?.when as { startsAt?: number }).startsAt === Date.parse(june(13, 12)));
    await back(second);
    await written(1);
    expect(c.made()).toEqual(['Amara & Tom']);
    expect(c.there.standing()).toMatchObject([{ when: { startsAt: Date.parse(june(13, 12)) } }]);
    expect((await c.house.rows()).differences).toEqual([]);
  });
});

describe('the key goes elsewhere', () => {
  it('to another desktop while entries wait: it writes them, and the former one does nothing', async () => {
    const first = await c.h.desktop();
    const { connectionId, calendarId } = await c.connected(first);
    await off(first);
    await c.house.wedding('Amara & Tom', 12, 12, 22);
    await untilTrue('that it waits', async () => (await waits(calendarId)) !== null);
    const second = await c.h.desktop();
    expect((await second.keeping.change(connectionId, 'keyed', { secrets: { apiKey: KEY } })).ok).toBe(true);
    await written(1);
    expect([c.made(), await waits(calendarId), await health(connectionId)]).toEqual([['Amara & Tom'], null, ['healthy', null]]);
    expect((await callers()).at(-1)).toEqual([second.deviceId, 'ok']);
  });

  it('into the vault: the server goes on with the same entries', async () => {
    const desk = await c.h.desktop();
    const { connectionId } = await c.connected(desk);
    const id = await c.house.wedding('Amara & Tom', 12, 12, 22);
    await written(1);
    expect((await desk.keeping.toVault(connectionId)).ok).toBe(true);
    await c.h.kill(desk);
    await change(id, moved(13));
    await untilTrue('it is moved', () => (c.there.standing()[0]?.when as { startsAt?: number }).startsAt === Date.parse(june(13, 12)));
    await written(1);
    expect(c.there.written()).toEqual(['create', 'update']);
  });

  it('nowhere: the keychain has lost it. The connection says so, entries wait, and are written when it is entered again', async () => {
    const desk = await c.h.desktop();
    const { connectionId } = await c.connected(desk);
    desk.keychain.entries.clear();
    await c.house.wedding('Amara & Tom', 12, 12, 22);
    await untilTrue('the reason', async () => (await health(connectionId))[1] === 'desk.key_missing');
    expect(await c.pushStates()).toEqual([['queued', 0, null]]);
    expect((await desk.keeping.change(connectionId, 'keyed', { secrets: { apiKey: KEY } })).ok).toBe(true);
    await written(1);
    expect(c.made()).toEqual(['Amara & Tom']);
  });
});

describe('before a confirmation', () => {
  it('the desktop looks; one that is off is named, at once', async () => {
    const desk = await c.h.desktop();
    const { connectionId, calendarId } = await c.connected(desk);
    const { resourceId } = await c.calendar(calendarId);
    await c.save(calendarId, { direction: 'inbound' });
    const rest = { weddingId: null, bookingId: null, rank: null, holdUntil: null, lockedBecause: null, tags: [], units: 1, setUpMinutes: null, turnaroundMinutes: null };
    const by = manager(c.h.app, { authorization: `Bearer ${desk.token}` });
    const send = (title: string, startsAt: string, reason: string | null = null) => {
      const wanted = { resourceId, title, startsAt, endsAt: new Date(Date.parse(startsAt) + 3_600_000).toISOString(), status: 'definite', reason };
      return by.get('commands', { body: { type: 'allocation.save', commandId: c.house.id(), allocationId: c.house.id(), basedOnVersion: null, ...rest, ...wanted } });
    };
    const looks = () => c.h.host.calls.filter((path) => path.startsWith('/items?')).length;
    await untilTrue('the first look', async () => (await c.h.access(connectionId)).cursor !== null);
    // Longer than what was read is fresh, and not so long that it would have asked anew.
    c.h.clock.advance(15_000);
    expect((await c.h.owner.get('setup', { id: connectionId })).keeper?.state).toBe('here');
    const before = looks();
    expect(await send('Drinks', june(12, 9))).toMatchObject({ outcome: 'accepted' });
    expect(looks()).toBe(before + 1);
    await off(desk);
    const refused = await send('Supper', june(13, 9));
    expect(refused).toMatchObject({
      outcome: 'rejected', unasked: [{ calendarId, why: 'no_answer', computer: 'A coordinator' }],
      error: { code: 'conflict.source_not_asked', message: expect.stringContaining('A coordinator, which keeps its key, is not connected') as string },
    });
    expect(await send('Supper', june(13, 9), 'She has said so by telephone')).toMatchObject({ outcome: 'accepted' });
  });
});

it('a desktop that is too old for it is asked for nothing that it cannot read; newer, it is', async () => {
  const desk = await c.h.desktop({ listens: false });
  const made = await desk.keeping.connect(c.h.wanted());
  if (!made.ok) throw new Error(made.error.message);
  const { id } = made.value.connection;
  const headers = { authorization: `Bearer ${desk.token}` };
  const ask = () => c.h.app.app.inject({ method: 'POST', url: '/api/desk/turns', headers, payload: { run: c.house.id(), waitMs: 0 } });
  expect((await ask()).statusCode).toBe(200);
  const db = c.h.t.store.internals.database.system;
  await db.updateTable('connectionAccess').set({ calendarsAt: null, calendarsWait: false }).where('id', '=', id).execute();
  await c.discovery.runNow();
  const access = () => db.selectFrom('connectionAccess').select('calendarsWait').where('id', '=', id).executeTakeFirstOrThrow();
  await untilTrue('that they wait', async () => (await access()).calendarsWait);
  const given = (await ask()).json<{ turns: { ask: { kind: string } }[] }>().turns.map((turn) => turn.ask.kind);
  expect(given.filter((kind) => kind !== 'poll')).toEqual([]);
  expect((await access()).calendarsWait).toBe(true);
  expect((await health(id))[0]).not.toBe('failing');
  await back(desk);
  await untilTrue('its calendars', async () => (await c.house.rows()).calendars.length === 2);
});
