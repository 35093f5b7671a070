import { useEffect, type RefObject } from 'react';
import { after } from '../components/timers.ts';
import { cancelLift, letGo, lift } from './acts.ts';
import { carrying, FINGER, type Carrying, type Hand, type Press, type Reach } from './carrying.ts';
import { getHolding, setHolding } from './holding.ts';
import { realOf } from './lanes.ts';
import { resourceName } from './words.ts';
import { t } from '../i18n/index.ts';

/**
 * A finger scrolls, taps, or, held still, lifts. Which of them it is only time and movement tell, so nothing is taken from the browser
 * before something is lifted; from then on the touch is ours until the last finger is off.
 */

/** Before the browser's own long press, which would open its menu. */
const LONG_PRESS_MS = 400;
/** A finger that moves further than this before then scrolls. */
const SHAKE_PX = 10;
const BUZZ_MS = 12;

/** Felt where the machine can; browsers grant it only on pages that somebody has used, and complain otherwise. */
function buzz(): void {
  if ('vibrate' in navigator && 'userActivation' in navigator && navigator.userActivation.hasBeenActive) navigator.vibrate(BUZZ_MS);
}

/** What the browser would make of a touch that carries something: a scroll, a zoom, a click, a menu. */
export function useFingers(scroller: RefObject<HTMLElement | null>, swallows: RefObject<boolean>): void {
  useEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const onTouch = (event: TouchEvent): void => {
      if (!swallows.current) return;
      if (event.cancelable) event.preventDefault();
      if (event.touches.length === 0) swallows.current = false;
    };
    const onMenu = (event: MouseEvent): void => {
      const isFinger = event instanceof PointerEvent && event.pointerType !== 'mouse' && event.pointerType !== '';
      if (isFinger && event.target instanceof Element && event.target.closest('[data-bar], [data-handle]')) event.preventDefault();
    };
    const kinds = ['touchmove', 'touchend', 'touchcancel'] as const;
    // React listens to touches without a right to stop them, and a browser asks for that right when the finger comes down.
    for (const kind of kinds) element.addEventListener(kind, onTouch, { passive: false });
    element.addEventListener('contextmenu', onMenu);
    return () => {
      for (const kind of kinds) element.removeEventListener(kind, onTouch);
      element.removeEventListener('contextmenu', onMenu);
    };
  }, [scroller, swallows]);
}

const isOutside = ({ clientX, clientY }: Hand): boolean => clientX < 0 || clientY < 0 || clientX > innerWidth || clientY > innerHeight;

/** Held still it is lifted; then it is carried until the finger is off. A second finger, Escape or leaving the window puts it back. */
export function byFinger(reach: Reach, element: HTMLElement, press: Press, from: PointerEvent): void {
  let held: Carrying | null = null;
  let last: Hand = from;
  const stopWaiting = after(LONG_PRESS_MS, () => {
    const { house, rows } = reach.read().ground;
    const one = house.timetable.get(realOf(rows, press.id));
    if (!one) return stop();
    reach.swallows.current = true;
    buzz();
    if (one.id !== press.id) {
      const why = t('calendar.through.touched', { where: resourceName(house, one.resourceId) });
      setHolding({ refusal: [why], said: why });
      return stop();
    }
    if (!lift(house, one, press.grip, 'touch')) return stop();
    held = carrying(reach, element, press.id, last, FINGER);
    held.follow(last);
  });
  const giveUp = (): void => {
    stop();
    // What the keyboard holds is none of a finger's that only scrolls.
    if (held) cancelLift();
  };
  const onMove = (at: PointerEvent): void => {
    if (at.pointerId !== press.pointerId) return;
    last = at;
    if (held) return isOutside(at) ? giveUp() : held.follow(at);
    if (Math.hypot(at.clientX - press.x, at.clientY - press.y) > SHAKE_PX) stop();
  };
  const onUp = (at: PointerEvent): void => {
    if (at.pointerId !== press.pointerId) return;
    const carries = held !== null && getHolding().lift !== null;
    stop();
    const { ground, role } = reach.read();
    if (carries) letGo(ground.house, role, Date.now());
  };
  const onSecond = (at: PointerEvent): void => {
    if (at.pointerId !== press.pointerId) giveUp();
  };
  const onKey = (key: KeyboardEvent): void => {
    if (key.key !== 'Escape' || !held) return;
    key.preventDefault();
    key.stopPropagation();
    giveUp();
  };
  const onHidden = (): void => {
    if (document.hidden) giveUp();
  };
  const heard = new AbortController();
  const { signal } = heard;
  const stop = (): void => {
    stopWaiting();
    held?.stop();
    heard.abort();
    reach.busy.current = null;
  };
  reach.busy.current = giveUp;
  window.addEventListener('pointermove', onMove, { signal });
  window.addEventListener('pointerup', onUp, { signal });
  window.addEventListener('pointercancel', giveUp, { signal });
  window.addEventListener('pointerdown', onSecond, { capture: true, signal });
  window.addEventListener('keydown', onKey, { capture: true, signal });
  window.addEventListener('blur', giveUp, { signal });
  document.addEventListener('visibilitychange', onHidden, { signal });
}
