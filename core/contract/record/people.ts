import { z } from 'zod';
import { Id, Instant, LongText, ShortText } from '../primitives.ts';
import { rowBase } from './row.ts';

/** Who takes part, who may be written to, and what was said. */

export const CONSENT_STATES = ['given', 'withdrawn', 'unreachable'] as const;

export const CONSENT_CHANNELS = ['mail', 'text', 'whatsapp'] as const;

/** Whether somebody may be written to on one channel, as one connection says; see `core/domain/record/consent.ts`. */
export const Consent = z.object({
  system: z.string(),
  connectionId: Id.nullable(),
  /** Left out = `mail`. What is said of mails is true of the address, what is said of the others of the number. */
  channel: z.enum(CONSENT_CHANNELS).optional(),
  /** `withdrawn`: unsubscribed, taken off the list, or asked to stop; `unreachable`: what was sent came back. */
  state: z.enum(CONSENT_STATES),
  /** Since when, as the system says; when it came, where it does not. */
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
  /** Who may write to them on which channel, the newest first. Left out or null = nobody has said anything. */
  consents: z.array(Consent).max(16).nullish(),
});
export type Contact = z.infer<typeof Contact>;

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
