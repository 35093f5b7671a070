import { useMemo } from 'react';
import type { Calendar } from '../../core/contract/record/calendars.ts';
import type { TargetRow } from '../../core/domain/calendars/subjects.ts';
import type { House } from '../../core/domain/conflicts/house.ts';
import type { Occupancy } from '../../core/domain/conflicts/model.ts';
import { useTables } from '../app/selectors.ts';
import { useNow } from '../components/useNow.ts';
import { t } from '../i18n/index.ts';
import { calendarName } from './words.ts';
import { writtenBy } from './written.ts';

/** On the card before a move is sent: the calendars that it would be written to, and those that it would leave. The server goes by the same rule. */
export function WillWrite({ house, to, besides }: { readonly house: House; readonly to: readonly Occupancy[]; readonly besides: readonly TargetRow[] }) {
  const tables = useTables();
  const { calendars, connections } = tables;
  const now = useNow(60_000);
  const { into, outOf } = useMemo(() => writtenBy(house, to, besides, Object.values(calendars), now), [house, to, besides, calendars, now]);
  const names = (some: readonly Calendar[]): string => some.map(({ id }) => calendarName(tables, id)).join(', ');
  const late = [...into, ...outOf].filter(({ connectionId }) => connections[connectionId] !== undefined && connections[connectionId].health !== 'healthy' && connections[connectionId].health !== 'waiting');
  const off = [...into, ...outOf].filter(({ connectionId, waits }) => waits || connections[connectionId]?.healthReason === 'desk.away');
  if (into.length === 0 && outOf.length === 0) return null;
  return (
    <>
      {into.length > 0 ? (
        <li data-effect="written">
          <strong>{t('calendars.toBeWritten')}</strong> {names(into)}
        </li>
      ) : null}
      {outOf.length > 0 ? (
        <li data-effect="written">
          <strong>{t('calendars.toBeTakenOut')}</strong> {names(outOf)}
        </li>
      ) : null}
      {late.length > 0 ? (
        <li data-effect="written" className="cal-note">
          {t('calendars.later', { names: names(late) })}
        </li>
      ) : null}
      {off.length > 0 ? (
        <li data-effect="written" className="cal-note">
          {t('calendars.laterDesk', { names: names(off) })}
        </li>
      ) : null}
    </>
  );
}
