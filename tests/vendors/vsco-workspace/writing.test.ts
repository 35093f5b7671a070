import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../../../core/domain/record/changes.ts';
import type { CallPorts, ConnectionAccess } from '../../../core/vendors/calling.ts';
import type { Brought } from '../../../core/vendors/vendor.ts';
import { vscoWorkspace } from '../../../core/vendors/vsco-workspace/index.ts';
import { moved, OUR_ID, outgoing, valueOf } from '../calendarWrites.ts';
import { clockAt, stored } from '../ports.ts';
import { FakeVsco } from './fake.ts';
import { samples } from './samples.ts';

const NOW = Date.parse('2027-05-01T12:00:00.000Z');
const part = vscoWorkspace.calendar!;
const poll = vscoWorkspace.poll!;
const [FROM, UNTIL] = ['2027-06-20T14:00:00.000Z', '2027-06-20T15:30:00.000Z'];
const [LATER, LATER_UNTIL] = ['2027-06-20T15:00:00.000Z', '2027-06-20T16:30:00.000Z'];

let there: FakeVsco;
let ports: CallPorts;
let access: ConnectionAccess;
beforeEach(() => {
  there = new FakeVsco();
  ports = { http: there.http, clock: clockAt(NOW) };
  access = { ...samples.access, settings: { ...samples.access.settings, baseUrl: there.base } };
});
afterEach(() => expect(there.wrong).toEqual([]));

const write = (...rest: [Parameters<typeof part.write>[3], Parameters<typeof part.write>[4]]) => part.write(ports, access, there.studioId, ...rest);
const make = async (event = outgoing(), key = OUR_ID) => valueOf(await write(event, { kind: 'create', key }));
const change = (event: Parameters<typeof part.write>[3], at: { remoteId: string; etag: string | null }) => write(event, { kind: 'update', remoteId: at.remoteId, etag: at.etag ?? '' });
const read = async (remoteId: string) => valueOf(await part.read(ports, access, there.studioId, remoteId));
const did = () => there.asked.filter(({ method }) => method !== 'GET').map(({ method }) => method);
const standing = () => there.standing().map(({ title, startsAt, endsAt }) => [title, startsAt, endsAt]);

/** A whole look; `oursOnly` = the calendar is only written. */
async function look(cursor: string | null, more: Partial<ConnectionAccess> & { oursOnly?: boolean; at?: number } = {}) {
  const { oursOnly = false, at = NOW, ...rest } = more;
  const items: Brought[] = [];
  for (let [page, more_] = [0, true]; more_ && page < 60; page += 1) {
    const one = valueOf(await poll.read(cursor, { ...access, listened: [{ calendarRef: there.studioId, oursOnly }], ...rest }, { ...ports, clock: clockAt(at) }));
    items.push(...one.items.filter(({ event }) => event.startsWith('entry')));
    [cursor, more_] = [one.cursor, one.more];
  }
  const changes = items.flatMap((item): readonly Change[] => {
    const meant = poll.normalise(stored(item.body, { vendorEvent: item.event, settings: access.settings }));
    return meant.ok && meant.value.kind === 'changes' ? meant.value.changes : [];
  });
  return { items, changes, cursor };
}

describe('VSCO Workspace: writing', () => {
  it('has one calendar, the studio’s, with its zone', async () => {
    expect(valueOf(await part.calendars(ports, access))).toEqual([{ remoteId: there.studioId, name: 'Northlight Photography', zone: 'Europe/London', mayWrite: null, primary: true, colour: null }]);
  });

  it('says what its readers may see, and nothing else of the entry leaves the house', async () => {
    const made = await make(outgoing({ title: 'Ada & <Ben>', attendees: [{ email: 'ada@example.org', name: 'Ada' }] }));
    expect(there.event(made.remoteId)).toMatchObject({
      name: 'Ada & <Ben>', descriptionHtml: '<p>Orangery, east door<br>Menu two; bring the list</p>', startDate: '2027-06-20', startTime: '15:00:00', endTime: '16:30:00',
      timezoneName: 'Europe/London', confirmed: true, allDay: false,
    });
    expect(standing()).toEqual([['Ada & <Ben>', FROM, UNTIL]]);
    const title = await make(outgoing({ privacy: 'title', status: 'tentative' }), 'second');
    expect(there.event(title.remoteId)).toMatchObject({ name: 'Tasting: Ada & Ben', descriptionHtml: null, confirmed: false });
    const busy = await make(outgoing({ privacy: 'busy' }), 'third');
    expect(there.event(busy.remoteId)).toMatchObject({ name: 'Busy', descriptionHtml: null });
    expect(await read(made.remoteId)).toMatchObject({ remoteId: made.remoteId, etag: made.etag, ourId: OUR_ID, title: 'Ada & <Ben>', when: { kind: 'times', startsAt: Date.parse(FROM), endsAt: Date.parse(UNTIL) }, busy: true, says: 'times_and_title' });
    expect(JSON.stringify(there.asked)).not.toContain('ada@example.org');
  });

  it.each([false, true])('is made once by one key, also where the answer was lost, and again by another (filter blind: %s)', async (blind) => {
    there.blindFilter = blind;
    there.lose = { method: 'POST', times: 1 };
    expect(await write(outgoing(), { kind: 'create', key: 'one' })).toMatchObject({ ok: false, error: { code: 'normalise.reread_failed', retryable: true } });
    expect(await make(outgoing(), 'one')).toMatchObject({ already: true });
    expect(there.events.size).toBe(1);
    expect(await make(outgoing(), 'two')).toMatchObject({ already: false });
    expect(there.events.size).toBe(2);
  });

  it('is moved, shortened, renamed and taken away, and keeps what the studio has set besides', async () => {
    const made = await make();
    there.edit(made.remoteId, { virtualUrl: 'https://calls.example/room', typeId: '01k9typefxtr00000000000001', location: { id: null, address: { name: 'Barn', city: 'Bath', country: 'GB', streetAddress: null } } });
    const after = valueOf(await change(moved(), made));
    expect(after.remoteId).toBe(made.remoteId);
    expect(standing()).toEqual([['Tasting: Ada & Ben', LATER, LATER_UNTIL]]);
    expect(there.event(made.remoteId)).toMatchObject({ virtualUrl: 'https://calls.example/room', typeId: '01k9typefxtr00000000000001', location: { address: { city: 'Bath', country: 'GB' } } });
    const short = valueOf(await change(outgoing({ title: 'Tasting', when: { kind: 'times', startsAt: Date.parse(LATER), endsAt: Date.parse(LATER) + 1_800_000, zone: 'Europe/London' } }), after));
    expect(standing()).toEqual([['Tasting', LATER, '2027-06-20T15:30:00.000Z']]);
    expect(part.originOf(there.event(made.remoteId))).toBe(OUR_ID);
    expect(valueOf(await part.remove(ports, access, there.studioId, short.remoteId, short.etag))).toBe('done');
    expect(valueOf(await part.remove(ports, access, there.studioId, short.remoteId, null))).toBe('already_gone');
    expect(await change(moved(), short)).toMatchObject({ ok: false, error: { code: 'calendar.gone' } });
    expect(await read(made.remoteId)).toBeNull();
  });

  it('overwrites nothing that somebody has changed, and calls for nothing where it stands as it is wanted', async () => {
    const made = await make();
    expect(valueOf(await change(outgoing({ sequence: 4 }), made))).toMatchObject({ remoteId: made.remoteId, etag: made.etag });
    expect(did()).toEqual(['POST']);
    there.edit(made.remoteId, { name: 'Renamed there' });
    expect(await change(moved(), made)).toMatchObject({ ok: false, error: { code: 'calendar.changed_there' } });
    expect(valueOf(await part.remove(ports, access, there.studioId, made.remoteId, made.etag))).toBe('changed_there');
    const found = await read(made.remoteId);
    expect(found).toMatchObject({ title: 'Renamed there', changedAt: Date.parse(String(there.event(made.remoteId)['modified'])) });
    valueOf(await change(moved(), { remoteId: made.remoteId, etag: found?.etag ?? null }));
    expect(standing()).toEqual([['Tasting: Ada & Ben', LATER, LATER_UNTIL]]);
  });

  it('is written by the clock of its zone; in the hour that comes twice, in UTC; days from midnight to midnight', async () => {
    const [first, second] = ['2027-10-31T00:15:00.000Z', '2027-10-31T01:15:00.000Z'].map(Date.parse) as [number, number];
    await make(outgoing({ when: { kind: 'times', startsAt: second, endsAt: second + 3_600_000, zone: 'Europe/London' } }), 'second');
    await make(outgoing({ when: { kind: 'times', startsAt: first, endsAt: first + 1_800_000, zone: 'Europe/London' } }), 'first');
    await make(outgoing({ when: { kind: 'days', from: '2027-06-20', until: '2027-06-22', zone: 'Europe/London' } }), 'days');
    expect(standing().map(([, startsAt, endsAt]) => [startsAt, endsAt])).toEqual([
      ['2027-10-31T01:15:00.000Z', '2027-10-31T02:15:00.000Z'], ['2027-10-31T00:15:00.000Z', '2027-10-31T00:45:00.000Z'], ['2027-06-19T23:00:00.000Z', '2027-06-21T23:00:00.000Z'],
    ]);
  });

  it('leaves nothing behind where another time, or no mark, was kept; a move that went wrong is put back', async () => {
    there.forgetsMappings = true;
    expect(await write(outgoing(), { kind: 'create', key: 'one' })).toMatchObject({ ok: false, error: { code: 'normalise.shape_unknown' } });
    there.forgetsMappings = false;
    there.deafToZones = true;
    expect(await write(outgoing(), { kind: 'create', key: 'one' })).toMatchObject({ ok: false, error: { code: 'calendar.refused' } });
    expect(there.events.size).toBe(0);
    there.deafToZones = false;
    const made = await make();
    there.deafToZones = true;
    expect(await change(moved(), made)).toMatchObject({ ok: false, error: { code: 'calendar.refused' } });
    expect(there.event(made.remoteId)).toMatchObject({ startDate: '2027-06-20', startTime: '15:00:00' });
  });

  it('refuses what it cannot say, before anybody is called', async () => {
    const odd = outgoing({ when: { kind: 'times', startsAt: Date.parse(FROM) + 1_000, endsAt: Date.parse(UNTIL), zone: 'Europe/London' } });
    for (const event of [odd, outgoing({ status: 'cancelled' }), outgoing({ ourId: 'no id' })]) expect(await write(event, { kind: 'create', key: 'one' })).toMatchObject({ ok: false, error: { code: 'calendar.refused' } });
    for (const id of ['../studio/me', 'a/b', '']) expect((await part.read(ports, access, there.studioId, id)).ok).toBe(false);
    expect(there.asked).toEqual([]);
    expect(await part.calendars(ports, { ...access, secrets: {} })).toMatchObject({ ok: false, error: { code: 'normalise.no_access' } });
  });
});

describe('VSCO Workspace: what a look brings of the calendar', () => {
  it('nothing while the calendar is not in use', async () => {
    there.put('Dentist', FROM, UNTIL);
    expect((await look(null, { listened: [] })).items).toEqual([]);
  });

  it('tells others’ once, their changes, and what was taken away or hidden; ours are known as ours', async () => {
    const id = there.put('Dentist', FROM, UNTIL);
    const made = await make(moved());
    const first = await look(null);
    const calendarRemote = { type: 'calendar', id: there.studioId };
    expect(new Map(first.changes.map((one) => [one.remote.id, one]))).toMatchObject(new Map<string, object>([
      [id, { kind: 'calendarEvent', remote: { type: 'event', id }, calendarRemote, fields: { startsAt: FROM, endsAt: UNTIL, title: 'Dentist', allDay: false, busy: true, status: 'confirmed', zone: 'Europe/London' } }],
      [made.remoteId, { ourId: OUR_ID, calendarRemote, fields: { startsAt: LATER, endsAt: LATER_UNTIL, title: 'Tasting: Ada & Ben' } }],
    ]));
    expect(first.changes.every((one) => one.kind === 'calendarEvent' && (one.ourId === OUR_ID) === (one.remote.id === made.remoteId))).toBe(true);
    const again = await look(first.cursor);
    expect(again.items).toEqual([]);
    there.edit(id, { name: 'Dentist, again' });
    const told = await look(again.cursor);
    expect(told.changes).toMatchObject([{ remote: { id }, fields: { title: 'Dentist, again' } }]);
    there.edit(id, { hidden: true });
    there.events.delete(made.remoteId);
    const gone = await look(told.cursor);
    expect(gone.changes).toMatchObject([{ remote: { id }, deleted: true }, { remote: { id: made.remoteId }, deleted: true }]);
    expect((await look(gone.cursor)).items).toEqual([]);
  });

  it('of a calendar that is only written ours alone, and one that was taken away before any look met it', async () => {
    there.put('Dentist', FROM, UNTIL);
    const made = await make();
    const first = await look(null, { oursOnly: true });
    expect(first.changes).toMatchObject([{ ourId: OUR_ID }]);
    const second = await make(moved(), 'second');
    there.events.delete(second.remoteId);
    const next = await look(first.cursor, { oursOnly: true, written: [made.remoteId, second.remoteId] });
    expect(next.changes).toMatchObject([{ remote: { id: second.remoteId }, deleted: true }]);
    expect((await look(next.cursor)).changes).toMatchObject([{ fields: { title: 'Dentist' } }]);
  });

  it('a main session is its job’s booking and no entry; another session of the job is one, until it is the main one or the job is off', async () => {
    const main = there.put('Wedding day', FROM, UNTIL, { jobId: '01k9jobone' });
    const other = there.put('Engagement', LATER, LATER_UNTIL, { jobId: '01k9jobone' });
    there.job('01k9jobone', { primarySessionId: main });
    const first = await look(null);
    expect(first.changes).toMatchObject([{ remote: { id: other }, fields: { title: 'Engagement' } }]);
    const said = ({ changes }: { changes: readonly Change[] }) => changes.map((one) => [one.remote.id, 'deleted' in one && one.deleted === true]).sort();
    // A look reads the calendar before the jobs: what it hears of a job is asked for with the next one at the latest.
    there.job('01k9jobone', { primarySessionId: other });
    const heard = await look(first.cursor);
    const next = await look(heard.cursor);
    expect([...said(heard), ...said(next)]).toEqual([[main, false], [other, true]]);
    there.job('01k9jobone', { primarySessionId: other, closed: true, stage: 'lead' });
    const closed = await look(next.cursor);
    const after = await look(closed.cursor);
    expect([...said(closed), ...said(after), ...said(await look(after.cursor))]).toEqual([[main, true]]);
  });

  it('reads a long list by its changes, and the whole of it once an hour; what is only missing is not gone', async () => {
    there.most = 10;
    for (let n = 0; n < 125; n += 1) there.put(`Entry ${n}`, FROM, UNTIL);
    const first = await look(null);
    expect(first.changes).toHaveLength(125);
    const id = [...there.events.keys()][3] ?? '';
    there.events.delete(id);
    there.edit([...there.events.keys()][7] ?? '', { name: 'Changed' });
    const before = there.asked.length;
    const soon = await look(first.cursor, { at: NOW + 900_000 });
    expect(soon.changes).toMatchObject([{ fields: { title: 'Changed' } }]);
    expect(there.asked.slice(before).filter(({ url }) => url.includes('/event?') && url.includes('includeHidden'))).toHaveLength(1);
    expect((await look(soon.cursor, { at: NOW + 3_700_000 })).changes).toMatchObject([{ remote: { id }, deleted: true }]);
  });

  it('whole days take their days, the last one too, and what is over for long is left', async () => {
    there.put('Away', FROM, UNTIL, { allDay: true, startDate: '2027-07-01', endDate: '2027-07-02' });
    there.put('Long over', '2027-01-01T10:00:00.000Z', '2027-01-01T11:00:00.000Z');
    there.put('No time', FROM, UNTIL, { startDate: null, endDate: null });
    expect((await look(null)).changes).toMatchObject([{ fields: { title: 'Away', startsAt: '2027-06-30T23:00:00.000Z', endsAt: '2027-07-02T23:00:00.000Z', allDay: true } }]);
  });
});
