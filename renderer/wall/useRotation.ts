import { useEffect, useRef, useState } from 'react';
import { after } from '../components/timers.ts';
import { staysMs, type WallPage } from './pages.ts';

export interface Rotation {
  readonly page: WallPage;
  readonly index: number;
  readonly held: boolean;
}

const FALLBACK: WallPage = { kind: 'next', id: 'next', emergency: false };

/** Goes round the pages. Arrows turn, Space holds and lets go; a new emergency is turned to at once. */
export function useRotation(pages: readonly WallPage[], intervalSeconds: number, onEscape: () => void): Rotation {
  const [turn, setTurn] = useState<{ readonly id: string | null; readonly count: number }>({ id: null, count: 0 });
  const [held, setHeld] = useState(false);
  const index = Math.max(0, pages.findIndex((page) => page.id === turn.id));
  const page = pages[index] ?? FALLBACK;

  const latest = useRef({ pages, index });
  latest.current = { pages, index };
  const step = useRef((by: number): void => {
    const { pages: all, index: at } = latest.current;
    const next = all[(at + by + all.length) % all.length];
    setTurn(({ count }) => ({ id: next?.id ?? null, count: count + 1 }));
  });

  const stays = staysMs(page, intervalSeconds);
  useEffect(() => (held ? undefined : after(stays, () => step.current(1))), [held, page.id, stays, turn.count]);

  const emergencies = pages.filter((each) => each.emergency).length;
  const before = useRef(emergencies);
  const first = pages[0]?.id ?? null;
  useEffect(() => {
    if (emergencies > before.current) setTurn(({ count }) => ({ id: first, count: count + 1 }));
    before.current = emergencies;
  }, [emergencies, first]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'Escape') return onEscape();
      if (event.key === ' ') setHeld((now) => !now);
      else if (event.key === 'ArrowRight' || event.key === 'ArrowDown') step.current(1);
      else if (event.key === 'ArrowLeft' || event.key === 'ArrowUp') step.current(-1);
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [onEscape]);

  return { page, index, held };
}
