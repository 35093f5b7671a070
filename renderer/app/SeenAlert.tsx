import { useMay } from './access.ts';
import { useBackend } from './context.ts';
import { acknowledgeAndTell } from './openDecision.ts';
import { useTables } from './selectors.ts';
import { isolated } from '../components/format.ts';
import { t } from '../i18n/index.ts';
import { isWaiting, openDecision } from '../state/outbox.ts';
import { useConsole } from '../state/store.ts';

/** Acknowledges the open alert about a row, where that row is seen to; nothing when there is none. */
export function SeenAlert({ collection, id }: { readonly collection: 'conflicts' | 'calendars'; readonly id: string }) {
  const backend = useBackend();
  const { alerts } = useTables();
  const may = useMay('command:alert.acknowledge');
  const alert = Object.values(alerts).find(({ state, subject }) => state === 'open' && subject?.collection === collection && subject.id === id);
  const sending = useConsole((state) => alert !== undefined && (state.deciding[alert.id] === true || isWaiting(openDecision(state.outbox, alert.id))));
  if (!alert || !may) return null;
  return (
    <button type="button" className="button" disabled={sending} aria-label={t('alerts.acknowledgeOf', { title: isolated(alert.title) })} onClick={() => void acknowledgeAndTell(backend, alert)}>
      {t('alerts.acknowledge')}
    </button>
  );
}
