import { TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconSearch } from '@tabler/icons-react';
import { useDeferredValue, useMemo, useRef, useState } from 'react';
import type { SystemSummary } from '../../core/contract/systems.ts';
import { countText, isolated } from '../components/format.ts';
import { LoadFailed } from '../components/LoadFailed.tsx';
import { Empty } from '../components/Section.tsx';
import { useRows } from '../components/useRows.ts';
import { t } from '../i18n/index.ts';
import { categoriesOf, matching, soonOf } from './catalogue.ts';
import { useSystems } from './queries.ts';
import { categoryWords, pathWords, soonWords } from './words.ts';

const NONE: readonly SystemSummary[] = [];
const shownWords = (system: SystemSummary): string => [system.name, system.id, categoryWords(system.category), ...system.paths.map(pathWords)].join(' ');

function Row({ system, tabIndex }: { readonly system: SystemSummary; readonly tabIndex: 0 | -1 }) {
  const [best = 'none'] = system.paths;
  return (
    <li className="row system" data-possible={best !== 'none' || undefined}>
      <a className="row-main row-system" href={`#/connect/${system.id}`} data-row={system.id} tabIndex={tabIndex}>
        <span className="row-text">
          <span className="row-line">{isolated(system.name)}</span>
          <span className="row-sub">{categoryWords(system.category)}</span>
        </span>
        <span className="row-text">
          <span className="system-way">{system.paths.map(pathWords).join(', ')}</span>
          <span className="row-sub">{soonWords(soonOf(system, best))}</span>
        </span>
        <span className="row-end num">{system.connections > 0 ? t('connect.connected', { count: system.connections, shown: countText(system.connections) }) : null}</span>
      </a>
    </li>
  );
}

/** Everything that can be connected, and honestly how. */
export function CatalogueView() {
  const query = useQuery(useSystems());
  const [typed, setTyped] = useState('');
  const [category, setCategory] = useState<string | null>(null);
  const asked = useDeferredValue(typed);
  const { listProps, tabIndex } = useRows();
  const page = useRef<HTMLDivElement>(null);
  const systems = query.data?.systems ?? NONE;
  const found = useMemo(() => matching(systems, asked, shownWords), [systems, asked]);
  const categories = useMemo(() => categoriesOf(systems).sort((a, b) => categoryWords(a).localeCompare(categoryWords(b))), [systems]);
  // A category in which nothing is found says so by its count; it stays chosen while the person types on.
  const rows = category === null ? found : found.filter((system) => system.category === category);
  const ids = rows.map((system) => system.id);
  const intoList = (): void => page.current?.querySelector<HTMLElement>('[data-row][tabindex="0"]')?.focus();
  return (
    <div className="page" ref={page}>
      <p className="page-back">
        <a href="#/integrations">{t('connect.back')}</a>
      </p>
      <header className="board-head">
        <h1>{t('connect.title')}</h1>
        <p className="board-about">{t('connect.about', { count: systems.length })}</p>
      </header>
      <TextInput
        className="catalogue-search"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' && !(event.key === 'Enter' && rows.length > 0)) return;
          event.preventDefault();
          intoList();
        }}
        aria-label={t('connect.search')}
        placeholder={t('connect.search')}
        leftSection={<IconSearch size={16} stroke={1.5} aria-hidden />}
        autoComplete="off"
        spellCheck={false}
        autoFocus
      />
      <div className="chips" role="group" aria-label={t('connect.category')}>
        {[null, ...categories].map((name) => (
          <button key={name ?? ''} type="button" className="chip" aria-pressed={category === name} onClick={() => setCategory(name)}>
            {name === null ? t('connect.all') : categoryWords(name)} <span className="num">{name === null ? found.length : found.filter((system) => system.category === name).length}</span>
          </button>
        ))}
      </div>
      <p role="status" className="vh">
        {query.data ? t('connect.found', { count: rows.length }) : null}
      </p>
      {query.isPending ? <p className="dim">{t('connect.loading')}</p> : null}
      {query.isError ? (
        <LoadFailed error={query.error} onAgain={query.refetch} />
      ) : null}
      {query.data && rows.length === 0 ? (
        <Empty
          title={t('connect.noneTitle')}
          detail={t('connect.none')}
          action={
            systems.some((system) => system.id === 'bridge') ? (
              <a className="button" href="#/connect/bridge">
                {t('connect.anyBridge')}
              </a>
            ) : null
          }
        />
      ) : null}
      {rows.length > 0 ? (
        <ul className="rows systems" {...listProps}>
          {rows.map((system) => (
            <Row key={system.id} system={system} tabIndex={tabIndex(system.id, ids)} />
          ))}
        </ul>
      ) : null}
    </div>
  );
}
