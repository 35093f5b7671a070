import type { CalendarEvent } from '../../core/contract/record/day.ts';
import { useScope, useTables } from '../app/selectors.ts';
import { dayText } from '../components/format.ts';
import { Moment } from '../components/Moment.tsx';
import { t } from '../i18n/index.ts';
import { alertsAbout, subjectLink, weddingLink, zoneOf } from './links.ts';
import { Details, Missing, type Fact } from './parts.tsx';

/** `Fri 20 Nov`, or the first and the last day. The end is the midnight after the last one. */
function daysText({ startsAt, endsAt }: CalendarEvent, zone: string): string {
  const [first, last] = [dayText(startsAt, zone), dayText(Math.max(Date.parse(startsAt), Date.parse(endsAt) - 1), zone)];
  return first === last ? first : t('calendarEntry.days', { first, last });
}

export function CalendarEntryDetails({ id }: { readonly id: string }) {
  const tables = useTables();
  const scope = useScope();
  const entry = tables.calendarEvents[id];
  if (!entry) return <Missing />;
  const zone = zoneOf(tables, entry.weddingId, scope.zone);
  const facts: Fact[] = entry.allDay
    ? [{ label: t('facts.allDay'), value: daysText(entry, entry.zone ?? zone) }]
    : [
        { label: t('facts.day'), value: dayText(entry.startsAt, zone) },
        { label: t('facts.starts'), value: <Moment at={entry.startsAt} zone={zone} /> },
        { label: t('facts.ends'), value: <Moment at={entry.endsAt} zone={zone} /> },
      ];
  if (entry.place) facts.push({ label: t('facts.place'), value: entry.place });
  if (entry.calendar) facts.push({ label: t('facts.calendar'), value: entry.calendar });
  const original = entry.copyOf ? subjectLink(tables, entry.copyOf) : [];
  facts.push({ label: t('facts.time'), value: entry.copyOf ? t('calendarEntry.copy', { title: original[0]?.label ?? entry.title }) : t(entry.busy ? 'calendarEntry.busy' : 'calendarEntry.free') });
  return (
    <Details
      kind={t('inspector.kind.entry')}
      title={entry.title}
      state={t(`entryStatus.${entry.status}`)}
      facts={facts}
      row={entry}
      collection="calendarEvents"
      zone={zone}
      related={[...original, ...weddingLink(tables, entry.weddingId), ...(entry.bookingId ? subjectLink(tables, { collection: 'bookings', id: entry.bookingId }) : []), ...alertsAbout(tables, 'calendarEvents', id)]}
    />
  );
}
