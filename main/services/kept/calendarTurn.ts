import type { DeskAnswer } from '../../../core/contract/desk.ts';
import type { DeskCalendarAsk } from '../../../core/contract/deskCalendars.ts';
import type { CalendarPart, CalendarResult, FoundEvent, OutgoingEvent, RemoteCalendar } from '../../../core/vendors/calendars.ts';
import type { CallPorts, ConnectionAccess } from '../../../core/vendors/calling.ts';

/** Calendars that are listed and written with a key of this desktop's keychain. One attempt each: the server decides what follows. */

/** More than anybody has; the rest of such a list is nothing that a person chooses from. */
const MOST_CALENDARS = 1_000;
const LONGEST = { name: 300, zone: 200, colour: 100, message: 500 };

const KINDS = ['calendars', 'entry_write', 'entry_remove', 'entry_read'] as const satisfies readonly DeskCalendarAsk['kind'][];
export const isCalendarAsk = (ask: { readonly kind: string }): ask is DeskCalendarAsk => KINDS.some((kind) => kind === ask.kind);

const given = <T>(result: CalendarResult<T>, answer: (value: T) => DeskAnswer): DeskAnswer => {
  if (result.ok) return answer(result.value);
  const { code, message, retryable, retryAfterMs } = result.error;
  return { outcome: 'trouble', code, message: message.slice(0, LONGEST.message), retryable, retryAfterMs };
};
const short = (text: string | null, longest: number): string | null => (text !== null && text.length > longest ? null : text);

const listed = ({ remoteId, name, zone, mayWrite, primary, colour }: RemoteCalendar) => {
  return { remoteId, name: name.slice(0, LONGEST.name), zone: short(zone, LONGEST.zone), mayWrite, primary, colour: short(colour, LONGEST.colour) };
};
const found = ({ remoteId, etag, sequence, ourId, title, description, place, when, status, busy, changedAt = null, says }: FoundEvent) => {
  return { remoteId, etag, sequence, ourId, title, description, place, when: { ...when }, status, busy, changedAt, ...(says ? { says } : {}) };
};

export async function callCalendar(ask: DeskCalendarAsk, part: CalendarPart, access: ConnectionAccess, ports: CallPorts): Promise<DeskAnswer> {
  switch (ask.kind) {
    case 'calendars':
      return given(await part.calendars(ports, access), (all) => ({ outcome: 'calendars', calendars: all.slice(0, MOST_CALENDARS).map(listed) }));
    case 'entry_write': {
      // The contract says that fields may be undefined, ours that they may be left out: in JSON the same.
      const done = await part.write(ports, access, ask.calendarRef, ask.event as OutgoingEvent, ask.condition);
      return given(done, ({ remoteId, etag, sequence, already }) => ({ outcome: 'written', written: { remoteId, etag, sequence, already } }));
    }
    case 'entry_remove':
      return given(await part.remove(ports, access, ask.calendarRef, ask.remoteId, ask.etag), (removed) => ({ outcome: 'removed', removed }));
    case 'entry_read':
      return given(await part.read(ports, access, ask.calendarRef, ask.remoteId), (entry) => ({ outcome: 'found', found: entry && found(entry) }));
  }
}
