import { CONSENT_CHANNELS } from '../../core/contract/record/people.ts';
import { channelOf, mayBeMailed, mayBeTexted } from '../../core/domain/record/consent.ts';
import { systemName, useScope, useTables } from '../app/selectors.ts';
import { Moment } from '../components/Moment.tsx';
import { t } from '../i18n/index.ts';
import { PersonalData } from '../privacy/PersonalData.tsx';
import { consentWord } from './consents.ts';
import { alertsAbout, inspectHref, messageLinks, weddingLink, zoneOf } from './links.ts';
import { Details, Missing, type Fact } from './parts.tsx';

const LABELS = { mail: 'facts.mayBeMailed', text: 'facts.mayBeTexted', whatsapp: 'facts.mayBeWhatsApped' } as const;
const STOPPED = { mail: 'consents.doNotMail', text: 'consents.doNotText', whatsapp: 'consents.doNotWhatsApp' } as const;

export function ContactDetails({ id }: { readonly id: string }) {
  const tables = useTables();
  const scope = useScope();
  const contact = tables.contacts[id];
  if (!contact) return <Missing />;
  const zone = zoneOf(tables, contact.weddingId, scope.zone);
  const facts: Fact[] = [];
  if (contact.company) facts.push({ label: t('facts.company'), value: contact.company });
  if (contact.phone) facts.push({ label: t('facts.phone'), value: <span className="num">{contact.phone}</span> });
  if (contact.email) facts.push({ label: t('facts.email'), value: contact.email });
  for (const channel of CONSENT_CHANNELS) {
    const consents = (contact.consents ?? []).filter((one) => channelOf(one) === channel);
    if (consents.length === 0) continue;
    const stop = channel === 'mail' ? !mayBeMailed(contact) : !mayBeTexted(contact, channel);
    const said = consents.map(({ system, connectionId, state, at }) => (
      <div key={connectionId ?? system}>
        {t(consentWord(channel, state))} <span className="dim">· {(connectionId && tables.connections[connectionId]?.name) || systemName(system, tables.connections)}, <Moment at={at} zone={zone} /></span>
      </div>
    ));
    facts.push({ label: t(LABELS[channel]), value: <>{stop ? <div><strong>{t(STOPPED[channel])}</strong></div> : null}{said}</> });
  }
  const bookings = Object.values(tables.bookings).filter((booking) => booking.contactId === id);
  return (
    <Details
      kind={t('inspector.kind.contact')}
      title={contact.name}
      state={t(`contactRoles.${contact.role}`)}
      facts={facts}
      row={contact}
      collection="contacts"
      zone={zone}
      related={[
        ...weddingLink(tables, contact.weddingId),
        ...bookings.slice(0, 5).map((booking) => ({ href: inspectHref('booking', booking.id, booking.weddingId), label: booking.vendorName ?? booking.title, what: t(`trades.${booking.trade}`) })),
        ...messageLinks(tables, id),
        ...alertsAbout(tables, 'contacts', id),
      ]}
    >
      <PersonalData key={id} contact={contact} zone={zone} />
    </Details>
  );
}
