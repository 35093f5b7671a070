import { useEffect, useRef, type PointerEvent as ReactPointerEvent, type RefObject } from 'react';
import type { CalendarScale } from '../../core/contract/calendarPlace.ts';
import type { House } from '../../core/domain/conflicts/house.ts';
import { after, every } from '../components/timers.ts';
import { cancelLift, letGo, lift } from './acts.ts';
import { daysLater, snapped, type Axis } from './axis.ts';
import { HEAD_HEIGHT } from './AxisHead.tsx';
import { getHolding, setHolding } from './holding.ts';
import { rowAt, type LaidRow } from './lanes.ts';
import { carried, MINUTE_MS, type Grip } from './lift.ts';
import { useRole } from './useHouse.ts';

const DAY_MS = 86_400_000;
/** So far a pointer moves before it carries something: a shaky click is a click. */
const SLACK_PX = 4;
/** So near an edge what is carried takes the view along. */
const EDGE_PX = 36;
const [PULL_PX, PULL_MS] = [14, 16];

export interface Ground {
  readonly house: House;
  readonly axis: Axis;
  readonly rows: readonly LaidRow[];
  readonly labels: number;
  readonly scale: CalendarScale;
  /** May be dragged by touch: the chosen one; others scroll under the finger. */
  readonly selected: string | null;
  readonly mayMove: boolean;
  readonly scroller: RefObject<HTMLDivElement | null>;
}

interface Press {
  readonly id: string;
  readonly grip: Grip;
  readonly pointerId: number;
  readonly x: number;
  readonly y: number;
  /** Where in the content it was taken hold of. */
  readonly contentX: number;
}

const otherBarAt = (x: number, y: number, own: string): string | null => {
  for (const element of document.elementsFromPoint(x, y)) {
    const id = element.closest<HTMLElement>('[data-bar]')?.dataset['bar'];
    if (id !== undefined && id !== own) return id;
  }
  return null;
};

/** Carrying a bar, or one of its ends, with mouse, pen or finger. Alt over another one changes places with it. */
export function useDragging(ground: Ground): (event: ReactPointerEvent<HTMLElement>) => void {
  const role = useRole();
  const latest = useRef({ ground, role });
  useEffect(() => {
    latest.current = { ground, role };
  });
  const end = useRef<(() => void) | null>(null);
  useEffect(() => () => end.current?.(), []);

  return (event) => {
    const bar = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-bar]') : null;
    const id = bar?.dataset['bar'];
    const { scroller, mayMove, selected } = latest.current.ground;
    const element = scroller.current;
    if (!bar || id === undefined || !element || event.button !== 0 || !mayMove || end.current) return;
    if (event.pointerType === 'touch' && id !== selected) return;
    const grip = event.target instanceof HTMLElement ? event.target.dataset['grip'] : undefined;
    const contentX = (clientX: number): number => clientX - element.getBoundingClientRect().left + element.scrollLeft;
    const press: Press = { id, grip: grip === 'start' || grip === 'end' ? grip : 'whole', pointerId: event.pointerId, x: event.clientX, y: event.clientY, contentX: contentX(event.clientX) };
    let last: PointerEvent | null = null;
    let stopPulling = (): void => undefined;

    const follow = (at: PointerEvent): void => {
      const { house, axis, rows, scale } = latest.current.ground;
      const held = getHolding().lift;
      if (!held) return;
      const byMs = (contentX(at.clientX) - press.contentX) / axis.pxPerMs;
      const step = (at.shiftKey ? 5 : 15) * MINUTE_MS;
      const moved = (from: number): number => (scale === 'month' && !at.shiftKey ? daysLater(from, Math.round(byMs / DAY_MS), house.zone) : Math.abs(byMs) < step / 2 ? from : snapped(from + byMs, step));
      const row = rowAt(rows, at.clientY - element.getBoundingClientRect().top + element.scrollTop - HEAD_HEIGHT);
      const to = carried(house, held, moved(held.from.startsAt), moved(held.from.endsAt), row?.resourceId ?? held.to.resourceId);
      const swapWith = at.altKey && held.grip === 'whole' ? otherBarAt(at.clientX, at.clientY, press.id) : null;
      if (to.startsAt !== held.to.startsAt || to.endsAt !== held.to.endsAt || to.resourceId !== held.to.resourceId || swapWith !== held.swapWith) setHolding({ lift: { ...held, to, swapWith } });
    };
    const pull = (): void => {
      if (!last || !getHolding().lift) return;
      const area = element.getBoundingClientRect();
      const along = last.clientX > area.right - EDGE_PX ? 1 : last.clientX < area.left + latest.current.ground.labels + EDGE_PX ? -1 : 0;
      const down = last.clientY > area.bottom - EDGE_PX ? 1 : last.clientY < area.top + HEAD_HEIGHT + EDGE_PX / 2 ? -1 : 0;
      if (along === 0 && down === 0) return;
      element.scrollBy(along * PULL_PX, down * PULL_PX);
      follow(last);
    };
    const onMove = (at: PointerEvent): void => {
      if (at.pointerId !== press.pointerId) return;
      last = at;
      if (!getHolding().lift) {
        if (Math.hypot(at.clientX - press.x, at.clientY - press.y) < SLACK_PX) return;
        const one = latest.current.ground.house.timetable.get(press.id);
        if (!one || !lift(latest.current.ground.house, one, press.grip, 'pointer')) return stop();
        stopPulling = every(PULL_MS, pull);
      }
      at.preventDefault();
      follow(at);
    };
    const onUp = (at: PointerEvent): void => {
      if (at.pointerId !== press.pointerId) return;
      const carries = getHolding().lift !== null;
      if (carries) {
        // The click that follows is the end of the carrying, not a choice.
        const swallow = (click: Event): void => click.stopPropagation();
        window.addEventListener('click', swallow, true);
        after(0, () => window.removeEventListener('click', swallow, true));
      }
      stop();
      if (carries) letGo(latest.current.ground.house, latest.current.role, Date.now());
    };
    const giveUp = (): void => {
      stop();
      cancelLift();
    };
    const onKey = (key: KeyboardEvent): void => {
      if (key.key !== 'Escape') return;
      key.preventDefault();
      key.stopPropagation();
      giveUp();
    };
    const stop = (): void => {
      stopPulling();
      window.removeEventListener('pointermove', onMove);
      window.removeEventListener('pointerup', onUp);
      window.removeEventListener('pointercancel', giveUp);
      window.removeEventListener('keydown', onKey, true);
      end.current = null;
    };
    end.current = giveUp;
    window.addEventListener('pointermove', onMove);
    window.addEventListener('pointerup', onUp);
    window.addEventListener('pointercancel', giveUp);
    window.addEventListener('keydown', onKey, true);
  };
}
