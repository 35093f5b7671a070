import { z } from 'zod';
import { Command, CommandAnswer } from './commands.ts';
import { CodedError } from './errors.ts';
import { Id, Instant } from './primitives.ts';
import { Connection, Organisation } from './record.ts';

/** Every error answer of the server has this body. */
export const ErrorBody = z.object({ error: CodedError });
export type ErrorBody = z.infer<typeof ErrorBody>;

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
    // Shown in lists and logs, and kept in a column that holds no NUL and no half surrogate pair.
    name: z.string().trim().min(1).max(120).regex(/^[^\p{Cc}\p{Cs}]+$/u),
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

/** `POST /api/devices/tickets`: a link that pairs one more browser; works once, for 15 minutes. */
export const TicketAnswer = z.object({ url: z.url(), expiresAt: Instant });
export type TicketAnswer = z.infer<typeof TicketAnswer>;

/** `GET /api/me` */
export const MeAnswer = z.object({
  organisation: Organisation,
  device: z.object({ id: Id, name: z.string(), kind: z.enum(['desktop', 'browser', 'tool']) }),
  server: z.object({ version: z.string(), protocol: z.int(), time: Instant }),
});
export type MeAnswer = z.infer<typeof MeAnswer>;

/** `GET /api/integrations` */
export const IntegrationView = z.object({
  connection: Connection,
  lastDeliveryAt: Instant.nullable(),
  last24h: z.object({ accepted: z.int(), duplicates: z.int(), refused: z.int(), waiting: z.int(), needReview: z.int() }),
});
export const IntegrationsAnswer = z.object({ at: Instant, integrations: z.array(IntegrationView) });
export type IntegrationView = z.infer<typeof IntegrationView>;
export type IntegrationsAnswer = z.infer<typeof IntegrationsAnswer>;

/** `GET /api/integrations/:id/deliveries`, newest first, 50 at most. */
export const DELIVERY_STATES = ['received', 'waiting', 'processed', 'ignored', 'parked', 'quarantined', 'dead'] as const;
export const DeliveryView = z.object({
  id: Id,
  receivedAt: Instant,
  vendorKey: z.string(),
  vendorEvent: z.string().nullable(),
  state: z.enum(DELIVERY_STATES),
  reason: z.string().nullable(),
  attempts: z.int(),
});
export const DeliveriesAnswer = z.object({ at: Instant, deliveries: z.array(DeliveryView) });
export type DeliveryView = z.infer<typeof DeliveryView>;
export type DeliveriesAnswer = z.infer<typeof DeliveriesAnswer>;

/** `POST /api/commands` */
export const CommandRequest = Command;
export const CommandResponse = CommandAnswer;

/** The answered endpoints for people and devices; the webhook intake is apart (`server/intake`). */
export const HTTP = {
  enrol: { method: 'POST', path: '/api/devices/enrol', success: EnrolAnswer },
  tickets: { method: 'POST', path: '/api/devices/tickets', success: TicketAnswer },
  me: { method: 'GET', path: '/api/me', success: MeAnswer },
  integrations: { method: 'GET', path: '/api/integrations', success: IntegrationsAnswer },
  deliveries: { method: 'GET', path: '/api/integrations/:id/deliveries', success: DeliveriesAnswer },
  commands: { method: 'POST', path: '/api/commands', success: CommandAnswer },
} as const;

/** Cookie that carries a browser's device token. */
export const SESSION_COOKIE = 'wedsync_device';
