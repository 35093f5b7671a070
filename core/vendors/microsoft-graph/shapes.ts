import { z } from 'zod';

/** What is used of Microsoft's objects; the rest is theirs. */

const Time = z.object({ dateTime: z.string(), timeZone: z.string().nullish() }).nullish();

export const Event = z.object({
  '@odata.etag': z.string().optional(),
  id: z.string().min(1),
  subject: z.string().nullish(),
  body: z.object({ content: z.string().nullish() }).nullish(),
  location: z.object({ displayName: z.string().nullish() }).nullish(),
  start: Time,
  end: Time,
  isAllDay: z.boolean().nullish(),
  isCancelled: z.boolean().nullish(),
  lastModifiedDateTime: z.string().nullish(),
  showAs: z.string().nullish(),
  originalStartTimeZone: z.string().nullish(),
  transactionId: z.string().nullish(),
  attendees: z.array(z.unknown()).nullish(),
  isReminderOn: z.boolean().nullish(),
  reminderMinutesBeforeStart: z.number().nullish(),
  singleValueExtendedProperties: z.array(z.object({ id: z.string().nullish(), value: z.string().nullish() })).nullish(),
});
export type Event = z.infer<typeof Event>;

export const Events = z.object({ value: z.array(Event) });

export const Calendars = z.object({
  value: z.array(
    z.object({
      id: z.string().min(1),
      name: z.string().nullish(),
      canEdit: z.boolean().nullish(),
      isDefaultCalendar: z.boolean().nullish(),
      hexColor: z.string().nullish(),
    }),
  ),
  '@odata.nextLink': z.string().nullish(),
});

export const Subscription = z.object({ id: z.string().min(1), expirationDateTime: z.string() });

export const Nothing = z.unknown();
