import type { DeliveryLine } from '../../core/contract/deliveries.ts';
import { systemName, useTables } from '../app/selectors.ts';
import { dotted, isolated } from '../components/format.ts';
import { Ago, Moment } from '../components/Moment.tsx';
import { t } from '../i18n/index.ts';
import { DeliveryMark, whyText } from './DeliveryMark.tsx';

export const eventName = (line: Pick<DeliveryLine, 'vendorEvent' | 'origin'>): string => line.vendorEvent ?? t(line.origin === 'test' ? 'deliveries.testEvent' : 'deliveries.unnamed');

interface Props {
  readonly line: DeliveryLine;
  readonly zone: string;
  readonly tabStop: 0 | -1;
  readonly selected: boolean;
  /** Null = nothing can be chosen here. */
  readonly chosen: boolean | null;
  readonly onChoose: (range: boolean) => void;
  readonly onOpen: () => void;
}

/** One delivery in two lines: when, what became of it, from whom, and why. */
export function DeliveryRow({ line, zone, tabStop, selected, chosen, onChoose, onOpen }: Props) {
  const { connections, weddings } = useTables();
  const connection = connections[line.connectionId];
  const about = line.weddingIds.map((id) => weddings[id]?.title).filter((title) => title !== undefined);
  const name = eventName(line);
  const why = whyText(line.state, line.reason);
  const system = systemName(line.system, connections);
  return (
    <li className="row row-of-delivery" data-selected={selected || undefined} data-chosen={chosen || undefined}>
      {chosen === null ? null : (
        <label className="delivery-choose">
          <input type="checkbox" checked={chosen} tabIndex={-1} aria-label={t('deliveries.choose', { event: isolated(name) })} onClick={(event) => onChoose(event.shiftKey)} readOnly />
        </label>
      )}
      <button type="button" className="row-main row-delivery" data-row={line.id} tabIndex={tabStop} aria-current={selected || undefined} aria-describedby={chosen === null ? undefined : 'delivery-keys'} onClick={(event) => (event.shiftKey && chosen !== null ? onChoose(true) : onOpen())}>
        <span className="delivery-when">
          <Moment at={line.receivedAt} zone={zone} className="row-time num" />
          <span className="row-sub">
            <Ago at={line.receivedAt} zone={zone} />
          </span>
        </span>
        <DeliveryMark state={line.state} />
        <span className="row-text">
          <span className="row-line">{isolated(name)}</span>
          <span className="row-sub">
            {dotted([system, connection?.name !== system && connection?.name, line.origin === 'webhook' ? null : t(`deliveryOrigins.${line.origin}`), line.priority === 'normal' ? null : t(`deliveryPriorities.${line.priority}`)])} <code>{line.vendorKey}</code>
          </span>
        </span>
        <span className="row-text delivery-why">
          {why ? <span className="delivery-reason" title={why}>{why}</span> : about.length > 0 ? <span className="delivery-reason">{dotted(about)}</span> : null}
          {line.attempts > 1 || line.nextAttemptAt !== null ? (
            <span className="row-sub num">
              {t('deliveries.attempts', { count: line.attempts })}
              {line.nextAttemptAt !== null && line.state === 'waiting' ? <> · {t('deliveries.next')} <Moment at={line.nextAttemptAt} zone={zone} /></> : null}
            </span>
          ) : null}
        </span>
      </button>
    </li>
  );
}
