import type { Role } from '../../core/contract/access.ts';
import { InviteRequest } from '../../core/contract/accounts.ts';
import { BOUND_ROLES } from '../../core/domain/access/matrix.ts';

/** What stands in the form; empty = not chosen. */
export interface Asked {
  readonly email: string;
  readonly role: Role;
  readonly weddingId: string;
  readonly contactId: string;
}

/** What is sent; null = something that this role needs is missing. What another role left in the form is not sent. */
export function inviteRequest({ email, role, weddingId, contactId }: Asked): InviteRequest | null {
  const needsWedding = BOUND_ROLES.includes(role);
  if ((needsWedding && weddingId === '') || (role === 'vendor' && contactId === '')) return null;
  const parsed = InviteRequest.safeParse({
    email: email.trim(),
    role,
    ...(weddingId !== '' && (needsWedding || role === 'partner') ? { weddingId } : {}),
    ...(role === 'vendor' ? { contactId } : {}),
  });
  return parsed.success ? parsed.data : null;
}
