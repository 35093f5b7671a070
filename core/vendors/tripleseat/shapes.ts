import { z } from 'zod';

/** The parts of the documented shapes that we read, loosely: numbers may come as text, and objects may be left out. */

const id = z.union([z.int().min(1), z.string().regex(/^\d{1,18}$/)]).transform(String);
const text = z.string().nullish();
/** Contacts list their addresses and numbers as objects; a webhook may flatten them. */
const several = z.unknown().optional();

export const Contact = z.object({
  id,
  first_name: text,
  last_name: text,
  updated_at: text,
  email_address: text,
  email_addresses: several,
  phone_number: text,
  phone_numbers: several,
});
export type Contact = z.infer<typeof Contact>;

export const Event = z.object({
  id,
  name: text,
  status: z.string().min(1),
  event_date: text,
  event_date_iso8601: text,
  event_start: text,
  event_end: text,
  event_start_utc: text,
  event_end_utc: text,
  event_start_iso8601: text,
  event_end_iso8601: text,
  grand_total: z.union([z.string(), z.number()]).nullish(),
  contact_id: id.nullish(),
  location: z.object({ name: text }).nullish(),
  rooms: z.array(z.object({ name: text })).nullish(),
  created_at: text,
  updated_at: text,
});
export type Event = z.infer<typeof Event>;

export const Lead = z.object({
  id,
  first_name: text,
  last_name: text,
  company: text,
  email_address: text,
  phone_number: text,
  event_description: text,
  event_date: text,
  event_date_iso8601: text,
  start_time: text,
  end_time: text,
  location: z.object({ name: text }).nullish(),
  created_at: text,
  updated_at: text,
  turned_down_at: text,
  converted_at: text,
});
export type Lead = z.infer<typeof Lead>;

/** Only what a sweep needs; the object itself is read afterwards. */
export const Page = z.object({ total_pages: z.int().nullish(), results: z.array(z.object({ id, updated_at: text })) });

const Site = z.object({ name: text });
export const Sites = z.union([z.array(Site), z.object({ results: z.array(Site) }).transform((list) => list.results)]);
