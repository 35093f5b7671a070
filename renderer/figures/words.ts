import type { Availability, FigureSlot, FigureWindow, LastFault, Spread } from '../../core/contract/figures.ts';
import { dayText, spanText, timeText } from '../components/format.ts';
import { reasonText } from '../deliveries/DeliveryMark.tsx';
import { t, tMaybe } from '../i18n/index.ts';

/** What is not known, or was not measured. */
export const UNKNOWN = '–';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** A length that may be short: `150 ms`, `1.5 s`, `12 s`, `2 h 14`. */
export function lengthText(ms: number): string {
  if (ms < SECOND) return t('figures.milliseconds', { count: ms });
  return ms < MINUTE ? t('time.seconds', { seconds: ms / SECOND }) : spanText(ms);
}

/** What half, or 95 of 100, kept within. */
export function withinText({ count, ...kept }: Spread, which: 'p50Ms' | 'p95Ms'): string {
  const ms = kept[which];
  if (count === 0) return UNKNOWN;
  return ms === null ? t('figures.longer') : lengthText(ms);
}

export const percentText = ({ percent }: Pick<Availability, 'percent'>): string => (percent === null ? UNKNOWN : t('figures.percent', { percent: String(percent) }));

/** Beginning of a step: by the hour where the venue is; days are UTC days. */
export function slotText(window: FigureWindow, { from }: Pick<FigureSlot, 'from'>, zone: string): string {
  if (window === '30d') return dayText(from, 'UTC');
  return window === '24h' ? timeText(from, zone) : `${dayText(from, zone)} ${timeText(from, zone)}`;
}

/** The sentence of what went wrong. */
export function faultText({ what, code }: Pick<LastFault, 'what' | 'code'>): string {
  return what === 'call' ? (tMaybe(`figures.callFault.${code}`) ?? code) : reasonText(code);
}
