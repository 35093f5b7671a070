import { Temporal } from 'temporal-polyfill';
import type { Command } from '../../../core/contract/commands.ts';
import type { RecordedEvent } from '../../../core/contract/events.ts';
import type { Snapshot } from '../../../core/contract/record.ts';
import type { Alert } from '../../../core/contract/record/attention.ts';
import type { Allocation, Conflict, HouseRules, Limit, Resource } from '../../../core/contract/record/taking.ts';
import type { RunSheetItem, Wedding } from '../../../core/contract/record/day.ts';
import type { Booking } from '../../../core/contract/record/trade.ts';
import { clashesOf } from '../../../core/domain/conflicts/clashes.ts';
import { followersOf, movedCall } from '../../../core/domain/conflicts/following.ts';
import { catchesUp } from '../../../core/domain/conflicts/leftBehind.ts';
import { houseOf, houseQuestion } from '../../../core/domain/conflicts/house.ts';
import { memberOf, occupancyId } from '../../../core/domain/conflicts/occupancies.ts';
import { fixtureId } from '../fixtures/record.ts';

/** A house with a full timeline, and what becomes of it when a person decides: only ever bundled into the harness page. */

export const ROOM = { hall: fixtureId(20, 1), east: fixtureId(20, 2), west: fixtureId(20, 3), orangery: fixtureId(20, 4), pavilion: fixtureId(20, 5), barn: fixtureId(20, 6), chapel: fixtureId(20, 7) } as const;
export const VENDOR = { photos: fixtureId(20, 10), band: fixtureId(20, 11), quartet: fixtureId(20, 12) } as const;
export const CREW = { registrar: fixtureId(20, 20), manager: fixtureId(20, 21) } as const;
export const CHAIRS = fixtureId(20, 30);
export const TAKEN = { okonkwo: fixtureId(21, 1), ashcombe: fixtureId(21, 2), orangery: fixtureId(21, 3), lead: fixtureId(21, 4), hold: fixtureId(21, 10), closed: fixtureId(21, 11), registrar: fixtureId(21, 12), band: fixtureId(21, 13), chairs: fixtureId(21, 14), photos: fixtureId(21, 20), photosAgain: fixtureId(21, 21) } as const;
export const ITEM = { guests: fixtureId(21, 31), ceremony: fixtureId(21, 32), cake: fixtureId(21, 33), toasts: fixtureId(21, 34) } as const;

type Rows = Pick<Snapshot['rows'], 'weddings' | 'bookings' | 'runSheetItems' | 'resources' | 'allocations' | 'limits' | 'houseRules' | 'conflicts'>;

/** The day on which everything is: the day after tomorrow, whatever hour it is now. */
export const theDay = (now: number, zone: string): Temporal.PlainDate => Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDate().add({ days: 2 });
const at = (day: Temporal.PlainDate, wall: string, zone: string): string => new Date(day.toZonedDateTime({ timeZone: zone, plainTime: wall }).epochMilliseconds).toISOString();

const base = (now: number) => ({ version: 1, seq: 1, updatedAt: new Date(now - 3_600_000).toISOString(), source: null });

function parts(now: number) {
  const resource = (id: string, kind: Resource['kind'], name: string, more: Partial<Resource> = {}): Resource => ({ id, ...base(now), kind, name, keys: [name.toLowerCase()], places: 1, partIds: [], setUpMinutes: 0, turnaroundMinutes: 0, state: 'active', ...more });
  const allocation = (id: string, resourceId: string, title: string, startsAt: string, endsAt: string, more: Partial<Allocation> = {}): Allocation => ({ id, ...base(now), weddingId: null, bookingId: null, resourceId, title, startsAt, endsAt, status: 'definite', rank: null, holdUntil: null, lockedBecause: null, tags: [], units: 1, setUpMinutes: null, turnaroundMinutes: null, ...more });
  return { resource, allocation };
}

export function timelineRows(full: Snapshot, now: number): Rows {
  const { zone } = full.organisation;
  const day = theDay(now, zone);
  const { resource, allocation } = parts(now);
  const t = (wall: string, plus = 0): string => at(day.add({ days: plus }), wall, zone);
  const [model] = full.rows.weddings;
  const [job] = full.rows.bookings;
  if (!model || !job) throw new Error('the fixture has no wedding and no booking');
  const wedding = (id: string, title: string, room: string, roomId: string, startsAt: string, endsAt: string, status: Wedding['status'] = 'confirmed'): Wedding => ({ ...model, ...base(now), id, title, room, roomId, startsAt, endsAt, status, date: day.toString(), zone });
  const booking = (id: string, title: string, vendorName: string, vendorId: string, weddingId: string, startsAt: string, endsAt: string, status: Booking['status'] = 'definite'): Booking => ({ ...job, ...base(now), id, title, vendorName, vendorId, weddingId, startsAt, endsAt, status, contactId: null, callTime: new Date(Date.parse(startsAt) - 45 * 60_000).toISOString() });
  const item = (id: string, title: string, startsAt: string, endsAt: string, place: string | null, status: RunSheetItem['status'] = 'planned'): RunSheetItem => ({ id, ...base(now), weddingId: TAKEN.orangery, title, startsAt, endsAt, place, owner: null, status });
  const clockChange = nextClockChange(now, zone);
  const rows = {
    resources: [
      resource(ROOM.hall, 'room', 'Great Hall', { partIds: [ROOM.east, ROOM.west], setUpMinutes: 60, turnaroundMinutes: 60 }),
      resource(ROOM.east, 'room', 'Great Hall, east end'),
      resource(ROOM.west, 'room', 'Great Hall, west end'),
      resource(ROOM.orangery, 'room', 'The Orangery and its terrace at Ashcombe-under-Wychwood', { setUpMinutes: 45, turnaroundMinutes: 60 }),
      resource(ROOM.pavilion, 'room', 'Lakeside pavilion'),
      resource(ROOM.barn, 'room', 'Long Barn', { setUpMinutes: 30 }),
      resource(ROOM.chapel, 'room', 'Chapel of St Ælfheah'),
      resource(VENDOR.photos, 'vendor', 'Blythe & Thornbury Documentary Photography'),
      resource(VENDOR.band, 'vendor', 'فرقة ليالي الأندلس'),
      resource(VENDOR.quartet, 'vendor', 'Kings Lane String Quartet'),
      resource(CREW.registrar, 'crew', 'Registrar, Ashcombe district'),
      resource(CREW.manager, 'crew', 'Siobhán Ní Dhomhnaill'),
      resource(CHAIRS, 'equipment', 'Gilt chairs', { places: 200 }),
    ],
    weddings: [
      wedding(TAKEN.okonkwo, 'Okonkwo-Fairweather & Blackwood-Smythe', 'Great Hall', ROOM.hall, t('13:00'), t('19:00')),
      wedding(TAKEN.ashcombe, 'ليلى الحداد & Søren Ågård', 'Great Hall', ROOM.hall, t('17:30'), t('23:00')),
      wedding(TAKEN.orangery, 'Papadopoulos & Ní Dhomhnaill', 'The Orangery', ROOM.orangery, t('11:00'), t('16:00')),
      wedding(TAKEN.lead, 'Featherstonehaugh & Adeyemi', 'Chapel', ROOM.chapel, t('12:00'), t('14:00'), 'enquiry'),
    ],
    bookings: [
      booking(TAKEN.photos, 'Photographs for Okonkwo', 'Blythe & Thornbury', VENDOR.photos, TAKEN.okonkwo, t('12:30'), t('18:00')),
      booking(TAKEN.photosAgain, 'Photographs for Papadopoulos', 'Blythe & Thornbury', VENDOR.photos, TAKEN.orangery, t('10:30'), t('12:00'), 'hold'),
    ],
    runSheetItems: [
      item(ITEM.guests, 'Guests arrive', t('11:00'), t('11:30'), 'Gate house'),
      item(ITEM.ceremony, 'Ceremony', t('11:30'), t('12:15'), 'The Orangery'),
      item(ITEM.cake, 'Cutting the cake', t('14:00'), t('14:20'), 'The Orangery'),
      item(ITEM.toasts, 'Toasts', t('14:30'), t('15:00'), null, 'skipped'),
    ],
    allocations: [
      allocation(TAKEN.hold, ROOM.orangery, 'Second hold: Wiśniewski', t('17:30'), t('22:00'), { status: 'hold', rank: 2, holdUntil: t('12:00', 3) }),
      allocation(TAKEN.closed, ROOM.pavilion, 'Painters', t('08:00'), t('20:00', 2), { status: 'closed' }),
      allocation(TAKEN.registrar, CREW.registrar, 'Ceremony, Okonkwo', t('14:00'), t('14:45'), { weddingId: TAKEN.okonkwo, lockedBecause: 'the registrar comes at that hour and no other' }),
      allocation(TAKEN.band, ROOM.barn, 'Band and dancing', t('19:00'), t('22:30'), { tags: ['music'] }),
      allocation(TAKEN.chairs, CHAIRS, '148 gilt chairs', t('10:00'), t('23:30'), { units: 148, weddingId: TAKEN.okonkwo }),
      allocation(fixtureId(21, 15), CREW.manager, 'Duty manager over the clock change', at(clockChange, '00:15', zone), at(clockChange, '06:00', zone)),
    ],
    limits: [
      { id: fixtureId(23, 1), ...base(now), name: 'Noise curfew', rule: { kind: 'not_within', weekdays: [1, 2, 3, 4, 5, 6, 7], from: '23:00', to: '07:00' }, resourceIds: null, tags: ['music'], overridableBy: [], state: 'active' },
      { id: fixtureId(23, 2), ...base(now), name: 'Twelve hours at most', rule: { kind: 'at_most', ms: 12 * 3_600_000 }, resourceIds: [ROOM.chapel], tags: null, overridableBy: ['owner'], state: 'active' },
    ] satisfies Limit[],
    houseRules: [],
  };
  const conflict: Conflict = {
    id: fixtureId(22, 1), ...base(now), weddingId: TAKEN.okonkwo, kind: 'overlap', level: 'block', resourceIds: [ROOM.east, ROOM.west], members: [{ collection: 'weddings', id: TAKEN.okonkwo }, { collection: 'weddings', id: TAKEN.ashcombe }],
    startsAt: t('17:30'), endsAt: t('19:00'), missingMs: 90 * 60_000, missingUnits: 0, raisedAt: base(now).updatedAt, state: 'open', settledAt: null, settledBy: null, settledBecause: null,
  };
  const second: Conflict = { ...conflict, id: fixtureId(22, 2), weddingId: TAKEN.okonkwo, resourceIds: [ROOM.orangery], kind: 'turnaround', level: 'warn', members: [{ collection: 'allocations', id: TAKEN.hold }, { collection: 'weddings', id: TAKEN.orangery }], startsAt: t('16:00'), endsAt: t('17:30'), missingMs: 15 * 60_000 };
  return { ...rows, conflicts: [conflict, second] };
}

/** The next day of 23 or 25 hours. */
export function nextClockChange(now: number, zone: string): Temporal.PlainDate {
  let day = theDay(now, zone);
  while (day.toZonedDateTime({ timeZone: zone }).hoursInDay === 24) day = day.add({ days: 1 });
  return day;
}

/** So many resources with so many events over two months around today. */
export function manyRows(full: Snapshot, now: number, resources = 200, events = 2_000): Rows {
  const { resource, allocation } = parts(now);
  const kinds = ['room', 'vendor', 'crew', 'equipment'] as const;
  const all = Array.from({ length: resources }, (_, n) => resource(fixtureId(20, n + 1), kinds[n % 4] ?? 'room', `${['Hall', 'Florist', 'Waiter', 'Marquee'][n % 4]} ${n + 1}`, { setUpMinutes: n % 3 === 0 ? 45 : 0 }));
  const some = Array.from({ length: events }, (_, n) => {
    const from = now + (((n * 7_919) % 60) - 20) * 86_400_000 + ((n * 104_729) % 20) * 3_600_000;
    return allocation(fixtureId(21, n + 1), all[(n * 31) % resources]?.id ?? '', `Wedding ${n + 1}`, new Date(from).toISOString(), new Date(from + (2 + (n % 9)) * 3_600_000).toISOString(), { status: (['definite', 'hold', 'lead', 'closed'] as const)[n % 4] ?? 'definite' });
  });
  return { weddings: [...full.rows.weddings], bookings: [...full.rows.bookings], runSheetItems: [...full.rows.runSheetItems], resources: all, allocations: some, limits: [], houseRules: [], conflicts: [] };
}

type Rest<T> = T extends unknown ? Omit<T, 'seq' | 'id' | 'recordedAt' | 'occurredAt' | 'actor' | 'deliveryId'> : never;
type Emit = (event: Rest<RecordedEvent>, actor: RecordedEvent['actor']) => void;

/** Plays what the server does with such decisions: carries them out and settles what no longer clashes. */
export function playTaking(initial: Rows & Pick<Snapshot['rows'], 'calendarEvents'>, zone: string, emit: Emit) {
  const keyed = <T extends { id: string }>(rows: readonly T[]): Record<string, T> => Object.fromEntries(rows.map((row) => [row.id, row]));
  const tables = { weddings: keyed(initial.weddings), bookings: keyed(initial.bookings), runSheetItems: keyed(initial.runSheetItems), allocations: keyed(initial.allocations), resources: keyed(initial.resources), limits: keyed(initial.limits), houseRules: keyed(initial.houseRules), conflicts: keyed(initial.conflicts), calendarEvents: keyed(initial.calendarEvents) };
  const GONE = { weddings: 'wedding.cancelled', bookings: 'booking.cancelled', allocations: 'allocation.cancelled', runSheetItems: 'runsheet.item.updated' } as const;
  const TYPES = { weddings: 'wedding.updated', bookings: 'booking.updated', allocations: 'allocation.updated', runSheetItems: 'runsheet.item.updated' } as const;
  /** What each was before it was cancelled. */
  const cancelledFrom = new Map<string, string>();
  /** Former values of what is otherwise now, as the server tells them. */
  const former = (was: object, is: object): Record<string, unknown> => {
    const [old, now]: readonly Readonly<Record<string, unknown>>[] = [{ ...was }, { ...is }];
    return Object.fromEntries(Object.keys(now ?? {}).filter((field) => JSON.stringify(old?.[field]) !== JSON.stringify(now?.[field])).map((field) => [field, old?.[field] ?? null]));
  };
  const put = (collection: keyof typeof TYPES, id: string, patch: object, by: string): void => {
    const row = tables[collection][id];
    if (!row) return;
    if ('status' in patch && patch.status === 'cancelled' && 'status' in row) cancelledFrom.set(id, row.status);
    const next = { ...row, ...patch, version: row.version + 1 };
    Object.assign(tables[collection], { [id]: next });
    const isGone = 'status' in patch && patch.status === 'cancelled';
    emit({ type: (isGone ? GONE : TYPES)[collection], collection, weddingId: null, source: null, before: former(row, next), row: next } as unknown as Rest<RecordedEvent>, { kind: 'person', id: null, name: by });
  };
  const called = (id: string, startsAt: string): object => (tables.bookings[id] ? { callTime: movedCall(tables.bookings[id], Date.parse(startsAt)) } : {});
  const settle = (): void => {
    const house = houseOf({ ...tables, calendarEvents: {} }, zone);
    for (const conflict of Object.values(tables.conflicts)) {
      if (conflict.state !== 'open') continue;
      const ids = conflict.members.map(occupancyId).sort().join();
      const one = house.timetable.get(conflict.members.map(occupancyId)[0] ?? '');
      if (one && clashesOf(one, house.timetable, houseQuestion(house, Date.now())).some(({ members }) => members.join() === ids)) continue;
      if (one && conflict.limitId && house.limits.breaches(one, house.timetable, Date.now()).some(({ limitId }) => limitId === conflict.limitId)) continue;
      const row: Conflict = { ...conflict, version: conflict.version + 1, state: 'resolved', settledAt: new Date().toISOString() };
      tables.conflicts[conflict.id] = row;
      emit({ type: 'conflict.resolved', collection: 'conflicts', weddingId: null, source: null, before: { state: 'open' }, row }, { kind: 'system', id: null, name: 'WedSync' });
    }
  };
  const person = { kind: 'person', id: null, name: 'Front desk' } as const;
  return {
    /** False = it is based on what no longer stands. */
    decide(command: Command): boolean {
      if (command.type === 'plan.carry_out') {
        if (command.moves.some(({ collection, id, basedOnVersion }) => tables[collection][id]?.version !== basedOnVersion)) return false;
        const named = command.moves.flatMap(({ follow }) => follow?.rows ?? []);
        if (named.some(({ collection, id, basedOnVersion }) => tables[collection][id]?.version !== basedOnVersion)) return false;
        const apart = new Set(command.moves.map(({ id }) => id));
        const around = { bookings: Object.values(tables.bookings), allocations: Object.values(tables.allocations), runSheetItems: Object.values(tables.runSheetItems), resource: (id: string) => tables.resources[id] };
        for (const { collection, id, resourceId, startsAt, endsAt, follow } of command.moves) {
          const wedding = collection === 'weddings' ? tables.weddings[id] : undefined;
          const could = wedding && follow?.how === 'along' ? followersOf(around, wedding, { startsAt: Date.parse(startsAt), roomId: resourceId }, apart) : [];
          if (follow?.how === 'along' && could.some(({ row }) => ![...follow.rows.map((one) => one.id), ...follow.stay].includes(row.id))) return false;
          for (const one of could) if (follow?.rows.some((each) => each.id === one.row.id)) put(one.collection, one.row.id, one.set, 'Front desk');
          if (follow?.how === 'back') for (const { collection: whose, id: each, basedOnVersion: _version, ...fields } of follow.rows) put(whose, each, fields, 'Front desk');
          const where = { weddings: { roomId: resourceId, room: tables.resources[resourceId]?.name }, bookings: { vendorId: resourceId, ...called(id, startsAt) }, allocations: { resourceId } }[collection];
          put(collection, id, { startsAt, endsAt, ...where }, 'Front desk');
        }
        settle();
      }
      if (command.type === 'conflict.override') {
        const conflict = tables.conflicts[command.conflictId];
        if (conflict?.version !== command.basedOnVersion) return false;
        const row: Conflict = { ...conflict, version: conflict.version + 1, state: 'overridden', settledAt: new Date().toISOString(), settledBy: person.name, settledBecause: command.reason };
        tables.conflicts[row.id] = row;
        emit({ type: 'conflict.overridden', collection: 'conflicts', weddingId: null, source: null, before: { state: 'open' }, row }, person);
      }
      if (command.type === 'booking.set_status') {
        const status = command.collection === 'weddings' ? { hold: 'hold', definite: 'confirmed', cancelled: 'cancelled' }[command.status] : command.status;
        put(command.collection, command.id, { status }, 'Front desk');
        const isHeld = (row: Allocation): boolean => row.weddingId === command.id && row.status === 'hold' && row.lockedBecause === null;
        if (command.collection === 'weddings' && command.status === 'cancelled') for (const { id } of Object.values(tables.allocations).filter(isHeld)) put('allocations', id, { status }, 'Front desk');
        settle();
      }
      if (command.type === 'booking.bring_back') {
        const was = cancelledFrom.get(command.id);
        if (was === undefined || tables[command.collection][command.id]?.version !== command.basedOnVersion) return false;
        put(command.collection, command.id, { status: was }, 'Front desk');
        for (const id of command.along ?? []) put('allocations', id, { status: 'hold' }, 'Front desk');
      }
      if (command.type === 'allocation.save') {
        const { type: _type, commandId: _command, allocationId, basedOnVersion, reason: _reason, ...fields } = command;
        if (basedOnVersion !== null) put('allocations', allocationId, fields, 'Front desk');
        else {
          const row: Allocation = { id: allocationId, ...base(Date.now()), ...fields };
          tables.allocations[allocationId] = row;
          emit({ type: 'allocation.created', collection: 'allocations', weddingId: null, source: null, before: null, row }, person);
        }
      }
      if (command.type === 'resource.save') {
        const { type: _type, commandId: _command, resourceId, basedOnVersion, ...fields } = command;
        const was = tables.resources[resourceId];
        const row: Resource = { ...(was ?? { id: resourceId, ...base(Date.now()), keys: [fields.name.toLowerCase()] }), ...fields, version: (basedOnVersion ?? 0) + 1 };
        tables.resources[resourceId] = row;
        emit(basedOnVersion === null ? { type: 'resource.created', collection: 'resources', weddingId: null, source: null, before: null, row } : { type: 'resource.updated', collection: 'resources', weddingId: null, source: null, before: former(was ?? {}, row), row }, person);
      }
      if (command.type === 'limit.save') {
        const { type: _type, commandId: _command, limitId, basedOnVersion, ...fields } = command;
        const row: Limit = { id: limitId, ...base(Date.now()), ...fields, version: (basedOnVersion ?? 0) + 1 };
        tables.limits[limitId] = row;
        emit(basedOnVersion === null ? { type: 'limit.created', collection: 'limits', weddingId: null, source: null, before: null, row } : { type: 'limit.updated', collection: 'limits', weddingId: null, source: null, before: {}, row }, person);
      }
      if (command.type === 'rules.save') {
        const { type: _type, commandId: _command, houseId, basedOnVersion, ...fields } = command;
        const was = tables.houseRules[houseId];
        const row: HouseRules = { id: houseId, ...base(Date.now()), ...fields, version: (basedOnVersion ?? 0) + 1 };
        tables.houseRules[houseId] = row;
        const told = { collection: 'houseRules', weddingId: null, source: null, row } as const;
        emit(basedOnVersion === null ? { type: 'rules.created', before: null, ...told } : { type: 'rules.updated', before: former(was ?? {}, row), ...told }, person);
        settle();
      }
      return true;
    },
    /** What an alert tells as left behind follows its wedding, or goes back to where it was left. */
    follow(command: Command, alerts: readonly Alert[]): void {
      if (command.type !== 'wedding.let_follow') return;
      const alert = alerts.find(({ id }) => id === command.alertId);
      const wedding = tables.weddings[alert?.weddingId ?? ''];
      for (const left of wedding ? (alert?.stayed ?? []) : []) {
        if (!wedding || !command.rows.some(({ id }) => id === left.id)) continue;
        const { startsAt, endsAt, callTime } = left;
        const call = left.collection === 'bookings' ? { callTime } : {};
        put(left.collection, left.id, command.back ? { startsAt, endsAt, ...call } : catchesUp(left, wedding), 'Front desk');
      }
    },
    row: (collection: 'weddings' | 'bookings' | 'allocations', id: string) => tables[collection][id],
    /** Somebody else moves one by so many minutes. */
    shift(occupancy: string, minutes: number): void {
      const { collection, id } = memberOf(occupancy);
      const row = collection === 'calendarEvents' ? undefined : tables[collection][id];
      if (collection === 'calendarEvents' || !row?.startsAt || !row.endsAt) return;
      const later = (text: string): string => new Date(Date.parse(text) + minutes * 60_000).toISOString();
      put(collection, id, { startsAt: later(row.startsAt), endsAt: later(row.endsAt) }, 'Ines');
    },
  };
}
