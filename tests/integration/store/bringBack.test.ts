import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MovableCollection } from '../../../core/domain/conflicts/occupancies.ts';
import type { Change } from '../../../core/domain/record/changes.ts';
import { applyEvents, emptyTables, fromSnapshot } from '../../../core/domain/record/state.ts';
import { createIds } from '../../../server/ports.ts';
import { startNormaliser } from '../../../server/workers/normalise.ts';
import { delivery } from '../../support/deliveries.ts';
import { changes, scriptedVendor } from '../../support/scriptedVendor.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';
import { june, takingHouse } from '../../support/taking.ts';

/** What a person has cancelled stands again as it stood, judged like any taking of time; what a source has cancelled is the source's. */

let t: TestStore;
let house: ReturnType<typeof takingHouse>;
const clock = settableClock('2026-11-20T12:00:00.000Z');
beforeEach(async () => {
  clock.set('2026-11-20T12:00:00.000Z');
  t = await openTestStore({ clock });
  house = takingHouse(t);
});
afterEach(() => t.cleanup());

const ok = expect.objectContaining({ outcome: 'accepted' }) as unknown;
const no = (code: string) => expect.objectContaining({ outcome: 'rejected', error: expect.objectContaining({ code }) as object }) as unknown;
const versionOf = async (collection: MovableCollection, id: string): Promise<number> => (await house.one(collection, id)).version;
const cancel = async (collection: MovableCollection, id: string) => house.decide('booking.set_status', { collection, id, basedOnVersion: await versionOf(collection, id), status: 'cancelled', reason: null });
const back = async (collection: MovableCollection, id: string, reason: string | null = null, role: 'coordinator' | 'staff' = 'coordinator') =>
  house.decide('booking.bring_back', { collection, id, basedOnVersion: await versionOf(collection, id), reason }, role);

describe('what a person has cancelled', () => {
  test('is again what it was: a wedding, a booking, an hour taken by hand, whatever its status', async () => {
    const room = await house.resource('room', 'Orangery');
    const rows: [MovableCollection, string, string][] = [
      ['weddings', await house.wedding('A', 5, 12, 18), 'confirmed'], ['weddings', await house.wedding('B', 6, 12, 18, { status: 'hold' }), 'hold'],
      ['weddings', await house.wedding('C', 7, 12, 18, { status: 'enquiry' }), 'enquiry'], ['bookings', await house.booking('Bloom', 5, 12, 18), 'definite'],
      ['bookings', await house.booking('Moss', 5, 12, 18, { status: 'lead' }), 'lead'], ['allocations', (await house.allocation(room, 5, 12, 18)).id, 'definite'],
      ['allocations', (await house.allocation(room, 8, 12, 18, { status: 'lead' })).id, 'lead'],
    ];
    for (const [collection, id, status] of rows) {
      const before = await house.one(collection, id);
      expect(await cancel(collection, id), `${collection} ${status}`).toEqual(ok);
      expect(await back(collection, id), `${collection} ${status}`).toEqual(ok);
      expect(await house.one(collection, id)).toEqual({ ...before, status, version: before.version + 2, seq: expect.any(Number) as number, updatedAt: expect.any(String) as string });
    }
    const [first] = rows;
    expect(await back('weddings', first?.[1] ?? ''), 'it stands').toEqual(no('command.not_possible'));
    expect(await back('weddings', first?.[1] ?? '', null, 'staff')).toMatchObject({ outcome: 'rejected' });
    expect(await house.decide('booking.bring_back', { collection: 'weddings', id: house.id(), basedOnVersion: 1, reason: null })).toEqual(no('request.not_found'));
    expect(await house.decide('booking.bring_back', { collection: 'weddings', id: first?.[1] ?? '', basedOnVersion: 2, reason: null })).toMatchObject({ outcome: 'rebase' });
    const snapshot = await t.store.snapshot(t.organisation.id);
    const all = await t.store.readEvents(t.organisation.id, 0, 10_000);
    expect(applyEvents({ epoch: t.store.epoch, seq: 0, organisation: t.organisation, tables: emptyTables() }, all, snapshot.seq)).toEqual(fromSnapshot(snapshot));
  });

  test('needs a reason where somebody has its time by now, and also where it clashed before it was cancelled', async () => {
    const a = await house.wedding('A', 5, 12, 18);
    await cancel('weddings', a);
    const b = await house.wedding('B', 5, 16, 22);
    expect(await back('weddings', a)).toEqual(no('conflict.would_clash'));
    expect(await back('weddings', a, 'B marries in the garden')).toEqual(ok);
    expect(await house.conflicts()).toEqual([['overlap', 'overridden', 'B marries in the garden']]);
    expect(await house.alerts()).toEqual([]);
    await cancel('weddings', b);
    expect(await house.conflicts()).toEqual([['overlap', 'resolved', null]]);
    expect(await back('weddings', b)).toEqual(no('conflict.would_clash'));
    expect(await house.one('weddings', b)).toMatchObject({ status: 'cancelled' });
  });

  test('of a hold is held without an end that is over, and behind those who were given its place', async () => {
    const room = await house.resource('room', 'Orangery');
    const holdUntil = '2026-11-21T12:00:00.000Z';
    const first = (await house.allocation(room, 5, 12, 18, { status: 'hold', rank: 1, holdUntil })).id;
    const second = (await house.allocation(room, 5, 12, 18, { status: 'hold', rank: 2 })).id;
    await cancel('allocations', first);
    expect(await house.one('allocations', second)).toMatchObject({ rank: 1 });
    clock.set('2026-11-22T12:00:00.000Z');
    expect(await back('allocations', first)).toEqual(ok);
    expect(await house.one('allocations', first)).toMatchObject({ status: 'hold', rank: 2, holdUntil: null });
  });

  test('closes its resource again where it was a closure', async () => {
    const room = await house.resource('room', 'Orangery');
    const { id } = await house.allocation(room, 5, 12, 18, { status: 'closed' });
    expect((await house.allocation(room, 5, 12, 18, { allocationId: id, basedOnVersion: 1, status: 'cancelled' })).answer).toEqual(ok);
    await house.wedding('A', 5, 12, 18, { room: 'Orangery' });
    expect(await back('allocations', id)).toEqual(no('conflict.would_clash'));
    expect(await back('allocations', id, 'The painters come all the same')).toEqual(ok);
    expect(await house.one('allocations', id)).toMatchObject({ status: 'closed' });
  });
});

test('what its source has cancelled is not brought back here, nor what the source has cancelled since; what it goes on telling does not undo it', async () => {
  const vendor = scriptedVendor('stripe');
  const line = startNormaliser({ store: t.store, vendors: () => vendor, http: { send: () => Promise.reject(new Error('no line')) }, clock, ids: createIds(), log: t.log, random: () => 1 });
  try {
    const tell = async (...told: Change[]) => {
      await t.store.addDelivery(delivery(t, 'stripe', changes(...told)));
      await line.idle();
    };
    const job = (id: string, version: string, status: 'definite' | 'cancelled', title = 'Photos'): Change => ({
      kind: 'booking', remote: { type: 'job', id, version }, wedding: {}, occurredAt: null,
      fields: { title, trade: 'photography', vendorName: `Vendor ${id}`, status, startsAt: june(5, 12), endsAt: june(5, 18) },
    });
    await tell(job('ours', '1', 'definite'), job('theirs', '1', 'definite'), job('both', '1', 'definite'));
    const idOf = async (vendorName: string) => (await house.rows()).bookings.find((row) => row.vendorName === vendorName)?.id ?? '';
    const [ours, theirs, both] = [await idOf('Vendor ours'), await idOf('Vendor theirs'), await idOf('Vendor both')];

    await tell(job('theirs', '2', 'cancelled'));
    expect(await back('bookings', theirs)).toEqual(no('booking.cancelled_there'));

    await cancel('bookings', ours);
    await tell(job('ours', '2', 'definite', 'Photos and film'));
    expect(await house.one('bookings', ours), 'the source tells what it told').toMatchObject({ status: 'cancelled', title: 'Photos and film' });
    expect(await back('bookings', ours)).toEqual(ok);
    await tell(job('ours', '3', 'definite'));
    expect(await house.one('bookings', ours)).toMatchObject({ status: 'definite' });

    await cancel('bookings', both);
    await tell(job('both', '2', 'cancelled'));
    expect(await back('bookings', both), 'its source has cancelled it as well').toEqual(no('booking.cancelled_there'));

    await tell(job('ours', '4', 'cancelled'));
    expect(await house.one('bookings', ours), 'told anew it counts').toMatchObject({ status: 'cancelled' });
    expect(await back('bookings', ours)).toEqual(no('booking.cancelled_there'));
  } finally {
    await line.stop();
  }
});
