import type { CalendarPart, CalendarResult, CalendarTrouble, FoundEvent, OutgoingEvent, WrittenEvent } from '../../../core/vendors/calendars.ts';
import type { CallPorts, ConnectionAccess } from '../../../core/vendors/calling.ts';
import type { PushState } from '../../store/calendars/pushRows.ts';
import type { BegunEntry, Left, LeftEntry } from '../../store/leftEntries.ts';

/** One attempt to have one entry as it should stand: as few calls as that takes, each made once. */

export type Attempt =
  /** It stands there. `begunAs`: the push that it was being made for when the calendar was connected before. */
  | { readonly kind: 'present'; readonly written: Omit<WrittenEvent, 'already'>; readonly begunAs?: string }
  /** It does not stand there any more. */
  | { readonly kind: 'absent' }
  /** Somebody has changed it, or taken it away (null). Nothing of theirs was overwritten. */
  | { readonly kind: 'theirs'; readonly found: FoundEvent | null }
  /** It stands there from when the calendar was connected before. */
  | { readonly kind: 'left'; readonly found: FoundEvent; readonly entry: LeftEntry }
  | { readonly kind: 'trouble'; readonly trouble: CalendarTrouble };

/** Makes a call with access that is renewed where it has to be. */
export type Caller = <T>(make: (ports: CallPorts, access: ConnectionAccess) => Promise<CalendarResult<T>>) => Promise<CalendarResult<T>>;

/** The calls of a calendar's entries, whoever makes them. */
export type EntryCalls = Pick<CalendarPart, 'entryType' | 'write' | 'remove' | 'read'>;

export interface Attempting {
  readonly part: EntryCalls;
  readonly call: Caller;
  readonly calendarRef: string;
  readonly pushId: string;
  readonly state: PushState;
  /** It may have been made by an attempt of which nobody heard. */
  readonly begun: boolean;
}

/** The same for every attempt to make this entry; another one for the next entry. */
const keyOf = ({ pushId, state }: Attempting): string => `${pushId}-${state.generation}`;
const troubled = (trouble: CalendarTrouble): Attempt => ({ kind: 'trouble', trouble });

/** Has `entry` stand there. */
export async function writeEntry(one: Attempting, entry: OutgoingEvent): Promise<Attempt> {
  const { part, call, calendarRef, state, begun } = one;
  if (state.remoteId !== null && (state.recheck || state.etag === null)) return readTheirs(one, state.remoteId);
  if (state.remoteId !== null && state.etag !== null) return update(one, entry, state.remoteId, state.etag);
  const made = await call((ports, access) => part.write(ports, access, calendarRef, entry, { kind: 'create', key: keyOf(one) }));
  if (!made.ok) return made.error.code === 'calendar.gone' && begun ? { kind: 'theirs', found: null } : troubled(made.error);
  const { already, ...written } = made.value;
  // Made by an attempt of which nobody heard: what it said then may be old by now.
  if (!already) return { kind: 'present', written };
  return written.etag === null ? readTheirs(one, written.remoteId) : update(one, entry, written.remoteId, written.etag);
}

/** `etag` is read together with what is known: nothing that came later is overwritten. */
export async function update(one: Attempting, entry: OutgoingEvent, remoteId: string, etag: string): Promise<Attempt> {
  const { part, call, calendarRef } = one;
  const done = await call((ports, access) => part.write(ports, access, calendarRef, entry, { kind: 'update', remoteId, etag }));
  if (done.ok) return { kind: 'present', written: done.value };
  const { code } = done.error;
  return code === 'calendar.changed_there' || code === 'calendar.gone' ? readTheirs(one, remoteId) : troubled(done.error);
}

async function readTheirs({ part, call, calendarRef }: Attempting, remoteId: string): Promise<Attempt> {
  const found = await call((ports, access) => part.read(ports, access, calendarRef, remoteId));
  return found.ok ? { kind: 'theirs', found: found.value } : troubled(found.error);
}

/** Has nothing stand there. `entry`: as it last would have stood; null = there is no such row any more. */
export async function removeEntry(one: Attempting, entry: OutgoingEvent | null): Promise<Attempt> {
  const { part, call, calendarRef, state, begun } = one;
  let { remoteId } = state;
  if (remoteId === null && begun && entry !== null) {
    // An attempt of which nobody heard may have made it: asked again it says where, and only so can it be taken away.
    const made = await call((ports, access) => part.write(ports, access, calendarRef, entry, { kind: 'create', key: keyOf(one) }));
    if (!made.ok) return made.error.code === 'calendar.gone' ? { kind: 'absent' } : troubled(made.error);
    remoteId = made.value.remoteId;
  }
  if (remoteId === null) return { kind: 'absent' };
  const id = remoteId;
  // Whatever they have made of it: it is cancelled, or none of this calendar's any more.
  const removed = await call((ports, access) => part.remove(ports, access, calendarRef, id, null));
  if (!removed.ok) return removed.error.code === 'calendar.gone' ? { kind: 'absent' } : troubled(removed.error);
  return removed.value === 'changed_there' ? troubled({ code: 'normalise.reread_failed', message: 'The entry was changed while it was taken away.', retryable: true, retryAfterMs: null }) : { kind: 'absent' };
}

/**
 * What was left there of this row; null = nothing that is still there and still ours. Found again, it is not made a second time.
 * `wanted`: the entry as it is to stand there; null = it is not.
 */
export async function findLeft(one: Attempting, left: readonly Left[], wanted: OutgoingEvent | null): Promise<Attempt | null> {
  const { part, call, calendarRef } = one;
  const ours = new Set(left.map(({ pushId }) => pushId));
  for (const entry of left) {
    if ('key' in entry) {
      const made = wanted === null ? null : await findBegun(one, entry, wanted);
      if (made !== null) return made;
      continue;
    }
    const found = await call((ports, access) => part.read(ports, access, calendarRef, entry.remoteId));
    if (!found.ok && (found.error.retryable || found.error.code === 'normalise.no_access')) return troubled(found.error);
    if (found.ok && found.value !== null && found.value.status !== 'cancelled' && ours.has(found.value.ourId ?? '')) return { kind: 'left', found: found.value, entry };
  }
  return null;
}

/**
 * An entry that was being made by a process of which nobody heard: asked for under the same name and key again it is the same one, made then or
 * now. Null = it was made and is gone since, or something else stands in its place.
 */
async function findBegun(one: Attempting, { pushId, key }: BegunEntry, wanted: OutgoingEvent): Promise<Attempt | null> {
  const { part, call, calendarRef } = one;
  const begun = { ...wanted, ourId: pushId };
  const made = await call((ports, access) => part.write(ports, access, calendarRef, begun, { kind: 'create', key }));
  if (!made.ok) return made.error.retryable || made.error.code === 'normalise.no_access' ? troubled(made.error) : null;
  const { already, ...written } = made.value;
  if (!already) return { kind: 'present', written, begunAs: pushId };
  const attempt = written.etag === null ? await readTheirs(one, written.remoteId) : await update(one, wanted, written.remoteId, written.etag);
  return attempt.kind === 'present' ? { ...attempt, begunAs: pushId } : attempt;
}
