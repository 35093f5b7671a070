import { Kbd } from '@mantine/core';
import { useEffect } from 'react';
import { placeOfAlert } from '../../core/domain/notify/place.ts';
import { useMay } from '../app/access.ts';
import { useBackend } from '../app/context.ts';
import { markOf } from '../conflicts/words.ts';
import { DecisionMark } from '../app/DecisionMark.tsx';
import { acknowledgeAndTell } from '../app/openDecision.ts';
import { formatRoute } from '../app/routes.ts';
import { useScope, useTables } from '../app/selectors.ts';
import { Moment } from '../components/Moment.tsx';
import { SeverityMark } from '../components/Severity.tsx';
import { t } from '../i18n/index.ts';
import { isWaiting, openDecision } from '../state/outbox.ts';
import { useConsole } from '../state/store.ts';
import { subjectLink, weddingLink, zoneOf } from './links.ts';
import { Details, Missing } from './parts.tsx';

export function AlertDetails({ id }: { readonly id: string }) {
  const backend = useBackend();
  const tables = useTables();
  const scope = useScope();
  const mayAcknowledge = useMay('command:alert.acknowledge');
  const sending = useConsole((state) => state.deciding[id] === true || isWaiting(openDecision(state.outbox, id)));
  const alert = tables.alerts[id];

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const target = event.target instanceof HTMLElement ? event.target : null;
      // In a list the focused row is meant, and the list has its own handler.
      if (event.key.toLowerCase() !== 'a' || event.ctrlKey || event.metaKey || event.altKey || !target?.closest('.inspector') || alert?.state !== 'open' || !mayAcknowledge) return;
      event.preventDefault();
      void acknowledgeAndTell(backend, alert);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [alert, backend, mayAcknowledge]);

  if (!alert) return <Missing />;
  const zone = zoneOf(tables, alert.weddingId, scope.zone);
  // One rule raises it whatever the conflict is; which one it is the conflict knows.
  const conflict = alert.subject?.collection === 'conflicts' ? tables.conflicts[alert.subject.id] : undefined;
  // Where it can be seen to, if that is not here.
  const place = placeOfAlert({ tables }, alert);
  const led = place.view === 'conflicts' ? (alert.rule === 'left_behind' ? 'left' : 'conflict') : place.view !== 'integrations' ? null : place.calendarId === undefined ? 'connection' : 'calendar';
  return (
    <Details
      kind={t('inspector.kind.alert')}
      title={alert.title}
      state={
        <>
          <SeverityMark severity={alert.severity} word /> <span>{t(`alertState.${alert.state}`)}</span> <DecisionMark rowId={id} />
        </>
      }
      lead={alert.detail}
      facts={[
        { label: t('facts.raised'), value: <Moment at={alert.raisedAt} zone={zone} /> },
        { label: t('facts.rule'), value: conflict ? t(`conflicts.level.${markOf(conflict)}`) : t(`rules.${alert.rule}`) },
        ...(alert.acknowledgedAt ? [{ label: t('facts.acknowledged'), value: <><Moment at={alert.acknowledgedAt} zone={zone} /> {alert.acknowledgedBy}</> }] : []),
      ]}
      row={alert}
      collection="alerts"
      zone={zone}
      related={[...subjectLink(tables, alert.subject), ...weddingLink(tables, alert.weddingId)]}
      actions={
        <>
          {alert.state === 'open' && mayAcknowledge ? (
            <button type="button" className="button button-main" disabled={sending} onClick={() => void acknowledgeAndTell(backend, alert)} aria-keyshortcuts="A">
              {t('alerts.acknowledge')} <Kbd size="xs">A</Kbd>
            </button>
          ) : null}
          {led === null ? null : (
            <a className="button" href={formatRoute({ place, selected: null })}>
              {t(`alerts.open.${led}`)}
            </a>
          )}
        </>
      }
    />
  );
}
