import { OPEN_BUILD, SERVICE_WORKER_FILE, TAKE_OVER } from '../../core/contract/offlinePage.ts';
import { pageLog } from '../state/pageLog.ts';

const say = (worker: ServiceWorker | null): void => worker?.postMessage(TAKE_OVER);

/**
 * In a browser: has this build's files kept, so that the page opens without its server. Browsers allow that only on a
 * safe address (https, or this machine itself); elsewhere the page needs its server to load, as any page.
 */
export async function keepPage(): Promise<void> {
  if (!window.isSecureContext || !('serviceWorker' in navigator)) return;
  const here = new URL('.', document.baseURI).pathname;
  const script = new URL(import.meta.url).pathname.slice(here.length);
  // Held until the page goes.
  void navigator.locks.request(OPEN_BUILD + script, { mode: 'shared' }, () => new Promise(() => undefined));
  try {
    const registration = await navigator.serviceWorker.register(new URL(SERVICE_WORKER_FILE, document.baseURI), { updateViaCache: 'none' });
    say(registration.waiting);
    registration.addEventListener('updatefound', () => {
      const next = registration.installing;
      next?.addEventListener('statechange', () => {
        if (next.state === 'installed' && registration.active) say(next);
      });
    });
  } catch (error) {
    // The console works without; it only will not open while its server is away.
    pageLog.warn({ error: String(error) }, 'the page could not be kept for the time without a server');
  }
}
