import { useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import type { Wedding } from '../../core/contract/record/day.ts';
import type { NextEntry } from '../../core/domain/day/nextItems.ts';
import { dotted, isolated, spanText, timeText } from '../components/format.ts';
import { t, tMaybe } from '../i18n/index.ts';

/** A wedding on the wall: its couple, or its number and room where couples are not named. */
export function weddingName(wedding: Pick<Wedding, 'title' | 'room'>, number: number): string {
  if (wedding.title !== '') return wedding.title;
  return wedding.room ? t('wall.unnamedRoom', { number, room: wedding.room }) : t('wall.unnamed', { number });
}

/** Height of a row; `.wall-row` in the stylesheet is as high. */
const ROW_EM = 3.5;

/** As many whole rows as there is room for; half a row on a wall is a fault that everybody sees. */
export function Rows<T>({ all, more, row }: { readonly all: readonly T[]; readonly more: (count: number) => string; readonly row: (each: T) => ReactNode }) {
  const ref = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = (): void => setRoom(Math.floor(element.clientHeight / (ROW_EM * Number.parseFloat(getComputedStyle(element).fontSize))));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const fits = all.length <= room ? all.length : Math.max(0, room - 1);
  return (
    <div className="wall-rows" ref={ref}>
      <ul>{all.slice(0, fits).map(row)}</ul>
      {room > 0 && all.length > fits ? <p className="wall-more num">{more(all.length - fits)}</p> : null}
    </div>
  );
}

export interface EntryRowProps {
  readonly entry: NextEntry;
  /** Trade of a call time, by the booking's id. */
  readonly trade: string | null;
  readonly zone: string;
  readonly now: number;
  readonly wedding: string | null;
}

/** A run sheet item or a call time. */
export function EntryRow({ entry, trade, zone, now, wedding }: EntryRowProps) {
  const what = entry.kind === 'callTime' ? t('wall.arrives', { trade: tMaybe(`trades.${trade}`) ?? t('trades.other') }) : isolated(entry.title);
  const when = entry.state === 'upcoming' ? t('wall.in', { span: spanText(Math.ceil((entry.at - now) / 60_000) * 60_000) }) : t(`wall.${entry.state}`);
  const about = dotted([wedding, entry.place]);
  return (
    <li className="wall-row" data-state={entry.state}>
      <time className="wall-time num" dateTime={new Date(entry.at).toISOString()}>
        {timeText(entry.at, zone)}
      </time>
      <span className="wall-what">
        <span className="wall-line">{what}</span>
        {about === '' ? null : <span className="wall-sub">{about}</span>}
      </span>
      <span className="wall-when num">{when}</span>
    </li>
  );
}
