import { z } from 'zod';
import { Role } from './access.ts';
import { RecordedEvent } from './events.ts';
import { Id, Instant } from './primitives.ts';
import { COLLECTION_NAMES, type CollectionName } from './record.ts';
import { Alert, ReviewItem } from './record/attention.ts';
import { CalendarEvent, RunSheetItem, Wedding } from './record/day.ts';
import { Contact, Message } from './record/people.ts';
import { Booking, Document, Payment } from './record/trade.ts';

/** What is held of one contact, and forgetting it. */

const Collection = z.enum(COLLECTION_NAMES as [CollectionName, ...CollectionName[]]);

/** Until when a part is kept: a number of days from `from`, or as long as the record. */
export const KeptUntil = z.object({ until: Instant.nullable(), why: z.enum(['while_needed', 'bookkeeping', 'retention']) });
export type KeptUntil = z.infer<typeof KeptUntil>;

/** Where a part came from; null = made here. */
const Origin = z.object({ system: z.string(), connectionId: Id.nullable(), connection: z.string().nullable() }).nullable();
const part = <T extends z.ZodType>(row: T) => z.object({ row, origin: Origin, kept: KeptUntil });

/** How the person signs in, without any secret. Sessions are told only where the account is used for nothing else. */
export const PersonalAccount = z.object({
  id: Id,
  name: z.string(),
  email: z.string(),
  createdAt: Instant,
  emailVerified: z.boolean(),
  secondFactor: z.boolean(),
  passkeys: z.int(),
  usedElsewhere: z.boolean(),
  memberships: z.array(z.object({ id: Id, role: Role, weddingId: Id.nullable(), createdAt: Instant })),
  sessions: z.array(z.object({ createdAt: Instant, expiresAt: Instant, ipAddress: z.string().nullable(), userAgent: z.string().nullable() })),
});
export type PersonalAccount = z.infer<typeof PersonalAccount>;
export const PersonalInvitation = z.object({ id: Id, email: z.string(), role: Role, invitedBy: z.string(), createdAt: Instant, expiresAt: Instant, usedAt: Instant.nullable(), revokedAt: Instant.nullable() });
export type PersonalInvitation = z.infer<typeof PersonalInvitation>;

export const PERSONAL_DATA_VERSION = 1;

/** `GET /api/contacts/:id/personal-data`: one document, in the order in which a person would ask. */
export const PersonalData = z.object({
  format: z.literal('wedsync-personal-data'),
  version: z.literal(PERSONAL_DATA_VERSION),
  at: Instant,
  organisation: z.object({ id: Id, name: z.string() }),
  /** The entry, and others of the same name and address. */
  contacts: z.array(part(Contact)),
  weddings: z.array(part(Wedding)),
  bookings: z.array(part(Booking)),
  payments: z.array(part(Payment)),
  runSheetItems: z.array(part(RunSheetItem)),
  messages: z.array(part(Message)),
  documents: z.array(part(Document)),
  calendarEvents: z.array(part(CalendarEvent)),
  alerts: z.array(part(Alert)),
  reviewItems: z.array(part(ReviewItem)),
  /** The person's objects in outside systems, with what each has told of them last, whether it stands or not; `at` null = when is not known. */
  objects: z.array(z.object({
    system: z.string(), connection: z.string(), type: z.string(), id: z.string(), told: z.array(z.object({ field: z.string(), value: z.string(), at: Instant.nullable() })),
  })),
  /** Everything recorded about them, oldest first. */
  history: z.array(RecordedEvent),
  /** Messages of outside systems that carry their data, oldest first; `body` is null where it is too long to be given here. */
  deliveries: z.array(z.object({ id: Id, system: z.string(), connection: z.string(), receivedAt: Instant, state: z.string(), vendorEvent: z.string().nullable(), body: z.string().nullable(), kept: KeptUntil })),
  accounts: z.array(PersonalAccount),
  invitations: z.array(PersonalInvitation),
  /** Personal links and devices that were made for them, or let in by their account. */
  devices: z.array(z.object({ id: Id, name: z.string(), role: Role, lastSeenAt: Instant.nullable(), revokedAt: Instant.nullable() })),
  /** Lines of the audit log about them, oldest first. */
  audit: z.array(z.object({ minute: Instant, action: z.string(), actor: z.string(), outcome: z.string(), count: z.int() })),
  /** How many of a part were left out because there are too many. */
  leftOut: z.object({ history: z.int(), deliveries: z.int() }),
});
export type PersonalData = z.infer<typeof PersonalData>;

/** As it is handed over: readable as it stands. The file's name says whose it is by id only. */
export const personalDataFile = (held: PersonalData): { readonly name: string; readonly text: string } => ({
  name: `personal-data-${held.contacts[0]?.row.id ?? 'contact'}-${held.at.slice(0, 10)}.json`,
  text: `${JSON.stringify(held, null, 2)}\n`,
});

/** Why somebody is erased. A code and no text, which could name them again. */
export const ERASE_REASONS = ['asked_by_person', 'no_longer_needed', 'entered_by_mistake', 'retention'] as const;
export const EraseReason = z.enum(ERASE_REASONS);
export type EraseReason = z.infer<typeof EraseReason>;

/** `GET /api/contacts/:id/erase`: what would be done. */
export const ErasePreview = z.object({
  at: Instant,
  contactId: Id,
  /** What has to be typed. */
  name: z.string(),
  /** Entries of the same person that go too, this one included. */
  entries: z.int(),
  /** Rows in which the person is named, by collection, and events rewritten in all. */
  rows: z.record(Collection, z.int()),
  events: z.int(),
  deliveries: z.int(),
  devices: z.int(),
  answers: z.int(),
  objects: z.int(),
  /** Memberships here that end, accounts that are deleted because nothing else needs them, invitations that are taken back. */
  memberships: z.int(),
  accounts: z.int(),
  invitations: z.int(),
  /** What stays, and why. */
  stays: z.array(z.object({ what: z.enum(['payments', 'wedding', 'audit', 'shared']), why: z.enum(['bookkeeping', 'not_personal', 'proof', 'others']), count: z.int() })),
});
export type ErasePreview = z.infer<typeof ErasePreview>;

/** `POST /api/contacts/:id/erase`: cannot be undone. `confirm` is the name as it stands. */
export const EraseRequest = z.strictObject({ confirm: z.string().min(1).max(300), reason: EraseReason.exclude(['retention']) });
export type EraseRequest = z.infer<typeof EraseRequest>;
export const EraseAnswer = z.object({ contactId: Id, erasedAt: Instant, events: z.int(), rows: z.int(), deliveries: z.int(), devices: z.int() });
export type EraseAnswer = z.infer<typeof EraseAnswer>;

/** `GET /api/contacts/:id/readers`: which devices were told of this contact, the latest first. */
export const Reader = z.object({
  deviceId: Id,
  /** Null = the device is not kept any more. */
  name: z.string().nullable(),
  role: Role.nullable(),
  firstAt: Instant,
  lastAt: Instant,
  /** Told through the live stream, asked for its history or the record of a moment, exported, looked at deliveries, at the members or what forgetting would do. */
  how: z.array(z.enum(['live', 'classic', 'history', 'record', 'export', 'deliveries', 'people', 'preview'])),
});
export const ReadersAnswer = z.object({ at: Instant, since: Instant, readers: z.array(Reader) });
export type Reader = z.infer<typeof Reader>;
export type ReadersAnswer = z.infer<typeof ReadersAnswer>;

/** How long what is kept, in days; contacts in years after their wedding. */
export const Retention = z.strictObject({
  deliveryBodies: z.int().min(7).max(3650),
  unmatchedBodies: z.int().min(7).max(3650),
  commandAnswers: z.int().min(30).max(3650),
  revokedDevices: z.int().min(30).max(3650),
  auditLines: z.int().min(90).max(3650),
  contactsYears: z.int().min(1).max(30),
});
export type Retention = z.infer<typeof Retention>;
export type RetentionKind = keyof Retention;

/** `GET` and `PUT /api/organisation/retention`; `due` is what the next run would let go. */
export const RetentionAnswer = z.object({
  at: Instant,
  retention: Retention,
  standard: Retention,
  due: z.record(z.enum(['deliveryBodies', 'unmatchedBodies', 'commandAnswers', 'revokedDevices', 'auditLines', 'contactsYears']), z.int()),
});
export type RetentionAnswer = z.infer<typeof RetentionAnswer>;

const IdParams = z.object({ id: Id });
export const PERSONAL_DATA_HTTP = {
  personalData: { method: 'GET', path: '/api/contacts/:id/personal-data', request: { params: IdParams }, success: PersonalData },
  erasePreview: { method: 'GET', path: '/api/contacts/:id/erase', request: { params: IdParams }, success: ErasePreview },
  erase: { method: 'POST', path: '/api/contacts/:id/erase', request: { params: IdParams, body: EraseRequest }, success: EraseAnswer },
  readers: { method: 'GET', path: '/api/contacts/:id/readers', request: { params: IdParams }, success: ReadersAnswer },
  retention: { method: 'GET', path: '/api/organisation/retention', request: {}, success: RetentionAnswer },
  setRetention: { method: 'PUT', path: '/api/organisation/retention', request: { body: Retention }, success: RetentionAnswer },
} as const;
