import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { z } from 'zod';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import { DESKTOP_LEAVE_MS, DESKTOP_LEAVE_PATH, DESKTOP_LEAVE_PORT, SYSTEMS_HTTP, type ConnectionAnswer, type LeaveAnswer } from '../../core/contract/systems.ts';
import type { Timers } from '../../core/link/link.ts';
import type { Log } from '../../core/ports/ports.ts';
import type { Ask } from './http.ts';

type Answer<T> = Promise<Result<T, CodedError>>;

/** The server's part of it. */
export interface LeaveApi {
  ask(connectionId: string, redirectUri: string): Answer<LeaveAnswer>;
  given(callbackUrl: string): Answer<z.infer<typeof ConnectionAnswer>>;
}

const ASK_MS = 10_000;
/** The server asks the vendor for tokens, then tries them out. */
const GIVEN_MS = 40_000;

export function leaveApi(authorised: <T>(question: Omit<Ask<T>, 'server' | 'token'>) => Answer<T>): LeaveApi {
  const { askLeave, leaveGiven } = SYSTEMS_HTTP;
  return {
    ask: (id, redirectUri) => authorised({ method: 'POST', path: askLeave.path.replace(':id', encodeURIComponent(id)), body: { redirectUri }, answer: askLeave.success, timeoutMs: ASK_MS }),
    given: (callbackUrl) => authorised({ method: 'POST', path: leaveGiven.path, body: { callbackUrl }, answer: leaveGiven.success, timeoutMs: GIVEN_MS }),
  };
}

/** Leave that somebody gives in the system's browser (RFC 8252), one at a time. */
export interface Leave {
  /** Answers when it is finished. Errors: `connect.leave_denied` (also when cancelled), `connect.leave_unknown` (five minutes are over), and those of the server. */
  give(connectionId: string): Answer<z.infer<typeof ConnectionAnswer>>;
  /** True when there was something to cancel. */
  cancel(): boolean;
}

export interface LeaveOptions {
  readonly api: LeaveApi;
  /** The one door to the system's browser. */
  readonly openExternal: (url: string) => Promise<Result<true, string>>;
  readonly timers: Timers;
  readonly log: Log;
  /** Tried first; another one is taken where it is not free. */
  readonly port?: number;
}

const LOOPBACK = '127.0.0.1';
const LOOPBACK_6 = '::1';
const PAGE = (text: string) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>WedSync</title></head><body><h1>WedSync</h1><p>${text}</p></body></html>`;
const HEADERS = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "default-src 'none'", 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff', connection: 'close' };

/** Null = it listens; else the code of what stood against it. */
function listen(server: Server, port: number, host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException) => resolve(error.code ?? error.name);
    server.once('error', failed);
    server.listen({ port, host, ipv6Only: host === LOOPBACK_6 }, () => {
      server.off('error', failed);
      resolve(null);
    });
  });
}

function close(servers: readonly Server[]): void {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
}

const ATTEMPTS = 5;

/**
 * Listeners at one port of both loopback addresses: `localhost`, which some vendors insist on, may be either. A port that somebody else
 * has on one of them is left to him whole, for he would get what is meant for us. A machine without IPv6 has one listener. Null = none.
 */
async function listenAt(port: number): Promise<{ readonly servers: readonly Server[]; readonly port: number } | null> {
  const make = () => createServer({ requestTimeout: 10_000, maxHeaderSize: 16_384 });
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const [four, six] = [make(), make()];
    if ((await listen(four, attempt === 0 ? port : 0, LOOPBACK)) !== null) continue;
    const at = (four.address() as AddressInfo).port;
    const fault = await listen(six, at, LOOPBACK_6);
    if (fault === null) return { servers: [four, six], port: at };
    if (fault === 'EADDRNOTAVAIL' || fault === 'EAFNOSUPPORT') return { servers: [four], port: at };
    close([four]);
  }
  return null;
}

export function createLeave({ api, openExternal, timers, log, port = DESKTOP_LEAVE_PORT }: LeaveOptions): Leave {
  let cancelOpen: (() => void) | null = null;

  function cancel(): boolean {
    const had = cancelOpen !== null;
    cancelOpen?.();
    cancelOpen = null;
    return had;
  }

  /** Waits for the browser to come back with this state; what else knocks is sent away. */
  function comesBack(servers: readonly Server[], origins: readonly string[], state: string): Promise<Result<string, CodedError>> {
    return new Promise((resolve) => {
      const late = timers.after(DESKTOP_LEAVE_MS, () => finish(err(codedError('connect.leave_unknown', 'nobody came back in time'))));
      const finish = (result: Result<string, CodedError>) => {
        late();
        resolve(result);
      };
      cancelOpen = () => finish(err(codedError('connect.leave_denied', 'it was cancelled')));
      const knocked = (request: IncomingMessage, response: ServerResponse): void => {
        const origin = `http://${request.headers.host ?? ''}`;
        const url = origins.includes(origin) ? URL.parse(request.url ?? '', origin) : null;
        const ours = request.method === 'GET' && url?.origin === origin && url.pathname === DESKTOP_LEAVE_PATH;
        if (!ours || url.searchParams.get('state') !== state) {
          response.writeHead(ours ? 400 : 404, HEADERS).end(PAGE('This answer belongs to nothing that WedSync asks for just now. Close this window and give leave again in WedSync.'));
          return;
        }
        const denied = url.searchParams.has('error');
        response.writeHead(200, HEADERS).end(PAGE(denied ? 'Leave was not given, so nothing was changed. Close this window; in WedSync you can ask again.' : 'You can close this window and go on in WedSync.'), () => finish(ok(url.href)));
      };
      for (const server of servers) server.on('request', knocked);
    });
  }

  return {
    cancel,
    async give(connectionId) {
      cancel();
      const listening = await listenAt(port);
      if (listening === null) return err(codedError('internal', 'no port to listen on for the answer'));
      try {
        const [origin, byName] = [`http://${LOOPBACK}:${listening.port}`, `http://localhost:${listening.port}`] as const;
        const asked = await api.ask(connectionId, `${origin}${DESKTOP_LEAVE_PATH}`);
        if (!asked.ok) return asked;
        // Which of the two the vendor was told is for the server to know; it takes the answer for no other.
        const back = comesBack(listening.servers, [origin, byName], asked.value.state);
        const opened = await openExternal(asked.value.authorizeUrl);
        if (!opened.ok) {
          cancel();
          log.warn({ reason: opened.error }, 'the vendor’s page for leave could not be opened');
          return err(codedError('connect.leave_failed', 'the browser could not be opened'));
        }
        const callback = await back;
        cancelOpen = null;
        return callback.ok ? await api.given(callback.value) : callback;
      } finally {
        close(listening.servers);
      }
    },
  };
}
