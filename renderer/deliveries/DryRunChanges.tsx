import { useInfiniteQuery } from '@tanstack/react-query';
import { t } from '../i18n/index.ts';
import { useDryRunLines } from './queries.ts';
import { RowChanges } from './RowChanges.tsx';

/** What each delivery of a dry run would change, field by field, a page at a time. */
export function DryRunChanges({ id }: { readonly id: string }) {
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(useDryRunLines(id));
  const lines = data?.pages.flatMap((page) => page.lines) ?? [];
  if (lines.length === 0) return null;
  return (
    <section className="replay-changes" aria-label={t('replay.fieldByField')}>
      {lines.map((line) => (
        <RowChanges key={line.deliveryId} rows={line.rows} />
      ))}
      {hasNextPage ? (
        <button type="button" className="button" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t('replay.more')}
        </button>
      ) : null}
    </section>
  );
}
