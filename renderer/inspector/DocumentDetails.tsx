import { useScope, useTables } from '../app/selectors.ts';
import { Moment } from '../components/Moment.tsx';
import { OpenOutside } from '../components/OpenOutside.tsx';
import { outsideHost } from '../components/outsideHost.ts';
import { t } from '../i18n/index.ts';
import { alertsAbout, subjectLink, weddingLink, zoneOf } from './links.ts';
import { Details, Missing, type Fact } from './parts.tsx';

export function DocumentDetails({ id }: { readonly id: string }) {
  const tables = useTables();
  const scope = useScope();
  const document = tables.documents[id];
  if (!document) return <Missing />;
  const zone = zoneOf(tables, document.weddingId, scope.zone);
  const host = document.url === null ? null : outsideHost(document.url);
  const facts: Fact[] = [{ label: t('facts.kind'), value: t(`documentKinds.${document.kind}`) }];
  if (document.sharedAt) facts.push({ label: t('facts.shared'), value: <Moment at={document.sharedAt} zone={zone} /> });
  facts.push({ label: t('facts.where'), value: document.url === null ? t('inspector.whereUnknown') : <span className="document-address">{document.url}</span> });
  return (
    <Details
      kind={t('inspector.kind.document')}
      title={document.title}
      state={t(`documentStatus.${document.status}`)}
      facts={facts}
      row={document}
      collection="documents"
      zone={zone}
      // One paper's refusal must not stay on the screen for another.
      actions={document.url !== null && host !== null ? <OpenOutside key={id} url={document.url} host={host} /> : null}
      related={[...weddingLink(tables, document.weddingId), ...(document.bookingId ? subjectLink(tables, { collection: 'bookings', id: document.bookingId }) : []), ...alertsAbout(tables, 'documents', id)]}
    />
  );
}
