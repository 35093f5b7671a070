import { instantOfText, localDate, shortText } from './fields.ts';
import { wallTimeToInstant } from './wallTime.ts';

/**
 * Days and times as people write them in files, mails and forms. A text that may be two days is none: the connection says
 * which order is meant, or the day cannot be told apart.
 */

export const DATE_ORDERS = ['day_first', 'month_first'] as const;
export type DateOrder = (typeof DATE_ORDERS)[number];

export const dateOrderOf = (setting: string | undefined): DateOrder | null => DATE_ORDERS.find((order) => order === setting) ?? null;

/** Names of the months without accents, in English, French, German, Spanish, Italian, Dutch and Portuguese, and as they are shortened. */
const MONTHS: readonly string[] = [
  'january jan janvier januar janner enero ene gennaio gen januari janeiro',
  'february feb fevrier fev februar febrero febbraio februari fevereiro',
  'march mar mars marz mrz marzo maart mrt marco',
  'april apr avril avr abril abr aprile',
  'may mai mayo maggio mag mei maio',
  'june jun juin juni junio giugno giu junho',
  'july jul juillet juil juli julio luglio lug julho',
  'august aug aout agosto ago augustus',
  'september sep sept septembre septiembre setiembre settembre set setembro',
  'october oct octobre oktober okt octubre ottobre ott outubro out',
  'november nov novembre noviembre novembro',
  'december dec decembre dezember dez diciembre dic dicembre dezembro',
];
const MONTH_OF = new Map(MONTHS.flatMap((names, index) => names.split(' ').map((name) => [name, index + 1] as const)));

const monthOf = (word: string): number | null => MONTH_OF.get(word.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '')) ?? null;

const iso = (year: string, month: number | string, day: number | string): string | null =>
  localDate(`${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`);

/** A calendar day as `2026-11-20`; null = not a day, or one of two. A weekday and a time around it are passed over. */
export function writtenDay(value: unknown, order: DateOrder | null): string | null {
  const text = shortText(value);
  if (text === null) return null;
  const front = localDate(text);
  if (front !== null) return front;
  const numbers = /(?<!\d)(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?!\d)/.exec(text);
  if (numbers) return ofNumbers(Number(numbers[1]), Number(numbers[2]), numbers[3] ?? '', order);
  const yearFirst = /(?<!\d)(\d{4})[./](\d{1,2})[./](\d{1,2})(?!\d)/.exec(text);
  if (yearFirst) return iso(yearFirst[1] ?? '', yearFirst[2] ?? '', yearFirst[3] ?? '');
  const dayFirst = /(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|\.|º)?\s+(?:of\s+|de\s+)?(\p{L}{3,})\.?,?\s+(?:de\s+|of\s+)?(\d{4})(?!\d)/iu.exec(text);
  const monthFirst = /(?<!\p{L})(\p{L}{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)/iu.exec(text);
  for (const [day, word, year] of [
    dayFirst && [dayFirst[1], dayFirst[2], dayFirst[3]],
    monthFirst && [monthFirst[2], monthFirst[1], monthFirst[3]],
  ].filter((found) => found !== null)) {
    const month = monthOf(word ?? '');
    if (month !== null && day !== undefined && year !== undefined) return iso(year, month, day);
  }
  return null;
}

/** `03/04/2026` is two days; `25/12/2026` and `04/04/2026` are one. */
function ofNumbers(first: number, second: number, year: string, order: DateOrder | null): string | null {
  if (order === 'day_first') return iso(year, second, first);
  if (order === 'month_first') return iso(year, first, second);
  const [dayFirst, monthFirst] = [iso(year, second, first), iso(year, first, second)];
  if (dayFirst !== null && monthFirst !== null && dayFirst !== monthFirst) return null;
  return dayFirst ?? monthFirst;
}

/** `15:30`, `3:30 pm`, `15h30`, `3pm` -> `15:30`; null = no time of day. */
export function clockOf(value: unknown): string | null {
  const match = /^(\d{1,2})(?:[:.h](\d{2})?(?::\d{2})?)?\s*(a\.?m\.?|p\.?m\.?)?$/i.exec(shortText(value) ?? '');
  if (!match || (match[2] === undefined && match[3] === undefined && !/h$/i.test(match[0]))) return null;
  const half = match[3]?.toLowerCase().startsWith('p') ? 12 : 0;
  const hour = match[3] === undefined ? Number(match[1]) : (Number(match[1]) % 12) + half;
  const minute = Number(match[2] ?? 0);
  if (hour > 23 || minute > 59 || (match[3] !== undefined && (Number(match[1]) > 12 || Number(match[1]) === 0))) return null;
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

/** A wall time in the connection's zone -> UTC instant; null where no zone is set. */
export function instantOfWall(day: string | null, clock: string | null, zone: string | undefined): string | null {
  return day === null || clock === null || zone === undefined ? null : wallTimeToInstant(`${day}T${clock}`, zone);
}

/** A time with an offset, or one without in the connection's zone -> UTC instant. */
export function writtenInstant(value: unknown, zone: string | undefined): string | null {
  const exact = instantOfText(value);
  if (exact !== null) return exact;
  const local = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?$/.exec(shortText(value) ?? '');
  return local && zone !== undefined ? wallTimeToInstant(`${local[1]}T${local[2]}`, zone) : null;
}
