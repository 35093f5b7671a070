import { screen } from 'electron';
import type { Timers } from '../../core/link/link.ts';

/** Systems tell of one unplugged cable in several steps, and move windows themselves in between. */
const SETTLED_MS = 300;

/** Tells once the screens have settled after one came, went, moved or was scaled anew. After `ready` only. */
export function watchDisplays(timers: Timers, onChange: () => void): () => void {
  let cancel = (): void => undefined;
  const later = () => {
    cancel();
    cancel = timers.after(SETTLED_MS, onChange);
  };
  screen.on('display-removed', later);
  screen.on('display-added', later);
  screen.on('display-metrics-changed', later);
  return () => {
    cancel();
    screen.removeListener('display-removed', later);
    screen.removeListener('display-added', later);
    screen.removeListener('display-metrics-changed', later);
  };
}
