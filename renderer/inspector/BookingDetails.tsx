import type { BookingLine } from '../../core/contract/record/trade.ts';
import { useMay } from '../app/access.ts';
import { useScope, useTables } from '../app/selectors.ts';
import { BringBackHere } from '../calendar/Cancelled.tsx';
import { OnCalendars } from '../calendars/OnCalendars.tsx';
import { countText, moneyText } from '../components/format.ts';
import { Moment } from '../components/Moment.tsx';
import { PersonalLink } from '../components/PersonalLink.tsx';
import { t } from '../i18n/index.ts';
import { alertsAbout, bookingLinks, inspectHref, weddingLink, zoneOf } from './links.ts';
import { Details, Missing, type Fact } from './parts.tsx';

function Ordered({ lines, currency }: { readonly lines: readonly BookingLine[]; readonly currency: string | null }) {
  return (
    <ul className="ordered">
      {lines.map(({ name, units, amountMinor, within }, at) => (
        // Two lines may say the same; their place is what tells them apart.
        <li key={at} className={within === null ? undefined : 'ordered-within'}>
          <bdi>{name}</bdi>
          {units !== null && units !== 1 ? <span className="num dim">× {countText(units)}</span> : null}
          {amountMinor !== null && currency ? <span className="num ordered-price">{moneyText(amountMinor, currency)}</span> : null}
        </li>
      ))}
    </ul>
  );
}

export function BookingDetails({ id }: { readonly id: string }) {
  const tables = useTables();
  const scope = useScope();
  const mayInvite = useMay('ticket:vendor');
  const booking = tables.bookings[id];
  if (!booking) return <Missing />;
  const zone = zoneOf(tables, booking.weddingId, scope.zone);
  const contact = booking.contactId ? tables.contacts[booking.contactId] : undefined;
  const facts: Fact[] = [{ label: t('facts.trade'), value: t(`trades.${booking.trade}`) }];
  const times = [
    ['facts.callTime', booking.callTime],
    ['facts.starts', booking.startsAt],
    ['facts.ends', booking.endsAt],
  ] as const;
  for (const [label, at] of times) if (at) facts.push({ label: t(label), value: <Moment at={at} zone={zone} /> });
  if (booking.place) facts.push({ label: t('facts.place'), value: booking.place });
  if (booking.amountMinor !== null && booking.currency) facts.push({ label: t('facts.amount'), value: <span className="num">{moneyText(booking.amountMinor, booking.currency)}</span> });
  const lines = booking.lines ?? [];
  if (lines.length > 0) facts.push({ label: t('facts.ordered'), value: <Ordered lines={lines} currency={booking.currency} /> });
  if (contact) {
    facts.push({ label: t('facts.contact'), value: contact.name });
    if (contact.phone) facts.push({ label: t('facts.phone'), value: <span className="num">{contact.phone}</span> });
    if (contact.email) facts.push({ label: t('facts.email'), value: contact.email });
  }
  const payments = Object.values(tables.payments).filter((payment) => payment.bookingId === id);
  return (
    <Details
      kind={t('inspector.kind.booking')}
      title={booking.vendorName ?? booking.title}
      state={t(`bookingStatus.${booking.status}`)}
      lead={booking.vendorName ? booking.title : undefined}
      facts={facts}
      row={booking}
      collection="bookings"
      zone={zone}
      actions={
        mayInvite && booking.weddingId && booking.contactId ? (
          // Another booking's link must not stay on the screen.
          <PersonalLink key={id} label={t('settings.vendorMake')} request={{ role: 'vendor', weddingId: booking.weddingId, contactId: booking.contactId }} />
        ) : null
      }
      related={[
        ...weddingLink(tables, booking.weddingId),
        ...(contact ? [{ href: inspectHref('contact', contact.id, booking.weddingId), label: contact.name, what: t('inspector.kind.contact') }] : []),
        ...payments.slice(0, 5).map((payment) => ({ href: inspectHref('payment', payment.id, payment.weddingId), label: moneyText(payment.amountMinor, payment.currency), what: t(`paymentStatus.${payment.status}`) })),
        ...bookingLinks(tables, id),
        ...alertsAbout(tables, 'bookings', id),
      ]}
    >
      <BringBackHere key={id} collection="bookings" id={id} />
      <OnCalendars subject={{ collection: 'bookings', id }} zone={zone} />
    </Details>
  );
}
