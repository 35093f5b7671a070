import { z } from 'zod';

/** UUID in the version 7 layout: sortable by creation time (RFC 9562). */
export const Id = z.uuid();
/** A point in time, UTC, ISO 8601 with milliseconds: `2026-11-20T13:05:00.000Z`. The record begins with year 1; databases know no year 0. */
export const Instant = z.iso.datetime({ precision: 3 }).refine((text) => !text.startsWith('0000'), { message: 'the record knows no year 0' });
/** A calendar day where the wedding is: `2026-11-20`. */
export const LocalDate = z.iso.date();
/** IANA zone name in which a wall time was meant: `Europe/London`. */
export const Zone = z.string().min(1).max(64);
/** ISO 4217. */
export const Currency = z.string().regex(/^[A-Z]{3}$/);
/** Integer amount in the currency's smallest unit (pence, cents, yen). */
export const MinorUnits = z.int();
/** Position in one organisation's event log: 1, 2, 3, ... without gaps. 0 = nothing seen yet. */
export const Seq = z.int().min(0);

/** What a device is called: shown in lists and logs, and kept in a column that holds no NUL and no half surrogate pair. */
export const DeviceName = z.string().trim().min(1).max(120).regex(/^[^\p{Cc}\p{Cs}]+$/u);

export const ShortText = z.string().max(300);
export const LongText = z.string().max(4000);
