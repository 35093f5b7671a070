import type { ReactNode } from 'react';
import type { CollectionName } from '../../core/contract/record.ts';
import type { Source } from '../../core/contract/record/row.ts';
import { useMay } from '../app/access.ts';
import { systemName, useTables } from '../app/selectors.ts';
import { Ago, Moment } from '../components/Moment.tsx';
import { Empty } from '../components/Section.tsx';
import { t } from '../i18n/index.ts';
import { History } from './History.tsx';
import type { RelatedLink } from './links.ts';

/** The anatomy of everything that can be inspected: title, state, key facts with source and age, history, related, actions. */

export interface Fact {
  readonly label: string;
  readonly value: ReactNode;
}

interface Row {
  readonly id: string;
  readonly version: number;
  readonly seq: number;
  readonly updatedAt: string;
  readonly source: Source | null;
}

export interface DetailsProps {
  readonly kind: string;
  readonly title: string;
  readonly state: ReactNode;
  readonly lead?: ReactNode;
  /** What is true at this moment and in no record, such as who else looks at it. */
  readonly aside?: ReactNode;
  readonly facts: readonly Fact[];
  readonly row: Row;
  readonly collection: CollectionName;
  readonly zone: string;
  readonly related?: readonly RelatedLink[];
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
  // Where a row came from is not told to guests of the record; that it was made here would be a guess.
  const knowsSources = useMay('http:integrations');
  const connection = row.source?.connectionId ? connections[row.source.connectionId] : undefined;
  return (
    <p className="source-line">
      <span>
        {row.source ? t('inspector.from', { system: systemName(row.source.system, connections) }) : t(knowsSources ? 'inspector.madeHere' : 'inspector.fromVenue')}
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

/** Ways to other rows under a heading; nothing at all where there are none. */
export function Links({ title, links, all = null }: { readonly title: string; readonly links: readonly RelatedLink[]; readonly all?: { readonly href: string; readonly label: string } | null }) {
  if (links.length === 0) return null;
  return (
    <section className="inspector-part">
      <h3>{title}</h3>
      <ul className="related">
        {links.map(({ href, label, more, mark, what }) => (
          <li key={href}>
            <a href={href}>
              <span className="related-label">
                {mark} <bdi>{label}</bdi>
                {more ? (
                  <span className="row-sub">
                    <bdi>{more}</bdi>
                  </span>
                ) : null}
              </span>
              <span className="row-sub">{what}</span>
            </a>
          </li>
        ))}
      </ul>
      {all ? (
        <p className="related-all">
          <a href={all.href}>{all.label}</a>
        </p>
      ) : null}
    </section>
  );
}

export function Details({ kind, title, state, lead, facts, row, collection, zone, related = [], aside, actions, children }: DetailsProps) {
  return (
    <div className="details">
      <header>
        <p className="inspector-kind">{kind}</p>
        <h2>{title}</h2>
        <div className="inspector-state">{state}</div>
      </header>
      {aside}
      {lead ? <p className="inspector-lead">{lead}</p> : null}
      {actions ? <div className="inspector-actions">{actions}</div> : null}
      <Facts facts={facts} />
      <SourceLine row={row} zone={zone} />
      {children}
      <History collection={collection} row={row} zone={zone} />
      <Links title={t('inspector.related')} links={related} />
    </div>
  );
}

/** For a link to something that is not (or no longer) in the record. */
export function Missing() {
  return <Empty title={t('inspector.missingTitle')} detail={t('inspector.missing')} />;
}
