import { useEffect, useRef, useState, type PointerEvent } from 'react';
import { after, type Cancel } from './timers.ts';

/** A pointer that lies still this long is not in anybody's hand; what waits must not wait for it. */
export const STILL_MS = 3_000;

/**
 * Whether somebody is pointing into the list right now. Only real movement counts: rows that move under a resting
 * pointer enter it too, and a mouse left on the alerts all day must not hide the next one.
 */
export function useHand(): { readonly holding: boolean; readonly handProps: { onPointerMove(event: PointerEvent): void; onPointerLeave(): void } } {
  const [holding, setHolding] = useState(false);
  const timer = useRef<Cancel | null>(null);
  const cancel = (): void => {
    timer.current?.();
    timer.current = null;
  };
  useEffect(() => cancel, []);
  const letGo = (): void => {
    cancel();
    setHolding(false);
  };
  return {
    holding,
    handProps: {
      onPointerMove(event) {
        if (event.movementX === 0 && event.movementY === 0) return;
        cancel();
        timer.current = after(STILL_MS, letGo);
        setHolding(true);
      },
      onPointerLeave: letGo,
    },
  };
}
