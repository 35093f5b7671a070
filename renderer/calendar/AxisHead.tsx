import { memo } from 'react';
import { dayText, timeText } from '../components/format.ts';
import { zoneAbbreviation } from '../../core/domain/day/localTime.ts';
import { t } from '../i18n/index.ts';
import { ticksOf, xOf, type Axis, type AxisDay } from './axis.ts';

export const HEAD_HEIGHT = 44;
/** Below this a day has room for its number alone. */
const WORDED_PX = 64;

interface HeadProps {
  readonly axis: Axis;
  readonly days: readonly AxisDay[];
  readonly zone: string;
  readonly labels: number;
  readonly today: number;
  /** The beginning of what is shown: whose abbreviation is said. */
  readonly start: number;
}

/** Days and hours over the rows; the zone is said once, in the corner, and on a day when its clock changes. */
export const AxisHead = memo(function AxisHead({ axis, days, zone, labels, today, start }: HeadProps) {
  return (
    <div className="tl-head" style={{ height: HEAD_HEIGHT }}>
      <div className="tl-corner" style={{ width: labels, height: HEAD_HEIGHT }}>
        <span>{t('calendar.times', { zone: zoneAbbreviation(zone, start) })}</span>
      </div>
      <div className="tl-days" aria-hidden>
        {days.map((day) => {
          const width = (day.to - day.from) * axis.pxPerMs;
          const text = dayText(day.from, zone);
          const [before, after] = [zoneAbbreviation(zone, day.from), zoneAbbreviation(zone, day.to)];
          return (
            <div key={day.from} className="tl-day" data-today={(day.from <= today && today < day.to) || undefined} style={{ left: labels + xOf(axis, day.from), width }}>
              <span className="tl-day-name num" style={{ left: labels + 6 }}>
                {width < WORDED_PX ? text.split(' ')[1] : text}
                {before !== after && width >= WORDED_PX ? <span className="tl-day-clock"> {t('calendar.clockChange', { before, after })}</span> : null}
              </span>
              {ticksOf(day, axis.pxPerMs, zone).map((at) => (
                <span key={at} className="tl-tick num" style={{ left: xOf(axis, at) - xOf(axis, day.from) }}>
                  {timeText(at, zone)}
                </span>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
});

/** The lines of days and hours behind the rows. */
export const AxisLines = memo(function AxisLines({ axis, days, zone, labels, height, now }: Omit<HeadProps, 'today' | 'start'> & { readonly height: number; readonly now: number }) {
  return (
    <div className="tl-lines" style={{ height }} aria-hidden>
      {days.map((day) => (
        <div key={day.from} className="tl-line-day" data-weekend={day.isWeekend || undefined} style={{ left: labels + xOf(axis, day.from), width: (day.to - day.from) * axis.pxPerMs }}>
          {ticksOf(day, axis.pxPerMs, zone).map((at) => (
            <span key={at} className="tl-line-hour" style={{ left: xOf(axis, at) - xOf(axis, day.from) }} />
          ))}
        </div>
      ))}
      {now >= axis.from && now < axis.to ? <div className="tl-now" style={{ left: labels + xOf(axis, now) }} /> : null}
    </div>
  );
});
