import dns from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Http, HttpRequest, HttpResponse, Log } from '../core/ports/ports.ts';
import { isPublicAddress } from './addresses.ts';
import { decodeBody } from './decode.ts';
import { createKept, type KeptLimits, type KeptOptions } from './kept.ts';

/** They change nothing over there: asked twice they are answered twice. */
const READS: readonly HttpRequest['method'][] = ['GET', 'PROPFIND', 'REPORT'];
/** Largest answer taken, in bytes. */
const MAX_ANSWER = 5 * 1024 * 1024;

const headersOf = ({ headers }: http.IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]));

export type EgressReason = 'url_invalid' | 'scheme' | 'credentials_in_url' | 'address_not_public' | 'redirect' | 'answer_too_large' | 'answer_encoded' | 'timeout' | 'network';

/** Why no answer was had. */
export class EgressError extends Error {
  readonly reason: EgressReason;
  constructor(reason: EgressReason, message: string) {
    super(message);
    this.name = 'EgressError';
    this.reason = reason;
  }
}

type Resolve = (hostname: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;

const systemResolve: Resolve = (hostname) => dns.promises.lookup(hostname, { all: true });

export interface EgressOptions {
  /** Exceptions as `host:port`, for the demo's and the tests' stand-ins: these may be private and plain http. */
  readonly allow: readonly string[];
  readonly log: Log;
  /** How names become addresses; the system's way by default. */
  readonly resolve?: Resolve;
  /** Of connections that are kept; see `kept.ts`. */
  readonly kept?: KeptLimits;
}

/**
 * Calls to vendors. Only https to the public internet: the addresses of a name are checked at the moment of
 * connecting, and the connection goes to the checked address, so that a name that changes its mind in between gains
 * nothing. Redirects are not followed; whoever asks for it is told where one leads. A connection is kept only for calls that say for whom,
 * and then goes on to the address that was checked. A call that writes is sent once. Rejects with {@link EgressError}.
 */
export function createEgressHttp({ allow, log, resolve = systemResolve, kept = {} }: EgressOptions): Http {
  const agents = createKept(kept);
  const allowed = new Set(allow.map((entry) => entry.toLowerCase()));

  const checkedLookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname).then(
      (found) => {
        const bad = found.find((one) => !isPublicAddress(one.address));
        const [first] = found;
        // One private address among public ones is refused too: the caller must not be left to chance.
        if (bad || !first) callback(new EgressError('address_not_public', `${hostname} does not lead to the public internet`), []);
        else if (options.all) callback(null, [...found]);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(new EgressError('network', `${hostname} cannot be resolved: ${error instanceof Error ? error.message : String(error)}`), []),
    );
  };

  function admit(request: HttpRequest): { url: URL; excepted: boolean } {
    if (!URL.canParse(request.url)) throw new EgressError('url_invalid', 'the address is no URL');
    const url = new URL(request.url);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new EgressError('scheme', `${url.protocol} is not allowed`);
    if (url.username || url.password) throw new EgressError('credentials_in_url', 'credentials do not belong into an address');
    const port = url.port || (url.protocol === 'https:' ? '443' : '80');
    const excepted = allowed.has(`${url.hostname}:${port}`.toLowerCase());
    if (!excepted && url.protocol !== 'https:') throw new EgressError('scheme', 'only https is allowed');
    const literal = url.hostname.replace(/^\[|\]$/g, '');
    // A literal address is never looked up, so it is checked here. URL has already brought 0x7f.1 and the like into form.
    if (!excepted && isIP(literal) !== 0 && !isPublicAddress(literal)) throw new EgressError('address_not_public', `${literal} is not on the public internet`);
    return { url, excepted };
  }

  function exchange(url: URL, excepted: boolean, request: HttpRequest): Promise<HttpResponse> {
    return new Promise((settle, reject) => {
      const { keptFor } = request;
      const begun = performance.now();
      let answered = false;
      let again = false;
      const fail = (error: unknown) => reject(error instanceof EgressError ? error : new EgressError('network', error instanceof Error ? error.message : String(error)));
      const agent = url.protocol === 'https:' ? agents.https : agents.http;
      const options: http.RequestOptions & Partial<KeptOptions> = {
        method: request.method,
        headers: { ...request.headers, 'accept-encoding': 'identity', ...(request.body === undefined ? {} : { 'content-length': Buffer.byteLength(request.body) }) },
        ...(excepted ? {} : { lookup: checkedLookup }),
        ...(keptFor === undefined ? { agent: false } : { agent, keptFor }),
      };
      const outgoing = (url.protocol === 'https:' ? https : http).request(
        url,
        options,
        (incoming) => {
          answered = true;
          const status = incoming.statusCode ?? 0;
          if (status >= 300 && status < 400 && incoming.headers.location !== undefined) {
            // What a redirect says besides its address is of no interest, and may be long.
            outgoing.destroy();
            if (request.redirect === 'told') return settle({ status, headers: headersOf(incoming), body: '' });
            return fail(new EgressError('redirect', `answered with a redirect (${status}), which is not followed`));
          }
          // We ask for plain bytes. What is packed all the same is not unpacked: a few of them could become gigabytes.
          const encoding = incoming.headers['content-encoding']?.trim().toLowerCase() ?? '';
          if (encoding !== '' && encoding !== 'identity') {
            outgoing.destroy();
            // A refusal is one whatever its page says.
            if (status >= 400) return settle({ status, headers: headersOf(incoming), body: '' });
            return fail(new EgressError('answer_encoded', 'the answer is compressed although plain bytes were asked for'));
          }
          const parts: Buffer[] = [];
          let size = 0;
          incoming.on('data', (part: Buffer) => {
            size += part.length;
            parts.push(part);
            if (size > MAX_ANSWER) outgoing.destroy(new EgressError('answer_too_large', `the answer is larger than ${MAX_ANSWER} bytes`));
          });
          incoming.on('error', fail);
          incoming.on('end', () => {
            const { text, damaged } = decodeBody(Buffer.concat(parts), incoming.headers['content-type']);
            settle({ status, headers: headersOf(incoming), body: text, ...(damaged ? { damaged } : {}) });
          });
        },
      );
      const timer = setTimeout(() => outgoing.destroy(new EgressError('timeout', `no whole answer within ${request.timeoutMs} ms`)), request.timeoutMs);
      outgoing.on('error', (error) => {
        const leftMs = request.timeoutMs - (performance.now() - begun);
        // The server has closed a connection that was kept. What only reads is asked over a new one; of what writes nobody knows whether it came.
        again = outgoing.reusedSocket && !answered && !(error instanceof EgressError) && READS.includes(request.method) && leftMs > 0;
        if (!again) return fail(error);
        const { keptFor: _kept, ...anew } = request;
        settle(exchange(url, excepted, { ...anew, timeoutMs: leftMs }));
      });
      outgoing.on('close', () => {
        clearTimeout(timer);
        if (!again) fail(new EgressError('network', 'the connection was closed before the answer was whole'));
      });
      outgoing.end(request.body);
    });
  }

  return {
    async send(request) {
      try {
        const { url, excepted } = admit(request);
        return await exchange(url, excepted, request);
      } catch (error) {
        if (error instanceof EgressError) log.warn({ host: URL.canParse(request.url) ? new URL(request.url).host : null, reason: error.reason }, 'outbound call without an answer');
        throw error;
      }
    },
  };
}
