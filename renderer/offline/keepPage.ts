import { OPEN_BUILD, SERVICE_WORKER_FILE } from '../../core/contract/offlinePage.ts';
import { pageLog } from '../state/pageLog.ts';
import { callWaiting } from './takeOver.ts';

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
    callWaiting(registration, (error) => pageLog.warn({ error: String(error) }, 'the next build could not be called'));
  } catch (error) {
    // The console works without; it only will not open while its server is away.
    pageLog.warn({ error: String(error) }, 'the page could not be kept for the time without a server');
  }
}
