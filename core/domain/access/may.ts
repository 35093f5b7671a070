import type { Access, Role } from '../../contract/access.ts';
import type { CommandType } from '../../contract/commands.ts';
import { BOUND_ROLES, COMMANDS, ENDPOINTS, REVOCATIONS, ROOMS, STREAM_RIGHTS, TICKETS, type EndpointName, type RoomKind, type StreamRight } from './matrix.ts';

/** Whoever asks: what its device was admitted as. A device of the store is one. */
export interface Subject extends Access {
  readonly organisationId: string;
}

export type Action = `http:${EndpointName}` | `command:${CommandType}` | `stream:${RoomKind | StreamRight}` | `ticket:${Role}` | `revoke:${Role}`;

/** What is asked about; left out = nothing in particular. */
export interface Target {
  readonly organisationId?: string;
  readonly weddingId?: string | null;
}

export type Decision =
  | { readonly allowed: true; readonly reason: 'role' }
  | { readonly allowed: false; readonly reason: 'role' | 'other_organisation' | 'other_wedding' | 'bound_to_a_wedding' | 'bound_to_none' };

const no = (reason: Exclude<Decision, { allowed: true }>['reason']): Decision => ({ allowed: false, reason });

const TABLES: ReadonlyMap<string, readonly Role[]> = new Map(
  Object.entries({ http: ENDPOINTS, command: COMMANDS, stream: { ...ROOMS, ...STREAM_RIGHTS }, ticket: TICKETS, revoke: REVOCATIONS }).flatMap(([kind, table]) => Object.entries<readonly Role[]>(table).map(([name, roles]) => [`${kind}:${name}`, roles] as const)),
);

/** Whether `subject` may do `action`; pure, closed when in doubt, and says why not. */
export function may(subject: Subject, action: Action, target: Target = {}): Decision {
  if (target.organisationId !== undefined && target.organisationId !== subject.organisationId) return no('other_organisation');
  if (TABLES.get(action)?.includes(subject.role) !== true) return no('role');
  if (subject.weddingId === null) {
    // A vendor or a couple of no wedding is a broken grant; only who they are is told to them.
    if (BOUND_ROLES.includes(subject.role) && action !== 'http:me') return no('bound_to_none');
    return action === 'stream:own' ? no('bound_to_none') : { allowed: true, reason: 'role' };
  }
  if (action === 'stream:organisation') return no('bound_to_a_wedding');
  if (target.weddingId !== undefined && target.weddingId !== subject.weddingId) return no('other_wedding');
  return { allowed: true, reason: 'role' };
}

/** The room a device is in when it names no wedding: everything that it may see. */
export const roomKind = (subject: Subject, weddingId: string | undefined): RoomKind => (weddingId !== undefined ? 'wedding' : subject.weddingId === null ? 'organisation' : 'own');

/** Equal for devices that see exactly the same of one organisation's record. */
export const scopeKey = ({ role, weddingId, contactId, bookingIds }: Access): string => JSON.stringify([role, weddingId, contactId, [...bookingIds].sort()]);
