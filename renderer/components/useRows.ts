import { useCallback, useRef, useState, type FocusEvent, type KeyboardEvent } from 'react';

/**
 * One tab stop for a list: j/k or the arrows walk, Home and End jump. Rows are the elements with `data-row`; the row that
 * was focused last keeps the stop.
 */
export function useRows(onLetter?: (letter: string, rowId: string) => boolean) {
  const list = useRef<HTMLUListElement>(null);
  const [active, setActive] = useState<string | null>(null);

  const onKeyDown = useCallback(
    (event: KeyboardEvent<HTMLElement>) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const rows = [...(list.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
      const holder = event.target instanceof HTMLElement ? event.target.closest('li') : null;
      const at = rows.findIndex((row) => row.closest('li') === holder);
      const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
      const target = step !== undefined ? rows[Math.min(rows.length - 1, Math.max(0, at + step))] : event.key === 'Home' ? rows[0] : event.key === 'End' ? rows.at(-1) : undefined;
      if (target) {
        event.preventDefault();
        target.focus();
        target.scrollIntoView({ block: 'nearest' });
        return;
      }
      const rowId = rows[at]?.dataset['row'];
      if (rowId && onLetter && event.key.length === 1 && onLetter(event.key.toLowerCase(), rowId)) event.preventDefault();
    },
    [onLetter],
  );

  const onFocus = useCallback((event: FocusEvent<HTMLElement>) => {
    const row = event.target.closest('li')?.querySelector<HTMLElement>('[data-row]');
    if (row?.dataset['row']) setActive(row.dataset['row']);
  }, []);

  /** The tab index of a row, given all row ids in order. */
  const tabIndex = (id: string, ids: readonly string[]): 0 | -1 => ((active !== null && ids.includes(active) ? active === id : ids[0] === id) ? 0 : -1);
  return { listProps: { ref: list, onKeyDown, onFocus }, tabIndex };
}
