import { FILL_IN } from './completeness.ts';

/** Made-up facts for a new folder: our own contract for bridges, rows and entries; of a mail only its labels are known. */

/** Ways that are data: everything but an interface of the system's own. */
export type RecipePath = 'bridge' | 'feed' | 'file' | 'mail';

export const TRIGGER = 'booking_created';

const ADA = { name: 'Ada Example', email: 'ada@example.org' };

const body = {
  trigger: TRIGGER,
  updated_at: '2026-11-18T09:00:00.000Z',
  project_id: 'p-1',
  project_name: 'Summer wedding',
  project_date: '2027-06-12',
  client_name: ADA.name,
  client_email: ADA.email,
};

const entry = {
  uid: 'one@calendar.example',
  recurrenceId: null,
  title: 'Wedding',
  description: null,
  place: null,
  startsAt: '2027-06-12T11:30:00.000Z',
  endsAt: '2027-06-12T22:00:00.000Z',
  allDay: false,
  zone: 'Europe/London',
  status: 'confirmed',
  busy: true,
  calendar: null,
  gone: false,
};

const rows = [
  {
    reference: 'J-1',
    ...ADA,
    phone: '+44 7700 900123',
    event_date: '12/06/2027',
    start_time: '12:30',
    end_time: '23:00',
    title: 'Summer wedding',
    status: 'Confirmed',
    amount: '1,850.00',
    currency: 'GBP',
    place: 'Long barn',
  },
  { first_name: 'Noor', last_name: 'Haddad', event_date: '2027-08-28' },
];

const mail = (id: string) => ({
  messageId: `<1@${id}.example>`,
  signedBy: `${id}.example`,
  from: `hello@${id}.example`,
  fromName: null,
  subject: 'New enquiry',
  sentAt: '2026-11-19T08:12:00.000Z',
  original: '(as it came)',
  text: `${FILL_IN}: a mail as they write it, with made-up people\n\nName: ${ADA.name}\nEmail: ${ADA.email}\nWedding date: 12 June 2027`,
});

/** Name of the fixture and what is in it. */
export function fixtureOf(path: RecipePath, id: string): readonly [name: string, value: unknown] {
  switch (path) {
    case 'bridge':
      return [TRIGGER, body];
    case 'feed':
      return ['entries', [entry]];
    case 'file':
      return ['rows', rows];
    case 'mail':
      return ['mails', [mail(id)]];
  }
}
