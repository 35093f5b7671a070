import type { Http, HttpRequest, HttpResponse } from '../core/ports/ports.ts';
import { EgressError } from './http.ts';

const MOST_REDIRECTS = 3;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
const PERMANENT: readonly number[] = [301, 308];
/** They say nothing about who asks. Any other header may be a key, whatever its name. */
const OF_NOBODY: readonly string[] = ['accept', 'accept-language', 'user-agent', 'if-none-match', 'if-modified-since'];

export interface FollowOptions {
  /** Told when the address that was asked leads to another one for good: where that is. */
  readonly onMoved?: (url: URL) => void;
}

/**
 * `http` that follows up to three redirects of a GET; whoever asks to be told of them follows for himself. Each hop is a
 * call of its own, with the checks of one. From https it never goes on without, and to another origin it takes no key: what
 * is refused there for want of one says nothing about the key, and counts as no answer. Rejects with {@link EgressError}.
 */
export function followRedirects(http: Http, { onMoved }: FollowOptions = {}): Http {
  return {
    async send(asked) {
      if (asked.method !== 'GET' || asked.redirect === 'told') return http.send(asked);
      const deadline = performance.now() + asked.timeoutMs;
      let request: HttpRequest = { ...asked, redirect: 'told' };
      /** The place that everything so far says to remember. */
      let moved: URL | null = null;
      let forGood = true;
      let withoutKey = false;
      for (let hops = 0; ; hops += 1) {
        const response = await http.send(request);
        const { location } = response.headers;
        if (location === undefined || !REDIRECTS.includes(response.status)) {
          if (response.status >= 300 && response.status < 400 && response.status !== 304) throw new EgressError('redirect', `answered with ${response.status}, which is not followed`);
          if (withoutKey && (response.status === 401 || response.status === 403)) throw new EgressError('redirect', `led to another host, which wants the key (${response.status}); it is not taken there`);
          if (moved) onMoved?.(moved);
          return response;
        }
        if (hops === MOST_REDIRECTS) throw new EgressError('redirect', `redirects more than ${MOST_REDIRECTS} times`);
        const from = new URL(request.url);
        const to = target(response, from);
        forGood &&= PERMANENT.includes(response.status);
        if (forGood) moved = to;
        if (to.origin !== from.origin) {
          const kept = Object.entries(request.headers).filter(([name]) => OF_NOBODY.includes(name.toLowerCase()));
          withoutKey ||= kept.length < Object.keys(request.headers).length;
          request = { ...request, headers: Object.fromEntries(kept) };
        }
        const left = Math.ceil(deadline - performance.now());
        if (left <= 0) throw new EgressError('timeout', `no whole answer within ${asked.timeoutMs} ms`);
        request = { ...request, url: to.href, timeoutMs: left };
      }
    },
  };
}

function target({ headers }: HttpResponse, from: URL): URL {
  const location = headers['location'] ?? '';
  if (!URL.canParse(location, from.href)) throw new EgressError('url_invalid', 'redirects to what is no address');
  const to = new URL(location, from.href);
  if (from.protocol === 'https:' && to.protocol !== 'https:') throw new EgressError('scheme', 'redirects from https to what is not');
  return to;
}
