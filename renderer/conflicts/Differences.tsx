import { IconArrowsDiff } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { Difference } from '../../core/contract/record/calendars.ts';
import { useMay } from '../app/access.ts';
import { useBackend } from '../app/context.ts';
import { tellDecided } from '../app/openDecision.ts';
import { useTables } from '../app/selectors.ts';
import { useHouse, useRole } from '../calendar/useHouse.ts';
import { dayText, fullMoment, timeText } from '../components/format.ts';
import { Section } from '../components/Section.tsx';
import { useNow } from '../components/useNow.ts';
import { useRows } from '../components/useRows.ts';
import { t } from '../i18n/index.ts';
import { settleDifference, type Kept } from '../state/calendars.ts';
import { useConsole } from '../state/store.ts';
import { DifferenceCard } from './DifferenceCard.tsx';
import { differenceTitle, differingText } from './differenceWords.ts';
import { judgeTheirs } from './theirs.ts';

/** Those that wait for a person, the oldest first. */
export function useOpenDifferences(): readonly Difference[] {
  const { differences } = useTables();
  return useMemo(() => Object.values(differences).filter(({ state }) => state === 'open').sort((a, b) => a.raisedAt.localeCompare(b.raisedAt) || a.id.localeCompare(b.id)), [differences]);
}

/** Entries of ours that were changed over there while we say something else: below the conflicts, unfolded where they stand. */
export function Differences({ onShow }: { readonly onShow: (occupancyId: string) => void }) {
  const tables = useTables();
  const open = useOpenDifferences();
  const house = useHouse();
  const zone = useConsole((state) => state.record?.organisation.zone ?? 'UTC');
  const may = useMay('command:difference.settle');
  const [shown, setShown] = useState<string | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { listProps, tabIndex } = useRows();
  const ids = open.map(({ id }) => id);
  const several = may && open.length > 1;
  const toggle = (id: string): void => setChosen(new Set(chosen.has(id) ? [...chosen].filter((other) => other !== id) : [...chosen, id]));
  if (open.length === 0) return null;
  return (
    <Section id="differences" title={t('differences.title')} className="differences">
      <p className="dim differences-about">{t('differences.about', { count: open.length })}</p>
      {several ? <Several picked={open.filter(({ id }) => chosen.has(id))} onDone={() => setChosen(new Set())} /> : null}
      <ul className="rows" aria-label={t('differences.title')} {...listProps}>
        {open.map((difference) => {
          const { id, raisedAt } = difference;
          const title = differenceTitle(tables, difference);
          return (
            <li key={id} className="row conflict-row" data-selected={shown === id || undefined}>
              {several ? <input type="checkbox" className="conflict-choose" checked={chosen.has(id)} aria-label={t('differences.choose', { title })} onChange={() => toggle(id)} /> : null}
              <button type="button" className="row-main row-conflict" data-row={id} tabIndex={tabIndex(id, ids)} aria-expanded={shown === id} onClick={() => setShown(shown === id ? null : id)}>
                <IconArrowsDiff size={14} stroke={2} className="difference-mark" aria-hidden />
                <span className="row-text">
                  <span className="row-line">{title}</span>
                  <span className="row-sub">{differingText(difference)}</span>
                </span>
                <time className="row-end row-sub num" dateTime={raisedAt} title={fullMoment(raisedAt, zone)}>
                  {dayText(raisedAt, zone)} {timeText(raisedAt, zone)}
                </time>
              </button>
              {shown === id ? <DifferenceCard difference={difference} house={house} zone={zone} onShow={onShow} /> : null}
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

/** The same side for all that are ticked. What asks for a reason is decided one by one, over what clashes. */
function Several({ picked, onDone }: { readonly picked: readonly Difference[]; readonly onDone: () => void }) {
  const backend = useBackend();
  const house = useHouse();
  const role = useRole();
  const now = useNow(60_000);
  const easy = useMemo(() => picked.filter((one) => ['free', 'warned'].includes(judgeTheirs(house, one, role, now).verdict)), [picked, house, role, now]);
  const settle = async (some: readonly Difference[], keep: Kept): Promise<void> => {
    onDone();
    for (const one of some) tellDecided(await settleDifference(backend, one, keep, null), one.id);
  };
  const left = picked.length - easy.length;
  return (
    <div className="conflict-several">
      <button type="button" className="button" disabled={picked.length === 0} onClick={() => void settle(picked, 'ours')}>
        {t('differences.keepOursOf', { count: picked.length })}
      </button>{' '}
      <button type="button" className="button" disabled={easy.length === 0} onClick={() => void settle(easy, 'theirs')}>
        {t('differences.takeTheirsOf', { count: easy.length })}
      </button>
      <p role="status" className="dim">
        {left > 0 ? t('differences.oneByOne', { count: left }) : ''}
      </p>
    </div>
  );
}
