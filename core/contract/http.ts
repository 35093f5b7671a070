import { z } from 'zod';
import { Access, Role } from './access.ts';
import { ACCOUNT_HTTP, ACCOUNT_OPEN_HTTP, AccountFace } from './accounts.ts';
import { Command, CommandAnswer } from './commands.ts';
import { DELIVERIES_HTTP, DeliveryState } from './deliveries.ts';
import { DRY_RUNS_HTTP } from './dryRuns.ts';
import { DESK_HTTP } from './desk.ts';
import { ENQUIRIES_HTTP } from './enquiries.ts';
import { CodedError } from './errors.ts';
import { RecordedEvent } from './events.ts';
import { FEEDS_HTTP } from './feeds.ts';
import { FIGURES_HTTP } from './figures.ts';
import { FOUNDING_HTTP } from './founding.ts';
import { QueueCounts } from './intake.ts';
import { LOOKING_HTTP } from './looking.ts';
import { PERSONAL_DATA_HTTP } from './personalData.ts';
import { PLATFORM_HTTP } from './platform.ts';
import { DeviceName, Id, Instant, Seq } from './primitives.ts';
import { COLLECTION_NAMES, Organisation, Snapshot, type CollectionName } from './record.ts';
import { Connection } from './record/connections.ts';
import { SYSTEMS_HTTP } from './systems.ts';

/** What every error answer of the server has in its body; the rest of it is {@link Problem}. */
export const ErrorBody = z.object({ error: CodedError });
export type ErrorBody = z.infer<typeof ErrorBody>;

/** The whole body of an error, `application/problem+json` (RFC 9457). */
export const Problem = ErrorBody.extend({
  /** Where the code is explained, from this server's root. */
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: CodedError.shape.code,
});
export type Problem = z.infer<typeof Problem>;

/** Largest webhook body taken, in bytes (WhatsApp batches reach 3 MB). */
export const WEBHOOK_BODY_LIMIT = 3 * 1024 * 1024;

export const WebhookReceipt = z.object({
  /** `accepted` = stored; `duplicate` = this delivery was stored before and changed nothing now. */
  status: z.enum(['accepted', 'duplicate', 'ignored']),
  deliveryId: Id.nullable(),
});
export type WebhookReceipt = z.infer<typeof WebhookReceipt>;

/** `POST /api/devices/enrol`: exchange a one-use ticket for a device token (desktop) or a session cookie (browser). */
export const EnrolRequest = z.strictObject({
  ticket: z.string().min(20).max(200),
  device: z.strictObject({
    name: DeviceName,
    kind: z.enum(['desktop', 'browser', 'tool']),
  }),
});
export const EnrolAnswer = z.object({
  deviceId: Id,
  /** Only for desktop and tool; a browser's is in an HttpOnly cookie. */
  token: z.string().nullable(),
  organisation: Organisation,
});
export type EnrolRequest = z.infer<typeof EnrolRequest>;
export type EnrolAnswer = z.infer<typeof EnrolAnswer>;

/**
 * `POST /api/devices/tickets`: a link that lets one more browser in, once; for a colleague or an own device within 15
 * minutes, for a vendor, a couple or a partner within three days. Without a role it is for the asker's own. A vendor
 * needs wedding and contact, a couple the wedding; a partner may have one; those of the house have neither.
 */
export const TicketRequest = z.strictObject({ role: Role.optional(), weddingId: Id.nullable().optional(), contactId: Id.nullable().optional() });
export type TicketRequest = z.infer<typeof TicketRequest>;
export const TicketAnswer = z.object({ url: z.url(), expiresAt: Instant });
export type TicketAnswer = z.infer<typeof TicketAnswer>;

/** `GET /api/devices`: every device that is let in, the one last seen first. */
export const DeviceView = z.object({
  id: Id,
  name: z.string(),
  kind: z.enum(['desktop', 'browser', 'tool']),
  role: Role,
  weddingId: Id.nullable(),
  /** Whose it is; none = it was let in without an account. */
  person: z.string().nullish(),
  /** To the minute; null = not since this is kept. */
  lastSeenAt: Instant.nullable(),
  /** The device that asks. */
  self: z.boolean(),
});
export const DevicesAnswer = z.object({ at: Instant, devices: z.array(DeviceView) });
export type DeviceView = z.infer<typeof DeviceView>;
export type DevicesAnswer = z.infer<typeof DevicesAnswer>;

/** `POST /api/devices/:id/revoke`: its token is void and its connections are dropped; cannot be undone. */
export const RevokeAnswer = z.object({ deviceId: Id });
export type RevokeAnswer = z.infer<typeof RevokeAnswer>;

/** `GET /api/me` */
export const MeAnswer = z.object({
  organisation: Organisation,
  access: Access,
  device: z.object({ id: Id, name: z.string(), kind: z.enum(['desktop', 'browser', 'tool']) }),
  /** Whose device it is; left out when it was let in without an account. */
  account: AccountFace.optional(),
  server: z.object({ version: z.string(), protocol: z.int(), time: Instant }),
});
export type MeAnswer = z.infer<typeof MeAnswer>;

/** `GET /api/integrations` */
export const IntegrationView = z.object({
  connection: Connection,
  lastDeliveryAt: Instant.nullable(),
  last24h: z.object({ accepted: z.int(), duplicates: z.int(), refused: z.int(), waiting: z.int(), needReview: z.int() }),
  queue: QueueCounts,
});
export const IntegrationsAnswer = z.object({ at: Instant, integrations: z.array(IntegrationView), /** Of all of them together. */ queue: QueueCounts });
export type IntegrationView = z.infer<typeof IntegrationView>;
export type IntegrationsAnswer = z.infer<typeof IntegrationsAnswer>;

/** `GET /api/integrations/:id/deliveries`, newest first, 50 at most. */
export const DeliveryView = z.object({
  id: Id,
  receivedAt: Instant,
  vendorKey: z.string(),
  vendorEvent: z.string().nullable(),
  state: DeliveryState,
  reason: z.string().nullable(),
  attempts: z.int(),
});
export const DeliveriesAnswer = z.object({ at: Instant, deliveries: z.array(DeliveryView) });
export type DeliveryView = z.infer<typeof DeliveryView>;
export type DeliveriesAnswer = z.infer<typeof DeliveriesAnswer>;

/** `POST /api/commands` */
export const CommandRequest = Command;
export const CommandResponse = CommandAnswer;

/** `GET /api/history/:collection/:id?before=SEQ`: everything that happened to one row, newest first, in pages. */
export const HISTORY_PAGE = 50;
const HistoryParams = z.object({ collection: z.enum(COLLECTION_NAMES as [CollectionName, ...CollectionName[]]), id: Id });
const HistoryQuery = z.object({ before: z.string().regex(/^[1-9]\d{0,14}$/).transform(Number).optional() });
export const ChangedField = z.object({ field: z.string(), before: z.unknown(), after: z.unknown() });
export type ChangedField = z.infer<typeof ChangedField>;
export const HistoryEntry = z.object({ event: RecordedEvent, changed: z.array(ChangedField) });
export type HistoryEntry = z.infer<typeof HistoryEntry>;
export const HistoryAnswer = z.object({
  at: Instant,
  entries: z.array(HistoryEntry),
  /** Give it as `before` to get what is older; null = this is the beginning. */
  before: Seq.nullable(),
});
export type HistoryAnswer = z.infer<typeof HistoryAnswer>;

/** `GET /api/record?at=`: the record as it stood, at a position of the log or at an instant. */
export const RecordPoint = z.union([z.string().regex(/^\d{1,15}$/), Instant]);
const RecordQuery = z.object({ at: RecordPoint });

/** `:id` in an address. */
const IdParams = z.object({ id: Id });

/**
 * The answered endpoints for people and devices; the webhook intake is apart (`server/intake`). `request` is what a
 * caller may send, part by part; handlers parse with it and the fuzzing derives its input from it. A part that is
 * missing is not looked at.
 */
export const HTTP = {
  enrol: { method: 'POST', path: '/api/devices/enrol', request: { body: EnrolRequest }, success: EnrolAnswer },
  tickets: { method: 'POST', path: '/api/devices/tickets', request: { body: TicketRequest }, success: TicketAnswer },
  devices: { method: 'GET', path: '/api/devices', request: {}, success: DevicesAnswer },
  revoke: { method: 'POST', path: '/api/devices/:id/revoke', request: { params: IdParams }, success: RevokeAnswer },
  me: { method: 'GET', path: '/api/me', request: {}, success: MeAnswer },
  integrations: { method: 'GET', path: '/api/integrations', request: {}, success: IntegrationsAnswer },
  deliveries: { method: 'GET', path: '/api/integrations/:id/deliveries', request: { params: IdParams }, success: DeliveriesAnswer },
  history: { method: 'GET', path: '/api/history/:collection/:id', request: { params: HistoryParams, query: HistoryQuery }, success: HistoryAnswer },
  record: { method: 'GET', path: '/api/record', request: { query: RecordQuery }, success: Snapshot },
  commands: { method: 'POST', path: '/api/commands', request: { body: CommandRequest }, success: CommandAnswer },
  ...FOUNDING_HTTP,
  ...ACCOUNT_OPEN_HTTP,
  ...ACCOUNT_HTTP,
  ...PLATFORM_HTTP,
  ...PERSONAL_DATA_HTTP,
  ...SYSTEMS_HTTP,
  ...DELIVERIES_HTTP,
  ...DRY_RUNS_HTTP,
  ...FIGURES_HTTP,
  ...LOOKING_HTTP,
  ...FEEDS_HTTP,
  ...ENQUIRIES_HTTP,
  ...DESK_HTTP,
} as const;

/** Cookie that carries a browser's device token. */
export const SESSION_COOKIE = 'wedsync_device';
