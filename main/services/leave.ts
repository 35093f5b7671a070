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
const PAGE = (text: string) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>WedSync</title></head><body><h1>WedSync</h1><p>${text}</p></body></html>`;
const HEADERS = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "default-src 'none'", 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff', connection: 'close' };

function listen(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const failed = () => resolve(false);
    server.once('error', failed);
    server.listen(port, LOOPBACK, () => {
      server.off('error', failed);
      resolve(true);
    });
  });
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
  function comesBack(server: Server, origin: string, state: string): Promise<Result<string, CodedError>> {
    return new Promise((resolve) => {
      const late = timers.after(DESKTOP_LEAVE_MS, () => finish(err(codedError('connect.leave_unknown', 'nobody came back in time'))));
      const finish = (result: Result<string, CodedError>) => {
        late();
        resolve(result);
      };
      cancelOpen = () => finish(err(codedError('connect.leave_denied', 'it was cancelled')));
      server.on('request', (request: IncomingMessage, response: ServerResponse) => {
        const url = URL.parse(request.url ?? '', origin);
        const ours = request.method === 'GET' && `http://${request.headers.host ?? ''}` === origin && url?.origin === origin && url.pathname === DESKTOP_LEAVE_PATH;
        if (!ours || url.searchParams.get('state') !== state) {
          response.writeHead(ours ? 400 : 404, HEADERS).end(PAGE('This answer belongs to nothing that WedSync asks for just now. Close this window and give leave again in WedSync.'));
          return;
        }
        const denied = url.searchParams.has('error');
        response.writeHead(200, HEADERS).end(PAGE(denied ? 'Leave was not given, so nothing was changed. Close this window; in WedSync you can ask again.' : 'You can close this window and go on in WedSync.'), () => finish(ok(url.href)));
      });
    });
  }

  return {
    cancel,
    async give(connectionId) {
      cancel();
      const server = createServer({ requestTimeout: 10_000, maxHeaderSize: 16_384 });
      try {
        if (!(await listen(server, port)) && !(await listen(server, 0))) return err(codedError('internal', 'no port to listen on for the answer'));
        const origin = `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`;
        const asked = await api.ask(connectionId, `${origin}${DESKTOP_LEAVE_PATH}`);
        if (!asked.ok) return asked;
        const back = comesBack(server, origin, asked.value.state);
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
        server.close();
        server.closeAllConnections();
      }
    },
  };
}
