import type { OutgoingEvent } from '../../core/vendors/calendars.ts';

/** An entry of ours as tests write it. */
export const OUR_ID = '0199a000-0000-7000-8000-0000000ca1e0';

export const outgoing = (more: Partial<OutgoingEvent> = {}): OutgoingEvent => ({
  ourId: OUR_ID, title: 'Tasting: Ada & Ben', description: 'Menu two; bring the list', location: 'Orangery, east door',
  when: { kind: 'times', startsAt: Date.parse('2027-06-20T14:00:00.000Z'), endsAt: Date.parse('2027-06-20T15:30:00.000Z'), zone: 'Europe/London' },
  status: 'confirmed', busy: true, privacy: 'full', busyText: 'Busy', reminders: [60, 1440], sequence: 0, changedAt: Date.parse('2026-11-20T12:00:00.000Z'), ...more,
});

/** The same an hour later, as the next change. */
export const moved = (of: OutgoingEvent = outgoing(), byMs = 3_600_000): OutgoingEvent => {
  if (of.when.kind === 'days') throw new Error('whole days are moved by days');
  return { ...of, when: { ...of.when, startsAt: of.when.startsAt + byMs, endsAt: of.when.endsAt + byMs }, sequence: of.sequence + 1 };
};

export function valueOf<T>(answer: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: { readonly code: string; readonly message: string } }): T {
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`);
  return answer.value;
}
