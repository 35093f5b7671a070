import type { DryRunPage } from '../../core/contract/dryRuns.ts';
import { useTables } from '../app/selectors.ts';
import { countText, isolated } from '../components/format.ts';
import { t } from '../i18n/index.ts';
import { reasonText, triedText } from './DeliveryMark.tsx';
import type { PreviewSummary as Summary } from './previewSummary.ts';

interface Props {
  readonly summary: Summary;
  /** Deliveries that are not in it. */
  readonly leftOut: number;
  /** Sources were asked, and about so many deliveries they have answered; null = nobody was asked. */
  readonly read: number | null;
  /** Whose source was not read, and why. */
  readonly unread?: DryRunPage['unread'];
  /** Later deliveries about the same objects; null = not to be spoken of. */
  readonly newer: number | null;
}

/** By connection, with what can be done about it. */
function Unread({ unread }: { readonly unread: DryRunPage['unread'] }) {
  const { connections } = useTables();
  return (
    <ul className="replay-unread">
      {unread.map(({ connectionId, reason, count }) => (
        <li key={`${connectionId} ${reason}`}>
          <strong>{isolated(connections[connectionId]?.name ?? t('deliveries.unnamedRow'))}</strong> <span className="num">{countText(count)}</span>
          {reason === null ? null : <> · {triedText(reason)}</>}
        </li>
      ))}
    </ul>
  );
}

/** What would change, in one sentence for each kind of outcome. */
export function PreviewSummary({ summary, leftOut, read, newer, unread = [] }: Props) {
  const { fields, rows, outcomes, reasons } = summary;
  return (
    <ul className="replay-summary" aria-label={t('replay.summary')}>
      {fields + rows > 0 ? (
        <li>
          <strong>{t('replay.would', { fields: t('replay.fields', { count: fields }), rows: t('replay.rows', { count: rows }) })}</strong>
        </li>
      ) : outcomes.reads_source === 0 ? (
        <li>
          <strong>{t('replay.wouldNothing')}</strong>
        </li>
      ) : null}
      {read !== null && read > 0 ? <li>{t('replay.read', { count: read })}</li> : null}
      {outcomes.reads_source > 0 ? (
        <li>
          {t(read === null ? 'replay.readsSource' : 'replay.notAnswered', { count: outcomes.reads_source })}
          {unread.length > 0 ? <Unread unread={unread} /> : null}
        </li>
      ) : null}
      {outcomes.nothing > 0 && rows + outcomes.reads_source > 0 ? <li>{t('replay.nothing', { count: outcomes.nothing })}</li> : null}
      {outcomes.refused > 0 ? <li>{t('replay.refused', { count: outcomes.refused })} {reasons.map(reasonText).join(' ')}</li> : null}
      {outcomes.body_gone > 0 ? <li>{t('replay.bodyGone', { count: outcomes.body_gone })}</li> : null}
      {outcomes.untried > 0 ? <li>{t('replay.untried', { count: outcomes.untried })}</li> : null}
      {leftOut > 0 ? <li>{t('replay.leftOut', { count: leftOut, total: countText(leftOut) })}</li> : null}
      {newer === null ? null : <li className="dim">{newer > 0 ? t('replay.newer', { count: newer }) : t('replay.older')}</li>}
    </ul>
  );
}
