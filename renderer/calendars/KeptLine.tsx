import type { Calendar } from '../../core/contract/record/calendars.ts';
import type { Keeper } from '../../core/contract/systems.ts';
import { isolated, momentText } from '../components/format.ts';
import { useNow } from '../components/useNow.ts';
import { t } from '../i18n/index.ts';

/** Which computer reads and writes the calendars of a connection whose key it keeps, and whether it is there. */
export function KeptLine({ keeper: { self, state, name } }: { readonly keeper: Keeper }) {
  if (state === 'withdrawn' || name === '') return <p className="calendar-note">{t('calendars.kept.withdrawn')}</p>;
  if (self) return <p className="dim calendar-kept">{t('calendars.kept.here')}</p>;
  // A computer that is off for a night is no trouble: where entries wait for it the calendar itself says so.
  return <p className="dim calendar-kept">{t(state === 'away' ? 'calendars.kept.away' : 'calendars.kept.there', { computer: isolated(name) })}</p>;
}

/** At one calendar: since when what is to stand in it waits, and for which computer. */
export function WaitsLine({ calendar: { waits }, zone }: { readonly calendar: Pick<Calendar, 'waits'>; readonly zone: string }) {
  const now = useNow(60_000);
  if (!waits) return null;
  return (
    <p role="status" className="calendar-note" data-waits>
      {t('calendars.waitsFor', { computer: isolated(waits.computer), when: momentText(waits.since, zone, now) })}
    </p>
  );
}
