import { useMemo } from 'react';
import type { Connection } from '../../../core/contract/record/connections.ts';
import { deadLetters } from '../../../core/domain/day/deadLetters.ts';
import { countBySeverity, openAlerts } from '../../../core/domain/day/openAlerts.ts';
import { nextItems, vendorsToday } from '../../../core/domain/day/nextItems.ts';
import { paymentsInToday, type PaymentsIn } from '../../../core/domain/day/payments.ts';
import { useMay, useSees } from '../../app/access.ts';
import { ALL_DELIVERIES } from '../../../core/contract/deliveryPlace.ts';
import { formatRoute } from '../../app/routes.ts';
import { LIST_STEP_MS, systemName, useTables, type Scope } from '../../app/selectors.ts';
import { bigMoneyText, countText, dayText, isolated, moneyText, spanText, timeText } from '../../components/format.ts';
import { SeverityMark, severityWord } from '../../components/Severity.tsx';
import { useNow } from '../../components/useNow.ts';
import { t } from '../../i18n/index.ts';
import { useConsole } from '../../state/store.ts';
import { Sparkline } from './Sparkline.tsx';
import { Tile } from './Tile.tsx';

/** Counts down to the second in the last two minutes, else by the minute. */
function Countdown({ at }: { readonly at: number }) {
  const now = useNow(1000);
  const left = at - now;
  if (left < 1000) return <>{t('tiles.now')}</>;
  return <>{spanText(left < 120_000 ? left : Math.ceil(left / 60_000) * 60_000)}</>;
}

const paymentChange = ({ currency, yesterdayMinor, minor }: PaymentsIn): string => {
  if (yesterdayMinor === 0) return t('tiles.paymentsNoneYesterday');
  const difference = minor - yesterdayMinor;
  return t(difference >= 0 ? 'tiles.paymentsMore' : 'tiles.paymentsLess', { amount: moneyText(Math.abs(difference), currency) });
};

export function Tiles({ scope }: { readonly scope: Scope }) {
  const tables = useTables();
  const held = useConsole((state) => state.held);
  const seesPayments = useSees('payments');
  const seesAlerts = useSees('alerts');
  const seesBookings = useSees('bookings');
  const seesReviews = useSees('reviewItems');
  const knowsSources = useMay('http:integrations');
  const now = useNow(LIST_STEP_MS);
  const { weddingId, weddings, zone } = scope;

  const connections = useMemo(() => Object.values(tables.connections), [tables.connections]);
  const next = useMemo(() => nextItems(tables, new Set(weddings.keys()), now).find((entry) => entry.state === 'upcoming'), [tables, weddings, now]);
  const payments = useMemo(() => paymentsInToday(Object.values(tables.payments), weddingId, zone, now), [tables.payments, weddingId, zone, now]);
  const self = useConsole((state) => state.deviceId);
  const alerts = useMemo(() => openAlerts(Object.values(tables.alerts), weddingId, self), [tables.alerts, weddingId, self]);
  const vendors = useMemo(() => vendorsToday(Object.values(tables.bookings), weddings, now), [tables.bookings, weddings, now]);
  const dead = useMemo(() => deadLetters(Object.values(tables.reviewItems)), [tables.reviewItems]);
  const bySeverity = countBySeverity(alerts);
  const guests = [...weddings.values()];
  const knownGuests = guests.filter((wedding) => wedding.guestCount !== null);
  const guestChange = held.find(({ event }) => event.collection === 'weddings' && weddings.has(event.row.id) && typeof event.before?.['guestCount'] === 'number')?.event;
  const [onlyWedding] = guests;
  const guestsBase = !onlyWedding
    ? t('tiles.guestsNone')
    : guests.length === 1
      ? t('tiles.guestsSince', { day: dayText(onlyWedding.updatedAt, zone) })
      : t(knownGuests.length < guests.length ? 'tiles.guestsSome' : 'tiles.guestsOf', { count: guests.length, known: knownGuests.length });

  /** The systems behind a tile: which connections feed rows of this kind. */
  const from = (rows: Iterable<{ readonly source: { readonly system: string; readonly connectionId: string | null } | null }>): { marks: string; sources: Connection[] } => {
    const systems = new Set<string>();
    const ids = new Set<string>();
    for (const { source } of rows) {
      if (!source) continue;
      systems.add(source.system);
      if (source.connectionId) ids.add(source.connectionId);
    }
    const marks = [...systems].sort().map((system) => systemName(system, tables.connections));
    return { marks: marks.length > 0 ? marks.join(', ') : t(knowsSources ? 'tiles.sourceHere' : 'inspector.fromVenue'), sources: connections.filter((connection) => ids.has(connection.id)) };
  };

  const [main, ...others] = payments;
  const bookingSources = useMemo(() => Object.values(tables.bookings).filter((row) => row.weddingId !== null && weddings.has(row.weddingId)), [tables.bookings, weddings]);
  const dayPlace = { view: 'day', weddingId, alertId: null } as const;
  const nextHref = next ? formatRoute({ place: dayPlace, selected: { kind: next.kind === 'callTime' ? 'booking' : 'item', id: next.id } }) : undefined;
  const nextRow = next && (next.kind === 'callTime' ? tables.bookings[next.id] : tables.runSheetItems[next.id]);
  const worst = alerts[0];

  return (
    <div className="tiles">
      <Tile
        id="next"
        label={t('tiles.next')}
        value={next ? <Countdown at={next.at} /> : t('tiles.nothing')}
        change={next ? `${timeText(next.at, zone)} ${next.kind === 'callTime' ? t('tiles.callOf', { who: isolated(next.who ?? next.title) }) : next.title}` : t('tiles.nextNone')}
        href={nextHref}
        zone={zone}
        {...from(nextRow ? [nextRow] : [])}
      />
      {seesPayments ? (
        <Tile
          id="payments"
          label={t('tiles.payments')}
          value={main ? bigMoneyText(main.minor, main.currency) : t('tiles.nothing')}
          change={
            main
              ? [t('tiles.paymentsCount', { count: main.count }), ...others.map((other) => `+ ${moneyText(other.minor, other.currency)}`), paymentChange(main)].join(' · ')
              : t('tiles.paymentsNone')
          }
          chart={main && main.points.length > 1 ? <Sparkline points={main.points} /> : undefined}
          zone={zone}
          {...from(Object.values(tables.payments).filter((row) => weddingId === null || row.weddingId === weddingId))}
        />
      ) : null}
      {seesAlerts ? (
        <Tile
          id="alerts"
          label={t('tiles.alerts')}
          value={countText(alerts.length)}
          change={
            bySeverity.length > 0 ? (
              <span className="tile-sevs">
                {bySeverity.map(({ severity, count }) => (
                  <span key={severity} title={severityWord(severity)}>
                    <SeverityMark severity={severity} size={10} /> <span className="num">{count}</span>
                  </span>
                ))}
              </span>
            ) : (
              t('tiles.alertsNone')
            )
          }
          href={worst ? formatRoute({ place: { ...dayPlace, alertId: worst.id }, selected: { kind: 'alert', id: worst.id } }) : undefined}
          zone={zone}
          {...from([])}
        />
      ) : null}
      {seesBookings ? (
        <Tile
          id="vendors"
          label={t('tiles.vendors')}
          value={
            <>
              {vendors.onSite} <small>{t('tiles.vendorsOf', { count: vendors.expected })}</small>
            </>
          }
          change={vendors.nextCall ? t('tiles.vendorsNext', { time: timeText(vendors.nextCall.at, zone), who: isolated(vendors.nextCall.booking.vendorName ?? vendors.nextCall.booking.title) }) : t('tiles.vendorsNoMore')}
          href={vendors.nextCall ? formatRoute({ place: dayPlace, selected: { kind: 'booking', id: vendors.nextCall.booking.id } }) : undefined}
          zone={zone}
          {...from(bookingSources)}
        />
      ) : null}
      <Tile
        id="guests"
        label={t('tiles.guests')}
        value={knownGuests.length > 0 ? countText(knownGuests.reduce((sum, wedding) => sum + (wedding.guestCount ?? 0), 0)) : t(guests.length > 0 ? 'tiles.unknown' : 'tiles.nothing')}
        change={
          guestChange
            ? t('tiles.guestsWas', { was: String(guestChange.before?.['guestCount']), time: timeText(guestChange.occurredAt, zone) })
            : guestsBase
        }
        href={weddingId ? formatRoute({ place: dayPlace, selected: { kind: 'about', id: weddingId } }) : undefined}
        zone={zone}
        {...from(guests)}
      />
      {seesReviews ? (
        <Tile
          id="dead"
          label={t('tiles.dead')}
          value={countText(dead.count)}
          change={dead.oldestAt === null ? t('tiles.deadNone') : t('tiles.deadOldest', { age: spanText(Math.max(0, now - Date.parse(dead.oldestAt))) })}
          href={formatRoute({ place: { ...ALL_DELIVERIES, states: ['dead'] }, selected: null })}
          zone={zone}
          {...from([])}
        />
      ) : null}
    </div>
  );
}
