import { moneyText as moneyWords } from '../../core/domain/money/money.ts';
import { span, zoneAbbreviation } from '../../core/domain/day/localTime.ts';
import { t } from '../i18n/index.ts';

/** All numbers, times and amounts become text here. Times in milliseconds since the epoch or ISO instants. */

export const LOCALE = 'en-GB';
export const VIEWER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

const formats = new Map<string, Intl.DateTimeFormat>();
const dateFormat = (key: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.DateTimeFormat(LOCALE, options)));
  return format;
};

export type Moment = number | string;
const ms = (at: Moment): number => (typeof at === 'number' ? at : Date.parse(at));

/** `14:05` where the venue is. */
export const timeText = (at: Moment, zone: string): string => dateFormat(`t ${zone}`, { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(ms(at));
/** `14:05:09` */
export const clockText = (at: Moment, zone: string): string => dateFormat(`c ${zone}`, { timeZone: zone, hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(ms(at));
/** `Fri 20 Nov` */
export const dayText = (at: Moment, zone: string): string => dateFormat(`d ${zone}`, { timeZone: zone, weekday: 'short', day: 'numeric', month: 'short' }).format(ms(at)).replace(',', '');
const WEEK_MS = 6 * 86_400_000;
/** `14:05` on the same day as `now`, `Thu 14:05` within a week, else `20 Nov`. */
export function momentText(at: Moment, zone: string, now: number): string {
  const day = dayText(at, zone);
  if (day === dayText(now, zone)) return timeText(at, zone);
  const [weekday, ...date] = day.split(' ');
  return Math.abs(ms(at) - now) < WEEK_MS ? `${weekday} ${timeText(at, zone)}` : date.join(' ');
}

/** For the hover: full venue time, and the viewer's own when that differs. */
export function fullMoment(at: Moment, zone: string): string {
  const venue = `${dayText(at, zone)} ${clockText(at, zone)} ${zoneAbbreviation(zone, ms(at))}`;
  if (timeText(at, zone) === timeText(at, VIEWER_ZONE)) return venue;
  return t('time.both', { venue, viewer: `${dayText(at, VIEWER_ZONE)} ${clockText(at, VIEWER_ZONE)} ${zoneAbbreviation(VIEWER_ZONE, ms(at))}` });
}

/** A length of time in its two largest units: `2 h 14`, `14 min`, `45 s`, `3 d 4 h`. */
export function spanText(length: number): string {
  const { days, hours, minutes, seconds } = span(length);
  if (days > 0) return hours > 0 && days < 10 ? t('time.daysHours', { days, hours }) : t('time.days', { days });
  if (hours > 0) return t('time.hoursMinutes', { hours, minutes: String(minutes).padStart(2, '0') });
  if (minutes > 0) return t('time.minutes', { minutes });
  return t('time.seconds', { seconds });
}

export const moneyText = (minor: number, currency: string, zeros: 'auto' | 'stripIfInteger' = 'auto'): string => moneyWords(minor, currency, { zeros, symbol: 'narrowSymbol' });

/** For big numerals: without the smallest units when there are none. */
export const bigMoneyText = (minor: number, currency: string): string => moneyText(minor, currency, 'stripIfInteger');

/** A name of any script inside our sentence: isolated, so that neither changes the other's direction. */
export const isolated = (text: string): string => `\u2068${text}\u2069`;
/** Parts of a line with a middle dot between them; empty ones are left out. */
export const dotted = (parts: readonly (string | null | undefined | false)[]): string => parts.filter((part): part is string => Boolean(part)).map(isolated).join(' · ');

const counts = new Intl.NumberFormat(LOCALE);
export const countText = (count: number): string => counts.format(count);
