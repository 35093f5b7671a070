import { matchPrecache, precacheAndRoute } from 'workbox-precaching';
import { registerRoute } from 'workbox-routing';
import { OPEN_BUILD, TAKE_OVER, type KeptFile } from '../../../core/contract/offlinePage.ts';

/**
 * Keeps the files of one build of the console, so that the page opens in a browser while its server is away. Only what the
 * build made: answers of the server never go through here, and nothing of the record is kept by it (`state/cache.ts` does).
 */

declare const self: ServiceWorkerGlobalScope;
/** Put in by the build. */
declare const KEPT_FILES: readonly KeptFile[];

const PAGE = 'index.html';
/** So long the server's own page is waited for; a line that is half open would else hold the page back for minutes. */
const PAGE_WAIT_MS = 3_000;

/**
 * The page itself comes from the server whenever it answers: what it loads is named by content, so whichever page is
 * shown gets exactly its own files. Else the kept page, with the headers that it came with, its policy among them.
 */
async function page(request: Request): Promise<Response> {
  const kept = (): Promise<Response | undefined> => matchPrecache(PAGE);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PAGE_WAIT_MS) });
    // A balancer without a server behind it answers, but not with the page.
    if (answer.status >= 500) return (await kept()) ?? answer;
    // Read to its end while it is still watched.
    await answer.clone().arrayBuffer();
    return answer;
  } catch {
    // No server, or none in time: what the worker is here for.
    return (await kept()) ?? Response.error();
  }
}

const scope = new URL(self.registration.scope).pathname;
registerRoute(
  ({ request, url, sameOrigin }) => sameOrigin && request.mode === 'navigate' && (url.pathname === scope || url.pathname === scope + PAGE),
  ({ request }) => page(request),
);
precacheAndRoute([...KEPT_FILES], { cleanURLs: false, directoryIndex: '', ignoreURLParametersMatching: [] });

/** Files of an earlier build go when this one takes over; whoever has that build open may still want one of them. */
async function takeOver(): Promise<void> {
  const { held = [] } = await self.navigator.locks.query();
  const open = held.flatMap(({ name }) => (name?.startsWith(OPEN_BUILD) ? [name.slice(OPEN_BUILD.length)] : []));
  const mine = new Set(KEPT_FILES.map(({ url }) => url));
  if (open.every((script) => mine.has(script))) await self.skipWaiting();
}

self.addEventListener('message', (event) => {
  if (event.data === TAKE_OVER) event.waitUntil(takeOver());
});
