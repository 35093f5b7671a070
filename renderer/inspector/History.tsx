import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { RecordedEvent } from '../../core/contract/events.ts';
import type { HistoryEntry } from '../../core/contract/http.ts';
import type { CollectionName } from '../../core/contract/record.ts';
import { entryFromEvent, onlyReading } from '../../core/domain/day/feed.ts';
import { changedFields } from '../../core/domain/record/history.ts';
import { useMay } from '../app/access.ts';
import { useBackend } from '../app/context.ts';
import { feedText } from '../app/feedText.ts';
import { systemName, useTables } from '../app/selectors.ts';
import { Moment } from '../components/Moment.tsx';
import { t, tMaybe } from '../i18n/index.ts';
import { useConsole } from '../state/store.ts';
import { rulesChanges } from './rulesChanges.ts';
import { valueText } from './valueText.ts';

interface HistoryProps {
  readonly collection: CollectionName;
  readonly row: { readonly id: string; readonly seq: number; readonly version: number };
  readonly zone: string;
}

function Changes({ event, changed, zone }: { readonly event: RecordedEvent; readonly changed: HistoryEntry['changed']; readonly zone: string }) {
  const currency = useConsole((state) => state.record?.organisation.currency ?? 'GBP');
  // A new row's values stand above as facts; what was there before is what only the history knows.
  if (event.before === null) return null;
  const told = event.collection === 'houseRules' ? rulesChanges(changed) : changed.flatMap(({ field, before, after }) => {
    const name = tMaybe(`fields.${field}`);
    const text = (value: unknown): string | null => valueText(event.collection, field, value, zone, 'kind' in event.row ? event.row.kind : null, currency);
    const [was, is] = [text(before), text(after)];
    return name === null || was === null || is === null ? [] : [{ field, name, was, is }];
  });
  return told.map(({ field, name, was, is }) => (
    <span key={field} className="row-sub">
      {name}: <bdi>{was}</bdi> → <bdi>{is}</bdi>
    </span>
  ));
}

function Entries({ entries, zone }: { readonly entries: readonly HistoryEntry[]; readonly zone: string }) {
  const connections = useTables().connections;
  return (
    <ol className="history">
      {entries.map(({ event, changed }) => (
        <li key={event.seq}>
          <Moment at={event.recordedAt} zone={zone} className="row-time num" />
          <span>
            <span>{feedText(entryFromEvent(event))}</span>
            <Changes event={event} changed={changed} zone={zone} />
            <span className="row-sub">
              {event.source && event.actor.kind !== 'vendor' ? `${event.actor.name} · ${systemName(event.source.system, connections)}` : event.actor.name}
            </span>
          </span>
        </li>
      ))}
    </ol>
  );
}

/** What this machine has seen of the row, and that there may be more. */
function Held({ collection, row, zone, why }: HistoryProps & { readonly why: 'offline' | null }) {
  const held = useConsole((state) => state.held);
  const entries = useMemo(
    () => held.filter(({ event }) => event.collection === collection && event.row.id === row.id && !onlyReading(event)).map(({ event }) => ({ event, changed: changedFields(event) })),
    [held, collection, row.id],
  );
  const complete = entries.some(({ event }) => event.before === null);
  return (
    <>
      <Entries entries={entries} zone={zone} />
      {complete ? null : <p className="dim">{t(entries.length > 0 ? 'inspector.historyCut' : 'inspector.historyNone', { count: row.version })}</p>}
      {why === 'offline' ? <p className="dim">{t('inspector.historyOffline')}</p> : null}
    </>
  );
}

/** Everything that ever happened to a row, from the server; without a line, what this machine has seen of it. */
function Whole({ collection, row, zone }: HistoryProps) {
  const backend = useBackend();
  const query = useInfiniteQuery({
    // The row's position is part of the key, so that a new change is fetched as soon as it is on the board.
    queryKey: ['history', collection, row.id, row.seq],
    queryFn: async ({ pageParam }) => {
      const answer = await backend.history(collection, row.id, pageParam);
      if (!answer.ok) throw new Error(answer.error.code);
      return answer.value;
    },
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.before,
    placeholderData: (before, previous) => (previous?.queryKey[2] === row.id ? before : undefined),
    retry: false,
  });
  if (query.data === undefined) return <Held collection={collection} row={row} zone={zone} why={query.isError ? 'offline' : null} />;
  return (
    <>
      <Entries entries={query.data.pages.flatMap((page) => page.entries)} zone={zone} />
      {query.hasNextPage ? (
        <button type="button" className="button" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('inspector.historyOlder')}
        </button>
      ) : null}
    </>
  );
}

export function History(props: HistoryProps) {
  const allowed = useMay('http:history');
  const online = useConsole((state) => state.link?.state === 'live' || state.link?.state === 'catching_up');
  return (
    <section className="inspector-part">
      <h3>{t('inspector.history')}</h3>
      {allowed && online ? <Whole {...props} /> : <Held {...props} why={allowed ? 'offline' : null} />}
    </section>
  );
}
