import { z } from 'zod';
import { Id } from './primitives.ts';

/** What a device's holder is to the venue. The first three work there; the others are guests of its record. */
export const ROLES = ['owner', 'coordinator', 'staff', 'vendor', 'couple', 'partner', 'platform_admin'] as const;
export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

/** What a device may be: its role, and how much of the record that role is about. */
export const Access = z.object({
  role: Role,
  /** The only wedding it is about; null = not bound to one. Always set for a vendor and a couple. */
  weddingId: Id.nullable(),
  /** The vendor's own entry among the contacts; null = none. */
  contactId: Id.nullable(),
  /** The vendor's own bookings at the time its link was made. */
  bookingIds: z.array(Id).max(200),
});
export type Access = z.infer<typeof Access>;
