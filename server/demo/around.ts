import type { CalendarEvent, WeatherNotice } from '../../core/contract/record/day.ts';
import type { Message } from '../../core/contract/record/people.ts';
import type { Document } from '../../core/contract/record/trade.ts';

/** What is said, shared, noted and forecast around the made-up weddings. Times of day are minutes after midnight where the wedding is. */

export const HOUSE_EMAIL = 'events@ashgrove.example.org';
export const HOUSE_PHONE = '+44 20 7946 0100';

export interface StoryMessage {
  readonly minutesAgo: number;
  readonly channel: Message['channel'];
  readonly direction: Message['direction'];
  /** Somebody of the wedding's people, by name; or who is not among them. */
  readonly who: string;
  readonly subject: string | null;
  readonly text: string;
  readonly status: Message['status'];
  readonly failureReason: string | null;
}

export interface StoryDocument {
  readonly title: string;
  readonly kind: Document['kind'];
  readonly status: Document['status'];
  readonly daysAgo: number;
  /** Whose booking it belongs to; null = the wedding as a whole. */
  readonly vendorName: string | null;
}

export interface StoryEntry {
  readonly title: string;
  readonly calendar: string;
  readonly place: string | null;
  /** Days from the wedding's own. */
  readonly inDays: number;
  /** Null = all day. */
  readonly from: number | null;
  readonly to: number | null;
  readonly status: CalendarEvent['status'];
}

export interface StoryWeather extends Pick<WeatherNotice, 'place' | 'kind' | 'severity' | 'headline' | 'detail'> {
  /** It lasts until the wedding is over. */
  readonly from: number;
}

export interface StoryAround {
  readonly messages: readonly StoryMessage[];
  readonly documents: readonly StoryDocument[];
  readonly entries: readonly StoryEntry[];
  readonly weather: readonly StoryWeather[];
}

const at = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
};
const HOUR = 60;
const DAY = 24 * HOUR;

const said = (minutesAgo: number, channel: Message['channel'], who: string, text: string, subject: string | null = null): StoryMessage => ({ minutesAgo, channel, direction: 'in', who, subject, text, status: 'received', failureReason: null });
const sent = (minutesAgo: number, channel: Message['channel'], who: string, text: string, status: Message['status'], more: Partial<Pick<StoryMessage, 'subject' | 'failureReason'>> = {}): StoryMessage => ({
  minutesAgo, channel, direction: 'out', who, subject: null, text, status, failureReason: null, ...more,
});
const paper = (daysAgo: number, kind: Document['kind'], title: string, status: Document['status'], vendorName: string | null = null): StoryDocument => ({ daysAgo, kind, title, status, vendorName });
const entry = (inDays: number, from: string | null, to: string | null, title: string, place: string | null, calendar = 'House diary', status: CalendarEvent['status'] = 'confirmed'): StoryEntry => ({
  title, calendar, place, inDays, from: from === null ? null : at(from), to: to === null ? null : at(to), status,
});

export const ADAEZE_AND_TOM: StoryAround = {
  messages: [
    said(7, 'sms', 'Adaeze Oyelaran', 'Grandma’s wheelchair comes in the second car.\nCan somebody meet her at the east gate?'),
    sent(5, 'sms', 'Adaeze Oyelaran', 'Helen is at the east gate with a ramp.', 'delivered'),
    said(34, 'whatsapp', 'Rufus Penhale', 'Two guests have cancelled, one is coeliac now. We have changed table nine.'),
    sent(52, 'email', 'Margaret Oyelaran', 'Here is the timetable of the evening.', 'failed', { subject: 'The evening at Ashgrove Hall', failureReason: 'The mailbox is full' }),
    said(95, 'slack', 'Night porter', 'Second generator tested, runs.'),
    said(1 * DAY + 2 * HOUR, 'email', 'Marta Kowalczyk', 'Hello,\n\nwe play four pieces before the ceremony and two while the register is signed. We need four chairs without arms.\n\nMarta', 'What we play, and chairs'),
    sent(1 * DAY + 1 * HOUR, 'email', 'Marta Kowalczyk', 'The chairs are in the Walled Garden from eleven.', 'read', { subject: 'Re: What we play, and chairs' }),
    said(3 * DAY, 'sms', 'Tom Whitcombe', 'My brother is bringing the rings, not me. Just so that somebody else knows.'),
  ],
  documents: [
    paper(318, 'contract', 'Hire of Ashgrove Hall', 'signed'),
    paper(64, 'contract', 'Wedding breakfast and evening food', 'signed', 'Penhale Kitchens'),
    paper(21, 'questionnaire', 'Music through the day', 'completed', 'Kestrel Quartet'),
    paper(2, 'invoice', 'Accommodation, six rooms', 'viewed'),
  ],
  entries: [entry(-1, '16:00', '17:00', 'Rehearsal', 'Walled Garden'), entry(0, null, null, 'East drive closed to visitors', 'East drive', 'Grounds'), entry(1, '09:30', '11:00', 'Farewell breakfast', 'Orangery')],
  weather: [
    {
      place: 'Ashgrove Hall', kind: 'forecast', severity: 'warning', headline: 'Strong wind, gusts of 62 km/h', from: at('06:00'),
      detail: 'Gusts from the west above the house’s limit of 55 km/h for sails and umbrellas. The South Lawn is open to it; the Walled Garden is sheltered.',
    },
  ],
};

export const PERSEPHONE_AND_MAXIMILIAN: StoryAround = {
  messages: [
    said(3 * HOUR, 'email', 'Persephone Featherstonehaugh-Cholmondeley', 'We are ninety-six after all, and nine of them are under five. Is there a quiet room?', 'Guests, and a quiet room'),
    sent(2 * HOUR, 'email', 'Persephone Featherstonehaugh-Cholmondeley', 'The Library is yours from noon.', 'delivered', { subject: 'Re: Guests, and a quiet room' }),
    said(2 * DAY, 'teams', 'Helen Ashdown', 'Orangery heating is repaired.'),
  ],
  documents: [paper(207, 'contract', 'Hire of the Orangery', 'signed'), paper(6, 'proposal', 'Bar and cocktails', 'viewed', 'Bramble & Rye Bar')],
  entries: [entry(-1, '17:00', '18:00', 'Rehearsal and walk-through', 'Orangery')],
  weather: [],
};

export const LIORA_AND_NOAM: StoryAround = {
  messages: [said(5 * HOUR, 'whatsapp', 'נועם ברקאי', 'שלום, אפשר להביא את החופה ביום חמישי בבוקר?'), sent(4 * HOUR, 'whatsapp', 'נועם ברקאי', 'כן, השער המזרחי פתוח משמונה.', 'read')],
  documents: [paper(150, 'contract', 'Hire of the Walled Garden', 'signed'), paper(11, 'order', 'Chuppah and garden seating', 'shared', 'Lantern & Loom')],
  entries: [entry(-1, '15:00', '16:00', 'Rehearsal', 'Walled Garden', 'House diary', 'tentative')],
  weather: [],
};
