import { OPEN_BUILD, TAKE_OVER } from '../../core/contract/offlinePage.ts';
import { every } from '../components/timers.ts';

/** So long the page must have loaded nothing before the next worker is called. */
const QUIET_MS = 2_000;
/** A page that is never quiet calls it all the same, so long after it had reason to. */
const BUSY_MS = 60_000;
const LOOK_EVERY_MS = 1_000;

const openBuilds = async (): Promise<string> => {
  const { held = [] } = await navigator.locks.query();
  return [...new Set(held.flatMap(({ name }) => (name?.startsWith(OPEN_BUILD) ? [name] : [])))].sort().join();
};

/** When the page was last given a file or an answer, in milliseconds as `performance.now()` counts them. */
function lastLoaded(): () => number {
  let last = performance.now();
  new PerformanceObserver(() => {
    last = performance.now();
  }).observe({ type: 'resource' });
  return () => last;
}

/**
 * Calls the worker that waits as long as one waits: once the page is quiet, and again whenever other builds are open than
 * at the last call, because a page that was closed may have been the last of its build.
 *
 * Not while the page loads: a browser replaces a worker when it is idle, and a request that comes at that moment starts the
 * old one again. Chromium then forgets that it was to go, and waits for half a minute without any request, or five minutes.
 */
export function callWaiting(registration: ServiceWorkerRegistration, onError: (error: unknown) => void): void {
  const loaded = lastLoaded();
  let called: { readonly worker: ServiceWorker; readonly open: string } | null = null;
  let since: number | null = null;
  const look = async (): Promise<void> => {
    const worker = registration.waiting;
    if (!worker || !registration.active) {
      since = null;
      return;
    }
    const open = await openBuilds();
    if (called?.worker === worker && called.open === open) {
      since = null;
      return;
    }
    const now = performance.now();
    since ??= now;
    const quiet = document.readyState === 'complete' && now - loaded() >= QUIET_MS;
    if (!quiet && now - since < BUSY_MS) return;
    called = { worker, open };
    worker.postMessage(TAKE_OVER);
  };
  every(LOOK_EVERY_MS, () => void look().catch(onError));
}
