import type { CodedError } from '../../../core/contract/errors.ts';
import { err } from '../../../core/contract/result.ts';
import type { Clock, Http } from '../../../core/ports/ports.ts';
import type { CalendarPart, CalendarResult, CalendarTrouble } from '../../../core/vendors/calendars.ts';
import type { VendorModule } from '../../../core/vendors/vendor.ts';
import type { Calls } from '../../calls/calls.ts';
import type { Desk } from '../../desk/desk.ts';
import type { StoreInternals } from '../../store/internals.ts';
import type { FreshAccess } from '../../systems/freshAccess.ts';
import { insist } from '../../systems/insist.ts';
import { deskCalls, type ByDesk, type Stopped } from '../byDesk.ts';
import type { Caller, EntryCalls } from './attempt.ts';

/** How the calls to one calendar are made: by us, with a key of the vault, or by the desktop that keeps the key. */

export interface Line {
  readonly part: EntryCalls;
  readonly call: Caller;
  /** Why nobody can be called any more, once that is so. */
  readonly over: () => CodedError | null;
  /** Why the desktop did not call, once that is so: nobody was called, and whatever the attempt says is no word of the calendar. */
  readonly stopped: () => Stopped | null;
  /** What it reads says neither who is invited nor when it reminds: an answer of a desktop has no room for that. */
  readonly mute: boolean;
  /** Calls of a desktop that were answered, so far. */
  readonly heard: () => number;
}

export interface LineDeps {
  readonly store: StoreInternals;
  readonly vendors: (system: string) => VendorModule | null;
  readonly http: Http;
  readonly clock: Clock;
  /** The door of calls; left out = `http` as it is. */
  readonly calls?: Calls | undefined;
  /** Calls by desktops that keep a key; left out where none is served. */
  readonly desk?: Pick<Desk, 'ask'> | undefined;
}

export interface LineTo {
  readonly organisationId: string;
  readonly connectionId: string;
  readonly vendor: VendorModule;
  readonly part: CalendarPart;
  readonly access: FreshAccess;
}

export const lineTo = (to: LineTo, deps: LineDeps): Line => (to.access.keptBy === null ? byUs(to, deps) : byDesk(to, deps));

function byUs({ organisationId, connectionId, vendor: { manifest }, part, access }: LineTo, { store, vendors, http, clock, calls }: LineDeps): Line {
  const insisting = insist({ internals: store, vendors, http, clock, calls }, organisationId, access);
  const door = ({ secrets }: FreshAccess): Http => calls?.of({ manifest, organisationId, connectionId, secrets, purpose: 'calendar.write' }) ?? http;
  return {
    part, over: insisting.over, stopped: () => null, heard: () => 0, mute: false,
    call: (make) => insisting.call((with_) => make({ http: door(with_), clock }, with_)),
  };
}

const NOBODY: Http = { send: () => Promise.reject(new Error('The desktop calls.')) };

function byDesk({ organisationId, connectionId, vendor: { manifest }, part: { entryType }, access }: LineTo, { store, clock, desk }: LineDeps): Line {
  const { settings, mark, fence } = access;
  const calls = deskCalls({ internals: store, desk, organisationId, connectionId, system: manifest.id, settings, mark, fence });
  let stopped: Stopped | null = null;
  let heard = 0;
  async function asked<T>(answer: Promise<ByDesk<T, CalendarTrouble>>): Promise<CalendarResult<T>> {
    const done = await answer;
    if (done.kind === 'read') {
      heard += 1;
      return done.read;
    }
    stopped = done.stopped;
    return err({ code: 'normalise.reread_failed', message: `The desktop did not call: ${stopped.code}.`, retryable: true, retryAfterMs: null });
  }
  return {
    over: () => null, stopped: () => stopped, heard: () => heard, mute: true,
    // Its key is not here, and neither is anything else that a call would need.
    call: (make) => make({ http: NOBODY, clock }, { connectionId, settings, secrets: {} }),
    part: {
      entryType,
      write: (_ports, _access, calendarRef, event, condition) => asked(calls.writeEntry(calendarRef, event, condition)),
      remove: (_ports, _access, calendarRef, remoteId, etag) => asked(calls.removeEntry(calendarRef, remoteId, etag)),
      read: (_ports, _access, calendarRef, remoteId) => asked(calls.readEntry(calendarRef, remoteId)),
    },
  };
}
