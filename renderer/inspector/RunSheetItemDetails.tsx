import { useMay } from '../app/access.ts';
import { useBackend } from '../app/context.ts';
import { DecisionMark } from '../app/DecisionMark.tsx';
import { setStatusAndTell } from '../app/openDecision.ts';
import { useScope, useTables } from '../app/selectors.ts';
import { OnCalendars } from '../calendars/OnCalendars.tsx';
import { Moment } from '../components/Moment.tsx';
import { t } from '../i18n/index.ts';
import { intendedStatus, type ItemStatus } from '../state/outbox.ts';
import { useConsole } from '../state/store.ts';
import { alertsAbout, weddingLink, zoneOf } from './links.ts';
import { Details, Missing, type Fact } from './parts.tsx';

/** What can be decided about an item, by the status it has, or will have once what waits is recorded. */
const CHOICES: Readonly<Record<ItemStatus, readonly Exclude<ItemStatus, 'planned'>[]>> = { planned: ['running', 'done', 'skipped'], running: ['done', 'skipped'], done: [], skipped: ['running'] };

export function RunSheetItemDetails({ id }: { readonly id: string }) {
  const backend = useBackend();
  const tables = useTables();
  const scope = useScope();
  const mayDecide = useMay('command:runsheet.item.set_status');
  const item = tables.runSheetItems[id];
  const outbox = useConsole((state) => state.outbox);
  const deciding = useConsole((state) => state.deciding[id] === true);
  if (!item) return <Missing />;
  const zone = zoneOf(tables, item.weddingId, scope.zone);
  const choices = CHOICES[intendedStatus(outbox, id, item.status)];
  const facts: Fact[] = [{ label: t('facts.starts'), value: <Moment at={item.startsAt} zone={zone} /> }];
  if (item.endsAt) facts.push({ label: t('facts.ends'), value: <Moment at={item.endsAt} zone={zone} /> });
  if (item.place) facts.push({ label: t('facts.place'), value: item.place });
  if (item.owner) facts.push({ label: t('facts.owner'), value: item.owner });
  return (
    <Details
      kind={t('inspector.kind.item')}
      title={item.title}
      state={
        <>
          <span>{t(`itemStatus.${item.status}`)}</span> <DecisionMark rowId={id} />
        </>
      }
      actions={
        choices.length > 0 && mayDecide ? (
          <div className="item-actions">
            {choices.map((status, index) => (
              <button key={status} type="button" className={index === 0 ? 'button button-main' : 'button'} disabled={deciding} onClick={() => void setStatusAndTell(backend, item, status)}>
                {t(`itemActions.${status}`)}
              </button>
            ))}
          </div>
        ) : null
      }
      facts={facts}
      row={item}
      collection="runSheetItems"
      zone={zone}
      related={[...weddingLink(tables, item.weddingId), ...alertsAbout(tables, 'runSheetItems', id)]}
    >
      <OnCalendars subject={{ collection: 'runSheetItems', id }} zone={zone} />
    </Details>
  );
}
