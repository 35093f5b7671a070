import { ALL_DELIVERIES } from '../../core/contract/deliveryPlace.ts';
import { useMay } from '../app/access.ts';
import { formatRoute } from '../app/routes.ts';
import { useTables } from '../app/selectors.ts';
import { BringBackHere } from '../calendar/Cancelled.tsx';
import { OnCalendars } from '../calendars/OnCalendars.tsx';
import { countText, dayText } from '../components/format.ts';
import { Moment } from '../components/Moment.tsx';
import { PersonalLink } from '../components/PersonalLink.tsx';
import { t } from '../i18n/index.ts';
import { AlsoHere } from '../presence/AlsoHere.tsx';
import { AroundWedding } from './AroundWedding.tsx';
import { alertsAbout, inspectHref } from './links.ts';
import { Details, Missing, type Fact } from './parts.tsx';

export function WeddingDetails({ id }: { readonly id: string }) {
  const tables = useTables();
  const mayInvite = useMay('ticket:couple');
  const mayDeliveries = useMay('http:searchDeliveries');
  const mayFeed = useMay('http:makeFeed');
  const wedding = tables.weddings[id];
  if (!wedding) return <Missing />;
  const { zone } = wedding;
  const facts: Fact[] = [
    { label: t('facts.day'), value: dayText(wedding.startsAt, zone) },
    { label: t('facts.starts'), value: <Moment at={wedding.startsAt} zone={zone} /> },
    { label: t('facts.ends'), value: <Moment at={wedding.endsAt} zone={zone} /> },
    { label: t('facts.zone'), value: zone },
  ];
  if (wedding.room) facts.push({ label: t('facts.room'), value: wedding.room });
  if (wedding.guestCount !== null) facts.push({ label: t('facts.guests'), value: <span className="num">{countText(wedding.guestCount)}</span> });
  const people = Object.values(tables.contacts).filter((contact) => contact.weddingId === id && contact.role === 'couple');
  if (people.length > 0) facts.push({ label: t('facts.couple'), value: people.map((person) => person.name).join(', ') });
  const bookings = Object.values(tables.bookings)
    .filter((booking) => booking.weddingId === id && booking.status !== 'cancelled')
    .sort((a, b) => (a.callTime ?? a.startsAt ?? '').localeCompare(b.callTime ?? b.startsAt ?? ''));
  return (
    <Details
      kind={t('inspector.kind.about')}
      title={wedding.title}
      state={t(`weddingStatus.${wedding.status}`)}
      aside={<AlsoHere weddingId={id} />}
      facts={facts}
      row={wedding}
      collection="weddings"
      zone={zone}
      actions={mayInvite ? <PersonalLink key={id} label={t('settings.coupleMake')} request={{ role: 'couple', weddingId: id }} /> : null}
      related={[...people.map((person) => ({ href: inspectHref('contact', person.id, id), label: person.name, what: t('inspector.kind.contact') })), ...bookings.map((booking) => ({ href: inspectHref('booking', booking.id, id), label: booking.vendorName ?? booking.title, what: t(`trades.${booking.trade}`) })), ...alertsAbout(tables, 'weddings', id), ...(mayDeliveries ? [{ href: formatRoute({ place: { ...ALL_DELIVERIES, weddingId: id }, selected: null }), label: t('deliveries.aboutWedding'), what: t('deliveries.title') }] : []), ...(mayFeed ? [{ href: formatRoute({ place: { view: 'feeds', about: { kind: 'wedding', id } }, selected: null }), label: t('feeds.ofWedding'), what: t('places.feeds') }] : [])]}
    >
      <BringBackHere key={id} collection="weddings" id={id} />
      <OnCalendars subject={{ collection: 'weddings', id }} zone={zone} />
      <AroundWedding wedding={wedding} />
    </Details>
  );
}
