import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallPorts, ConnectionAccess } from '../../../core/vendors/calling.ts';
import { acuity } from '../../../core/vendors/acuity/index.ts';
import type { Change } from '../../../core/domain/record/changes.ts';
import type { Brought } from '../../../core/vendors/vendor.ts';
import { moved, OUR_ID, outgoing, valueOf } from '../calendarWrites.ts';
import { clockAt, stored } from '../ports.ts';
import { FakeAcuity } from './fake.ts';
import { samples } from './samples.ts';

const NOW = Date.parse('2027-05-01T12:00:00.000Z');
const part = acuity.calendar!;
const poll = acuity.poll!;
const [FROM, UNTIL] = ['2027-06-20T14:00:00.000Z', '2027-06-20T15:30:00.000Z'];
const [LATER, LATER_UNTIL] = ['2027-06-20T15:00:00.000Z', '2027-06-20T16:30:00.000Z'];

let there: FakeAcuity;
let ports: CallPorts;
let access: ConnectionAccess;
beforeEach(() => {
  there = new FakeAcuity();
  ports = { http: there.http, clock: clockAt(NOW) };
  access = { ...samples.access, settings: { ...samples.access.settings, baseUrl: there.base } };
});
afterEach(() => expect(there.wrong).toEqual([]));

const write = (...rest: [Parameters<typeof part.write>[3], Parameters<typeof part.write>[4]]) => part.write(ports, access, there.calendarRef, ...rest);
const make = async (event = outgoing(), key = OUR_ID) => valueOf(await write(event, { kind: 'create', key }));
const change = (event: Parameters<typeof part.write>[3], at: { remoteId: string; etag: string | null }) => write(event, { kind: 'update', remoteId: at.remoteId, etag: at.etag ?? '' });
const read = async (remoteId: string) => valueOf(await part.read(ports, access, there.calendarRef, remoteId));
const did = () => there.asked.filter(({ method }) => method !== 'GET').map(({ method }) => method);
const only = () => {
  const [block, ...more] = there.blocks.values();
  if (block === undefined || more.length > 0) throw new Error(`${more.length + (block ? 1 : 0)} blocks`);
  return block;
};

const blockOf = (remoteId: string) => [...there.blocks.values()].find(({ notes }) => notes.includes(remoteId));

/** A whole look; `listened` = the calendars in use. */
async function look(cursor: string | null, more: Partial<ConnectionAccess> = {}) {
  const items: Brought[] = [];
  let [at, unread] = [cursor, [] as readonly unknown[]];
  for (let page = 0; page < 60; page += 1) {
    const one = valueOf(await poll.read(at, { ...access, listened: [{ calendarRef: there.calendarRef, oursOnly: false }], ...more }, ports));
    items.push(...one.items.filter(({ event }) => event.startsWith('block')));
    at = one.cursor;
    unread = one.unread ?? unread;
    if (!one.more) break;
  }
  const changes = items.flatMap((item): readonly Change[] => {
    const meant = poll.normalise(stored(item.body, { vendorEvent: item.event, settings: access.settings }));
    return meant.ok && meant.value.kind === 'changes' ? meant.value.changes : [];
  });
  return { items, changes, cursor: at, unread };
}

describe('Acuity: blocked time', () => {
  it('lists the calendars of the account with their zones', async () => {
    expect(valueOf(await part.calendars(ports, access))).toEqual([
      { remoteId: '1234567', name: 'Rose', zone: 'Europe/London', mayWrite: null, primary: false, colour: null },
      { remoteId: '1234568', name: 'Studio', zone: 'Europe/London', mayWrite: null, primary: false, colour: null },
    ]);
  });

  it('blocks the time with what its readers may see, and nothing else of the entry leaves the house', async () => {
    await make(outgoing({ attendees: [{ email: 'ada@example.org', name: 'Ada' }] }));
    expect(there.standing()).toEqual([['Tasting: Ada & Ben', FROM, UNTIL]]);
    expect(only().notes).toMatch(/^Tasting: Ada & Ben\nwedsync:\S+\nOrangery, east door\nMenu two; bring the list$/);
    const title = await make(outgoing({ privacy: 'title' }), 'second');
    await make(outgoing({ privacy: 'busy' }), 'third');
    const words = [...there.blocks.values()].map(({ notes }) => notes.replace(/wedsync:\S+/, '').trim());
    expect(words.slice(1)).toEqual(['Tasting: Ada & Ben', 'Busy']);
    expect(await read(title.remoteId)).toMatchObject({ remoteId: title.remoteId, etag: title.etag, ourId: OUR_ID, title: 'Tasting: Ada & Ben', description: null, when: { kind: 'times', startsAt: Date.parse(FROM), endsAt: Date.parse(UNTIL) }, busy: true, says: 'times' });
    expect(JSON.stringify(there.asked)).not.toContain('ada@example.org');
  });

  it('is made once by one key, also where the answer was lost, and again by another', async () => {
    there.lose = { method: 'POST', times: 1 };
    expect(await write(outgoing(), { kind: 'create', key: 'one' })).toMatchObject({ ok: false, error: { code: 'normalise.reread_failed', retryable: true } });
    expect(await make(outgoing(), 'one')).toMatchObject({ already: true });
    expect(there.blocks.size).toBe(1);
    expect(await make(outgoing(), 'two')).toMatchObject({ already: false });
    expect(there.blocks.size).toBe(2);
  });

  it('is moved and shortened by a new block first and the old one away, so that the time is never free, under one name', async () => {
    const made = await make();
    const after = valueOf(await change(moved(), made));
    expect(did()).toEqual(['POST', 'POST', 'DELETE']);
    expect(after.remoteId).toBe(made.remoteId);
    expect(there.standing()).toEqual([['Tasting: Ada & Ben', LATER, LATER_UNTIL]]);
    const short = valueOf(await change(outgoing({ when: { kind: 'times', startsAt: Date.parse(LATER), endsAt: Date.parse(LATER) + 1_800_000, zone: 'Europe/London' } }), after));
    expect(there.standing()).toEqual([['Tasting: Ada & Ben', LATER, '2027-06-20T15:30:00.000Z']]);
    expect(valueOf(await part.remove(ports, access, there.calendarRef, short.remoteId, null))).toBe('done');
    expect(valueOf(await part.remove(ports, access, there.calendarRef, short.remoteId, null))).toBe('already_gone');
    expect(there.blocks.size).toBe(0);
  });

  it('calls for nothing where it stands already as it is wanted', async () => {
    const made = await make();
    expect(valueOf(await change(outgoing({ sequence: 4 }), made))).toMatchObject({ remoteId: made.remoteId, etag: made.etag });
    expect(did()).toEqual(['POST']);
  });

  it.each([
    ['the answer to the new block is lost', (one: FakeAcuity) => (one.lose = { method: 'POST', times: 1 })],
    ['the old one could not be taken away', (one: FakeAcuity) => (one.fail = { method: 'DELETE', times: 1 })],
    ['the answer of the last call is lost', (one: FakeAcuity) => (one.lose = { method: 'DELETE', times: 1 })],
  ])('a move is finished by whoever comes after, where %s, and as it is wanted by then', async (_name, fault) => {
    for (const wantedThen of [moved(), moved(outgoing(), 7_200_000)]) {
      there.blocks.clear();
      const made = await make();
      fault(there);
      expect(await change(moved(), made)).toMatchObject({ ok: false, error: { code: 'normalise.reread_failed', retryable: true } });
      expect([...there.blocks.values()].some(({ startsAt }) => startsAt === Date.parse(LATER))).toBe(true);
      valueOf(await change(wantedThen, made));
      const { when } = wantedThen;
      expect([only().startsAt, only().endsAt]).toEqual(when.kind === 'times' ? [when.startsAt, when.endsAt] : []);
    }
  });

  it('overwrites nothing that somebody has changed or taken away', async () => {
    const made = await make();
    there.edit(only().id, { startsAt: Date.parse('2027-06-21T14:00:00.000Z'), endsAt: Date.parse('2027-06-21T15:30:00.000Z') });
    expect(await change(moved(), made)).toMatchObject({ ok: false, error: { code: 'calendar.changed_there' } });
    const found = await read(made.remoteId);
    expect(found).toMatchObject({ when: { startsAt: Date.parse('2027-06-21T14:00:00.000Z') } });
    expect(valueOf(await part.remove(ports, access, there.calendarRef, made.remoteId, made.etag))).toBe('changed_there');
    valueOf(await change(moved(), { remoteId: made.remoteId, etag: found?.etag ?? null }));
    there.blocks.clear();
    expect(await change(moved(), made)).toMatchObject({ ok: false, error: { code: 'calendar.gone' } });
    expect(await read(made.remoteId)).toBeNull();
    expect(there.blocks.size).toBe(0);
  });

  it('stands at its own hour over the change of the clocks, in any zone; and where offsets are not heard no other time stays blocked', async () => {
    const at = (startsAt: string, zone: string) => outgoing({ when: { kind: 'times', startsAt: Date.parse(startsAt), endsAt: Date.parse(startsAt) + 3_600_000, zone } });
    await make(at('2027-10-31T00:30:00.000Z', 'Europe/London'), 'a');
    await make(at('2027-10-31T01:30:00.000Z', 'Europe/London'), 'b');
    await make(at('2027-06-20T14:00:00.000Z', 'America/St_Johns'), 'c');
    const sent = there.asked.filter(({ method }) => method === 'POST').map(({ body }) => (JSON.parse(body ?? '{}') as { start: string }).start);
    expect(sent).toEqual(['2027-10-31T01:30:00+0100', '2027-10-31T01:30:00+0000', '2027-06-20T11:30:00-0230']);
    expect(there.standing().map(([, startsAt]) => startsAt)).toEqual(['2027-06-20T14:00:00.000Z', '2027-10-31T00:30:00.000Z', '2027-10-31T01:30:00.000Z']);
    there.deafToOffsets = true;
    expect(await write(at('2027-06-20T14:00:00.000Z', 'Asia/Tokyo'), { kind: 'create', key: 'd' })).toMatchObject({ ok: false, error: { code: 'calendar.refused' } });
    expect(there.blocks.size).toBe(3);
    expect(await make(at('2027-06-20T14:00:00.000Z', 'Europe/London'), 'e')).toMatchObject({ already: false });
  });

  it('finds its own among more blocks than one answer holds, however few that are', async () => {
    for (let n = 0; n < 130; n += 1) there.put('Class', new Date(Date.parse(FROM) + n * 86_400_000).toISOString(), new Date(Date.parse(UNTIL) + n * 86_400_000).toISOString());
    there.most = 100;
    const made = await make(moved(outgoing(), 120 * 86_400_000));
    expect(await make(moved(outgoing(), 120 * 86_400_000))).toMatchObject({ already: true, remoteId: made.remoteId });
    expect(there.blocks.size).toBe(131);
  });
});

describe('Acuity: what a look brings of blocked time', () => {
  it('tells others’ once, their changes, and what was taken away; ours are known as ours and say nothing but their times', async () => {
    const id = there.put('Dentist', FROM, UNTIL);
    const made = await make(moved());
    const first = await look(null);
    expect(first.changes).toEqual([
      { kind: 'calendarEvent', remote: { type: 'block', id: String(id), version: null }, calendarRemote: { type: 'calendar', id: there.calendarRef }, wedding: {}, occurredAt: null, fields: { startsAt: FROM, endsAt: UNTIL, allDay: false, status: 'confirmed', busy: true, title: 'Dentist' } },
      { kind: 'calendarEvent', remote: { type: 'block', id: made.remoteId, version: null }, calendarRemote: { type: 'calendar', id: there.calendarRef }, wedding: {}, occurredAt: null, ourId: OUR_ID, fields: { startsAt: LATER, endsAt: LATER_UNTIL } },
    ]);
    expect(part.originOf(blockOf(made.remoteId))).toBe(OUR_ID);
    const again = await look(first.cursor);
    expect(again.items).toEqual([]);
    there.edit(id, { notes: 'Dentist, again' });
    const told = await look(again.cursor);
    expect(told.changes).toMatchObject([{ remote: { id: String(id) }, fields: { title: 'Dentist, again' } }]);
    there.edit(id, { notes: 'Dentist' });
    const back = await look(told.cursor);
    expect(new Set([...first.items, ...told.items, ...back.items].map(({ key }) => key)).size).toBe(first.items.length + 2);
    there.blocks.clear();
    expect((await look(back.cursor)).changes).toMatchObject([{ remote: { id: String(id) }, deleted: true }, { remote: { id: made.remoteId }, ourId: OUR_ID, deleted: true }]);
  });

  it('a move of ours is one entry at another time, also while both blocks stand', async () => {
    const made = await make();
    const first = await look(null);
    there.fail = { method: 'DELETE', times: 1 };
    expect((await change(moved(), made)).ok).toBe(false);
    expect(there.blocks.size).toBe(2);
    expect((await look(first.cursor)).changes).toMatchObject([{ remote: { id: made.remoteId }, fields: { startsAt: LATER } }]);
  });

  it('of a calendar that is only written ours alone, and one of ours that was taken away before any look met it', async () => {
    there.put('Dentist', FROM, UNTIL);
    const made = await make();
    const listened = [{ calendarRef: there.calendarRef, oursOnly: true }];
    const first = await look(null, { listened });
    expect(first.changes).toMatchObject([{ ourId: OUR_ID }]);
    const second = await make(moved(), 'second');
    valueOf(await part.remove(ports, access, there.calendarRef, second.remoteId, null));
    expect((await look(first.cursor, { listened, written: [made.remoteId, second.remoteId] })).changes).toMatchObject([{ remote: { id: second.remoteId }, deleted: true }]);
  });

  it('what is only missing in a list is not gone, nor what could not be read', async () => {
    const id = there.put('Retreat', FROM, UNTIL);
    const other = there.put('Studio closed', FROM, UNTIL, there.otherRef);
    const listened = [{ calendarRef: there.calendarRef, oursOnly: false }, { calendarRef: there.otherRef, oursOnly: false }];
    const first = await look(null, { listened });
    expect(first.changes).toHaveLength(2);
    there.most = 0;
    expect((await look(first.cursor, { listened })).changes).toEqual([]);
    there.most = 1000;
    there.blocks.delete(id);
    there.answers.set(there.otherRef, { status: 403, headers: {}, body: '{}' });
    const next = await look(first.cursor, { listened });
    expect(next.changes).toMatchObject([{ remote: { id: String(id) }, deleted: true }]);
    expect(next.unread).toEqual([{ calendarRef: there.otherRef, code: 'normalise.forbidden' }]);
    there.answers.clear();
    there.blocks.delete(other);
    expect((await look(next.cursor, { listened })).changes).toMatchObject([{ remote: { id: String(other) }, deleted: true }]);
  });
});
