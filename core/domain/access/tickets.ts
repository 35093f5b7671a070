import type { Role, Access } from '../../contract/access.ts';
import type { TicketRequest } from '../../contract/http.ts';
import { err, ok, type Result } from '../../contract/result.ts';
import { BOUND_ROLES } from './matrix.ts';

/** Who stands next to the machine gets a short one; who gets it by mail needs time to open it. */
export const ticketLifeMs = (role: Role): number => (role === 'vendor' || role === 'couple' || role === 'partner' ? 3 * 86_400_000 : 15 * 60_000);

export interface WantedTicket {
  readonly role: Role;
  readonly weddingId: string | null;
  readonly contactId: string | null;
}

/** What is asked for, made whole; the asker's own role when none is named. Errors say what does not fit together. */
export function wantedTicket(asker: Access, request: TicketRequest): Result<WantedTicket, 'wedding_missing' | 'contact_missing' | 'too_much'> {
  const { role = asker.role, weddingId = null, contactId = null } = request;
  if (BOUND_ROLES.includes(role) && weddingId === null) return err('wedding_missing');
  if (role === 'vendor' && contactId === null) return err('contact_missing');
  if (role !== 'vendor' && contactId !== null) return err('too_much');
  if (weddingId !== null && !BOUND_ROLES.includes(role) && role !== 'partner') return err('too_much');
  return ok({ role, weddingId, contactId });
}
