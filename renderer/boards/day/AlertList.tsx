import { Kbd } from '@mantine/core';
import { useCallback, useMemo } from 'react';
import { openAlerts } from '../../../core/domain/day/openAlerts.ts';
import { useMay } from '../../app/access.ts';
import { useBackend } from '../../app/context.ts';
import { DecisionMark } from '../../app/DecisionMark.tsx';
import { acknowledgeAndTell } from '../../app/openDecision.ts';
import { select, useRoute } from '../../app/routes.ts';
import { useTables, type Scope } from '../../app/selectors.ts';
import { Ago } from '../../components/Moment.tsx';
import { Empty, Section } from '../../components/Section.tsx';
import { SeverityMark } from '../../components/Severity.tsx';
import { useHand } from '../../components/useHand.ts';
import { useHeld } from '../../components/useHeld.ts';
import { useRows } from '../../components/useRows.ts';
import { t } from '../../i18n/index.ts';
import { isWaiting, openDecision } from '../../state/outbox.ts';
import { useConsole } from '../../state/store.ts';

export function AlertList({ scope }: { readonly scope: Scope }) {
  const backend = useBackend();
  const tables = useTables();
  const mayAcknowledge = useMay('command:alert.acknowledge');
  const outbox = useConsole((state) => state.outbox);
  const deciding = useConsole((state) => state.deciding);
  const { selected } = useRoute();
  const { holding, handProps } = useHand();
  const alerts = tables.alerts;
  const self = useConsole((state) => state.deviceId);
  const openIds = useMemo(() => openAlerts(Object.values(alerts), scope.weddingId, self).map((alert) => alert.id), [alerts, scope.weddingId, self]);
  const { ids, waiting } = useHeld(openIds, holding);

  const onLetter = useCallback(
    (letter: string, id: string): boolean => {
      const alert = alerts[id];
      if (letter !== 'a' || alert?.state !== 'open' || !mayAcknowledge) return false;
      void acknowledgeAndTell(backend, alert);
      return true;
    },
    [alerts, backend, mayAcknowledge],
  );
  const { listProps, tabIndex } = useRows(onLetter);

  const hint = (
    <span className="hint">
      {waiting > 0 ? <span className="num">{t('alerts.waiting', { count: waiting })} · </span> : null}
      {mayAcknowledge ? (
        <>
          <Kbd size="xs">A</Kbd> {t('alerts.keyAck')}
        </>
      ) : null}
    </span>
  );
  return (
    <Section id="alerts" title={t('alerts.title', { count: openIds.length })} aside={openIds.length > 0 ? hint : null}>
      {ids.length === 0 ? (
        <Empty title={t('alerts.emptyTitle')} detail={t('alerts.empty')} />
      ) : (
        <ul className="rows" {...listProps} {...handProps}>
          {ids.map((id) => {
            const alert = alerts[id];
            if (!alert) return null;
            const open = alert.state === 'open';
            const decision = open ? openDecision(outbox, id) : null;
            const waits = isWaiting(decision);
            const stop = tabIndex(id, ids);
            return (
              <li key={id} className="row" data-severity={alert.severity} data-selected={selected?.id === id || undefined} data-done={!open || undefined}>
                <button type="button" className="row-main row-alert" data-row={id} tabIndex={stop} aria-current={selected?.id === id || undefined} aria-keyshortcuts="A" onClick={() => select('alert', id)}>
                  <SeverityMark severity={alert.severity} word />
                  <span className="row-text">
                    <span className="row-line">{alert.title}</span>
                    <span className="row-sub">{alert.detail}</span>
                  </span>
                  <span className="row-end">
                    <Ago at={alert.raisedAt} zone={scope.zone} />
                    {decision?.state === 'rebase' ? <DecisionMark rowId={id} /> : null}
                  </span>
                </button>
                {waits ? <DecisionMark rowId={id} className="row-act row-act-open" /> : null}
                {open && !waits && mayAcknowledge ? (
                  <button type="button" className="row-act" tabIndex={stop} disabled={deciding[id] === true} onClick={() => void acknowledgeAndTell(backend, alert)} aria-label={t('alerts.acknowledgeOf', { title: alert.title })}>
                    {t('alerts.acknowledge')}
                  </button>
                ) : null}
                {open ? null : (
                  <span className="row-act row-act-done">{t(`alertState.${alert.state}`)}</span>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </Section>
  );
}
