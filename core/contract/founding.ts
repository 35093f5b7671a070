import { z } from 'zod';
import { Currency, DeviceName, Id, Zone } from './primitives.ts';
import { Organisation } from './record.ts';

/** The first house of a server that has none: whoever holds the founding token makes it, once, and owns it. */

/** What a house is called, in which zone its days begin, and in what it counts money. */
export const HouseFields = z.strictObject({
  name: z.string().trim().min(1).max(120).regex(/^[^\p{Cc}\p{Cs}]+$/u),
  /** IANA name that the server knows; else 400 `request.invalid`. */
  zone: Zone,
  /** ISO 4217 code that the server knows; else 400 `request.invalid`. */
  currency: Currency,
});
export type HouseFields = z.infer<typeof HouseFields>;

export const FoundingToken = z.string().min(20).max(200);

/**
 * `POST /api/organisations/found`: makes the organisation, and the asking device an owner's. 401 `auth.founding_invalid`:
 * not the token of this start, or there was a house already when the server started; 409 `auth.founded_already`: the
 * token is right, but somebody was first.
 */
export const FoundRequest = HouseFields.extend({
  token: FoundingToken,
  device: z.strictObject({ name: DeviceName, kind: z.enum(['desktop', 'browser']) }),
});
export type FoundRequest = z.infer<typeof FoundRequest>;

export const FoundAnswer = z.object({
  deviceId: Id,
  /** Only for a desktop; a browser's is in an HttpOnly cookie. */
  token: z.string().nullable(),
  organisation: Organisation,
});
export type FoundAnswer = z.infer<typeof FoundAnswer>;

/** Open before there is a role: to whoever holds the token. */
export const FOUNDING_HTTP = {
  found: { method: 'POST', path: '/api/organisations/found', request: { body: FoundRequest }, success: FoundAnswer },
} as const;
/** In the address of the page: `/#found=TOKEN`. */
export const FOUND_HASH = '#found=';
