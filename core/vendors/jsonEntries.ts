import type { z } from 'zod';
import { ok } from '../contract/result.ts';
import type { HttpRequest, HttpResponse } from '../ports/ports.ts';
import { baseUrlOf, bearer, type Api } from './apiClient.ts';
import { callCalendar, refusedEvent, trouble, type Asked } from './calendarCalls.ts';
import type { CalendarPart, CalendarResult, Condition, FoundEvent, OutgoingEvent, WrittenEvent } from './calendars.ts';
import type { CallPorts, ConnectionAccess } from './calling.ts';
import { checkedEvent } from './outgoing.ts';

/** Calendars whose entries are JSON, each under an address of its own and with a mark (`etag`): what Google's and Outlook's have in common. */

export interface JsonService {
  /** As a person calls it. */
  readonly who: string;
  readonly baseUrl: string;
  /** How a call proves whose it is, null = the connection has nothing to; and what is missing then. Left out = the token of a sign-in. */
  readonly proof?: { readonly of: Api['headers']; readonly missing: string };
  /** Besides those of every call. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses of an answer that says what was asked for. */
  readonly success: readonly number[];
  /** Sees each answer first, where it says things in its own way. */
  readonly read?: (response: HttpResponse) => HttpResponse;
}

export interface Ask<T> {
  readonly method: HttpRequest['method'];
  /** Behind the base address, or a whole address that begins with it. */
  readonly path: string;
  readonly what: string;
  readonly shape: z.ZodType<T>;
  readonly body?: unknown;
  /** Only while the entry has this mark; null or left out = in any case. */
  readonly etag?: string | null;
}
export type Asking = <T>(ports: CallPorts, access: ConnectionAccess, ask: Ask<T>) => Promise<CalendarResult<Asked<T>>>;

const SIGN_IN: NonNullable<JsonService['proof']> = { of: (access) => bearer(access), missing: 'its sign-in is missing' };

/** One call of that service; an error is what it means to whoever writes. */
export function askingOf({ who, baseUrl, proof = SIGN_IN, headers: more = {}, success, read }: JsonService): Asking {
  return async (ports, access, { method, path, what, shape, body, etag }) => {
    const own = proof.of(access);
    if (own === null) return trouble('normalise.no_access', `The connection has no access to ${who} yet: ${proof.missing}.`);
    const headers = {
      ...own,
      ...more,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(etag === undefined || etag === null ? {} : { 'if-match': etag }),
    };
    const url = path.startsWith('/') ? `${baseUrlOf(access, baseUrl)}${path}` : path;
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    return callCalendar({ who, what, url, headers, method, shape, success, ...sent }, ports, read);
  };
}

export const noSuchEntry = (): CalendarResult<never> => refusedEvent('The id of the calendar or of the entry is none.');

export type Look<E> = (ports: CallPorts, access: ConnectionAccess, path: string) => Promise<CalendarResult<Asked<E>>>;
export type TakeAway = (ports: CallPorts, access: ConnectionAccess, path: string, etag: string | null) => Promise<CalendarResult<unknown>>;

export interface JsonEntries<E> {
  /** Null for an id that is none. */
  readonly pathOf: (calendarRef: string, remoteId: string) => string | null;
  readonly lookAt: Look<E>;
  readonly takeAway: TakeAway;
  /** Null = it is cancelled there. */
  readonly foundOf: (entry: E) => CalendarResult<FoundEvent | null>;
  readonly create: (
    ports: CallPorts, access: ConnectionAccess, calendarRef: string, event: OutgoingEvent, key: string,
  ) => Promise<CalendarResult<WrittenEvent>>;
  readonly update: (
    ports: CallPorts, access: ConnectionAccess, path: string, event: OutgoingEvent, there: Extract<Condition, { kind: 'update' }>,
  ) => Promise<CalendarResult<WrittenEvent>>;
}

/** What a calendar does with its entries: nothing that is no entry is called for, and what is gone already is no error. */
export function entriesOf<E>({ pathOf, lookAt, takeAway, foundOf, create, update }: JsonEntries<E>): Pick<CalendarPart, 'write' | 'remove' | 'read'> {
  return {
    async write(ports, access, calendarRef, event, condition) {
      const checked = checkedEvent(event);
      if (!checked.ok) return checked;
      if (condition.kind === 'create') {
        if (event.status === 'cancelled') return refusedEvent('A cancelled entry is not made anew.');
        return create(ports, access, calendarRef, event, condition.key);
      }
      const path = pathOf(calendarRef, condition.remoteId);
      return path === null ? noSuchEntry() : update(ports, access, path, event, condition);
    },
    async remove(ports, access, calendarRef, remoteId, etag) {
      const path = pathOf(calendarRef, remoteId);
      if (path === null) return noSuchEntry();
      const gone = await takeAway(ports, access, path, etag);
      if (gone.ok) return ok('done');
      if (gone.error.code === 'calendar.gone') return ok('already_gone');
      return gone.error.code === 'calendar.changed_there' ? ok('changed_there') : gone;
    },
    async read(ports, access, calendarRef, remoteId) {
      const path = pathOf(calendarRef, remoteId);
      if (path === null) return noSuchEntry();
      const found = await lookAt(ports, access, path);
      if (!found.ok) return found.error.code === 'calendar.gone' ? ok(null) : found;
      return foundOf(found.value.value);
    },
  };
}
