import { useEffect, useState } from 'react';
import type { PresenceState } from '../../core/contract/presence.ts';
import { useMay } from '../app/access.ts';
import { useBackend } from '../app/context.ts';
import { useRoute } from '../app/routes.ts';
import { after, isShown, onShown, type Cancel } from '../components/timers.ts';
import { pageLog } from '../state/pageLog.ts';
import { setConsole } from '../state/store.ts';

/** Without input for this long, a browser's person counts as idle. On the desktop the machine itself is asked. */
const IDLE_AFTER_MS = 120_000;
const INPUT = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;

/** Whether somebody is at this page. A hidden page is away, and says so as it hides: it sets no timer to do it later. */
function useSomebody(asksMachine: boolean): PresenceState {
  const [state, setState] = useState<PresenceState>(() => (isShown() ? 'here' : 'away'));
  useEffect(() => {
    let lastInput = performance.now();
    let stop: Cancel | null = null;
    const watch = (): void => {
      const left = lastInput + IDLE_AFTER_MS - performance.now();
      stop = null;
      if (left <= 0) return setState('idle');
      setState('here');
      stop = after(left, watch);
    };
    const touched = (): void => {
      lastInput = performance.now();
      if (stop === null && isShown() && !asksMachine) watch();
    };
    const turned = (shown: boolean): void => {
      stop?.();
      stop = null;
      if (!shown) return setState('away');
      lastInput = performance.now();
      if (asksMachine) setState('here');
      else watch();
    };
    turned(isShown());
    const unwatch = onShown(turned);
    for (const name of INPUT) window.addEventListener(name, touched, { passive: true, capture: true });
    return () => {
      stop?.();
      unwatch();
      for (const name of INPUT) window.removeEventListener(name, touched, { capture: true });
    };
  }, [asksMachine]);
  return state;
}

/** Tells where this page is, to those who may know. Once in the frame. */
export function useTellPlace(): void {
  const backend = useBackend();
  const mayShare = useMay('stream:presence');
  const { place, selected } = useRoute();
  const state = useSomebody(backend.home === 'desktop');
  // The wedding itself in the inspector counts as being on it, whichever board is behind.
  const weddingId = selected?.kind === 'about' ? selected.id : 'weddingId' in place ? place.weddingId : null;
  const { view } = place;
  useEffect(() => {
    if (!mayShare) return;
    const say = (): void => {
      void backend.present({ view, weddingId, state }).then((answer) => {
        if (!answer.ok) pageLog.warn({ code: answer.error.code }, 'where this page is could not be told');
        else if (answer.value) setConsole({ presence: answer.value });
      });
    };
    say();
    // Of several windows the one that was turned to last speaks for the desktop.
    window.addEventListener('focus', say);
    return () => window.removeEventListener('focus', say);
  }, [backend, mayShare, view, weddingId, state]);
}
