import { DEFAULT_BASE_URL } from './manifest.ts';

/** Calendly names everything by its whole address. Only the ids in it are used, so no address that is told is ever called. */

const SEGMENT = '[A-Za-z0-9_-]{1,64}';
const EVENT = new RegExp(`^/scheduled_events/(${SEGMENT})$`);
const INVITEE = new RegExp(`^/scheduled_events/(${SEGMENT})/invitees/(${SEGMENT})$`);
const PAIR = new RegExp(`^(${SEGMENT})\\.(${SEGMENT})$`);

/** An invitee belongs to an event and cannot be read without it. */
export interface InviteeId {
  readonly event: string;
  readonly invitee: string;
}

function pathOf(uri: unknown, baseUrl: string | undefined): string | null {
  if (typeof uri !== 'string') return null;
  const base = [DEFAULT_BASE_URL, (baseUrl ?? '').replace(/\/+$/, '')].find((each) => each !== '' && uri.startsWith(`${each}/`));
  return base === undefined ? null : uri.slice(base.length);
}

export const eventOfUri = (uri: unknown, baseUrl: string | undefined): string | null => EVENT.exec(pathOf(uri, baseUrl) ?? '')?.[1] ?? null;

export function inviteeOfUri(uri: unknown, baseUrl: string | undefined): InviteeId | null {
  const [, event, invitee] = INVITEE.exec(pathOf(uri, baseUrl) ?? '') ?? [];
  return event !== undefined && invitee !== undefined ? { event, invitee } : null;
}

/** Both ids in one, as a hint carries them. */
export const pairText = (id: InviteeId): string => `${id.event}.${id.invitee}`;
export function pairOf(text: string): InviteeId | null {
  const [, event, invitee] = PAIR.exec(text) ?? [];
  return event !== undefined && invitee !== undefined ? { event, invitee } : null;
}
