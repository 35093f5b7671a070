import { useCallback, useRef, useState } from 'react';

/** A choice among rows: one by one, or from the last one touched to this one, in the order in which they are shown. */
export function useChosen(ids: readonly string[]) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const anchor = useRef<string | null>(null);
  const toggle = useCallback((id: string): void => {
    anchor.current = id;
    setChosen((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }, []);
  const extend = useCallback(
    (id: string): void => {
      const [from, to] = [ids.indexOf(anchor.current ?? id), ids.indexOf(id)];
      anchor.current = id;
      if (to < 0) return;
      const range = ids.slice(Math.min(from < 0 ? to : from, to), Math.max(from, to) + 1);
      setChosen((before) => new Set([...before, ...range]));
    },
    [ids],
  );
  const clear = useCallback((): void => {
    anchor.current = null;
    setChosen(new Set());
  }, []);
  return { chosen, toggle, extend, clear };
}
