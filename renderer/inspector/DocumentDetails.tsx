import { IconExternalLink } from '@tabler/icons-react';
import { useTask } from '../accounts/useTask.ts';
import { useBackend } from '../app/context.ts';
import { useScope, useTables } from '../app/selectors.ts';
import { isolated } from '../components/format.ts';
import { Moment } from '../components/Moment.tsx';
import { t } from '../i18n/index.ts';
import { alertsAbout, subjectLink, weddingLink, zoneOf } from './links.ts';
import { outsideHost } from './outsideHost.ts';
import { Details, Missing, type Fact } from './parts.tsx';

/** Opens the paper where it is kept; says whose house that is before anybody goes there. */
function OpenOutside({ url, host }: { readonly url: string; readonly host: string }) {
  const backend = useBackend();
  const task = useTask();
  return (
    <>
      <button type="button" className="button" onClick={() => void task.run(() => backend.openExternal(url))}>
        <IconExternalLink size={14} stroke={1.75} aria-hidden />
        {t('inspector.openAt', { host: isolated(host) })}
      </button>
      {task.failed ? <p role="alert">{task.failed}</p> : null}
    </>
  );
}

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
