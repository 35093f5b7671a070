import { useEffect, useRef, useState } from 'react';
import { after } from './timers.ts';

/** `value` as it was at most `ms` milliseconds ago: a first change shows at once, a storm of them once per step. */
export function useThrottled<T>(value: T, ms: number): T {
  const [shown, setShown] = useState(value);
  const shownAt = useRef(-ms);
  useEffect(() => {
    if (Object.is(shown, value)) return;
    const show = (): void => {
      shownAt.current = performance.now();
      setShown(() => value);
    };
    const wait = shownAt.current + ms - performance.now();
    if (wait > 0) return after(wait, show);
    show();
  }, [value, shown, ms]);
  return shown;
}
