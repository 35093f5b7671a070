import type { Change } from '../../domain/record/changes.ts';
import { emailAddress, instantOfText, known, shortText } from '../fields.ts';
import { dayOfInstant, tradeOf, vendorNameOf } from '../settings.ts';
import type { Invitee, ScheduledEvent } from './shapes.ts';

/**
 * @param root - id of the first invitee of a chain of reschedules: one booking, however often it is moved
 * @param invitee - the newest of the chain, with its event
 */
export function bookingChanges(
  root: string,
  invitee: Invitee,
  event: ScheduledEvent,
  settings: Readonly<Record<string, string>>,
): readonly Change[] | null {
  const startsAt = instantOfText(event.start_time);
  if (startsAt === null) return null;
  const version =
    [invitee.updated_at, event.updated_at]
      .map(instantOfText)
      .filter((time) => time !== null)
      .sort()
      .at(-1) ?? null;
  const name = shortText(invitee.name) ?? shortText([invitee.first_name, invitee.last_name].filter(Boolean).join(' '));
  const [email, phone] = [emailAddress(invitee.email), shortText(invitee.text_reminder_number, 60)];
  const base = { wedding: { email, phone, date: dayOfInstant(startsAt, settings) }, occurredAt: version };
  const off = invitee.status === 'canceled' || event.status === 'canceled' || (invitee.no_show !== null && invitee.no_show !== undefined);
  return [
    { kind: 'contact', ...base, remote: { type: 'invitee_person', id: root, version }, fields: { role: 'couple', ...known({ name, email, phone }) } },
    {
      kind: 'booking',
      ...base,
      remote: { type: 'invitee', id: root, version },
      fields: {
        trade: tradeOf(settings),
        status: off ? 'cancelled' : 'definite',
        startsAt,
        ...known({
          title: shortText([shortText(event.name) ?? 'Appointment', name].filter(Boolean).join(': ')),
          vendorName: vendorNameOf(settings),
          endsAt: instantOfText(event.end_time),
          place: shortText(event.location?.location),
        }),
      },
      contactRemote: { type: 'invitee_person', id: root },
    },
  ];
}
