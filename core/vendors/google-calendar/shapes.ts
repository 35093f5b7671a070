import { z } from 'zod';

/** What is used of Google's objects; the rest is theirs. */

export const Event = z.object({
  id: z.string().min(1),
  etag: z.string().optional(),
  status: z.string().optional(),
  sequence: z.int().optional(),
  updated: z.string().optional(),
  summary: z.string().optional(),
  description: z.string().optional(),
  location: z.string().optional(),
  start: z.record(z.string(), z.unknown()).optional(),
  end: z.record(z.string(), z.unknown()).optional(),
  transparency: z.string().optional(),
  attendees: z.array(z.record(z.string(), z.unknown())).optional(),
  extendedProperties: z.unknown().optional(),
  reminders: z.unknown().optional(),
});
export type Event = z.infer<typeof Event>;

export const CalendarList = z.object({
  items: z
    .array(
      z.object({
        id: z.string().min(1),
        summary: z.string().optional(),
        summaryOverride: z.string().optional(),
        timeZone: z.string().optional(),
        accessRole: z.string().optional(),
        primary: z.boolean().optional(),
        deleted: z.boolean().optional(),
        backgroundColor: z.string().optional(),
      }),
    )
    .default([]),
  nextPageToken: z.string().optional(),
});

/** `expiration` is milliseconds as text. */
export const OpenedChannel = z.object({
  id: z.string().min(1),
  resourceId: z.string().min(1),
  expiration: z.string().regex(/^\d{1,15}$/).optional(),
});

export const Nothing = z.unknown();
