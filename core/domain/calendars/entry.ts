import type { Calendar } from '../../contract/record/calendars.ts';
import type { Wedding } from '../../contract/record/day.ts';
import type { Contact } from '../../contract/record/people.ts';
import type { Resource } from '../../contract/record/taking.ts';
import type { TRADES } from '../../contract/record/trade.ts';
import type { EntryRow } from './subjects.ts';
import { entryStatus, spanOf, type EntryStatus } from './targets.ts';
import type { Stood } from './returned.ts';
import { descriptionFrom, descriptionTemplate, titleFrom, titleTemplate, type Filled, type Templated } from './templates.ts';
import { throughOf, type Whose } from './wholes.ts';

/** What an entry of ours says in somebody's calendar, by how much its readers may see. */

type Privacy = Calendar['privacy'];
/** Whose calendar it is, and how much its readers see. */
export type Read = Templated & Whose;
const TITLE_MOST = 300;
/** Never between the halves of a sign: over there it would read otherwise than here for ever. */
const cut = (title: string, most = TITLE_MOST): string => title.slice(0, most).replace(/[\ud800-\udbff]$/, '');
/** Something of it is seen. */
const SHOWS = /[^\p{Cc}\p{Cf}\p{Z}]/u;

/** In the language of the calendar's readers; `{{name}}` stands for what is told. */
export interface EntryWords {
  readonly busy: string;
  readonly wedding: string;
  readonly trade: string;
  readonly callTime: string;
  readonly place: string;
  readonly contact: string;
  readonly owner: string;
  readonly trades: Readonly<Record<(typeof TRADES)[number], string>>;
  readonly kinds: Readonly<Record<EntryRow['collection'], string>>;
  readonly statuses: Readonly<Record<EntryStatus, string>>;
}

/** What is told besides the row itself; null = there is none. */
export interface Around {
  readonly wedding: Pick<Wedding, 'title' | 'zone'> | null;
  readonly resource: Pick<Resource, 'name'> | null;
  readonly contact: Pick<Contact, 'name' | 'email'> | null;
  /** Of the house, IANA. */
  readonly zone: string;
  /** Something else of the same wedding stands in the same calendar; left out = nothing does. */
  readonly covered?: boolean;
}

export interface EntryOptions {
  /** Id of the push: each calendar has its own copy. */
  readonly pushId: string;
  readonly calendar: Read & Pick<Calendar, 'invite' | 'reminders' | 'categoryWord'>;
  readonly around: Around;
  readonly words: EntryWords;
  readonly sequence: number;
  /** When the row was changed last. UTC milliseconds. */
  readonly changedAt: number;
}

const placeOf = ({ collection, row }: EntryRow): string | null => (collection === 'weddings' ? row.room : collection === 'allocations' ? null : row.place);

/** Its own; in the calendar of a part it names the whole, so that whoever keeps that one knows why it is taken. */
function titleOf(subject: EntryRow, calendar: Read): string {
  const through = throughOf(subject, calendar);
  if (through === null) return subject.row.title;
  const whole = ` (${through.name})`;
  return `${cut(subject.row.title, Math.max(0, TITLE_MOST - whole.length))}${whole}`;
}

/**
 * What both sides can be compared by; null = nothing of it is to stand there. What its readers do not see is null. `told`: the title that
 * was written, or is: by a template it says more than the row.
 */
export function stoodOf(subject: EntryRow, calendar: Read, told?: string | null): Stood | null {
  const { privacy } = calendar;
  const [span, status] = [spanOf(subject), entryStatus(subject)];
  if (span === null || status === null) return null;
  return {
    startsAt: new Date(span.startsAt).toISOString(), endsAt: new Date(span.endsAt).toISOString(), status,
    title: privacy === 'busy' ? null : titleTemplate(calendar) === null ? titleOf(subject, calendar) : (told ?? titleOf(subject, calendar)),
    place: privacy === 'full' ? placeOf(subject) : null,
  };
}

/** What of a row is written for readers of this privacy, and nothing else. Where two say the same, nothing has to be written. */
export function tellingOf(subject: EntryRow, calendar: Read): string {
  const { privacy } = calendar;
  const { collection, row } = subject;
  const sheet = (): unknown[] => (subject.collection === 'runSheetItems' ? [subject.row.owner, subject.wedding?.title, subject.wedding?.zone] : []);
  const more = privacy !== 'full' ? [] : collection === 'runSheetItems' ? sheet() : collection === 'bookings' ? [row.trade, row.callTime, row.contactId, row.weddingId] : collection === 'allocations' ? [row.weddingId] : [row.zone];
  const named = collection === 'bookings' && (titleTemplate(calendar) ?? descriptionTemplate(calendar)) !== null ? [row.vendorName] : [];
  return JSON.stringify([stoodOf(subject, calendar), ...more, ...named]);
}

const clockOf = (instant: string, zone: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(Date.parse(instant));
const filled = (text: string, values: Readonly<Record<string, string>>): string => text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole);

/** The whole that is taken is said with what takes it. */
function filledOf(subject: EntryRow, status: EntryStatus, { calendar, around, words }: EntryOptions): Filled {
  const { collection, row } = subject;
  const resource = around.resource?.name ?? '';
  const of = {
    weddings: () => ({ vendor: '', room: placeOf(subject) ?? resource }),
    bookings: () => ({ vendor: 'vendorName' in row ? (row.vendorName ?? '') : '', room: placeOf(subject) ?? '' }),
    allocations: () => ({ vendor: '', room: resource }),
    runSheetItems: () => ({ vendor: 'owner' in row ? (row.owner ?? '') : '', room: placeOf(subject) ?? '' }),
  }[collection]();
  return {
    ...of,
    what: titleOf(subject, calendar),
    wedding: collection === 'weddings' ? row.title : (around.wedding?.title ?? ''),
    kind: words.kinds[collection],
    status: words.statuses[status],
    trade: collection === 'bookings' ? words.trades[row.trade] : '',
    'call time': collection === 'bookings' && row.callTime !== null ? clockOf(row.callTime, around.wedding?.zone ?? around.zone) : '',
    contact: around.contact?.name ?? '',
  };
}

function descriptionOf({ collection, row }: EntryRow, { around, words }: EntryOptions): string {
  const zone = around.wedding?.zone ?? around.zone;
  const lines: string[] = [];
  if (collection !== 'weddings' && around.wedding) lines.push(filled(words.wedding, { title: around.wedding.title }));
  if (collection === 'bookings') {
    lines.push(filled(words.trade, { trade: words.trades[row.trade] }));
    if (row.callTime !== null) lines.push(filled(words.callTime, { time: clockOf(row.callTime, zone) }));
    if (around.contact) lines.push(filled(words.contact, { name: around.contact.name }));
  }
  if (collection === 'runSheetItems') {
    if (row.owner !== null) lines.push(filled(words.owner, { name: row.owner }));
    if (row.place !== null) lines.push(filled(words.place, { name: row.place }));
  } else if (around.resource && collection !== 'bookings') lines.push(filled(words.place, { name: around.resource.name }));
  return lines.join('\n');
}

/** As `OutgoingEvent` of `core/vendors/calendars.ts` has it. Times in UTC milliseconds. */
export interface Entry {
  readonly ourId: string;
  readonly title: string;
  readonly description: string;
  readonly location: string | null;
  readonly when: { readonly kind: 'times'; readonly startsAt: number; readonly endsAt: number; readonly zone: string };
  readonly status: 'confirmed' | 'tentative';
  readonly busy: boolean;
  readonly privacy: Privacy;
  readonly busyText: string;
  readonly attendees?: readonly { readonly email: string; readonly name: string | null }[];
  readonly invite?: boolean;
  readonly reminders: readonly number[];
  /** '' = none; left out = whatever it has. */
  readonly category?: string;
  readonly sequence: number;
  readonly changedAt: number;
}

/** The entry as it is to stand there; null = nothing is. */
export function entryOf(subject: EntryRow, options: EntryOptions): Entry | null {
  const { pushId, calendar, around, words, sequence, changedAt } = options;
  const [span, status] = [spanOf(subject), entryStatus(subject)];
  if (span === null || status === null) return null;
  const [titles, descriptions] = [titleTemplate(calendar), descriptionTemplate(calendar)];
  const title = titles === null ? '' : cut(titleFrom(titles, filledOf(subject, status, options))).trim();
  const email = around.contact?.email ?? null;
  const invited = calendar.invite && calendar.privacy === 'full' && (subject.collection === 'bookings' || subject.collection === 'runSheetItems');
  return {
    ourId: pushId,
    title: SHOWS.test(title) ? title : titleOf(subject, calendar),
    description: descriptions === null ? descriptionOf(subject, options) : descriptionFrom(descriptions, filledOf(subject, status, options)),
    location: placeOf(subject),
    when: { kind: 'times', ...span, zone: around.wedding?.zone ?? (subject.collection === 'weddings' ? subject.row.zone : around.zone) },
    status,
    // Beside its wedding or its owner's booking it takes nobody's time a second time.
    busy: !(subject.collection === 'runSheetItems' && around.covered === true),
    privacy: calendar.privacy,
    busyText: words.busy,
    ...(invited ? { attendees: email === null ? [] : [{ email, name: around.contact?.name ?? null }], invite: true } : {}),
    reminders: calendar.reminders,
    ...(typeof calendar.categoryWord === 'string' ? { category: calendar.categoryWord } : {}),
    sequence,
    changedAt,
  };
}
