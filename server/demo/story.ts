import type { Contact } from '../../core/contract/record/people.ts';
import type { Booking } from '../../core/contract/record/trade.ts';
import { ADAEZE_AND_TOM, LIORA_AND_NOAM, PERSEPHONE_AND_MAXIMILIAN, type StoryAround } from './around.ts';

/** The made-up house and its people. Times are minutes after midnight where the wedding is. */

export const HOUSE = { name: 'Ashgrove Hall', zone: 'Europe/London', currency: 'GBP' } as const;

const at = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
};

export interface StoryPerson {
  readonly name: string;
  readonly email: string;
  readonly phone: string | null;
  readonly company: string | null;
  readonly role: Contact['role'];
}

export interface StoryBooking {
  readonly title: string;
  readonly trade: Booking['trade'];
  readonly vendorName: string;
  readonly call: number;
  readonly from: number;
  readonly to: number;
  readonly place: string;
  readonly amountMinor: number;
  readonly status: Booking['status'];
}

export interface StoryItem {
  readonly title: string;
  readonly from: number;
  readonly to: number;
  readonly place: string;
  readonly owner: string;
}

/** A room or a vendor whose terms the house knows. Of the others nobody has said what they ask, as in any real house. */
export interface StoryResource {
  readonly kind: 'room' | 'vendor';
  readonly name: string;
  /** Of a vendor, to know how many it serves at a time. */
  readonly trade: Booking['trade'] | null;
  /** Whole pounds: for being moved at all, with at most so many days to go; and for each hour begun that it lasts longer. Null = nobody has said. */
  readonly movePounds: number;
  readonly moveDays: number | null;
  readonly hourPounds: number | null;
}

export interface StoryWedding {
  /** Days from today. */
  readonly inDays: number;
  readonly title: string;
  readonly room: string;
  readonly guestCount: number;
  readonly from: number;
  readonly to: number;
  readonly coupleName: string;
  readonly coupleEmail: string;
  readonly people: readonly StoryPerson[];
  readonly bookings: readonly StoryBooking[];
  readonly payments: readonly { readonly description: string; readonly payerName: string; readonly amountMinor: number; readonly daysAgo: number; readonly status: 'completed' | 'pending' }[];
  readonly items: readonly StoryItem[];
  readonly around: StoryAround;
}

const person = (role: Contact['role'], name: string, email: string, phone: string | null = null, company: string | null = null): StoryPerson => ({ role, name, email, phone, company });
const booking = (call: string, from: string, to: string, trade: Booking['trade'], vendorName: string, title: string, place: string, pounds: number, status: Booking['status'] = 'definite'): StoryBooking => ({
  title, trade, vendorName, call: at(call), from: at(from), to: at(to), place, amountMinor: pounds * 100, status,
});
const item = (from: string, to: string, title: string, place: string, owner: string): StoryItem => ({ title, from: at(from), to: at(to), place, owner });

const PLANNER = person('planner', 'Imogen Marsh', 'imogen@marshandvale.example.org', '+44 20 7946 0112', 'Marsh & Vale Weddings');

export const RESOURCES: readonly StoryResource[] = [
  { kind: 'room', name: 'Great Hall', trade: null, movePounds: 400, moveDays: 14, hourPounds: 180 },
  { kind: 'room', name: 'Orangery', trade: null, movePounds: 250, moveDays: 30, hourPounds: null },
  { kind: 'vendor', name: 'Kestrel Quartet', trade: 'music', movePounds: 120, moveDays: 7, hourPounds: 90 },
  { kind: 'vendor', name: 'Lantern & Loom', trade: 'hire', movePounds: 85, moveDays: null, hourPounds: 0 },
];

export const WEDDINGS: readonly StoryWedding[] = [
  {
    inDays: 0,
    title: 'Adaeze & Tom',
    room: 'Great Hall',
    guestCount: 128,
    from: at('09:00'),
    to: at('23:30'),
    coupleName: 'Adaeze Oyelaran & Tom Whitcombe',
    coupleEmail: 'adaeze.and.tom@example.org',
    people: [
      person('couple', 'Adaeze Oyelaran', 'adaeze.and.tom@example.org', '+44 7700 900141'),
      person('couple', 'Tom Whitcombe', 'tom.whitcombe@example.org', '+44 7700 900142'),
      PLANNER,
      person('vendor', 'Rufus Penhale', 'rufus@penhalekitchens.example.org', '+44 7700 900320', 'Penhale Kitchens'),
      person('vendor', 'Marta Kowalczyk', 'marta@kestrelquartet.example.org', '+44 7700 900321', 'Kestrel Quartet'),
      person('venue', 'Helen Ashdown', 'helen@ashgrove.example.org', '+44 20 7946 0100', 'Ashgrove Hall'),
    ],
    bookings: [
      booking('08:30', '10:00', '23:00', 'catering', 'Penhale Kitchens', 'Wedding breakfast and evening food', 'Main kitchen', 14_850),
      booking('10:00', '11:00', '17:00', 'hire', 'Lantern & Loom', 'Chairs, linen and table dressing', 'Great Hall', 3_260),
      booking('12:15', '13:00', '16:30', 'music', 'Kestrel Quartet', 'String quartet for the ceremony', 'Walled Garden', 1_450),
      booking('12:30', '13:30', '14:15', 'celebrant', 'Northgate Registrars', 'Civil ceremony', 'Walled Garden', 640),
      booking('14:00', '15:00', '23:30', 'catering', 'Bramble & Rye Bar', 'Bar and cocktails', 'Orangery', 4_120),
      booking('17:45', '18:30', '22:30', 'other', 'Mirrorbox', 'Photo booth', 'Library', 780),
      booking('18:30', '20:30', '23:30', 'music', 'Late Set', 'DJ and dance floor', 'Great Hall', 1_150),
      booking('22:45', '23:15', '23:45', 'transport', 'Redpath Coaches', 'Two coaches to the station', 'South gate', 890),
    ],
    payments: [
      { description: 'Deposit', payerName: 'Adaeze Oyelaran', amountMinor: 500_000, daysAgo: 312, status: 'completed' },
      { description: 'Second instalment', payerName: 'Tom Whitcombe', amountMinor: 920_000, daysAgo: 96, status: 'completed' },
      { description: 'Evening drinks package', payerName: 'Margaret Oyelaran', amountMinor: 238_000, daysAgo: 9, status: 'completed' },
      { description: 'Accommodation, six rooms', payerName: 'Tom Whitcombe', amountMinor: 111_000, daysAgo: 2, status: 'pending' },
    ],
    items: [
      item('08:00', '08:30', 'House opens, walk-through', 'Great Hall', 'Helen Ashdown'),
      item('08:30', '10:00', 'Kitchen moves in', 'Main kitchen', 'Penhale Kitchens'),
      item('09:00', '12:30', 'Bridal suite: hair and make-up', 'Bridal Suite', 'Imogen Marsh'),
      item('10:00', '12:30', 'Great Hall turned and dressed', 'Great Hall', 'Lantern & Loom'),
      item('12:15', '12:45', 'Quartet sound check', 'Walled Garden', 'Kestrel Quartet'),
      item('12:30', '13:15', 'Guests arrive, seated by 13:15', 'Walled Garden', 'Imogen Marsh'),
      item('13:30', '14:15', 'Ceremony', 'Walled Garden', 'Northgate Registrars'),
      item('14:15', '15:00', 'Confetti and group photographs', 'South Lawn', 'Imogen Marsh'),
      item('15:00', '16:30', 'Drinks reception and canapés', 'Orangery', 'Bramble & Rye Bar'),
      item('16:30', '16:50', 'Receiving line, call to dinner', 'Great Hall', 'Helen Ashdown'),
      item('16:50', '18:45', 'Wedding breakfast', 'Great Hall', 'Penhale Kitchens'),
      item('18:45', '19:20', 'Speeches', 'Great Hall', 'Imogen Marsh'),
      item('19:20', '20:15', 'Room turn, evening guests arrive', 'Great Hall', 'Lantern & Loom'),
      item('20:15', '20:30', 'Cake and first dance', 'Great Hall', 'Imogen Marsh'),
      item('20:30', '22:45', 'Dancing; evening food at 21:15', 'Great Hall', 'Late Set'),
      item('22:45', '23:15', 'Last orders and last dance', 'Great Hall', 'Late Set'),
      item('23:15', '23:30', 'Carriages', 'South gate', 'Redpath Coaches'),
    ],
    around: ADAEZE_AND_TOM,
  },
  {
    inDays: 2,
    title: 'Persephone & Maximilian',
    room: 'Orangery',
    guestCount: 96,
    from: at('11:00'),
    to: at('23:45'),
    coupleName: 'Persephone Featherstonehaugh-Cholmondeley & Maximilian Ravensbourne-Throckmorton',
    coupleEmail: 'persephone.and.max@example.org',
    people: [
      person('couple', 'Persephone Featherstonehaugh-Cholmondeley', 'persephone.and.max@example.org', '+44 7700 900151'),
      person('couple', 'Maximilian Ravensbourne-Throckmorton', 'max.rt@example.org', '+44 7700 900152'),
    ],
    bookings: [
      booking('11:30', '13:00', '16:00', 'music', 'Hollow Pipe Trio', 'Woodwind trio', 'Orangery', 980),
      booking('15:00', '17:00', '23:30', 'catering', 'Bramble & Rye Bar', 'Bar and cocktails', 'Orangery', 3_340, 'hold'),
    ],
    payments: [{ description: 'Deposit', payerName: 'Persephone Featherstonehaugh-Cholmondeley', amountMinor: 450_000, daysAgo: 205, status: 'completed' }],
    items: [item('13:00', '13:45', 'Ceremony', 'Orangery', 'Helen Ashdown'), item('16:00', '18:30', 'Wedding breakfast', 'Orangery', 'Helen Ashdown')],
    around: PERSEPHONE_AND_MAXIMILIAN,
  },
  {
    inDays: 9,
    title: 'ליאורה ונועם',
    room: 'Walled Garden',
    guestCount: 174,
    from: at('12:00'),
    to: at('23:30'),
    coupleName: 'ליאורה אבן־צור ונועם ברקאי',
    coupleEmail: 'liora.and.noam@example.org',
    people: [person('couple', 'ליאורה אבן־צור', 'liora.and.noam@example.org', '+44 7700 900161'), person('couple', 'נועם ברקאי', 'noam.barkai@example.org', '+44 7700 900162')],
    bookings: [booking('10:00', '12:00', '17:00', 'hire', 'Lantern & Loom', 'Chuppah and garden seating', 'Walled Garden', 2_480)],
    payments: [{ description: 'Deposit', payerName: 'נועם ברקאי', amountMinor: 600_000, daysAgo: 148, status: 'completed' }],
    items: [item('15:00', '15:45', 'Ceremony under the chuppah', 'Walled Garden', 'Helen Ashdown')],
    around: LIORA_AND_NOAM,
  },
];
