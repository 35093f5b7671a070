import { z } from 'zod';
import { Currency, Id, Instant, LocalDate, LongText, MinorUnits, Seq, ShortText, Zone } from './primitives.ts';

/**
 * The record as everyone holds it: server projections, the desktop's memory, the console's cache. One row shape per
 * collection; an event carries the whole row as it stands after the change, so replaying events and loading a
 * snapshot give the same state.
 */

/** Where a row's last change came from outside; null when made here. */
export const Source = z.object({
  system: z.string(),
  connectionId: Id.nullable(),
  remoteId: z.string().nullable(),
});
export type Source = z.infer<typeof Source>;

const rowBase = {
  id: Id,
  /** Counts changes of this row, from 1; commands name the version they were based on. */
  version: z.int().min(1),
  /** The event that last changed this row. */
  seq: Seq,
  updatedAt: Instant,
  source: Source.nullable(),
};

export const SEVERITIES = ['info', 'notice', 'warning', 'critical', 'emergency'] as const;
/** Ascending; order matters and is used for thresholds. */
export const Severity = z.enum(SEVERITIES);
export type Severity = z.infer<typeof Severity>;

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

export const CONSENT_STATES = ['given', 'withdrawn', 'unreachable'] as const;

/** Whether a mailing system may write to an address, as one connection says; see `core/domain/record/consent.ts`. */
export const Consent = z.object({
  system: z.string(),
  connectionId: Id.nullable(),
  /** `withdrawn`: unsubscribed, or taken off the list; `unreachable`: what was sent came back. */
  state: z.enum(CONSENT_STATES),
  /** Since when, as the system says. */
  at: Instant,
});
export type Consent = z.infer<typeof Consent>;

export const Contact = z.object({
  ...rowBase,
  weddingId: Id.nullable(),
  name: ShortText,
  email: ShortText.nullable(),
  phone: ShortText.nullable(),
  company: ShortText.nullable(),
  role: z.enum(['couple', 'planner', 'vendor', 'venue', 'other']),
  /** Who of the mailing systems may write to them, the newest first. Left out or null = none has said anything. */
  consents: z.array(Consent).max(16).nullish(),
});
export type Contact = z.infer<typeof Contact>;

export const TRADES = ['photography', 'film', 'catering', 'florist', 'music', 'planning', 'venue', 'cake', 'hair_makeup', 'transport', 'celebrant', 'hire', 'other'] as const;

/** One line of what was ordered with a booking: a package, what is in it, or what comes beside it. */
export const BookingLine = z.object({
  name: ShortText,
  /** Null = not told. */
  units: z.number().nullable(),
  /** For all units, in the booking's currency; null = not told, or part of what it is in. */
  amountMinor: MinorUnits.nullable(),
  /** Name of the package that it is in. */
  within: ShortText.nullable(),
});
export type BookingLine = z.infer<typeof BookingLine>;
export const MOST_LINES = 60;

/** One vendor's engagement for one wedding (or an enquiry that has none yet). */
export const Booking = z.object({
  ...rowBase,
  weddingId: Id.nullable(),
  title: ShortText,
  trade: z.enum(TRADES),
  vendorName: ShortText.nullable(),
  /** The resource of that name; set by the store whenever `vendorName` is told. */
  vendorId: Id.nullish(),
  contactId: Id.nullable(),
  status: z.enum(['lead', 'hold', 'definite', 'completed', 'cancelled']),
  startsAt: Instant.nullable(),
  endsAt: Instant.nullable(),
  /** When the vendor has to be on site. */
  callTime: Instant.nullable(),
  place: ShortText.nullable(),
  amountMinor: MinorUnits.nullable(),
  currency: Currency.nullable(),
  /** What was ordered, as its system lists it. Left out or null = it does not tell. */
  lines: z.array(BookingLine).max(MOST_LINES).nullish(),
});
export type Booking = z.infer<typeof Booking>;

export const Payment = z.object({
  ...rowBase,
  weddingId: Id.nullable(),
  bookingId: Id.nullable(),
  description: ShortText.nullable(),
  payerName: ShortText.nullable(),
  status: z.enum(['pending', 'completed', 'failed', 'refunded', 'partly_refunded']),
  amountMinor: MinorUnits,
  refundedMinor: MinorUnits,
  currency: Currency,
  /** When the vendor says it happened. */
  paidAt: Instant.nullable(),
  failureReason: ShortText.nullable(),
});
export type Payment = z.infer<typeof Payment>;

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

export const ALERT_RULES = ['payment_failed', 'payment_refunded', 'booking_cancelled', 'call_time_moved', 'delivery_parked', 'delivery_quarantined', 'delivery_held', 'deliveries_dead', 'forwarding_asked', 'feed_moved', 'double_booking', 'connection_failing', 'connection_warning', 'connection_disabled', 'guest_count_changed', 'message_failed', 'weather'] as const;

export const Alert = z.object({
  ...rowBase,
  weddingId: Id.nullable(),
  severity: Severity,
  rule: z.enum(ALERT_RULES),
  title: ShortText,
  /** Why it matters and what is known, one or two sentences. */
  detail: LongText,
  raisedAt: Instant,
  state: z.enum(['open', 'acknowledged', 'resolved']),
  acknowledgedAt: Instant.nullable(),
  acknowledgedBy: ShortText.nullable(),
  /** The row this alert is about. */
  subject: z.object({ collection: z.string(), id: Id }).nullable(),
});
export type Alert = z.infer<typeof Alert>;

/** What the brake stops; see `core/domain/intake/brake.ts`. */
export const HELD_KINDS = ['deletes', 'moves', 'copies'] as const;

/** What one card of the brake holds, so that a person can decide about it without looking into every delivery. */
export const HeldLot = z.object({
  /** Only kinds of which there are any. */
  kinds: z.array(
    z.object({
      kind: z.enum(HELD_KINDS),
      count: z.int().min(0),
      /** The most that the source did of it within one hour, in the last four weeks; 0 = it never did. */
      usualPerHour: z.int().min(0),
      /** Of the same few minutes, what was applied before it was too much. */
      applied: z.int().min(0),
    }),
  ),
  /** How many rows of which collection. */
  rows: z.array(z.object({ collection: z.string(), count: z.int().min(1) })),
  deliveries: z.int().min(1),
  /** Weddings whose rows they are. */
  weddingIds: z.array(Id).max(100),
  /** There are more than are listed. */
  moreWeddings: z.boolean(),
  /** The first few. */
  sample: z.array(z.object({ kind: z.enum(HELD_KINDS).nullable(), collection: z.string(), title: ShortText, weddingId: Id.nullable(), startsAt: Instant.nullable() })).max(5),
  /** When the first and the last of it were received. */
  from: Instant,
  to: Instant,
});
export type HeldLot = z.infer<typeof HeldLot>;

/**
 * A delivery that needs a person: it matched no wedding, could not be understood, or could not be re-read. One of kind
 * `held` stands for everything of its connection that the brake has stopped; `deliveryId` is then the first of them.
 */
export const ReviewItem = z.object({
  ...rowBase,
  deliveryId: Id,
  connectionId: Id,
  kind: z.enum(['parked', 'quarantined', 'dead', 'held']),
  reason: z.string(),
  title: ShortText,
  /** What it is about, in words and without its system: a payment's name, an event, what is held. Left out = opened before this was kept. */
  subject: ShortText.nullish(),
  /** Parked: the row that it is about. */
  about: z.object({ collection: z.string(), id: Id }).nullish(),
  /** Held: what of. */
  lot: HeldLot.nullish(),
  receivedAt: Instant,
  state: z.enum(['open', 'resolved']),
});
export type ReviewItem = z.infer<typeof ReviewItem>;

/** `paused` by a person, `disabled` because it has failed for too long: either way what comes is held until a person resumes it. */
export const CONNECTION_HEALTH = ['waiting', 'healthy', 'failing', 'paused', 'disabled'] as const;

export const Connection = z.object({
  ...rowBase,
  system: z.string(),
  name: ShortText,
  path: z.enum(['native', 'bridge', 'feed', 'file', 'mail']),
  health: z.enum(CONNECTION_HEALTH),
  /** Error code while failing or disabled; in a person's words while paused. */
  healthReason: z.string().nullable(),
  healthSince: Instant,
  /** It only calls us, and has been silent for much longer than it usually is: milliseconds between two signs of life, and when the last one came. */
  quiet: z.object({ usualMs: z.int().min(0), since: Instant }).nullish(),
});
export type Connection = z.infer<typeof Connection>;

export const MESSAGE_CHANNELS = ['sms', 'whatsapp', 'email', 'slack', 'teams'] as const;

/** Something that was said to or by the venue in a connected system; what came in and what went out are told apart. */
export const Message = z.object({
  ...rowBase,
  weddingId: Id.nullable(),
  contactId: Id.nullable(),
  channel: z.enum(MESSAGE_CHANNELS),
  direction: z.enum(['in', 'out']),
  fromName: ShortText.nullable(),
  /** Address or number as the system gives it; null where it names people otherwise. */
  fromAddress: ShortText.nullable(),
  toAddress: ShortText.nullable(),
  subject: ShortText.nullable(),
  /** Null where the system tells only that there is a message. */
  text: LongText.nullable(),
  /** `received` is for what came in; the others tell how far something that went out has got. */
  status: z.enum(['received', 'queued', 'sent', 'delivered', 'read', 'failed']),
  failureReason: ShortText.nullable(),
  sentAt: Instant.nullable(),
});
export type Message = z.infer<typeof Message>;

/** A paper that somebody shared: what it is, where it stands, and where to look at it. */
export const Document = z.object({
  ...rowBase,
  weddingId: Id.nullable(),
  bookingId: Id.nullable(),
  title: ShortText,
  kind: z.enum(['contract', 'proposal', 'invoice', 'questionnaire', 'gallery', 'order', 'other']),
  status: z.enum(['shared', 'viewed', 'signed', 'completed', 'withdrawn']),
  url: z.string().max(2000).nullable(),
  sharedAt: Instant.nullable(),
});
export type Document = z.infer<typeof Document>;

/** An entry of a calendar that is kept elsewhere. */
export const CalendarEvent = z.object({
  ...rowBase,
  weddingId: Id.nullable(),
  bookingId: Id.nullable(),
  /** Which of the connection's calendars. */
  calendar: ShortText.nullable(),
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

export const RESOURCE_KINDS = ['room', 'vendor', 'crew', 'equipment'] as const;
/** A day at most: whoever looks for neighbours knows how far to look. */
const Minutes = z.int().min(0).max(1_440);

/** Something whose time is taken: a room, a vendor, somebody of the crew, a stock of equipment. */
export const Resource = z.object({
  ...rowBase,
  kind: z.enum(RESOURCE_KINDS),
  name: ShortText,
  /** By which facts speak of it, its own name first, as `resourceKey` writes them: small, without spaces to spare. */
  keys: z.array(ShortText).min(1).max(50),
  /** How much of it can be taken at once: 1 = one thing at a time, 200 = that many chairs. */
  places: z.int().min(1).max(1_000_000),
  /** It is made of these resources: taking the whole takes each part, and the other way round. */
  partIds: z.array(Id).max(50),
  /** Needed before and after whatever takes it, unless that says otherwise. */
  setUpMinutes: Minutes,
  turnaroundMinutes: Minutes,
  state: z.enum(['active', 'retired']),
});
export type Resource = z.infer<typeof Resource>;

/** Time of a resource that is taken by hand: crew, equipment, a second room, a ranked hold, a closure. */
export const Allocation = z.object({
  ...rowBase,
  weddingId: Id.nullable(),
  bookingId: Id.nullable(),
  resourceId: Id,
  title: ShortText,
  startsAt: Instant,
  /** Later than the start; the end itself is free again. */
  endsAt: Instant,
  /** `closed`: the resource itself is not to be had. */
  status: z.enum(['lead', 'hold', 'definite', 'closed', 'cancelled']),
  /** Of a hold among others for the same time; 1 is first. */
  rank: z.int().min(1).max(9).nullable(),
  /** From then on a hold counts as a lead; null = it does not expire. */
  holdUntil: Instant.nullable(),
  /** Must not be moved, and why. */
  lockedBecause: ShortText.nullable(),
  /** What is done there (`music`, `bar`, `ceremony`): limits ask for these. */
  tags: z.array(ShortText).max(20),
  /** Of a stock. */
  units: z.int().min(1).max(1_000_000),
  /** Null = as the resource has it. */
  setUpMinutes: Minutes.nullable(),
  turnaroundMinutes: Minutes.nullable(),
});
export type Allocation = z.infer<typeof Allocation>;

/** Whose rows take time. */
export const TAKING = ['weddings', 'bookings', 'allocations'] as const;
export const CLASH_KINDS = ['overlap', 'closure', 'turnaround', 'travel', 'capacity'] as const;

/** Two or more that cannot both be; see `core/domain/conflicts`. */
export const Conflict = z.object({
  ...rowBase,
  /** The wedding of the earliest that is not over; null = none of them belongs to one. */
  weddingId: Id.nullable(),
  kind: z.enum(CLASH_KINDS),
  /** `block`: nothing of it may be confirmed until it is resolved or somebody with the right to it has decided otherwise. */
  level: z.enum(['block', 'warn']),
  /** The parts where they meet. */
  resourceIds: z.array(Id).min(1).max(100),
  /** In order of their ids; more than two only for `capacity`. */
  members: z.array(z.object({ collection: z.enum(TAKING), id: Id })).min(2).max(200),
  /** The overlap, or the gap that is too short. */
  startsAt: Instant,
  endsAt: Instant,
  /** Milliseconds: of an overlap its length, of a gap what it is short of. */
  missingMs: z.int().min(0),
  /** Of `capacity`: what is asked for beyond what is there, else 0. */
  missingUnits: z.int().min(0),
  raisedAt: Instant,
  state: z.enum(['open', 'resolved', 'overridden']),
  /** When it was resolved or overridden, by whom (null = it vanished by itself), and why. */
  settledAt: Instant.nullable(),
  settledBy: ShortText.nullable(),
  settledBecause: ShortText.nullable(),
});
export type Conflict = z.infer<typeof Conflict>;

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
  conflicts: Conflict,
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
    conflicts: z.array(Conflict).default([]),
    alerts: z.array(Alert),
    reviewItems: z.array(ReviewItem),
    connections: z.array(Connection),
  }),
});
export type Snapshot = z.infer<typeof Snapshot>;
