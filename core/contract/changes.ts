import { z } from 'zod';
import { CalendarEvent, WeatherNotice, Wedding } from './record/day.ts';
import { Consent, Contact, Message } from './record/people.ts';
import { Booking, Document, Payment } from './record/trade.ts';

/**
 * What a desktop has read at a source, as it crosses to the server: the shape of `Change` in `core/domain/record/changes.ts`.
 * A fact speaks about its own fields only; ids, versions and whose it is are the server's.
 */

/** The server's own; a fact that names one of these is refused. */
const OURS = ['id', 'version', 'seq', 'updatedAt', 'source', 'weddingId', 'bookingId', 'contactId', 'consents'];
const fieldsOf = <S extends z.ZodRawShape>(row: z.ZodObject<S>) => row.partial().strict().refine((fields) => OURS.every((name) => !Object.hasOwn(fields, name)), 'names what is not the source’s to say');

const Text = z.string().max(400);
const Ref = z.strictObject({ type: Text.min(1), id: Text.min(1) });
/** Calendars are named by addresses too. */
const CalendarRef = Ref.extend({ id: z.string().min(1).max(2_000) });
const base = {
  remote: Ref.extend({ version: Text.nullable() }),
  wedding: z.strictObject({ weddingId: z.uuid().nullish(), remote: Ref.nullish(), email: Text.nullish(), phone: Text.nullish(), date: z.iso.date().nullish() }),
  occurredAt: z.iso.datetime().nullable(),
};
const deleted = z.boolean().optional();
const bookingRemote = Ref.nullish();

export const ReadChange = z.discriminatedUnion('kind', [
  z.strictObject({ ...base, kind: z.literal('wedding'), fields: fieldsOf(Wedding) }),
  z.strictObject({ ...base, kind: z.literal('contact'), fields: fieldsOf(Contact), deleted, consent: Consent.pick({ state: true, at: true, channel: true }).nullish(), knownOnly: z.boolean().optional() }),
  z.strictObject({ ...base, kind: z.literal('booking'), fields: fieldsOf(Booking), contactRemote: Ref.nullish(), begins: z.boolean().optional() }),
  z.strictObject({ ...base, kind: z.literal('payment'), fields: fieldsOf(Payment), bookingRemote }),
  z.strictObject({ ...base, kind: z.literal('message'), fields: fieldsOf(Message) }),
  z.strictObject({ ...base, kind: z.literal('document'), fields: fieldsOf(Document), bookingRemote }),
  z.strictObject({ ...base, kind: z.literal('calendarEvent'), fields: fieldsOf(CalendarEvent), bookingRemote, deleted, ourId: z.uuid().optional(), calendarRemote: CalendarRef.nullish() }),
  z.strictObject({ ...base, kind: z.literal('weather'), fields: fieldsOf(WeatherNotice) }),
]);
export type ReadChange = z.infer<typeof ReadChange>;
