import type { CollectionName } from '../../core/contract/record.ts';
import { Contact } from '../../core/contract/record/people.ts';
import { Conflict } from '../../core/contract/record/taking.ts';
import { Booking } from '../../core/contract/record/trade.ts';
import { countText, momentText, moneyText } from '../components/format.ts';
import { markOf } from '../conflicts/words.ts';
import { t, tMaybe } from '../i18n/index.ts';
import { consentWord } from './consents.ts';

const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** Longer texts are cut: the history tells that they changed, the row what they say now. */
const LONGEST = 160;

/** Where the words for a field's values are kept. */
const WORDS: Readonly<Partial<Record<CollectionName, Readonly<Record<string, string>>>>> = {
  weddings: { status: 'weddingStatus' },
  contacts: { role: 'contactRoles' },
  bookings: { status: 'bookingStatus', trade: 'trades' },
  payments: { status: 'paymentStatus' },
  runSheetItems: { status: 'itemStatus' },
  messages: { status: 'messageStatus', channel: 'channels' },
  documents: { status: 'documentStatus', kind: 'documentKinds' },
  calendarEvents: { status: 'entryStatus' },
  weatherNotices: { state: 'weatherState', kind: 'weatherKinds', severity: 'severity' },
  allocations: { status: 'conflicts.allocation' },
  conflicts: { state: 'conflicts.state' },
  calendars: { direction: 'calendars.direction', privacy: 'calendars.privacyOf', strategy: 'calendars.strategyOf' },
  differences: { kept: 'differences.side' },
  alerts: { state: 'alertState', severity: 'severity' },
  reviewItems: { state: 'alertState' },
  connections: { health: 'health' },
};

/** What each mailing system said, and when. */
function consentsText(value: unknown, zone: string): string | null {
  const consents = Contact.shape.consents.safeParse(value);
  if (!consents.success || !consents.data) return null;
  return consents.data.map(({ system, state, at, channel }) => `${t(consentWord(channel ?? 'mail', state))} (${tMaybe(`systems.${system}`) ?? system}, ${momentText(at, zone, Date.now())})`).join('; ');
}

/** What was ordered, by its names. */
function linesText(value: unknown): string | null {
  const lines = Booking.shape.lines.safeParse(value);
  if (!lines.success || !lines.data) return null;
  const text = lines.data.filter(({ within }) => within === null).map(({ name, units }) => (units === null || units === 1 ? name : `${countText(units)} × ${name}`)).join(', ');
  return text === '' ? t('inspector.historyNothing') : text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

const FEES: readonly string[] = ['moveFeeMinor', 'moveFeeDays', 'extraHourMinor'];

/** What a resource asks for: nobody has said is not the same as nothing. */
function feeText(field: string, value: unknown, currency: string | null): string | null {
  if (value === null) return t(field === 'moveFeeDays' ? 'inspector.historyAlways' : 'inspector.historyUnsaid');
  if (typeof value !== 'number') return null;
  if (field === 'moveFeeDays') return countText(value);
  return currency === null ? null : moneyText(value, currency);
}

/** How hard a conflict is, by what it is: one that passes a limit is no double booking. */
function levelText(value: unknown, of: unknown): string | null {
  const found = Conflict.pick({ level: true, kind: true }).safeParse({ level: value, kind: of });
  return found.success ? t(`conflicts.level.${markOf(found.data)}`) : null;
}

/**
 * A value as far as a person can read it: a time at the venue, a number, a word; ids and nested values are not told. `kind`: of the row,
 * where what is said depends on it. `currency`: of the house; null = sums are not told.
 */
export function valueText(collection: CollectionName, field: string, value: unknown, zone: string, kind: unknown = null, currency: string | null = null): string | null {
  if (collection === 'resources' && FEES.includes(field)) return feeText(field, value, currency);
  if (value === null || value === '') return t('inspector.historyNothing');
  if (typeof value === 'boolean') return t(value ? 'inspector.historyYes' : 'inspector.historyNo');
  if (typeof value === 'number') return String(value);
  if (collection === 'contacts' && field === 'consents') return consentsText(value, zone);
  if (collection === 'bookings' && field === 'lines') return linesText(value);
  if (collection === 'conflicts' && field === 'level') return levelText(value, kind);
  if (typeof value !== 'string') return null;
  if (INSTANT.test(value)) return momentText(value, zone, Date.now());
  const words = WORDS[collection]?.[field];
  const said = words === undefined ? null : tMaybe(`${words}.${value}`);
  return said ?? (value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value);
}
