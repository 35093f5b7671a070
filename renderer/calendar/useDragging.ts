import { useEffect, useRef, type PointerEvent as ReactPointerEvent } from 'react';
import { after } from '../components/timers.ts';
import { cancelLift, letGo, lift } from './acts.ts';
import { byFinger, useFingers } from './byFinger.ts';
import { carrying, MOUSE, type Carrying, type Ground, type Press, type Reach } from './carrying.ts';
import { getHolding } from './holding.ts';
import { useRole } from './useHouse.ts';

/** So far a mouse moves before it carries something: a shaky click is a click. */
const SLACK_PX = 4;

/** Carrying a bar, or one of its ends, with mouse, pen or finger. Alt over another one changes places with it. */
export function useDragging(ground: Ground): (event: ReactPointerEvent<HTMLElement>) => void {
  const role = useRole();
  const latest = useRef({ ground, role });
  useEffect(() => {
    latest.current = { ground, role };
  });
  const busy = useRef<(() => void) | null>(null);
  const swallows = useRef(false);
  useEffect(() => () => busy.current?.(), []);
  useFingers(ground.scroller, swallows);

  return (event) => {
    if (event.isPrimary && event.pointerType !== 'mouse') swallows.current = false;
    const found = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-bar], [data-handle]') : null;
    const id = found?.dataset['bar'] ?? found?.dataset['handle'];
    const { scroller, mayMove } = latest.current.ground;
    const element = scroller.current;
    if (id === undefined || !element || event.button !== 0 || !event.isPrimary || !mayMove || busy.current) return;
    const grip = event.target instanceof HTMLElement ? event.target.dataset['grip'] : undefined;
    const at = { pointerId: event.pointerId, x: event.clientX, y: event.clientY };
    const press: Press = { id, grip: grip === 'start' || grip === 'end' ? grip : 'whole', ...at };
    const reach: Reach = { read: () => latest.current, busy, swallows };
    if (event.pointerType === 'mouse') byMouse(reach, element, press, event.nativeEvent);
    else byFinger(reach, element, press, event.nativeEvent);
  };
}

function byMouse(reach: Reach, element: HTMLElement, press: Press, from: PointerEvent): void {
  let held: Carrying | null = null;
  const onMove = (at: PointerEvent): void => {
    if (at.pointerId !== press.pointerId) return;
    if (!held) {
      if (Math.hypot(at.clientX - press.x, at.clientY - press.y) < SLACK_PX) return;
      const { house } = reach.read().ground;
      const one = house.timetable.get(press.id);
      if (!one || !lift(house, one, press.grip, 'pointer')) return stop();
      held = carrying(reach, element, press.id, from, MOUSE);
    }
    at.preventDefault();
    held.follow(at);
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
    const { ground, role } = reach.read();
    if (carries) letGo(ground.house, role, Date.now());
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
  const heard = new AbortController();
  const { signal } = heard;
  const stop = (): void => {
    held?.stop();
    heard.abort();
    reach.busy.current = null;
  };
  reach.busy.current = giveUp;
  window.addEventListener('pointermove', onMove, { signal });
  window.addEventListener('pointerup', onUp, { signal });
  window.addEventListener('pointercancel', giveUp, { signal });
  window.addEventListener('keydown', onKey, { capture: true, signal });
}
