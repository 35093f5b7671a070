import { Kbd } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { DELIVERIES_PAGE, type DeliveryLine, type DeliveryPage, type Lot } from '../../core/contract/deliveries.ts';
import { narrowingOf, type DeliveriesPlace } from '../../core/contract/deliveryPlace.ts';
import { useMay } from '../app/access.ts';
import { go, useRoute } from '../app/routes.ts';
import { Empty } from '../components/Section.tsx';
import { useRows } from '../components/useRows.ts';
import { errorWords, t } from '../i18n/index.ts';
import { DeliveryRow } from './DeliveryRow.tsx';
import { ReplayDialog } from './ReplayDialog.tsx';
import { useAskAgain, useDeliveryPages } from './queries.ts';
import { useChosen } from './useChosen.ts';

interface Props {
  readonly place: DeliveriesPlace;
  readonly zone: string;
  readonly newest: DeliveryPage | undefined;
  /** The list is as it was then. */
  readonly openedAt: number;
  readonly onAfresh: () => void;
}

/** Asks for older ones as the end comes into sight; the button does the same by hand. */
function Older({ busy, onOlder }: { readonly busy: boolean; readonly onOlder: () => void }) {
  const end = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    const watch = new IntersectionObserver((seen) => {
      if (seen.some((one) => one.isIntersecting)) onOlder();
    });
    if (end.current && !busy) watch.observe(end.current);
    return () => watch.disconnect();
  }, [busy, onOlder]);
  return (
    <p className="page-foot" ref={end}>
      <button type="button" className="button" disabled={busy} onClick={onOlder}>
        {t(busy ? 'deliveries.loading' : 'deliveries.older')}
      </button>
    </p>
  );
}

/** A lot of everything that is listed needs a beginning, so that nobody works on years by accident. */
function lotOf(place: DeliveriesPlace, now: number): Lot | null {
  const { from, to, ...rest } = narrowingOf(place, now);
  return from === undefined ? null : { ...rest, from, to: to ?? new Date(now).toISOString() };
}

export function DeliveryList({ place, zone, newest, openedAt, onAfresh }: Props) {
  const mayReplay = useMay('http:replay');
  const { selected } = useRoute();
  const query = useInfiniteQuery(useDeliveryPages(place, openedAt));
  const askAgain = useAskAgain();
  const [lot, setLot] = useState<Lot | null>(null);
  const { fetchNextPage } = query;
  const older = useMemo(() => () => void fetchNextPage(), [fetchNextPage]);

  const { lines, ids, came } = useMemo(() => {
    const pages = query.data?.pages.flatMap((page) => page.deliveries) ?? [];
    // What has become of a listed one since is told in its place; ones that came since are only counted.
    const now = new Map<string, DeliveryLine>(newest?.deliveries.map((line) => [line.id, line]));
    const known = new Set(pages.map((line) => line.id));
    const first = pages[0]?.receivedAt ?? new Date(openedAt).toISOString();
    return { lines: pages.map((line) => now.get(line.id) ?? line), ids: pages.map((line) => line.id), came: query.data === undefined ? 0 : (newest?.deliveries.filter((line) => !known.has(line.id) && line.receivedAt >= first).length ?? 0) };
  }, [query.data, newest, openedAt]);

  const { chosen, toggle, extend, clear } = useChosen(ids);
  const { listProps, tabIndex } = useRows((letter, id) => {
    if (letter === ' ' && mayReplay) toggle(id);
    else if (letter === 'r' && mayReplay) setLot({ ids: chosen.size > 0 ? [...chosen] : [id] });
    else return false;
    return true;
  });
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const from = event.target instanceof HTMLElement ? event.target.dataset['row'] : undefined;
    if (event.key === 'Escape' && chosen.size > 0) {
      event.preventDefault();
      return clear();
    }
    listProps.onKeyDown(event);
    if (!mayReplay || !event.shiftKey || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return;
    const to = document.activeElement instanceof HTMLElement ? document.activeElement.dataset['row'] : undefined;
    if (from !== undefined && !chosen.has(from)) toggle(from);
    if (to !== undefined) extend(to);
  };
  const everything = lotOf(place, openedAt);

  return (
    <>
      {mayReplay && lines.length > 0 ? (
        <div className="delivery-acts">
          {chosen.size > 0 ? (
            <>
              <strong className="num">{t('deliveries.chosen', { count: chosen.size })}</strong>
              <button type="button" className="button button-main" disabled={chosen.size > 500} aria-keyshortcuts="R" onClick={() => setLot({ ids: [...chosen] })}>
                {t('replay.again')} <Kbd size="xs">R</Kbd>
              </button>
              <button type="button" className="button" onClick={clear}>
                {t('deliveries.chooseNone')}
              </button>
              {chosen.size > 500 ? <span className="dim">{t('deliveries.tooMany')}</span> : null}
            </>
          ) : (
            <>
              <span id="delivery-keys" className="dim delivery-keys">
                <Kbd size="xs">{t('deliveries.space')}</Kbd> {t('deliveries.keyChoose')} <Kbd size="xs">R</Kbd> {t('deliveries.keyAgain')}
              </span>
              {everything === null ? (
                <span className="dim delivery-hint">{t('deliveries.needsWindow')}</span>
              ) : (
                <button type="button" className="button" onClick={() => setLot(everything)}>
                  {t('deliveries.againAll')}
                </button>
              )}
            </>
          )}
        </div>
      ) : null}
      <p className="delivery-came" role="status">
        {came > 0 ? (
          <button type="button" className="button" onClick={onAfresh}>
            {t(came >= DELIVERIES_PAGE ? 'deliveries.cameMany' : 'deliveries.came', { count: came })}
          </button>
        ) : null}
      </p>
      {query.isError && lines.length === 0 ? <p className="inline-error">{errorWords(query.error.message)}</p> : null}
      {query.isPending ? <p className="dim">{t('deliveries.loading')}</p> : null}
      {query.isSuccess && lines.length === 0 && !query.hasNextPage ? <Empty title={t('deliveries.noneTitle')} detail={t('deliveries.none')} /> : null}
      {lines.length > 0 ? (
        <ul className="rows delivery-rows" ref={listProps.ref} onFocus={listProps.onFocus} onKeyDown={onKeyDown} aria-label={t('deliveries.title')}>
          {lines.map((line) => (
            <DeliveryRow
              key={line.id}
              line={line}
              zone={zone}
              tabStop={tabIndex(line.id, ids)}
              selected={selected?.id === line.id}
              chosen={mayReplay ? chosen.has(line.id) : null}
              onChoose={(range) => (range ? extend(line.id) : toggle(line.id))}
              onOpen={() => go({ place, selected: { kind: 'delivery', id: line.id } })}
            />
          ))}
        </ul>
      ) : null}
      {query.hasNextPage ? <Older busy={query.isFetchingNextPage} onOlder={older} /> : null}
      {lot === null ? null : (
        <ReplayDialog
          lot={lot}
          newer={0}
          onClose={(done) => {
            setLot(null);
            if (done) {
              clear();
              askAgain();
            }
          }}
        />
      )}
    </>
  );
}
