import type { Command } from '../../../core/contract/commands.ts';
import type { RecordedEvent } from '../../../core/contract/events.ts';
import type { Snapshot } from '../../../core/contract/record.ts';
import type { Alert } from '../../../core/contract/record/attention.ts';
import type { Calendar, Difference, Push } from '../../../core/contract/record/calendars.ts';
import type { Connection } from '../../../core/contract/record/connections.ts';
import type { CalendarEvent } from '../../../core/contract/record/day.ts';
import type { Conflict } from '../../../core/contract/record/taking.ts';
import { targetsOf } from '../../../core/domain/calendars/targets.ts';
import { placedAmong } from '../../../core/domain/calendars/wholes.ts';
import type { MovableRow } from '../../../core/domain/conflicts/occupancies.ts';
import { fixtureId } from '../fixtures/record.ts';
import { CREW, ROOM, TAKEN, theDay, timelineRows, VENDOR } from './timeline.ts';

/** The house of the timeline with calendars that are kept elsewhere, and what becomes of them: only ever bundled into the harness page. */

export const LINKED = { google: fixtureId(8, 11), icloud: fixtureId(8, 12), dav: fixtureId(8, 13), acuity: fixtureId(8, 14) } as const;
export const KEPT = { hall: fixtureId(24, 1), diary: fixtureId(24, 2), holidays: fixtureId(24, 3), ana: fixtureId(24, 4), orangery: fixtureId(24, 5), desk: fixtureId(24, 6), gone: fixtureId(24, 7), rose: fixtureId(24, 8) } as const;
export const PUSHED = { okonkwoHall: fixtureId(25, 1), okonkwoDiary: fixtureId(25, 2), photos: fixtureId(25, 3), photosAgain: fixtureId(25, 4), ashcombe: fixtureId(25, 5), orangery: fixtureId(25, 6), hold: fixtureId(25, 7), barn: fixtureId(25, 8), registrar: fixtureId(25, 9), photosHall: fixtureId(25, 10), photosDiary: fixtureId(25, 11) } as const;
/** The alert that Ana Ruiz' calendar could not be written. */
export const UNWRITTEN = fixtureId(6, 900);
export const DIFFERS = { title: fixtureId(26, 1), deleted: fixtureId(26, 2), times: fixtureId(26, 3) } as const;
export const THEIRS = { viewing: fixtureId(18, 21), evening: fixtureId(18, 22), free: fixtureId(18, 23) } as const;

type Rows = Snapshot['rows'];

export function calendarRows(full: Snapshot, now: number): Partial<Rows> {
  const { zone } = full.organisation;
  const rows = timelineRows(full, now);
  const base = { version: 1, seq: 1, updatedAt: new Date(now - 3_600_000).toISOString(), source: null };
  const t = (wall: string): string => theDay(now, zone).toZonedDateTime({ timeZone: zone, plainTime: wall }).toInstant().toString({ smallestUnit: 'millisecond' });
  const connection = (id: string, system: string, name: string, more: Partial<Connection> = {}): Connection => ({ id, ...base, system, name, path: 'native', health: 'healthy', healthReason: null, healthSince: base.updatedAt, ...more });
  const calendar = (id: string, connectionId: string, name: string, more: Partial<Calendar> = {}): Calendar => ({
    id, ...base, connectionId, name, zone, colour: null, main: false, mayWrite: true, direction: 'none', privacy: 'full', strategy: 'merge', resourceId: null, everyWedding: false, invite: false, reminders: [], state: 'active',
    filling: { state: 'idle', reason: null, done: 0, total: null }, ...more,
  });
  const push = (id: string, calendarId: string, collection: Push['subject']['collection'], subjectId: string, more: Partial<Push> = {}): Push => ({
    id, ...base, weddingId: null, calendarId, subject: { collection, id: subjectId }, wish: 'present', state: 'written', wantedVersion: 1, writtenVersion: 1, attempts: 0, reason: null, nextAttemptAt: null, writtenAt: base.updatedAt, ...more,
  });
  const difference = (id: string, pushId: string, calendarId: string, subject: Push['subject'], fields: Difference['fields'], minutes: number): Difference => ({
    id, ...base, weddingId: null, calendarId, pushId, subject, fields, raisedAt: new Date(now - minutes * 60_000).toISOString(), state: 'open', kept: null, settledAt: null, settledBy: null,
  });
  const entry = (id: string, title: string, startsAt: string, endsAt: string, more: Partial<CalendarEvent> = {}): CalendarEvent => ({
    id, ...base, source: { system: 'icloud', connectionId: LINKED.icloud, remoteId: `entry-${id.slice(-2)}` }, weddingId: null, bookingId: null, calendar: 'Orangery lettings', calendarId: KEPT.orangery, resourceId: ROOM.orangery, title, startsAt, endsAt, allDay: false, zone, place: null, status: 'confirmed', busy: true, ...more,
  });
  const unwritten = { writtenVersion: null, writtenAt: null } as const;
  const taken: Conflict = {
    id: fixtureId(22, 3), ...base, weddingId: null, kind: 'overlap', level: 'block', resourceIds: [ROOM.orangery], members: [{ collection: 'allocations', id: TAKEN.hold }, { collection: 'calendarEvents', id: THEIRS.evening }],
    startsAt: t('21:00'), endsAt: t('22:00'), missingMs: 3_600_000, missingUnits: 0, raisedAt: base.updatedAt, state: 'open', settledAt: null, settledBy: null, settledBecause: null,
  };
  const failed: Alert = {
    id: UNWRITTEN, ...base, weddingId: null, severity: 'warning', rule: 'push_failed', title: 'Ana Ruiz could not be written', detail: '2 entries are not as they should be.', raisedAt: base.updatedAt,
    state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: { collection: 'calendars', id: KEPT.ana },
  };
  return {
    ...rows,
    alerts: [...full.rows.alerts, failed],
    conflicts: [...rows.conflicts, taken],
    connections: [
      ...full.rows.connections,
      connection(LINKED.google, 'google-calendar', 'Harcourt Manor Google'),
      connection(LINKED.icloud, 'icloud', 'Ana Ruiz', { health: 'failing', healthReason: 'normalise.reread_failed' }),
      connection(LINKED.dav, 'caldav', 'Calendar server of the church', { health: 'waiting', healthReason: 'desk.away' }),
      connection(LINKED.acuity, 'acuity', 'Rose Hair & Make-up'),
    ],
    calendars: [
      calendar(KEPT.hall, LINKED.google, 'Great Hall', { main: true, direction: 'bidirectional', resourceId: ROOM.hall, colour: '#2f7d5b', reminders: [60] }),
      calendar(KEPT.diary, LINKED.google, 'House diary of Harcourt Manor and its gardens', { direction: 'outbound', everyWedding: true, colour: '#8e5bb5', privacy: 'title', filling: { state: 'filling', reason: null, done: 120, total: 300 } }),
      calendar(KEPT.holidays, LINKED.google, 'Holidays in the United Kingdom', { mayWrite: false }),
      calendar(KEPT.gone, LINKED.google, 'لقاعة القديمة', { state: 'gone', direction: 'inbound', resourceId: ROOM.barn, colour: '#b5483a' }),
      calendar(KEPT.ana, LINKED.icloud, 'Ana Ruiz', { main: true, direction: 'outbound', resourceId: VENDOR.photos, colour: '#c98a1b', privacy: 'busy' }),
      calendar(KEPT.orangery, LINKED.icloud, 'Orangery lettings', { direction: 'inbound', resourceId: ROOM.orangery }),
      calendar(KEPT.desk, LINKED.dav, 'Parish', { direction: 'outbound', resourceId: CREW.registrar, waits: { computer: 'orangery-tablet', since: base.updatedAt } }),
      calendar(KEPT.rose, LINKED.acuity, 'Rose', { mayWrite: null }),
    ],
    pushes: [
      push(PUSHED.okonkwoHall, KEPT.hall, 'weddings', TAKEN.okonkwo, { weddingId: TAKEN.okonkwo }),
      push(PUSHED.okonkwoDiary, KEPT.diary, 'weddings', TAKEN.okonkwo, { ...unwritten, weddingId: TAKEN.okonkwo, state: 'queued' }),
      push(PUSHED.photos, KEPT.ana, 'bookings', TAKEN.photos, { ...unwritten, state: 'failed', attempts: 16, reason: 'calendar.given_up' }),
      push(PUSHED.photosAgain, KEPT.ana, 'bookings', TAKEN.photosAgain, { ...unwritten, state: 'queued', attempts: 3, reason: 'normalise.reread_failed', nextAttemptAt: new Date(now + 90_000).toISOString() }),
      push(PUSHED.photosHall, KEPT.hall, 'bookings', TAKEN.photos, { answer: { said: 'declined', since: base.updatedAt } }),
      push(PUSHED.photosDiary, KEPT.diary, 'bookings', TAKEN.photos, { answer: { said: 'accepted', since: base.updatedAt, past: true } }),
      push(PUSHED.ashcombe, KEPT.hall, 'weddings', TAKEN.ashcombe, { state: 'differs' }),
      push(PUSHED.orangery, KEPT.diary, 'weddings', TAKEN.orangery, { state: 'differs' }),
      push(PUSHED.hold, KEPT.diary, 'allocations', TAKEN.hold, { state: 'differs' }),
      push(PUSHED.registrar, KEPT.desk, 'allocations', TAKEN.registrar, { ...unwritten, state: 'queued' }),
      push(PUSHED.barn, KEPT.ana, 'allocations', TAKEN.band, { wish: 'absent', state: 'failed', attempts: 16, reason: 'calendar.given_up' }),
    ],
    differences: [
      difference(DIFFERS.title, PUSHED.ashcombe, KEPT.hall, { collection: 'weddings', id: TAKEN.ashcombe }, [{ name: 'title', base: 'ليلى الحداد & Søren Ågård', ours: 'ليلى الحداد & Søren Ågård', theirs: 'Layla & Søren, evening only' }], 95),
      difference(DIFFERS.deleted, PUSHED.orangery, KEPT.diary, { collection: 'weddings', id: TAKEN.orangery }, [{ name: 'status', base: 'confirmed', ours: 'confirmed', theirs: 'cancelled' }], 50),
      difference(DIFFERS.times, PUSHED.hold, KEPT.diary, { collection: 'allocations', id: TAKEN.hold }, [{ name: 'startsAt', base: t('18:00'), ours: t('17:30'), theirs: t('14:00') }, { name: 'endsAt', base: t('22:00'), ours: t('22:00'), theirs: t('18:30') }], 12),
    ],
    calendarEvents: [
      ...full.rows.calendarEvents,
      entry(THEIRS.viewing, 'Private viewing', t('08:00'), t('10:00')),
      entry(THEIRS.evening, 'שיעור ריקוד', t('21:00'), t('23:30'), { status: 'tentative' }),
      entry(THEIRS.free, 'Florist’s birthday', t('12:00'), t('13:00'), { busy: false }),
    ],
  };
}

type Rest<T> = T extends unknown ? Omit<T, 'seq' | 'id' | 'recordedAt' | 'occurredAt' | 'actor' | 'deliveryId'> : never;
type Emit = (event: Rest<RecordedEvent>, actor: RecordedEvent['actor']) => void;

/** Plays what the server does: queues what a move means for the calendars, and tells how far each is when the test says so. */
export function playCalendars(initial: Pick<Rows, 'calendars' | 'pushes' | 'differences'>, rowOf: (collection: MovableRow['collection'], id: string) => MovableRow['row'] | undefined, emit: Emit) {
  const calendars = new Map(initial.calendars.map((row) => [row.id, row]));
  const pushes = new Map(initial.pushes.map((row) => [row.id, row]));
  const differences = new Map(initial.differences.map((row) => [row.id, row]));
  const person = { kind: 'person', id: null, name: 'Front desk' } as const;
  const system = { kind: 'system', id: null, name: 'WedSync' } as const;
  let made = 0;
  const putCalendar = (id: string, patch: Partial<Calendar>): void => {
    const row = calendars.get(id);
    if (!row) return;
    const next: Calendar = { ...row, ...patch, version: row.version + 1 };
    calendars.set(id, next);
    emit({ type: 'calendar.changed', collection: 'calendars', weddingId: null, source: null, before: {}, row: next }, person);
  };
  const putPush = (row: Push, type: 'push.wanted' | 'push.queued' | 'push.confirmed' | 'push.failed'): void => {
    const known = pushes.get(row.id);
    const next = { ...row, version: (known?.version ?? 0) + 1 };
    pushes.set(row.id, next);
    emit({ type, collection: 'pushes', weddingId: row.weddingId, source: null, before: known ? {} : null, row: next } as unknown as Rest<RecordedEvent>, system);
  };
  const wanted = (collection: MovableRow['collection'], id: string): void => {
    const row = rowOf(collection, id);
    if (!row) return;
    const targets = targetsOf({ collection, row } as MovableRow, [...calendars.values()].map((calendar) => placedAmong(calendar, [])), Date.now());
    const known = [...pushes.values()].filter(({ subject }) => subject.collection === collection && subject.id === id);
    for (const calendar of targets) {
      const push = known.find(({ calendarId }) => calendarId === calendar.id);
      made += push ? 0 : 1;
      const fresh: Push = push ?? { id: fixtureId(25, 500 + made), version: 0, seq: 0, updatedAt: '', source: null, weddingId: null, calendarId: calendar.id, subject: { collection, id }, wish: 'present', state: 'queued', wantedVersion: row.version, writtenVersion: null, attempts: 0, reason: null, nextAttemptAt: null, writtenAt: null };
      putPush({ ...fresh, wish: 'present', state: 'queued', wantedVersion: row.version, attempts: 0, reason: null }, push ? 'push.queued' : 'push.wanted');
    }
    for (const push of known) if (push.wish === 'present' && !targets.some(({ id: target }) => target === push.calendarId)) putPush({ ...push, wish: 'absent', state: 'queued', wantedVersion: row.version, attempts: 0, reason: null }, 'push.queued');
  };
  return {
    decide(command: Command): void {
      if (command.type === 'plan.carry_out') for (const { collection, id } of command.moves.flatMap((move) => [move, ...(move.follow?.rows ?? [])])) if (collection !== 'runSheetItems') wanted(collection, id);
      if (command.type === 'booking.set_status') wanted(command.collection, command.id);
      if (command.type === 'calendar.save') {
        const { type: _type, commandId: _command, calendarId, basedOnVersion: _version, ...fields } = command;
        putCalendar(calendarId, { ...fields, ...(fields.direction === 'none' ? {} : { filling: { state: 'filling', reason: null, done: 0, total: null } }) });
      }
      if (command.type === 'push.retry') {
        const push = pushes.get(command.pushId);
        if (push) putPush({ ...push, state: 'queued', attempts: 0, reason: null }, 'push.queued');
      }
      if (command.type === 'difference.settle') {
        const row = differences.get(command.differenceId);
        if (!row) return;
        const next: Difference = { ...row, version: row.version + 1, state: 'settled', kept: command.keep, settledAt: new Date().toISOString(), settledBy: 'Front desk' };
        differences.set(row.id, next);
        emit({ type: 'difference.settled', collection: 'differences', weddingId: null, source: null, before: { state: 'open' }, row: next }, person);
      }
    },
    /** A calendar has been filled so far; null = not counted yet. */
    fill: (id: string, done: number, total: number | null): void => putCalendar(id, { filling: { state: done === total ? 'idle' : 'filling', reason: null, done, total } }),
    /** What is queued for a calendar comes through, or is given up with this code. */
    reach(calendarId: string, reason: string | null): void {
      for (const push of pushes.values()) {
        if (push.calendarId !== calendarId || push.state !== 'queued') continue;
        if (reason === null) putPush({ ...push, state: 'written', writtenVersion: push.wantedVersion, writtenAt: new Date().toISOString(), attempts: 0, reason: null }, 'push.confirmed');
        else putPush({ ...push, state: 'failed', attempts: 16, reason }, 'push.failed');
      }
    },
  };
}
