import { useMemo, type ReactNode } from 'react';
import type { CollectionName, Source } from '../../core/contract/record.ts';
import { entryFromEvent } from '../../core/domain/day/feed.ts';
import { feedText } from '../app/feedText.ts';
import { systemName, useTables } from '../app/selectors.ts';
import { Ago, Moment } from '../components/Moment.tsx';
import { Empty } from '../components/Section.tsx';
import { t } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';

/** The anatomy of everything that can be inspected: title, state, key facts with source and age, history, related, actions. */

export interface Fact {
  readonly label: string;
  readonly value: ReactNode;
}

interface Row {
  readonly id: string;
  readonly version: number;
  readonly updatedAt: string;
  readonly source: Source | null;
}

export interface DetailsProps {
  readonly kind: string;
  readonly title: string;
  readonly state: ReactNode;
  readonly lead?: ReactNode;
  readonly facts: readonly Fact[];
  readonly row: Row;
  readonly collection: CollectionName;
  readonly zone: string;
  readonly related?: readonly { readonly href: string; readonly label: string; readonly what: string }[];
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
}

export function Facts({ facts }: { readonly facts: readonly Fact[] }) {
  return (
    <dl className="facts">
      {facts.map(({ label, value }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function SourceLine({ row, zone }: { readonly row: Row; readonly zone: string }) {
  const connections = useTables().connections;
  const connection = row.source?.connectionId ? connections[row.source.connectionId] : undefined;
  return (
    <p className="source-line">
      <span>
        {row.source ? t('inspector.from', { system: systemName(row.source.system, connections) }) : t('inspector.madeHere')}
        {connection ? (
          <>
            {' · '}
            <a href={`#/integrations/${connection.id}`}>{connection.name}</a>
          </>
        ) : null}
      </span>
      {row.source?.remoteId ? <code className="remote-id">{row.source.remoteId}</code> : null}
      <span>
        {t('inspector.changed')} <Moment at={row.updatedAt} zone={zone} />, <Ago at={row.updatedAt} zone={zone} /> {t('inspector.ageAfter')}
      </span>
    </p>
  );
}

function History({ collection, row, zone }: { readonly collection: CollectionName; readonly row: Row; readonly zone: string }) {
  const held = useConsole((state) => state.held);
  const entries = useMemo(() => held.filter(({ event }) => event.collection === collection && event.row.id === row.id).map(({ event }) => ({ entry: entryFromEvent(event), event })), [held, collection, row.id]);
  const complete = entries.some(({ event }) => event.before === null);
  return (
    <section className="inspector-part">
      <h3>{t('inspector.history')}</h3>
      <ol className="history">
        {entries.map(({ entry, event }) => (
          <li key={entry.seq}>
            <Moment at={entry.at} zone={zone} className="row-time num" />
            <span>
              <span>{feedText(entry)}</span>
              <span className="row-sub">{event.actor.name}</span>
            </span>
          </li>
        ))}
      </ol>
      {complete ? null : <p className="dim">{t(entries.length > 0 ? 'inspector.historyCut' : 'inspector.historyNone', { count: row.version })}</p>}
    </section>
  );
}

export function Details({ kind, title, state, lead, facts, row, collection, zone, related = [], actions, children }: DetailsProps) {
  return (
    <div className="details">
      <header>
        <p className="inspector-kind">{kind}</p>
        <h2>{title}</h2>
        <div className="inspector-state">{state}</div>
      </header>
      {lead ? <p className="inspector-lead">{lead}</p> : null}
      {actions ? <div className="inspector-actions">{actions}</div> : null}
      <Facts facts={facts} />
      <SourceLine row={row} zone={zone} />
      {children}
      <History collection={collection} row={row} zone={zone} />
      {related.length > 0 ? (
        <section className="inspector-part">
          <h3>{t('inspector.related')}</h3>
          <ul className="related">
            {related.map(({ href, label, what }) => (
              <li key={href}>
                <a href={href}>
                  <bdi>{label}</bdi>
                  <span className="row-sub">{what}</span>
                </a>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </div>
  );
}

/** For a link to something that is not (or no longer) in the record. */
export function Missing() {
  return <Empty title={t('inspector.missingTitle')} detail={t('inspector.missing')} />;
}
