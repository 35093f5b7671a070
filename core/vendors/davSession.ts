import { err, ok, type Result } from '../contract/result.ts';
import type { HttpResponse } from '../ports/ports.ts';
import { encodeBase64, encodeUtf8 } from './bytes.ts';
import { retryAfterMs } from '../contract/retryAfter.ts';
import { readMultistatus, type Multistatus } from './davAnswers.ts';
import { addressOf, urlOf, type DavAddress } from './davAddresses.ts';
import type { DavRequest } from './davRequests.ts';
import type { CallPorts, ConnectionAccess, RereadError } from './vendor.ts';

/** Calls to a CalDAV server: who we say we are, where the password may go, and what an answer means. */

export interface DavSystem {
  /** Its name for messages, e.g. `iCloud`. */
  readonly who: string;
  /** Where it is; null = what was entered is no address. */
  address(access: ConnectionAccess): string | null;
  /** Keys of the fields, for errors. */
  readonly fields: { readonly address: string; readonly user: string; readonly password: string };
  /** Where the password may go besides the entered host and hosts under it. */
  trusts?(host: string, entered: string): boolean;
  /** What to do about a password that is refused. */
  passwordHelp?(password: string): string;
}

/** `address`: what was entered leads to no CalDAV server. `too_large`: ask for less at once. `damaged`: some of it is no text. */
export type DavError = RereadError & { readonly trouble?: 'address' | 'too_large' | 'damaged' };
export type DavResult<T> = Result<T, DavError>;

export interface DavAnswer {
  readonly response: HttpResponse;
  /** Where it came from in the end. */
  readonly address: DavAddress;
}

export interface DavSession {
  readonly who: string;
  readonly user: string;
  readonly base: DavAddress;
  readonly ports: CallPorts;
  /** Any answer, whatever its status. */
  send(at: DavAddress, request: DavRequest): Promise<DavResult<DavAnswer>>;
  /** The answer as a list; every other status is an error. `what` for messages. */
  list(at: DavAddress, request: DavRequest, what: string): Promise<DavResult<Multistatus & { readonly address: DavAddress }>>;
  /** What this status means, where it is no success. */
  unexpected(response: HttpResponse, what: string): DavError;
  /** There are answers, and none of them says whose calendars these are. */
  nowhere(): DavError;
  /** An address that the server has named: null = the password may not go there. */
  follow(text: string, from: DavAddress): DavAddress | null;
}

const TIMEOUT_MS = 20_000;
const MOST_REDIRECTS = 5;
/** Reasons of the guarded door that no second try changes. */
const WRONG_ADDRESS: readonly unknown[] = ['url_invalid', 'scheme', 'credentials_in_url', 'address_not_public'];

/** As `failed` and `refused` of calls.ts, for errors that carry more. */
const failure = (message: string, after: number | null = null): DavError => {
  return { code: 'normalise.reread_failed', message, retryable: true, retryAfterMs: after };
};
export const refusal = (message: string): DavError => ({ code: 'normalise.reread_refused', message, retryable: false, retryAfterMs: null });

const denied = (message: string): DavError => ({ ...refusal(message), code: 'normalise.no_access' });

const reasonOf = (cause: unknown): unknown => (typeof cause === 'object' && cause !== null && 'reason' in cause ? cause.reason : null);

/** Error: what was entered cannot be used as it is. */
export function openSession(system: DavSystem, access: ConnectionAccess, ports: CallPorts): DavResult<DavSession> {
  const { who, fields } = system;
  const user = (access.settings[fields.user] ?? '').trim();
  const password = access.secrets[fields.password] ?? '';
  if (user === '' || password === '') return err(denied(`The connection has no user name or no password for ${who}.`));
  // A colon ends the name in this scheme (RFC 7617): what follows would be taken for the password.
  if (user.includes(':')) return err({ ...refusal('A user name with a colon cannot be sent.'), field: fields.user });
  const base = addressOf(system.address(access) ?? '');
  const atAddress = (error: DavError): DavError => ({ ...error, field: fields.address, trouble: 'address' });
  if (base === null) return err(atAddress(refusal('What was entered is no address of a server.')));
  const authorization = `Basic ${encodeBase64(encodeUtf8(`${user}:${password}`))}`;

  function follow(text: string, from: DavAddress): DavAddress | null {
    const to = addressOf(text, from);
    if (to === null || base === null || (base.secure && !to.secure)) return null;
    const trusted = to.host === base.host || to.host.endsWith(`.${base.host}`) || system.trusts?.(to.host, base.host) === true;
    return trusted ? to : null;
  }

  const elsewhere = (): DavError =>
    atAddress(refusal(`${who} leads to another host, and the password was not entered for that one. If it is right, enter that host's address.`));

  async function send(at: DavAddress, request: DavRequest): Promise<DavResult<DavAnswer>> {
    let address = { ...at, path: request.path };
    for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
      let response: HttpResponse;
      try {
        response = await ports.http.send({
          method: request.method, url: urlOf(address), headers: { authorization, ...request.headers }, timeoutMs: TIMEOUT_MS, redirect: 'told',
          ...(request.body === undefined ? {} : { body: request.body }),
        });
      } catch (cause) {
        // The port rejects only when no answer was had; its reasons say whether another try may have one.
        const reason = reasonOf(cause);
        const error = { ...failure(`No answer from ${who}: ${cause instanceof Error ? cause.message : 'unknown reason'}`), field: fields.address };
        if (reason === 'answer_too_large') return err({ ...error, trouble: 'too_large' });
        return err(WRONG_ADDRESS.includes(reason) ? { ...error, trouble: 'address' } : error);
      }
      const { status, headers } = response;
      // 303 asks for a GET of something else; what writes is only sent again where the server says so (307, 308).
      const reads = request.method === 'PROPFIND' || request.method === 'REPORT';
      const again = status === 307 || status === 308 || (reads && (status === 301 || status === 302));
      if (!again || headers['location'] === undefined) return ok({ response, address });
      const to = follow(headers['location'], address);
      if (to === null) return err(elsewhere());
      address = to;
    }
    return err(atAddress(refusal(`${who} redirects without end.`)));
  }

  function unexpected({ status, headers }: HttpResponse, what: string): DavError {
    const message = `${who} answered ${status} for ${what}.`;
    if (status === 401) {
      const help = system.passwordHelp?.(password) ?? '';
      return { ...denied(`${who} does not accept this user name with this password (401).${help}`), field: fields.password };
    }
    if (status === 403) return { ...refusal(message), code: 'normalise.forbidden', field: fields.user };
    if (status === 429 || status === 408 || status >= 500) return { ...failure(message, retryAfterMs(headers['retry-after'], ports.clock.now())), status };
    return atAddress(refusal(`${message} That is not how a calendar server (CalDAV) answers.`));
  }

  const list: DavSession['list'] = async (at, request, what) => {
    const answer = await send(at, request);
    if (!answer.ok) return answer;
    const { response, address } = answer.value;
    // 200 with a page is somebody's login or maintenance page: today's, perhaps not tomorrow's.
    if (response.status !== 207 && response.status !== 200) return err(unexpected(response, what));
    const read = readMultistatus(response.body, address);
    if (read.ok && response.damaged !== true) return ok({ ...read.value, address });
    const error = failure(`${who} answered ${what} with something that is no list of a calendar server, or not a whole one.`);
    if (read.ok) return err({ ...error, trouble: 'damaged' });
    return err(read.error === 'too_large' ? { ...error, trouble: 'too_large' } : atAddress(error));
  };

  const nowhere = () => atAddress(refusal(`${who} does not say whose calendars these are: there is no calendar server (CalDAV) at this address.`));

  return ok({ who, user, base, ports, send, list, unexpected, nowhere, follow });
}
