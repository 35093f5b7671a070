import { z } from 'zod';
import { Id, Instant, LocalDate, LongText, ShortText, Zone } from '../primitives.ts';
import { Severity, rowBase } from './row.ts';

/** What a wedding day is made of: the wedding, its run sheet, entries of calendars kept elsewhere, and its weather. */

export const Wedding = z.object({
  ...rowBase,
  title: ShortText,
  date: LocalDate,
  zone: Zone,
  startsAt: Instant,
  endsAt: Instant,
  room: ShortText.nullable(),
  /** The resource of that name; set by the store whenever `room` is told. */
  roomId: Id.nullish(),
  status: z.enum(['enquiry', 'hold', 'confirmed', 'completed', 'cancelled']),
  guestCount: z.int().min(0).nullable(),
});
export type Wedding = z.infer<typeof Wedding>;

export const RunSheetItem = z.object({
  ...rowBase,
  weddingId: Id,
  title: ShortText,
  startsAt: Instant,
  endsAt: Instant.nullable(),
  place: ShortText.nullable(),
  owner: ShortText.nullable(),
  status: z.enum(['planned', 'running', 'done', 'skipped']),
});
export type RunSheetItem = z.infer<typeof RunSheetItem>;

/** An entry of a calendar that is kept elsewhere. */
export const CalendarEvent = z.object({
  ...rowBase,
  weddingId: Id.nullable(),
  bookingId: Id.nullable(),
  /** Which of the connection's calendars. */
  calendar: ShortText.nullable(),
  /** The row of it, once it is known. */
  calendarId: Id.nullish(),
  /** Whose time it takes; set by the store, as its calendar says. */
  resourceId: Id.nullish(),
  title: ShortText,
  startsAt: Instant,
  endsAt: Instant,
  /** Then the instants are the days' midnights in `zone`. */
  allDay: z.boolean(),
  /** Null = the calendar gave instants only. */
  zone: Zone.nullable(),
  place: ShortText.nullable(),
  status: z.enum(['confirmed', 'tentative', 'cancelled']),
  /** False = it does not take its calendar's time. */
  busy: z.boolean(),
  /** Which of our rows it is a copy of, that another program has made of our own entry: it takes nobody's time a second time. Null or left out = of none. */
  copyOf: z.object({ collection: z.string(), id: Id }).nullish(),
});
export type CalendarEvent = z.infer<typeof CalendarEvent>;

/** What the weather is going to do where a wedding is: an authority's warning, or a forecast beyond the house's limits. */
export const WeatherNotice = z.object({
  ...rowBase,
  weddingId: Id.nullable(),
  place: ShortText,
  kind: z.enum(['warning', 'forecast']),
  severity: Severity,
  headline: ShortText,
  detail: LongText,
  startsAt: Instant,
  endsAt: Instant.nullable(),
  state: z.enum(['active', 'ended']),
});
export type WeatherNotice = z.infer<typeof WeatherNotice>;
