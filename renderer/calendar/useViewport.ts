import { useLayoutEffect, useState, type RefObject } from 'react';

/** What of a scrolled area is seen, in steps of half its size: between two steps the browser scrolls alone. */
export interface Viewport {
  readonly width: number;
  readonly height: number;
  /** Half widths and half heights from the beginning. */
  readonly column: number;
  readonly band: number;
}

export function useViewport(scroller: RefObject<HTMLElement | null>): Viewport {
  const [view, setView] = useState<Viewport>({ width: 0, height: 0, column: 0, band: 0 });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const read = (): void => {
      const { clientWidth: width, clientHeight: height, scrollLeft, scrollTop } = element;
      const next = { width, height, column: Math.floor((scrollLeft * 2) / Math.max(width, 1)), band: Math.floor((scrollTop * 2) / Math.max(height, 1)) };
      setView((was) => (was.width === next.width && was.height === next.height && was.column === next.column && was.band === next.band ? was : next));
    };
    read();
    const observer = new ResizeObserver(read);
    observer.observe(element);
    element.addEventListener('scroll', read, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', read);
    };
  }, [scroller]);
  return view;
}
