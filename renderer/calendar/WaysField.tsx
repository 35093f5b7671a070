import { Autocomplete, Input } from '@mantine/core';
import { useRef, useState } from 'react';
import { LONGEST_WAY_MINUTES, MOST_WAYS, type HouseRules } from '../../core/contract/record/taking.ts';
import { wayKey, wrongWay } from '../../core/domain/conflicts/rules.ts';
import { isolated, spanText } from '../components/format.ts';
import { t } from '../i18n/index.ts';
import { CountField } from './fields.tsx';

type Ways = HouseRules['travel']['ways'];

/** A way that is being named and is not in the list yet. */
export interface WayDraft {
  readonly from: string;
  readonly to: string;
  readonly minutes: number | null;
}

const EMPTY: WayDraft = { from: '', to: '', minutes: null };
const MINUTE_MS = 60_000;
/** As the contract takes a place. */
const LONGEST_NAME = 300;
type Problem = 'unnamed' | 'nowhere' | 'twice' | 'minutes' | 'open' | 'most';

interface WaysProps {
  readonly ways: Ways;
  /** Those that are known, to choose from. */
  readonly places: readonly string[];
  /** Somebody has tried to save. */
  readonly tried: boolean;
  readonly onWays: (ways: Ways) => void;
  /** Null = nothing is half named. */
  readonly onDraft: (draft: WayDraft | null) => void;
}

/** Known ways, each the same in both directions: added, changed and taken away one at a time, so that five hundred of them are a list and no form. */
export function WaysField({ ways, places, tried, onWays, onDraft }: WaysProps) {
  const [draft, setDraft] = useState<WayDraft>(EMPTY);
  /** Which of them is being changed, by its places; null = a new one. */
  const [changing, setChanging] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [said, setSaid] = useState('');
  const first = useRef<HTMLInputElement>(null);
  const isEmpty = draft.from.trim() === '' && draft.to.trim() === '' && draft.minutes === null;
  const shown = problem ?? (tried && !isEmpty ? 'open' : null);

  function type(next: WayDraft): void {
    setDraft(next);
    setProblem(null);
    onDraft(next.from.trim() === '' && next.to.trim() === '' && next.minutes === null ? null : next);
  }
  function leave(): void {
    type(EMPTY);
    setChanging(null);
    first.current?.focus();
  }
  function add(): void {
    const way = { from: draft.from.trim(), to: draft.to.trim(), minutes: draft.minutes ?? -1 };
    const others = changing === null ? ways : ways.filter(({ from, to }) => wayKey(from, to) !== changing);
    const wrong = wrongWay([...others, way])?.why ?? (draft.minutes === null ? 'minutes' : others.length >= MOST_WAYS ? 'most' : null);
    setProblem(wrong);
    if (wrong !== null) return;
    // Where it stood it stays, so that whoever changes one does not have to look for it.
    const at = changing === null ? others.length : ways.findIndex(({ from, to }) => wayKey(from, to) === changing);
    onWays([...others.slice(0, at), way, ...others.slice(at)]);
    setSaid(t('calendar.houseRules.added', { from: isolated(way.from), to: isolated(way.to), span: spanText(way.minutes * MINUTE_MS) }));
    leave();
  }

  return (
    <div className="cal-way-field">
      {/* Enter adds the way; the form is saved by its own button. */}
      <div
        className="cal-way-fields"
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.defaultPrevented || !(event.target instanceof HTMLInputElement)) return;
          event.preventDefault();
          add();
        }}
      >
        <Autocomplete ref={first} label={t('calendar.houseRules.from')} data={[...places]} limit={20} maxLength={LONGEST_NAME} value={draft.from} autoComplete="off" onChange={(from) => type({ ...draft, from })} />
        <Autocomplete label={t('calendar.houseRules.to')} data={[...places]} limit={20} maxLength={LONGEST_NAME} value={draft.to} autoComplete="off" onChange={(to) => type({ ...draft, to })} />
        <CountField label={t('calendar.houseRules.minutes')} value={draft.minutes} max={LONGEST_WAY_MINUTES} onChange={(minutes) => type({ ...draft, minutes })} />
        <button type="button" className="button" onClick={add}>
          {t(changing === null ? 'calendar.houseRules.add' : 'calendar.houseRules.change')}
        </button>
      </div>
      {shown === null ? null : (
        <Input.Error role="alert">{t(`calendar.houseRules.problem.${shown}`, { most: shown === 'most' ? MOST_WAYS : LONGEST_WAY_MINUTES })}</Input.Error>
      )}
      <p className="vh" role="status">
        {said}
      </p>
      <p className="dim">{t('calendar.houseRules.ways', { count: ways.length })}</p>
      <ul className="cal-limits cal-way-list">
        {ways.map(({ from, to, minutes }) => {
          const names = { from: isolated(from), to: isolated(to) };
          return (
            <li key={wayKey(from, to)}>
              <span>
                {t('calendar.houseRules.way', names)} <span className="row-sub num">{spanText(minutes * MINUTE_MS)}</span>
              </span>
              <button
                type="button"
                className="button"
                aria-label={t('calendar.houseRules.editWay', names)}
                onClick={() => {
                  type({ from, to, minutes });
                  setChanging(wayKey(from, to));
                  first.current?.focus();
                }}
              >
                {t('calendar.act.edit')}
              </button>
              <button
                type="button"
                className="button"
                aria-label={t('calendar.houseRules.removeWay', names)}
                onClick={() => {
                  onWays(ways.filter((one) => wayKey(one.from, one.to) !== wayKey(from, to)));
                  setSaid(t('calendar.houseRules.removed', names));
                  if (changing === wayKey(from, to)) setChanging(null);
                  first.current?.focus();
                }}
              >
                {t('calendar.houseRules.remove')}
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
