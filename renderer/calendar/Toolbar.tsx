import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { CALENDAR_SCALES, FIND_MOST, type CalendarPlace, type CalendarScale } from '../../core/contract/calendarPlace.ts';
import { RESOURCE_KINDS } from '../../core/contract/record/taking.ts';
import { LOCALE } from '../components/format.ts';
import { t } from '../i18n/index.ts';
import { dayName, unitStep, ZOOMS } from './axis.ts';
import { setHolding } from './holding.ts';
import { MoreMenu } from './MoreMenu.tsx';

const month = (zone: string) => new Intl.DateTimeFormat(LOCALE, { timeZone: zone, month: 'long', year: 'numeric' });
const year = (zone: string) => new Intl.DateTimeFormat(LOCALE, { timeZone: zone, year: 'numeric' });
const short = (zone: string, more: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(LOCALE, { timeZone: zone, day: 'numeric', month: 'short', ...more });

/** The year is told where it is another than now. */
function rangeText(start: number, scale: CalendarScale, zone: string): string {
  if (scale === 'month') return month(zone).format(start);
  const last = unitStep(start, scale, zone, 1) - 1;
  const now = year(zone).format(Date.now());
  const isNow = [start, last].every((at) => year(zone).format(at) === now);
  const told = isNow ? {} : ({ year: 'numeric' } as const);
  return scale === 'day' ? short(zone, { weekday: 'short', ...told }).format(start) : short(zone, told).formatRange(start, last);
}

interface ToolbarProps {
  readonly place: CalendarPlace;
  readonly scale: CalendarScale;
  readonly start: number;
  readonly zone: string;
  readonly zoom: number;
  readonly query: string;
  readonly mayEdit: boolean;
  readonly onPlace: (change: Partial<CalendarPlace>) => void;
  readonly onZoom: (zoom: number) => void;
  readonly onQuery: (query: string) => void;
}

/** What of the timeline is shown. All of it is in the address. */
export function Toolbar({ place, scale, start, zone, zoom, query, mayEdit, onPlace, onZoom, onQuery }: ToolbarProps) {
  const at = ZOOMS.findIndex((one) => one === zoom);
  const zoomBy = (by: 1 | -1): void => onZoom(ZOOMS[at + by] ?? zoom);
  const step = (by: 1 | -1): void => onPlace({ on: dayName(unitStep(start, scale, zone, by), zone) });
  return (
    <div className="cal-tools">
      <div className="cal-tool-group">
        <button type="button" className="button" onClick={() => onPlace({ on: dayName(Date.now(), zone) })}>
          {t('calendar.today')}
        </button>
        <button type="button" className="icon-button" aria-label={t(`calendar.previous.${scale}`)} title={t(`calendar.previous.${scale}`)} onClick={() => step(-1)}>
          <IconChevronLeft size={18} aria-hidden />
        </button>
        <button type="button" className="icon-button" aria-label={t(`calendar.next.${scale}`)} title={t(`calendar.next.${scale}`)} onClick={() => step(1)}>
          <IconChevronRight size={18} aria-hidden />
        </button>
        <strong className="cal-range num" aria-live="polite">
          {rangeText(start, scale, zone)}
        </strong>
      </div>
      <div className="cal-tool-group cal-scales" role="group" aria-label={t('calendar.scales')}>
        {CALENDAR_SCALES.map((one) => (
          <button key={one} type="button" className="button" aria-pressed={one === scale} onClick={() => onPlace({ scale: one, on: dayName(start, zone) })}>
            {t(`calendar.scale.${one}`)}
          </button>
        ))}
      </div>
      <div className="cal-tool-group cal-tool-find">
        <select className="cal-select" aria-label={t('calendar.kinds')} value={place.kind ?? ''} onChange={(event) => onPlace({ kind: RESOURCE_KINDS.find((one) => one === event.currentTarget.value) })}>
          <option value="">{t('calendar.allKinds')}</option>
          {RESOURCE_KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {t(`calendar.kindsOf.${kind}`)}
            </option>
          ))}
        </select>
        <button type="button" className="button" title={t('calendar.onlyClashingHelp')} aria-pressed={place.only === 'clashing'} onClick={() => onPlace({ only: place.only === 'clashing' ? undefined : 'clashing' })}>
          {t('calendar.onlyClashing')}
        </button>
        <input type="search" className="cal-search" aria-label={t('calendar.search')} placeholder={t('calendar.find')} title={t('calendar.search')} maxLength={FIND_MOST} value={query} onChange={(event) => onQuery(event.currentTarget.value)} />
      </div>
      <div className="cal-tool-group cal-tool-end">
        {mayEdit ? (
          <button
            type="button" className="button" aria-label={t('calendar.form.newAllocation')} title={t('calendar.form.newAllocation')}
            onClick={() => setHolding({ dialog: { kind: 'allocation', id: null, resourceId: null, startsAt: Math.max(start, Math.ceil(Date.now() / 3_600_000) * 3_600_000) } })}
          >
            {t('calendar.newHold')}
          </button>
        ) : null}
        <MoreMenu mayEdit={mayEdit} mayZoomIn={at < ZOOMS.length - 1} mayZoomOut={at > 0} onZoom={zoomBy} />
      </div>
    </div>
  );
}
