import { randomUUID } from 'node:crypto';
import { err, ok } from '../../core/contract/result.ts';
import type { CalendarPart, CalendarTrouble, FoundEvent, OutgoingEvent, RemoteCalendar } from '../../core/vendors/calendars.ts';
import { shownOf } from '../../core/vendors/outgoing.ts';
import { vendorModule } from '../../core/vendors/registry.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';

/** Calendars over there, in memory: what stands in them, what was called, and faults that a test asks for. */

export const FAKE_CALENDAR = 'fake-calendar';

export interface FakeEntry {
  readonly remoteId: string;
  readonly calendarRef: string;
  readonly key: string;
  etag: string;
  event: OutgoingEvent;
  gone: boolean;
  /** Milliseconds, later with each change. */
  changedAt: number;
}

export interface FakeCall {
  readonly what: 'calendars' | 'create' | 'update' | 'remove' | 'read';
  readonly calendarRef: string | null;
  readonly title: string | null;
}

/** `before`: nothing was done. `after`: it was done, and the answer was lost. */
export interface Fault {
  readonly on: readonly FakeCall['what'][];
  readonly times: number;
  readonly when: 'before' | 'after';
  readonly trouble: CalendarTrouble;
  readonly calendarRef?: string;
}

export const UNANSWERED: CalendarTrouble = { code: 'normalise.reread_failed', message: 'HTTP 500', retryable: true, retryAfterMs: null };
export const TOO_MANY: CalendarTrouble = { code: 'normalise.reread_failed', message: 'HTTP 429', retryable: true, retryAfterMs: 120_000 };
export const FORBIDDEN: CalendarTrouble = { code: 'calendar.forbidden', message: 'HTTP 403', retryable: false, retryAfterMs: null };
export const REFUSED: CalendarTrouble = { code: 'calendar.refused', message: 'HTTP 400', retryable: false, retryAfterMs: null };

/** Something that happens while a call is made: before it counts, or before its answer is there. */
export interface Meanwhile {
  readonly when: 'before' | 'after';
  readonly work: () => Promise<void>;
}
/** What a reader of an entry can see of it. */
const visible = (event: OutgoingEvent): string => JSON.stringify([shownOf(event), event.when, event.status, event.busy]);

/** `now` left out = they do not say when an entry was changed. */
export function fakeCalendar(listed: readonly Partial<RemoteCalendar>[] = [{}], now?: () => number) {
  const calls: FakeCall[] = [];
  const entries: FakeEntry[] = [];
  const meanwhile: Meanwhile[] = [];
  let idle = 0;
  let latest = 0;
  let faults: Fault[] = [];
  let marks = 0;
  let held: Promise<void> = Promise.resolve();
  const state = {
    calendars: listed.map((one, n): RemoteCalendar => ({ remoteId: `https://calendars.example/${n}/`, name: `Calendar ${n}`, zone: 'Europe/London', mayWrite: true, primary: n === 0, colour: '#336699', ...one })),
  };
  const nextMark = (): string => `"${(marks += 1)}"`;
  const changedAt = (): number => (latest = Math.max(latest + 1, now?.() ?? 0));
  const change = (entry: FakeEntry, after: Partial<Pick<FakeEntry, 'event' | 'gone'>>): FakeEntry => Object.assign(entry, after, { etag: nextMark(), changedAt: changedAt() });
  const alive = (remoteId: string): FakeEntry | undefined => entries.find((one) => one.remoteId === remoteId && !one.gone);
  const trouble = (code: CalendarTrouble['code'], message: string) => err<CalendarTrouble>({ code, message, retryable: false, retryAfterMs: null });

  async function call<T>(what: FakeCall['what'], calendarRef: string | null, title: string | null, work: () => T): Promise<T | ReturnType<typeof err<CalendarTrouble>>> {
    calls.push({ what, calendarRef, title });
    await held;
    const fault = faults.find((one) => one.times > 0 && one.on.includes(what) && (one.calendarRef === undefined || one.calendarRef === calendarRef));
    const besides = fault || what === 'calendars' || what === 'read' ? undefined : meanwhile.shift();
    if (besides?.when === 'before') await besides.work();
    if (besides?.when === 'after') {
      const answer = work();
      await besides.work();
      return answer;
    }
    if (!fault) return work();
    faults = faults.map((one) => (one === fault ? { ...one, times: one.times - 1 } : one));
    if (fault.when === 'after') work();
    return err(fault.trouble);
  }

  const found = ({ remoteId, etag, event, changedAt: at }: FakeEntry): FoundEvent => {
    const { title, location = null, description = null } = shownOf(event);
    return { remoteId, etag, sequence: event.sequence, ourId: event.ourId, title, description, place: location, when: event.when, status: event.status, busy: event.busy, changedAt: now ? at : null };
  };
  const part: CalendarPart = {
    entryType: 'event',
    reads: (_access, all) => all.filter(({ primary }) => primary).map(({ remoteId }) => remoteId),
    originOf: () => null,
    calendars: () => call('calendars', null, null, () => ok(state.calendars)),
    write(_ports, _access, calendarRef, event, condition) {
      return call(condition.kind, calendarRef, event.title, () => {
        if (condition.kind === 'create') {
          const before = entries.find((one) => one.calendarRef === calendarRef && one.key === condition.key);
          if (before?.gone) return trouble('calendar.gone', 'It was deleted.');
          const entry = before ?? { remoteId: `${calendarRef}${randomUUID()}`, calendarRef, key: condition.key, etag: nextMark(), event, gone: false, changedAt: changedAt() };
          if (!before) entries.push(entry);
          return ok({ remoteId: entry.remoteId, etag: entry.etag, sequence: entry.event.sequence, already: before !== undefined });
        }
        const entry = alive(condition.remoteId);
        if (!entry) return trouble('calendar.gone', 'There is no such entry.');
        if (entry.etag !== condition.etag) return trouble('calendar.changed_there', 'Somebody was first.');
        if (visible(entry.event) === visible(event)) idle += 1;
        change(entry, { event });
        return ok({ remoteId: entry.remoteId, etag: entry.etag, sequence: event.sequence, already: false });
      });
    },
    remove(_ports, _access, calendarRef, remoteId, etag) {
      return call('remove', calendarRef, null, () => {
        const entry = alive(remoteId);
        if (!entry) return ok('already_gone' as const);
        if (etag !== null && entry.etag !== etag) return ok('changed_there' as const);
        change(entry, { gone: true });
        return ok('done' as const);
      });
    },
    read: (_ports, _access, calendarRef, remoteId) => call('read', calendarRef, null, () => {
      const entry = alive(remoteId);
      return ok(entry ? found(entry) : null);
    }),
  };
  const real = vendorModule('caldav');
  if (!real) throw new Error('no caldav');
  const { poll: _poll, test: _test, ...rest } = real;
  const vendor: VendorModule = { ...rest, manifest: { ...real.manifest, id: FAKE_CALENDAR, name: 'Fake calendar', fields: [] }, calendar: part };

  return {
    vendor, calls, state,
    vendors: (system: string): VendorModule | null => (system === FAKE_CALENDAR ? vendor : null),
    fail: (fault: Partial<Fault> = {}) => void faults.push({ on: ['create', 'update', 'remove'], times: 1, when: 'before', trouble: UNANSWERED, ...fault }),
    recover: () => {
      faults = [];
      meanwhile.length = 0;
    },
    /** Calls that come from now on wait until what this gives is called. */
    hold(): () => void {
      let release: () => void = () => undefined;
      held = new Promise((resolve) => (release = resolve));
      return release;
    },
    /** What stands there, by title. */
    standing: (calendarRef?: string) => entries.filter((one) => !one.gone && (calendarRef === undefined || one.calendarRef === calendarRef)).map((one) => found(one)).sort((a, b) => (a.title ?? '').localeCompare(b.title ?? '')),
    sent: (remoteId: string): OutgoingEvent | undefined => alive(remoteId)?.event,
    edit(remoteId: string, fields: Partial<OutgoingEvent>): void {
      const entry = alive(remoteId);
      if (!entry) throw new Error('there is no such entry');
      change(entry, { event: { ...entry.event, ...fields } });
    },
    take(remoteId: string): void {
      const entry = alive(remoteId);
      if (entry) change(entry, { gone: true });
    },
    /** Out of the bin again. */
    restore(remoteId: string): void {
      const entry = entries.find((one) => one.remoteId === remoteId);
      if (entry?.gone) change(entry, { gone: false });
    },
    /** An entry that somebody makes there; with our id in it, it is a copy of one of ours. */
    make(calendarRef: string, event: OutgoingEvent): FakeEntry {
      const entry: FakeEntry = { remoteId: `${calendarRef}${randomUUID()}`, calendarRef, key: randomUUID(), etag: nextMark(), event, gone: false, changedAt: changedAt() };
      entries.push(entry);
      return entry;
    },
    /** Everything that was ever there. */
    entries: entries as readonly FakeEntry[],
    /** Happens during the next writing call, one for each. */
    during: (one: Meanwhile) => void meanwhile.push(one),
    /** Writings after which an entry said what it had said before. */
    idleWritings: () => idle,
    written: () => calls.filter(({ what }) => what !== 'calendars' && what !== 'read').map(({ what }) => what),
  };
}
export type FakeCalendar = ReturnType<typeof fakeCalendar>;
