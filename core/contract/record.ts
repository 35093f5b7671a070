import { z } from 'zod';
import { Currency, Id, Instant, Seq, ShortText, Zone } from './primitives.ts';
import { Alert, ReviewItem } from './record/attention.ts';
import { Calendar, Difference, Push } from './record/calendars.ts';
import { Connection } from './record/connections.ts';
import { CalendarEvent, RunSheetItem, WeatherNotice, Wedding } from './record/day.ts';
import { Contact, Message } from './record/people.ts';
import { Allocation, Conflict, HouseRules, Limit, Resource } from './record/taking.ts';
import { Booking, Document, Payment } from './record/trade.ts';

/**
 * The record as everyone holds it: server projections, the desktop's memory, the console's cache. One row shape per
 * collection; an event carries the whole row as it stands after the change, so replaying events and loading a
 * snapshot give the same state.
 */

export const Organisation = z.object({
  id: Id,
  name: ShortText,
  zone: Zone,
  currency: Currency,
  demo: z.boolean(),
});
export type Organisation = z.infer<typeof Organisation>;

export const COLLECTIONS = {
  weddings: Wedding,
  contacts: Contact,
  bookings: Booking,
  payments: Payment,
  runSheetItems: RunSheetItem,
  messages: Message,
  documents: Document,
  calendarEvents: CalendarEvent,
  weatherNotices: WeatherNotice,
  resources: Resource,
  allocations: Allocation,
  limits: Limit,
  houseRules: HouseRules,
  conflicts: Conflict,
  calendars: Calendar,
  pushes: Push,
  differences: Difference,
  alerts: Alert,
  reviewItems: ReviewItem,
  connections: Connection,
} as const;
export type CollectionName = keyof typeof COLLECTIONS;
export const COLLECTION_NAMES = Object.keys(COLLECTIONS) as CollectionName[];
export type RowOf<C extends CollectionName> = z.infer<(typeof COLLECTIONS)[C]>;
export type AnyRow = RowOf<CollectionName>;

/** A full copy of the record at `seq`: what a client gets when it has nothing or is too far behind. */
export const Snapshot = z.object({
  seq: Seq,
  /** Identifies this log; a restored or new database has another, and then every cursor is void. */
  epoch: z.string(),
  at: Instant,
  organisation: Organisation,
  /** The newest erasure so far: events kept from before it are dropped by who was not there. Left out = none. */
  erasedSeq: Seq.optional(),
  rows: z.object({
    weddings: z.array(Wedding),
    contacts: z.array(Contact),
    bookings: z.array(Booking),
    payments: z.array(Payment),
    runSheetItems: z.array(RunSheetItem),
    messages: z.array(Message),
    documents: z.array(Document),
    calendarEvents: z.array(CalendarEvent),
    weatherNotices: z.array(WeatherNotice),
    // Kept copies from before these were there are whole without them.
    resources: z.array(Resource).default([]),
    allocations: z.array(Allocation).default([]),
    limits: z.array(Limit).default([]),
    houseRules: z.array(HouseRules).default([]),
    conflicts: z.array(Conflict).default([]),
    calendars: z.array(Calendar).default([]),
    pushes: z.array(Push).default([]),
    differences: z.array(Difference).default([]),
    alerts: z.array(Alert),
    reviewItems: z.array(ReviewItem),
    connections: z.array(Connection),
  }),
});
export type Snapshot = z.infer<typeof Snapshot>;
