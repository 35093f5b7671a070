import { useState } from 'react';

/**
 * Nothing may move under the pointer: while `holding`, the list stays as it was and what has come since is only counted.
 * Ids order the list; the rows themselves are looked up afresh by the caller.
 */
export function useHeld(ids: readonly string[], holding: boolean): { readonly ids: readonly string[]; readonly waiting: number } {
  const [held, setHeld] = useState<readonly string[] | null>(null);
  if (holding && held === null) setHeld(ids);
  if (!holding && held !== null) setHeld(null);
  const shown = holding ? (held ?? ids) : ids;
  const known = new Set(shown);
  return { ids: shown, waiting: holding ? ids.filter((id) => !known.has(id)).length : 0 };
}
