import { z } from 'zod';
import { Zone } from './primitives.ts';

/**
 * Calendars that a desktop lists and writes for the server, with a key of its keychain; the shapes of `core/vendors/calendars.ts`. A write
 * says what it believes to stand there, so a turn that is carried out twice, or too late, overwrites nothing.
 */

const CalendarRef = z.string().min(1).max(2_000);
const RemoteId = z.string().min(1).max(2_000);
const Mark = z.string().max(1_000);
/** UTC milliseconds. */
const Ms = z.number();
/** No title or note of ours is longer; what others write is cut by whoever reads it. */
const EntryText = z.string().max(100_000);

const Times = z.strictObject({ kind: z.literal('times'), startsAt: Ms, endsAt: Ms, zone: Zone });
const Days = z.strictObject({ kind: z.literal('days'), from: z.string().max(20), until: z.string().max(20), zone: Zone });

/** Calendars of the account that are in use here. */
export const DeskListened = z.array(z.strictObject({ calendarRef: CalendarRef, oursOnly: z.boolean() })).max(1_000);
export const DeskWritten = z.array(RemoteId).max(10_000);

const Outgoing = z.strictObject({
  ourId: z.uuid(),
  title: EntryText,
  description: EntryText.nullable().optional(),
  location: EntryText.nullable().optional(),
  when: z.discriminatedUnion('kind', [Times, Days]),
  status: z.enum(['confirmed', 'tentative', 'cancelled']),
  busy: z.boolean(),
  privacy: z.enum(['full', 'title', 'busy']),
  busyText: z.string().max(1_000),
  attendees: z.array(z.strictObject({ email: z.string().max(1_000), name: z.string().max(1_000).nullable() })).max(1_000).optional(),
  invite: z.boolean().optional(),
  reminders: z.array(z.number()).max(100).optional(),
  category: z.string().max(100).optional(),
  sequence: z.int().min(0),
  changedAt: Ms,
});
const Condition = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('create'), key: z.string().min(1).max(200) }),
  z.strictObject({ kind: z.literal('update'), remoteId: RemoteId, etag: Mark }),
]);

/** What a desktop is asked that knows of calendars ({@link DESK_CALENDARS}). */
export const DESK_CALENDAR_ASKS = [
  z.strictObject({ kind: z.literal('calendars') }),
  z.strictObject({ kind: z.literal('entry_write'), calendarRef: CalendarRef, event: Outgoing, condition: Condition }),
  z.strictObject({ kind: z.literal('entry_remove'), calendarRef: CalendarRef, remoteId: RemoteId, etag: Mark.nullable() }),
  z.strictObject({ kind: z.literal('entry_read'), calendarRef: CalendarRef, remoteId: RemoteId }),
] as const;
export type DeskCalendarAsk = z.infer<(typeof DESK_CALENDAR_ASKS)[number]>;

const Remote = z.strictObject({
  remoteId: CalendarRef,
  name: z.string().max(1_000),
  zone: z.string().max(200).nullable(),
  mayWrite: z.boolean().nullable(),
  primary: z.boolean(),
  colour: z.string().max(100).nullable(),
});
const Written = z.strictObject({ remoteId: RemoteId, etag: Mark.nullable(), sequence: z.number().nullable(), already: z.boolean() });
const FoundZone = z.string().max(200).nullable();
const Found = z.strictObject({
  remoteId: RemoteId,
  etag: Mark.nullable(),
  sequence: z.number().nullable(),
  ourId: z.string().max(200).nullable(),
  title: EntryText.nullable(),
  description: EntryText.nullable(),
  place: EntryText.nullable(),
  when: z.discriminatedUnion('kind', [Times.extend({ zone: FoundZone }), Days.extend({ zone: FoundZone })]),
  status: z.enum(['confirmed', 'tentative', 'cancelled']),
  busy: z.boolean(),
  changedAt: Ms.nullable(),
  says: z.enum(['times', 'times_and_title']).optional(),
});

export const DESK_CALENDAR_TROUBLES = [
  'calendar.changed_there', 'calendar.gone', 'calendar.forbidden', 'calendar.refused',
  'normalise.reread_failed', 'normalise.no_access', 'normalise.shape_unknown',
] as const;

export const DESK_CALENDAR_ANSWERS = [
  z.strictObject({ outcome: z.literal('calendars'), calendars: z.array(Remote).max(1_000) }),
  z.strictObject({ outcome: z.literal('written'), written: Written }),
  z.strictObject({ outcome: z.literal('removed'), removed: z.enum(['done', 'already_gone', 'changed_there']) }),
  z.strictObject({ outcome: z.literal('found'), found: Found.nullable() }),
  /** The calendar did not take it, or did not answer; as `CalendarTrouble`. */
  z.strictObject({
    outcome: z.literal('trouble'),
    code: z.enum(DESK_CALENDAR_TROUBLES),
    message: z.string().max(500),
    retryable: z.boolean(),
    retryAfterMs: z.number().min(0).max(86_400_000).nullable(),
  }),
] as const;
