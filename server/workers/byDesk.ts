import { DeskAsk, type DeskAnswer } from '../../core/contract/desk.ts';
import type { ErrorCode } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { Change } from '../../core/domain/record/changes.ts';
import { refusedEvent, troubleOf } from '../../core/vendors/calendarCalls.ts';
import type { CalendarTrouble, Condition, FoundEvent, OutgoingEvent, RemoteCalendar, Removed, WrittenEvent } from '../../core/vendors/calendars.ts';
import type { ConnectionAccess, PollPage, RereadError } from '../../core/vendors/vendor.ts';
import type { Asked, Asking, Desk } from '../desk/desk.ts';
import { DESK_AWAY, deskFailed, deskMissed } from '../desk/standing.ts';
import type { StoreInternals } from '../store/internals.ts';

/** Calls whose key is on a desktop: the head stays here, the hand is there. */

/** Absent for a moment (started again, a line that came back) is not told to anybody. */
const GRACE_MS = 120_000;
/** Looked at again after this long in any case; a desktop that is back is at once. */
const AGAIN_MS = 6 * 3_600_000;
const REFUSED_AGAIN_MS = 15 * 60_000;

/** Why nobody was called, and when it makes sense to ask again (milliseconds since the epoch). */
export interface Stopped {
  /** The key is elsewhere now: ask there. */
  readonly moved?: true;
  readonly code: ErrorCode;
  readonly again: number;
  /** It goes on as soon as the desktop is back; `quietly` = it has hardly gone, and nobody is told. Left out = somebody has to do something first. */
  readonly waits?: 'told' | 'quietly';
  /** The desktop had it in hand when it was last heard of. */
  readonly mayHaveCalled?: true;
}
export type ByDesk<T, E = RereadError> =
  | { readonly kind: 'read'; readonly read: Result<T, E> }
  | { readonly kind: 'stopped'; readonly stopped: Stopped };
type Take<T> = (answer: DeskAnswer) => T | null;

/** As in `core/vendors/calendars.ts`, with a key that is not here. */
interface CalendarCalls {
  calendars(): Promise<ByDesk<readonly RemoteCalendar[], CalendarTrouble>>;
  writeEntry(calendarRef: string, event: OutgoingEvent, condition: Condition): Promise<ByDesk<WrittenEvent, CalendarTrouble>>;
  removeEntry(calendarRef: string, remoteId: string, etag: string | null): Promise<ByDesk<Removed, CalendarTrouble>>;
  readEntry(calendarRef: string, remoteId: string): Promise<ByDesk<FoundEvent | null, CalendarTrouble>>;
}

export interface DeskCalls extends CalendarCalls {
  poll(cursor: string | null, read?: Pick<ConnectionAccess, 'listened' | 'written'>): Promise<ByDesk<PollPage>>;
  reread(hint: { readonly remoteType: string; readonly remoteId: string }): Promise<ByDesk<readonly Change[]>>;
}

export interface DeskCallsOptions extends Omit<Asking, 'ask'> {
  readonly internals: StoreInternals;
  /** Left out where no desktop is served: then every one is away. */
  readonly desk?: Pick<Desk, 'ask'> | undefined;
}

const SOMETHING_ELSE: RereadError = {
  code: 'normalise.shape_unknown', message: 'The desktop answered something else than was asked.', retryable: false, retryAfterMs: null,
};

/** The calls of one connection, made by whoever keeps its key. */
/** As a turn has room for. */
const MOST_WRITTEN = 10_000;

export function deskCalls({ internals, desk, ...asking }: DeskCallsOptions): DeskCalls {
  const { organisationId, connectionId } = asking;

  /** What its people are told, and when to ask again. */
  async function stop(asked: Exclude<Asked, { kind: 'answered' }>): Promise<Stopped> {
    const now = internals.clock.now();
    const touched = asked.kind !== 'withdrawn' && asked.mayHaveCalled ? { mayHaveCalled: asked.mayHaveCalled } : {};
    switch (asked.kind) {
      case 'moved':
        return { moved: true, code: DESK_AWAY, again: now, ...touched };
      case 'withdrawn':
        await deskFailed(internals, organisationId, connectionId, 'desk.withdrawn');
        return { code: 'desk.withdrawn', again: now + AGAIN_MS };
      case 'away': {
        const short = asked.since !== null && now - asked.since < GRACE_MS;
        await deskMissed(internals, organisationId, connectionId, !short);
        return { code: DESK_AWAY, again: short ? asked.since + GRACE_MS : now + AGAIN_MS, waits: short ? 'quietly' : 'told', ...touched };
      }
    }
  }

  async function call<T, E>(ask: DeskAsk, take: Take<Result<T, E>>, failed: (error: RereadError) => E): Promise<ByDesk<T, E>> {
    const asked: Asked = desk ? await desk.ask({ ...asking, ask }) : { kind: 'away', since: null };
    if (asked.kind !== 'answered') return { kind: 'stopped', stopped: await stop(asked) };
    const { by, answer } = asked;
    // It was not asked, since it knows nothing of calendars: what it can do goes on, and the rest waits for a newer program there.
    if (by === null && answer.outcome === 'refused') {
      return { kind: 'stopped', stopped: { code: answer.code, again: internals.clock.now() + AGAIN_MS, waits: 'told' } };
    }
    if (answer.outcome === 'refused') {
      await deskFailed(internals, organisationId, connectionId, answer.code);
      // A keychain that is locked may be open in a moment: what waits for it goes on with the next question.
      const passing = answer.code === 'secrets.unavailable';
      return { kind: 'stopped', stopped: { code: passing ? DESK_AWAY : answer.code, again: internals.clock.now() + (passing ? REFUSED_AGAIN_MS : AGAIN_MS) } };
    }
    if (answer.outcome === 'failed') {
      const { code, message, retryable, retryAfterMs } = answer;
      return { kind: 'read', read: err(failed({ code, message, retryable, retryAfterMs })) };
    }
    return { kind: 'read', read: take(answer) ?? err(failed(SOMETHING_ELSE)) };
  }

  const read = <T>(ask: DeskAsk, take: Take<T>): Promise<ByDesk<T>> =>
    call<T, RereadError>(ask, (answer) => {
      const taken = take(answer);
      return taken === null ? null : ok(taken);
    }, (error) => error);

  async function calendar<T>(ask: DeskAsk, take: Take<{ readonly is: T }>): Promise<ByDesk<T, CalendarTrouble>> {
    // A turn that the desktop cannot read would take all others of the same answer with it.
    if (!DeskAsk.safeParse(ask).success) return { kind: 'read', read: refusedEvent('The entry has no room in a turn of a desktop.') };
    return call<T, CalendarTrouble>(ask, (answer) => {
      if (answer.outcome === 'trouble') {
        const { code, message, retryable, retryAfterMs } = answer;
        return err({ code, message, retryable, retryAfterMs });
      }
      const taken = take(answer);
      return taken === null ? null : ok(taken.is);
    }, troubleOf);
  }

  return {
    poll(cursor, { listened, written } = {}) {
      const told = { ...(listened ? { listened: listened.map((one) => ({ ...one })) } : {}), ...(written && written.length > 0 ? { written: written.slice(0, MOST_WRITTEN) } : {}) };
      return read<PollPage>({ kind: 'poll', cursor, ...told }, (answer) => {
        if (answer.outcome !== 'page') return null;
        const { items, cursor: next, more, unread } = answer;
        return { items, cursor: next, more, ...(unread ? { unread } : {}) };
      });
    },
    // The contract's shape is that of a change; where a field may be left out it may also be undefined there, which JSON has no word for.
    reread: (hint) =>
      read<readonly Change[]>({ kind: 'reread', ...hint }, (answer) => (answer.outcome === 'changes' ? (answer.changes as Change[]) : null)),
    calendars: () => calendar({ kind: 'calendars' }, (answer) => (answer.outcome === 'calendars' ? { is: answer.calendars } : null)),
    writeEntry(calendarRef, { attendees, reminders, ...rest }, condition) {
      const people = attendees ? { attendees: attendees.map((one) => ({ ...one })) } : {};
      const event = { ...rest, ...people, ...(reminders ? { reminders: [...reminders] } : {}) };
      const written: Take<{ readonly is: WrittenEvent }> = (answer) => (answer.outcome === 'written' ? { is: answer.written } : null);
      return calendar({ kind: 'entry_write', calendarRef, event, condition }, written);
    },
    removeEntry(calendarRef, remoteId, etag) {
      const removed: Take<{ readonly is: Removed }> = (answer) => (answer.outcome === 'removed' ? { is: answer.removed } : null);
      return calendar({ kind: 'entry_remove', calendarRef, remoteId, etag }, removed);
    },
    readEntry(calendarRef, remoteId) {
      const found: Take<{ readonly is: FoundEvent | null }> = (answer) => {
        if (answer.outcome !== 'found') return null;
        if (answer.found === null) return { is: null };
        const { says, ...entry } = answer.found;
        return { is: { ...entry, ...(says ? { says } : {}) } };
      };
      return calendar({ kind: 'entry_read', calendarRef, remoteId }, found);
    },
  };
}
