import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { draftCreated } from '../../../core/domain/record/drafts.ts';
import { createPrivacy } from '../../../server/privacy/privacy.ts';
import { setPaused } from '../../../server/store/pausing.ts';
import { askedHouse, DOWN, type AskedHouse, type There } from '../../support/askedHouse.ts';
import { letIn } from '../../support/house.ts';
import { manager } from '../../support/manager.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';
import { june } from '../../support/taking.ts';

/** Before something is confirmed, the calendars of those whose time it takes are asked again. */

const WAIT_MS = 1_500;
const WINDOW_MS = 10_000;
let t: TestStore;
let clock: ReturnType<typeof settableClock>;
let house: AskedHouse;
let booking: string;
let vendorId: string;
let there: There;

beforeEach(async () => {
  clock = settableClock('2026-11-20T12:00:00.000Z');
  t = await openTestStore({ clock });
  house = await askedHouse(t, clock, WAIT_MS);
  booking = await house.booking('Bloom Photo', 5, 12, 18, { status: 'hold' });
  vendorId = (await house.one('bookings', booking)).vendorId ?? '';
  there = await house.there(vendorId);
  house.work();
});
afterEach(async () => {
  await house.stop();
  await t.cleanup();
});

const confirm = (reason: string | null = null, id = booking, basedOnVersion = 1) => ({ collection: 'bookings', id, basedOnVersion, status: 'definite', reason }) as const;
const accepted = expect.objectContaining({ outcome: 'accepted' }) as unknown;
const refused = (why: string, one: There = there, lookedAt: unknown = expect.anything()) => ({ outcome: 'rejected', error: { code: 'conflict.source_not_asked' }, unasked: [{ calendarId: one.calendar.id, lookedAt, why }] });
const status = async () => (await house.one('bookings', booking)).status;
/** Reads at once and answers when it is let go. */
function held(): { readonly instead: NonNullable<There['instead']>; release(): void } {
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const instead: NonNullable<There['instead']> = (asItStands) => {
    const page = asItStands();
    return gate.then(() => page);
  };
  return { instead, release: () => release() };
}

describe('asked', () => {
  test('an entry that was made over there just now is found and blocks; a reason accepts it', async () => {
    there.put('Dentist', june(5, 13), june(5, 14));
    const answer = await house.send('booking.set_status', confirm());
    expect(answer).toMatchObject({ outcome: 'rejected', error: { code: 'conflict.would_clash', message: expect.stringContaining('Dentist') as string } });
    expect(answer).not.toHaveProperty('unasked');
    expect(await status()).toBe('hold');
    expect(await house.send('booking.set_status', confirm('She moves it'))).toEqual(accepted);
    expect(await house.conflicts()).toEqual([['overlap', 'overridden', 'She moves it']]);
  });

  test('nothing stands there: confirmed, and what was read so lately is not read again', async () => {
    expect(await house.send('booking.set_status', confirm())).toEqual(accepted);
    expect(there.reads).toBe(1);
    expect(await house.looks(there.connectionId)).toMatchObject({ lookedAt: new Date(clock.now()).toISOString(), lookAsked: 1, lookEnded: 1, lookAnswered: 1 });
    clock.advance(WINDOW_MS);
    const other = await house.booking('Bloom Photo', 8, 12, 18, { status: 'hold' });
    expect(await house.send('booking.set_status', confirm(null, other))).toEqual(accepted);
    expect(there.reads).toBe(1);
    clock.advance(1);
    const third = await house.booking('Bloom Photo', 9, 12, 18, { status: 'hold' });
    there.put('Dentist', june(9, 13), june(9, 14));
    expect(await house.send('booking.set_status', confirm(null, third))).toMatchObject({ outcome: 'rejected', error: { code: 'conflict.would_clash' } });
    expect(there.reads).toBe(2);
    expect(logged('calendars asked before a confirmation')).toHaveLength(3);
    expect(await house.first.metrics.asking.get()).toMatchObject({ values: expect.arrayContaining([expect.objectContaining({ metricName: 'wedsync_calendars_asking_seconds_count', value: 3, labels: { outcome: 'asked' } })]) as unknown[] });
  });

  test('a hold, a cancellation, what is over, and a house or a resource without a calendar wait for nobody', async () => {
    there.instead = DOWN;
    const allocation = (resourceId: string, fields: object = {}) => house.send('allocation.save', { allocationId: house.id(), basedOnVersion: null, weddingId: null, bookingId: null, resourceId, title: 'Job', startsAt: june(12, 9), endsAt: june(12, 10), status: 'definite', rank: null, holdUntil: null, lockedBecause: null, tags: [], units: 1, setUpMinutes: null, turnaroundMinutes: null, reason: null, ...fields });
    expect(await allocation(vendorId, { status: 'hold' })).toEqual(accepted);
    expect(await allocation(vendorId, { startsAt: '2026-11-01T09:00:00.000Z', endsAt: '2026-11-01T10:00:00.000Z' })).toEqual(accepted);
    expect(await allocation(await house.resource('crew', 'Sam'))).toEqual(accepted);
    const row = await house.one('bookings', booking);
    expect(await house.send('plan.carry_out', { moves: [{ collection: 'bookings', id: booking, basedOnVersion: row.version, resourceId: vendorId, startsAt: june(6, 12), endsAt: june(6, 18) }], reason: null })).toEqual(accepted);
    expect(await house.send('booking.set_status', { ...confirm(null, booking, 2), status: 'cancelled' })).toEqual(accepted);
    expect(there.reads).toBe(0);
    expect(await allocation(vendorId, { startsAt: june(13, 9), endsAt: june(13, 10) })).toMatchObject(refused('no_answer', there, null));
  });

  test('a definite one that is moved, and time that is taken by hand, ask; what takes no other time than before does not', async () => {
    expect(await house.send('booking.set_status', confirm())).toEqual(accepted);
    clock.advance(WINDOW_MS + 1);
    there.put('Dentist', june(6, 13), june(6, 14));
    const move = { collection: 'bookings', id: booking, basedOnVersion: 2, resourceId: vendorId, startsAt: june(6, 12), endsAt: june(6, 18) } as const;
    expect(await house.send('plan.carry_out', { moves: [move], reason: null })).toMatchObject({ outcome: 'rejected', error: { code: 'conflict.would_clash' } });
    clock.advance(WINDOW_MS + 1);
    const fields = { allocationId: house.id(), weddingId: null, bookingId: null, resourceId: vendorId, title: 'Job', startsAt: june(7, 9), endsAt: june(7, 10), status: 'definite', rank: null, holdUntil: null, lockedBecause: null, tags: [], units: 1, setUpMinutes: null, turnaroundMinutes: null, reason: null } as const;
    there.put('Gym', june(7, 9), june(7, 10));
    expect(await house.send('allocation.save', { ...fields, tags: [], basedOnVersion: null })).toMatchObject({ outcome: 'rejected', error: { code: 'conflict.would_clash' } });
    const later = { ...fields, tags: [], startsAt: june(7, 11), endsAt: june(7, 12) };
    expect(await house.send('allocation.save', { ...later, basedOnVersion: null })).toEqual(accepted);
    clock.advance(WINDOW_MS + 1);
    there.instead = DOWN;
    const { reads } = there;
    expect(await house.send('allocation.save', { ...later, title: 'Another name', basedOnVersion: 1 })).toEqual(accepted);
    expect(there.reads).toBe(reads);
  });

  test('whoever was looking already when it was asked does not count: the entry may have come behind its back', async () => {
    const old = held();
    there.instead = old.instead;
    await t.store.internals.database.system.updateTable('connectionAccess').set({ nextPollAt: new Date(clock.now()).toISOString() }).where('id', '=', there.connectionId).execute();
    t.store.internals.callLooks();
    await expect.poll(() => there.reads).toBe(1);
    there.instead = null;
    const asked = house.send('booking.set_status', confirm());
    await expect.poll(async () => (await house.looks(there.connectionId)).lookAsked).toBe(1);
    there.put('Dentist', june(5, 13), june(5, 14));
    old.release();
    expect(await asked).toMatchObject({ outcome: 'rejected', error: { code: 'conflict.would_clash' } });
    expect(there.reads).toBe(2);
  });

  test('all calendars at the same time, those of the parts of a whole as well, and only those that could not be asked are named', async () => {
    const [left, right] = [await house.resource('crew', 'Left'), await house.resource('crew', 'Right')];
    const both = await house.resource('crew', 'Both', { partIds: [left, right] });
    const [a, b, c] = [await house.there(left), await house.there(right, { name: 'Other diary' }), await house.there(both)];
    const gates = [held(), held()];
    [a.instead, b.instead] = [gates[0]?.instead ?? null, gates[1]?.instead ?? null];
    c.instead = DOWN;
    const take = (reason: string | null) => house.send('allocation.save', { allocationId: house.id(), basedOnVersion: null, weddingId: null, bookingId: null, resourceId: both, title: 'Job', startsAt: june(12, 9), endsAt: june(12, 10), status: 'definite', rank: null, holdUntil: null, lockedBecause: null, tags: [], units: 1, setUpMinutes: null, turnaroundMinutes: null, reason });
    const asked = take(null);
    await expect.poll(() => [a.reads, b.reads, c.reads]).toEqual([1, 1, 1]);
    for (const gate of gates) gate.release();
    const answer = await asked;
    expect(answer).toMatchObject(refused('no_answer', c, null));
    expect(answer.outcome === 'rejected' && answer.error.message).toMatch(/^Both \(Diary\) could not be asked: it did not answer, and nobody has read it yet\.$/);
    expect(there.reads, 'of somebody else').toBe(0);
  });

  test('the same command twice at once and once more later is one decision, and the replay asks nobody', async () => {
    const commandId = house.id();
    const answers = await Promise.all([house.send('booking.set_status', confirm(), { commandId }), house.send('booking.set_status', confirm(), { commandId })]);
    expect(answers[0]).toEqual(accepted);
    expect(answers[1]).toEqual(answers[0]);
    const { reads } = there;
    clock.advance(WINDOW_MS + 1);
    there.instead = DOWN;
    expect(await house.send('booking.set_status', confirm(), { commandId })).toEqual(answers[0]);
    expect(there.reads).toBe(reads);
    expect((await house.one('bookings', booking)).version).toBe(2);
  });

  test('somebody was first: said at once, whoever is asked', async () => {
    there.instead = DOWN;
    await house.decide('booking.set_status', { collection: 'bookings', id: booking, basedOnVersion: 1, status: 'cancelled', reason: null });
    expect(await house.send('booking.set_status', confirm())).toMatchObject({ outcome: 'rebase' });
    expect(there.reads).toBe(0);
  });
});

describe('not asked', () => {
  test('a source that is down refuses, names itself and how old our knowledge is; a reason goes through and is kept; what stood there is a conflict once it answers', async () => {
    expect(await house.send('booking.set_status', { ...confirm(), status: 'hold' })).toEqual(accepted);
    await house.settled();
    const lookedAt = new Date(clock.now()).toISOString();
    await t.store.internals.database.system.updateTable('connectionAccess').set({ lookedAt }).where('id', '=', there.connectionId).execute();
    clock.advance(3 * 3_600_000);
    there.put('Dentist', june(5, 13), june(5, 14));
    there.instead = DOWN;
    const answer = await house.send('booking.set_status', confirm());
    expect(answer).toMatchObject(refused('no_answer', there, lookedAt));
    expect(answer.outcome === 'rejected' && answer.error.message).toBe('Bloom Photo (Diary) could not be asked: it did not answer; what is known of it is 3 h old.');
    expect(await status()).toBe('hold');
    expect(await house.audited()).toContain('command.rejected booking.set_status conflict.source_not_asked');

    const commandId = house.id();
    expect(await house.send('booking.set_status', confirm('She says that she is free'), { commandId })).toEqual(accepted);
    expect(await house.audited()).toEqual(expect.arrayContaining([`conflict.source_not_asked ${booking} ok`, `calendar.not_asked ${there.calendar.id} ok`]));
    const kept = await t.store.internals.database.system.selectFrom('commands').select(['commandId', 'reason']).where('organisationId', '=', t.organisation.id).execute();
    expect(kept.filter(({ reason }) => reason !== null)).toEqual([{ commandId, reason: 'She says that she is free' }]);
    expect(await house.conflicts()).toEqual([]);

    there.instead = null;
    clock.advance(3_600_000);
    await house.settled();
    expect(await house.conflicts(), 'nobody has accepted that').toEqual([['overlap', 'open', null]]);
  });

  test('a reason that was given before an entry was found does not accept it; given again over what is known now, it does', async () => {
    there.instead = DOWN;
    expect(await house.send('booking.set_status', confirm())).toMatchObject(refused('no_answer', there, null));
    there.instead = null;
    there.put('Dentist', june(5, 13), june(5, 14));
    expect(await house.send('booking.set_status', confirm('She says that she is free'))).toMatchObject({ outcome: 'rejected', error: { code: 'conflict.would_clash', message: expect.stringContaining('Dentist') as string } });
    expect(await status()).toBe('hold');
    expect(await house.send('booking.set_status', confirm('She says that it can wait'))).toEqual(accepted);
    expect(await house.conflicts()).toEqual([['overlap', 'overridden', 'She says that it can wait']]);
  });

  test('a reason that speaks of somebody who is erased goes with them', async () => {
    const row = { id: house.id(), weddingId: null, name: 'Rosalind Quince', email: null, phone: null, company: null, role: 'vendor' } as const;
    await house.write(draftCreated('client.created', 'contacts', null, row, null, { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null }));
    there.instead = DOWN;
    expect(await house.send('booking.set_status', confirm('Rosalind Quince says so'))).toEqual(accepted);
    const reasons = async () => (await t.store.internals.database.system.selectFrom('commands').select('reason').where('reason', 'is not', null).execute()).map(({ reason }) => reason);
    expect(await reasons()).toEqual(['Rosalind Quince says so']);
    expect(await createPrivacy(t.store.internals).erase({ organisationId: t.organisation.id, contactId: row.id, reason: 'asked_by_person', actor: { kind: 'system', id: null, name: 'test' } })).toMatchObject({ ok: true });
    expect(await reasons()).toEqual([]);
  });

  test('a reason that no calendar asked for leaves no trace', async () => {
    expect(await house.send('booking.set_status', confirm('To be sure'))).toEqual(accepted);
    expect((await house.audited()).filter((one) => /not_asked|overridden/.test(one))).toEqual([]);
  });

  test('a slow one is waited for so long and no longer, and nobody else of the house waits with it', async () => {
    const slow = held();
    there.instead = slow.instead;
    const beganAt = performance.now();
    const asked = house.send('booking.set_status', confirm());
    await expect.poll(() => there.reads).toBe(1);
    expect(await house.decide('resource.save', { resourceId: house.id(), basedOnVersion: null, kind: 'crew', name: 'Kim', places: 1, partIds: [], setUpMinutes: 0, turnaroundMinutes: 0, state: 'active' })).toEqual(accepted);
    expect(performance.now() - beganAt, 'before it was given up').toBeLessThan(WAIT_MS);
    expect(await asked).toMatchObject(refused('late', there, null));
    slow.release();
    await house.settled();
    expect(await house.send('booking.set_status', confirm()), 'it was heard meanwhile').toEqual(accepted);
    expect(there.reads).toBe(1);
  });

  test('a paused one is not waited for', async () => {
    await setPaused(t.store.internals, t.organisation.id, there.connectionId, { paused: true, actor: { kind: 'system', id: null, name: 'test' }, reason: null });
    expect(await house.send('booking.set_status', confirm())).toMatchObject(refused('paused', there, null));
    expect(there.reads).toBe(0);
    await setPaused(t.store.internals, t.organisation.id, there.connectionId, { paused: false, actor: { kind: 'system', id: null, name: 'test' }, reason: null });
    expect(await house.send('booking.set_status', confirm())).toEqual(accepted);
  });

  test('what it told and waits for a person was not heard', async () => {
    there.put('Dentist', june(6, 13), june(6, 14));
    await house.send('booking.set_status', { ...confirm(), status: 'hold' });
    expect(await house.send('booking.set_status', confirm())).toEqual(accepted);
    await t.store.internals.database.system.updateTable('deliveries').set({ state: 'held', reason: 'held.moves' }).where('connectionId', '=', there.connectionId).execute();
    const other = await house.booking('Bloom Photo', 8, 12, 18, { status: 'hold' });
    expect(await house.send('booking.set_status', confirm(null, other))).toMatchObject(refused('held'));
  });

  test('a clash that is known is told with the calendars that could not be asked: one reason is for both', async () => {
    await house.booking('Bloom Photo', 5, 14, 15);
    there.instead = DOWN;
    expect(await house.send('booking.set_status', confirm())).toMatchObject({ outcome: 'rejected', error: { code: 'conflict.would_clash' }, unasked: [{ why: 'no_answer' }] });
    expect(await house.send('booking.set_status', confirm('Both know'))).toEqual(accepted);
    expect(await house.audited()).toEqual(expect.arrayContaining([`conflict.source_not_asked ${booking} ok`, `conflict.overridden ${booking} ok`]));
  });

  test('whoever may not decide it waits for nobody', async () => {
    there.instead = DOWN;
    const { headers } = await letIn(t.store, t.organisation.id, { role: 'staff', weddingId: null, contactId: null, bookingIds: [] });
    const answer = await manager(house.first, headers).get('commands', { body: { type: 'booking.set_status', commandId: house.id(), ...confirm() } });
    expect(answer).toMatchObject({ outcome: 'rejected', error: { code: 'auth.forbidden' } });
    expect(there.reads).toBe(0);
  });

  test('a process that stops sends whoever waits away undecided, and the same command is decided by the next', async () => {
    const slow = held();
    there.instead = slow.instead;
    const leaving = house.app();
    const commandId = house.id();
    const asked = manager(leaving, house.headers).ask('commands', { body: { type: 'booking.set_status', commandId, ...confirm() } });
    await expect.poll(() => there.reads).toBe(1);
    const closing = leaving.app.close();
    expect((await asked).code()).toBe('server.unreachable');
    await closing;
    expect(await status()).toBe('hold');
    slow.release();
    expect(await house.send('booking.set_status', confirm(), { commandId })).toEqual(accepted);
  });
});

const logged = (message: string) => house.first.logLines.filter((line) => line['msg'] === message);
