import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Wedding } from '../../../core/contract/record/day.ts';
import type { Resource } from '../../../core/contract/record/taking.ts';
import type { Booking } from '../../../core/contract/record/trade.ts';
import { VENUE_RULES, NO_TRAVEL } from '../../../core/domain/conflicts/model.ts';
import { asResource, memberOf, occupancyId, occupancyOf } from '../../../core/domain/conflicts/occupancies.ts';
import { draftCreated, draftUpdated, type DraftContext, type EventDraft } from '../../../core/domain/record/drafts.ts';
import { resourcesOf, slowPairs } from '../../support/conflicts.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/** Double bookings are found in the transaction that makes them, whoever makes them. */

const context: DraftContext = { actor: { kind: 'person', id: null, name: 'Front desk' }, source: null, deliveryId: null };
let t: TestStore;
let id: () => string;

beforeEach(async () => {
  t = await openTestStore({ clock: settableClock('2026-11-20T12:00:00.000Z') });
  id = () => t.store.internals.ids.next();
});
afterEach(() => t.cleanup());

const at = (day: number, hour: number, minute = 0) => new Date(Date.UTC(2027, 5, day, hour, minute)).toISOString();
const wedding = (title: string, day: number, from: number, to: number, more: Partial<Wedding> = {}) =>
  draftCreated('wedding.created', 'weddings', null, { id: id(), title, date: `2027-06-${String(day).padStart(2, '0')}`, zone: 'Europe/London', startsAt: at(day, from), endsAt: at(day, to), room: 'Great Hall', status: 'confirmed', guestCount: null, ...more }, null, context);
const booking = (vendorName: string | null, day: number, from: number, to: number, more: Partial<Booking> = {}) =>
  draftCreated('booking.created', 'bookings', more.weddingId ?? null, { id: id(), weddingId: null, title: `Job of ${vendorName ?? 'nobody'}`, trade: 'photography', vendorName, contactId: null, status: 'definite', startsAt: at(day, from), endsAt: at(day, to), callTime: null, place: null, amountMinor: null, currency: null, ...more }, null, context);
const write = (...drafts: EventDraft[]) => t.store.internals.writer.write(t.organisation.id, ({ record }) => record(drafts));
const rows = async () => (await t.store.snapshot(t.organisation.id)).rows;
const conflicts = async () => (await rows()).conflicts.filter(({ state }) => state === 'open').map(({ kind, level, members, missingMs, weddingId }) => ({ kind, level, members: members.map((one) => one.id).sort(), minutes: missingMs / 60_000, weddingId }));
const alerts = async () => (await rows()).alerts.filter(({ rule, state }) => rule === 'double_booking' && state !== 'resolved').map(({ severity, title, detail }) => ({ severity, title, detail }));
async function move(draft: EventDraft & { collection: 'weddings' }, fields: Partial<Wedding>): Promise<void> {
  const current = (await rows()).weddings.find((row) => row.id === draft.row.id);
  if (!current) throw new Error('it is gone');
  const moved = draftUpdated('wedding.updated', 'weddings', current.id, current, fields, null, context);
  if (moved) await write(moved);
}

test('two weddings in one room at the same time are a conflict with its alert in the same commit, and no longer once one has moved', async () => {
  const [first, second] = [wedding('Ines & Tom', 5, 12, 18), wedding('Maya & Jo', 5, 16, 23)];
  const told = await write(first, second);
  expect(told.slice(0, 2).map(({ row }) => row.id)).toEqual([first.row.id, second.row.id]);
  expect(await conflicts()).toEqual([{ kind: 'overlap', level: 'block', members: [first.row.id, second.row.id].sort(), minutes: 120, weddingId: first.row.id }]);
  expect(await alerts()).toEqual([{ severity: 'warning', title: 'Double booking: Great Hall', detail: expect.stringMatching(/Ines & Tom|Maya & Jo/) as string }]);
  expect((await rows()).resources).toMatchObject([{ kind: 'room', name: 'Great Hall', keys: ['great hall'], places: 1 }]);
  await move(second, { startsAt: at(5, 17) });
  expect(await conflicts()).toMatchObject([{ minutes: 60 }]);
  await move(second, { startsAt: at(5, 18) });
  expect(await conflicts()).toEqual([]);
  expect(await alerts()).toEqual([]);
  // What stands follows from the log alone.
  const { conflicts: all } = await rows();
  expect(all).toMatchObject([{ state: 'resolved', settledBy: null }]);
});

test('a room is known by its name however it is written; another room, a cancelled wedding and an enquiry clash with nobody', async () => {
  await write(wedding('A', 6, 12, 18));
  await write(wedding('B', 6, 12, 18, { room: 'Orangery' }), wedding('C', 6, 12, 18, { status: 'cancelled' }), wedding('D', 6, 12, 18, { status: 'enquiry' }), wedding('E', 6, 18, 23));
  expect(await conflicts()).toEqual([]);
  await write(wedding('F', 6, 12, 18, { room: '  great   HALL', status: 'hold' }));
  expect((await conflicts()).map(({ level }) => level)).toEqual(['block']);
  expect((await rows()).resources.map(({ name }) => name).sort()).toEqual(['Great Hall', 'Orangery']);
});

test('a vendor who does one wedding at a time is double booked; a florist, the venue itself, and two jobs for one wedding are not', async () => {
  const day = wedding('A', 7, 12, 18);
  await write(day);
  const [one, other] = [booking('Bloom Photo', 7, 10, 18, { weddingId: day.row.id }), booking('Bloom Photo', 7, 17, 20)];
  await write(one, booking('Bloom Photo', 7, 9, 12, { weddingId: day.row.id }), booking('Petal', 7, 8, 12, { trade: 'florist' }), booking('Petal', 7, 9, 12, { trade: 'florist' }), booking('The Manor', 7, 8, 12, { trade: 'venue' }), booking('The Manor', 7, 8, 12, { trade: 'venue' }));
  expect(await conflicts()).toEqual([]);
  await write(other);
  expect(await conflicts()).toEqual([{ kind: 'overlap', level: 'block', members: [one.row.id, other.row.id].sort(), minutes: 60, weddingId: day.row.id }]);
});

test('history that is brought in raises nothing; what is under way does', async () => {
  const past = { startsAt: '2025-06-05T12:00:00.000Z', endsAt: '2025-06-05T18:00:00.000Z', date: '2025-06-05' };
  await write(wedding('A', 1, 12, 18, past), wedding('B', 1, 12, 18, past));
  expect(await conflicts()).toEqual([]);
  const now = { startsAt: '2026-11-20T10:00:00.000Z', endsAt: '2026-11-20T18:00:00.000Z', date: '2026-11-20' };
  await write(wedding('C', 1, 12, 18, now), wedding('D', 1, 12, 18, now));
  expect(await alerts()).toMatchObject([{ severity: 'critical' }]);
});

test('a resource that needs time to be cleared, or is closed, or is part of another, is looked at again for all that is on it', async () => {
  const [early, late] = [wedding('A', 8, 10, 14), wedding('B', 8, 15, 23)];
  await write(early, late, wedding('C', 8, 15, 23, { room: 'East Wing' }));
  const [hall, wing] = (await rows()).resources;
  if (!hall || !wing) throw new Error('the rooms were not made');
  const changed = (row: Resource, fields: Partial<Resource>) => draftUpdated('resource.updated', 'resources', null, row, fields, null, context);
  const slower = changed(hall, { turnaroundMinutes: 120 });
  await write(...(slower ? [slower] : []));
  expect(await conflicts()).toMatchObject([{ kind: 'turnaround', level: 'warn', minutes: 60 }]);
  expect(await alerts(), 'too little time is for the queue, not for the pager').toEqual([]);
  const whole = draftCreated('resource.created', 'resources', null, { id: id(), kind: 'room', name: 'Whole house', keys: ['whole house'], places: 1, partIds: [hall.id, wing.id], setUpMinutes: 0, turnaroundMinutes: 0, state: 'active' }, null, context);
  await write(whole, draftCreated('allocation.created', 'allocations', null, { id: id(), weddingId: null, bookingId: null, resourceId: whole.row.id, title: 'Painters', startsAt: at(8, 22), endsAt: at(9, 12), status: 'closed', rank: null, holdUntil: null, lockedBecause: null, tags: [], units: 1, setUpMinutes: null, turnaroundMinutes: null }, null, context));
  expect((await conflicts()).map(({ kind, minutes }) => [kind, minutes]).sort()).toEqual([['closure', 60], ['closure', 60], ['turnaround', 60]]);
});

test('somebody with the right to it keeps both, with a reason; it is asked again once they clash worse, and not when less', async () => {
  const [first, second] = [wedding('A', 9, 12, 18), wedding('B', 9, 17, 23)];
  await write(first, second);
  const one = async () => {
    const [row] = (await rows()).conflicts;
    if (!row) throw new Error('there is no conflict');
    return row;
  };
  const override = async (role: 'owner' | 'staff', reason = 'One is in the garden') => {
    const row = await one();
    return t.store.command(t.organisation.id, { ...t.device, role }, { type: 'conflict.override', commandId: id(), conflictId: row.id, basedOnVersion: row.version, reason });
  };
  expect(await override('staff')).toMatchObject({ outcome: 'rejected', error: { code: 'auth.forbidden' } });
  expect(await override('owner')).toMatchObject({ outcome: 'accepted' });
  expect(await one()).toMatchObject({ state: 'overridden', settledBecause: 'One is in the garden' });
  expect(await alerts()).toEqual([]);
  expect(await override('owner')).toMatchObject({ outcome: 'rejected', error: { code: 'command.not_possible' } });
  await move(second, { startsAt: at(9, 17, 30) });
  expect(await one()).toMatchObject({ state: 'overridden', missingMs: 30 * 60_000 });
  await move(second, { startsAt: at(9, 15) });
  expect(await one()).toMatchObject({ state: 'open', settledBy: null, settledBecause: null });
  expect(await alerts()).toHaveLength(1);
});

const ROOMS = ['Hall', 'Barn', null] as const;
const step = fc.record({
  kind: fc.constantFrom('wedding', 'booking', 'turnaround', 'closure'), which: fc.nat(3), room: fc.nat(2), from: fc.nat(20), hours: fc.integer({ min: 1, max: 6 }),
  status: fc.constantFrom('confirmed', 'hold', 'enquiry', 'cancelled'), minutes: fc.constantFrom(0, 30, 90), together: fc.boolean(),
});

test('whatever happens in whatever order, what is open equals what a comparison of everything with everything finds', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      run += 1;
      const ours = new Set<string>();
      const name = (room: number) => (ROOMS[room] ? `${ROOMS[room]} ${run}` : null);
      const weddings = new Map<number, string>();
      const bookings = new Map<number, string>();
      let pending: EventDraft[] = [];
      for (const one of steps) {
        const [startsAt, endsAt] = [at(10, one.from), at(10, one.from + one.hours)];
        const now = await rows();
        const known = (one.kind === 'wedding' ? weddings : bookings).get(one.which);
        if (pending.some(({ row }) => row.id === known)) await write(...pending.splice(0));
        if (one.kind === 'wedding') {
          const current = (await rows()).weddings.find((row) => row.id === known);
          const fields = { startsAt, endsAt, room: name(one.room), status: one.status };
          const draft = current ? draftUpdated('wedding.updated', 'weddings', current.id, current, fields, null, context) : wedding(`W${one.which}`, 10, one.from, one.from + one.hours, fields);
          if (draft) {
            weddings.set(one.which, draft.row.id);
            ours.add(draft.row.id);
            pending.push(draft);
          }
        } else if (one.kind === 'booking') {
          const current = now.bookings.find((row) => row.id === known);
          const fields = { startsAt, endsAt, vendorName: one.room === 2 ? null : `Vendor ${one.room} ${run}`, status: one.status === 'confirmed' ? 'definite' : one.status === 'enquiry' ? 'lead' : one.status } as const;
          const draft = current ? draftUpdated('booking.updated', 'bookings', null, current, fields, null, context) : booking(fields.vendorName, 10, one.from, one.from + one.hours, fields);
          if (draft) {
            bookings.set(one.which, draft.row.id);
            ours.add(draft.row.id);
            pending.push(draft);
          }
        } else {
          const resource = now.resources.find((row) => row.name === name(one.room));
          if (resource && one.kind === 'turnaround') {
            const draft = draftUpdated('resource.updated', 'resources', null, resource, { turnaroundMinutes: one.minutes }, null, context);
            if (draft && !pending.some(({ row }) => row.id === resource.id)) pending.push(draft);
          } else if (resource) {
            const draft = draftCreated('allocation.created', 'allocations', null, { id: id(), weddingId: null, bookingId: null, resourceId: resource.id, title: 'Closed', startsAt, endsAt, status: 'closed', rank: null, holdUntil: null, lockedBecause: null, tags: [], units: 1, setUpMinutes: null, turnaroundMinutes: null }, null, context);
            ours.add(draft.row.id);
            pending.push(draft);
          }
        }
        if (!one.together && pending.length > 0) await write(...pending.splice(0));
      }
      if (pending.length > 0) await write(...pending);
      pending = [];
      const all = await rows();
      const spansOf = (resourceId: string) => all.resources.find((row) => row.id === resourceId) ?? null;
      const taking = [
        ...all.weddings.filter((row) => ours.has(row.id)).map((row) => occupancyOf({ collection: 'weddings', row }, spansOf)),
        ...all.bookings.filter((row) => ours.has(row.id)).map((row) => occupancyOf({ collection: 'bookings', row }, spansOf)),
        ...all.allocations.filter((row) => ours.has(row.id)).map((row) => occupancyOf({ collection: 'allocations', row }, spansOf)),
      ].filter((one) => one !== null);
      const found = all.conflicts.filter(({ state, members }) => state === 'open' && members.some((one) => ours.has(one.id))).map(({ members }) => members.map(occupancyId).sort().join(' ')).sort();
      const expected = slowPairs(taking, resourcesOf(...all.resources.map(asResource)), { rules: VENUE_RULES, travel: NO_TRAVEL, now: Date.parse('2026-11-20T12:00:00.000Z') });
      expect(found).toEqual(expected);
      expect(found.flatMap((pair) => pair.split(' ').map((one) => memberOf(one).id)).every((one) => ours.has(one))).toBe(true);
    }),
    { numRuns: 12 },
  );
}, 120_000);
