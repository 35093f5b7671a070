import { z } from 'zod';

/** The parts of the documented shapes that we read. Everything else is left alone, so that additions never break us. */

const text = z.string().nullish();

export const Invitee = z.object({
  uri: z.string().min(1),
  email: text,
  name: text,
  first_name: text,
  last_name: text,
  text_reminder_number: text,
  status: z.enum(['active', 'canceled']),
  rescheduled: z.boolean().nullish(),
  old_invitee: text,
  new_invitee: text,
  no_show: z.unknown().optional(),
  created_at: text,
  updated_at: text,
});
export type Invitee = z.infer<typeof Invitee>;

export const ScheduledEvent = z.object({
  uri: z.string().min(1),
  name: text,
  status: z.enum(['active', 'canceled']),
  start_time: z.string().min(1),
  end_time: text,
  location: z.object({ location: z.unknown().optional() }).nullish(),
  updated_at: text,
});
export type ScheduledEvent = z.infer<typeof ScheduledEvent>;

export const User = z.object({ uri: z.url(), name: text, email: text, timezone: text, current_organization: z.url().nullish() });

const Pagination = z.object({ next_page_token: text, next_page: text });
export const EventPage = z.object({ collection: z.array(z.object({ uri: z.string(), updated_at: text })), pagination: Pagination });
export const InviteePage = z.object({ collection: z.array(Invitee), pagination: Pagination });
