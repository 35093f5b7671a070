import { codedError, type CodedError } from '../../core/contract/errors.ts';
import type { HouseFields } from '../../core/contract/founding.ts';
import type { PresenceList, PresencePlace } from '../../core/contract/presence.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { CloseReason, LinkStatus, StreamFrame } from '../../core/contract/stream.ts';
import type { Link, Timers } from '../../core/link/link.ts';
import { retryDelay } from '../../core/link/machine.ts';
import type { Clock, Log, Random } from '../../core/ports/ports.ts';
import type { Api, Session } from './api.ts';
import type { Device, Enrolment, EnrolmentTarget } from './enrolment.ts';
import type { ServerLinkRun } from './link.ts';
import type { RecordService } from './record.ts';
import type { EmbeddedServer } from './server/embedded.ts';
import { checkServerUrl } from './serverUrl.ts';
import { waitAfter } from './waits.ts';

type Target = EnrolmentTarget & { readonly mode: 'embedded' | 'client' };

export interface CompanionOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Log;
  readonly enrolment: Enrolment;
  readonly record: RecordService;
  readonly embedded: EmbeddedServer;
  /** The embedded server's name in the keychain: its address changes from start to start. */
  readonly embeddedKey: string;
  readonly link: (run: ServerLinkRun) => Link;
  readonly me: Api['me'];
  /** Each frame as it arrives, before it is applied. */
  readonly onFrame: (frame: StreamFrame) => void;
  readonly onStatus: (status: LinkStatus) => void;
  readonly onPresence: (list: PresenceList | null) => void;
  /** The person chose another server; kept for the next start. */
  readonly saveServerUrl: (url: string | null) => void;
}

/** The desktop's relation to its one companion server, embedded or remote: running it, pairing with it, the link. */
export interface Companion {
  /** @param url null = the embedded server @param founding what makes the first organisation of that server */
  start(url: string | null, ticket: string | null, founding?: string | null): void;
  connect(input: { url: string | null; ticket: string | null }): Promise<Result<boolean, CodedError>>;
  /** Changes over to a server that has let this desktop in by a code. `origin` is checked already. */
  adopt(origin: string, token: string): Promise<Result<boolean, CodedError>>;
  /** The server has no organisation, and this desktop may make it. */
  mayFound(): boolean;
  found(house: HouseFields): Promise<Result<boolean, CodedError>>;
  retryNow(): void;
  /** The server refused the token outside the link. */
  refused(error: CodedError): void;
  networkChanged(online: boolean): void;
  suspended(): void;
  resumed(): void;
  /** Where the person at this desktop is; told to whatever server there is, again after each new line. */
  present(place: PresencePlace): void;
  status(): LinkStatus;
  server(): { mode: 'embedded' | 'client'; url: string | null };
  session(): Session | null;
  /** Called by the embedded server. */
  embeddedReady(server: { url: string; ticket: string | null; founding?: string | null }): void;
  embeddedLost(): void;
  embeddedFailed(): void;
  stop(): Promise<void>;
}

const LOOPBACK = /^https?:\/\/(127\.0\.0\.1|\[::1\]|localhost)(:\d+)?$/;
const clientKey = (origin: string): string => `server ${origin}`;

/** Gives a ticket out once: the server takes it only once. */
function once(ticket: string | null): () => Promise<string | null> {
  let left = ticket;
  return () => {
    const given = left;
    left = null;
    return Promise.resolve(given);
  };
}

export function createCompanion(options: CompanionOptions): Companion {
  const { clock, timers, random, log, enrolment, record, embedded } = options;
  const iso = (ms: number): string => new Date(ms).toISOString();
  let run = 0;
  let mode: 'embedded' | 'client' = 'embedded';
  let target: Target | null = null;
  let device: Device | null = null;
  /** Makes the first organisation of the server at hand; gone once there is one. */
  let founding: string | null = null;
  let link: Link | null = null;
  let place: PresencePlace | null = null;
  let recordOf: string | null = null;
  /** Set once a refused token was replaced, until the link was live again: a second refusal is not answered with haste. */
  let replaced = false;
  /** Why the token of before is gone, so that the person is told more than that there is none. */
  let lost: CloseReason | null = null;
  let cancelRetry: (() => void) | null = null;
  let retry: (() => void) | null = null;
  let status: LinkStatus = { state: 'connecting', since: iso(clock.now()), seq: 0, headSeq: 0, confirmedAt: null, reason: null, attempt: 0, retryAt: null };

  const tell = (next: LinkStatus) => {
    status = next;
    options.onStatus(next);
  };
  /** Status while there is no link to ask. */
  const say = (state: LinkStatus['state'], reason: CloseReason | null, patch: Partial<LinkStatus> = {}) =>
    tell({
      ...status,
      state,
      reason,
      since: status.state === state ? status.since : iso(clock.now()),
      seq: record.cursor()?.seq ?? 0,
      retryAt: null,
      ...patch,
    });

  const drop = () => {
    run += 1;
    cancelRetry?.();
    cancelRetry = null;
    retry = null;
    const old = link;
    link = null;
    device = null;
    options.onPresence(null);
    old?.stop();
  };

  const openLink = (mine: number, to: Target, as: Device) => {
    if (recordOf !== to.key) {
      record.clear();
      recordOf = to.key;
    }
    device = as;
    const opened = options.link({
      server: to.server,
      token: as.token,
      cursor: record.cursor(),
      onSnapshot: (snapshot) => {
        if (mine === run) record.applySnapshot(snapshot);
      },
      onFrame: (frame) => {
        if (mine !== run) return;
        options.onFrame(frame);
        record.applyFrame(frame);
      },
      onPresence: (list) => {
        if (mine === run) options.onPresence(list);
      },
      onStatus: (next) => {
        if (mine !== run) return;
        tell(next);
        if (next.state === 'live') {
          founding = null;
          replaced = false;
          lost = null;
        }
        if (next.state === 'refused' && (next.reason === 'auth_invalid' || next.reason === 'auth_revoked')) replaceToken(next.reason);
      },
    });
    link = opened;
    if (place) opened.present(place);
    opened.start();
  };

  const pair = async (mine: number, to: Target, attempt: number): Promise<void> => {
    say('connecting', null, { attempt });
    const got = await enrolment.token(to);
    if (mine !== run) return;
    if (got.ok) return openLink(mine, to, got.value);
    log.warn({ error: got.error, server: to.server, attempt }, 'pairing');
    const again = () => {
      cancelRetry?.();
      cancelRetry = null;
      retry = null;
      if (mine === run) void pair(mine, to, attempt + 1);
    };
    retry = again;
    if (!got.error.retryable) return say('refused', got.error.code === 'auth.missing' ? (lost ?? 'auth_missing') : 'auth_invalid', { attempt });
    const ms = waitAfter(got.error, retryDelay(attempt, random.next()));
    cancelRetry = timers.after(ms, again);
    say('offline', 'transport_lost', { attempt, retryAt: iso(clock.now() + ms) });
  };

  /** A refused token is useless: it is forgotten, and a ticket is tried once. */
  const replaceToken = (why: CloseReason) => {
    const to = target;
    if (replaced || !to) return;
    replaced = true;
    lost = why;
    log.warn({ server: to.server }, 'the server refused the device token; pairing again');
    drop();
    // The machine may be lost: what it held goes as well.
    if (why === 'auth_revoked') {
      record.clear();
      recordOf = null;
    }
    const mine = run;
    void enrolment.discard(to.key).then(() => (mine === run ? pair(mine, to, 0) : undefined));
  };

  const toClient = (origin: string, ticket: string | null, makes: string | null = null) => {
    drop();
    founding = makes;
    replaced = false;
    lost = null;
    mode = 'client';
    target = { mode, key: clientKey(origin), server: origin, ticket: once(ticket) };
    void pair(run, target, 0);
  };
  const toEmbedded = () => {
    drop();
    founding = null;
    replaced = false;
    lost = null;
    mode = 'embedded';
    target = null;
    say('connecting', null, { attempt: 0 });
    embedded.start();
  };

  const join = (origin: string): Result<boolean, CodedError> => {
    options.saveServerUrl(origin);
    const wasEmbedded = mode === 'embedded';
    toClient(origin, null);
    if (wasEmbedded) void embedded.stop();
    return ok(true);
  };

  return {
    start: (url, ticket, makes = null) => (url === null ? toEmbedded() : toClient(url, ticket, makes)),
    async connect({ url, ticket }) {
      if (url === null) {
        options.saveServerUrl(null);
        if (mode === 'client') toEmbedded();
        return ok(true);
      }
      const checked = checkServerUrl(url);
      if (!checked.ok) return checked;
      const origin = checked.value;
      const next: Target = { mode: 'client', key: clientKey(origin), server: origin, ticket: once(ticket?.trim() || null) };
      const got = ticket === null || ticket.trim() === '' ? await enrolment.token(next) : await enrolment.enrol(next);
      if (!got.ok) return got;
      if (got.value.origin === 'stored') {
        const me = await options.me({ server: origin, token: got.value.token });
        if (!me.ok) {
          if (me.error.code === 'auth.invalid' || me.error.code === 'auth.revoked') await enrolment.discard(next.key);
          return me;
        }
      }
      return join(origin);
    },
    async adopt(origin, token) {
      const me = await options.me({ server: origin, token });
      if (!me.ok && !me.error.retryable) return me;
      await enrolment.keep(clientKey(origin), token);
      return join(origin);
    },
    mayFound: () => founding !== null && target !== null && status.state === 'refused',
    async found(house) {
      const [to, by] = [target, founding];
      if (!to || by === null) return err(codedError('command.not_possible', 'there is nothing to set up here'));
      const done = await enrolment.found(to, by, house);
      // Somebody was first, or the answer was lost on its way: the built-in server has a ticket for this desktop now.
      const over = done.ok || done.error.code === 'auth.founded_already' || done.error.code === 'auth.founding_invalid';
      if (over && to === target) {
        founding = null;
        replaced = false;
        lost = null;
        drop();
        void pair(run, to, 0);
      }
      return done;
    },
    retryNow() {
      if (link) return link.retryNow();
      if (retry) return retry();
      if (mode === 'embedded' && !target) embedded.start();
    },
    refused: (error) => replaceToken(error.code === 'auth.revoked' ? 'auth_revoked' : 'auth_invalid'),
    networkChanged(online) {
      // A server on this machine needs no network.
      if (target && !LOOPBACK.test(target.server)) link?.networkChanged(online);
    },
    suspended: () => link?.suspended(),
    resumed: () => link?.resumed(),
    present(next) {
      place = next;
      link?.present(next);
    },
    status: () => status,
    server: () => ({ mode, url: target?.server ?? null }),
    session: () => (target && device ? { server: target.server, token: device.token } : null),
    embeddedReady(server) {
      if (mode !== 'embedded') return;
      drop();
      founding = server.founding ?? null;
      const first = once(server.ticket);
      target = { mode, key: options.embeddedKey, server: server.url, ticket: async () => (await first()) ?? (await embedded.ticket()) };
      void pair(run, target, 0);
    },
    embeddedLost() {
      if (mode !== 'embedded') return;
      drop();
      target = null;
      say('offline', 'transport_lost');
    },
    embeddedFailed() {
      if (mode !== 'embedded') return;
      drop();
      target = null;
      say('offline', 'stopped');
    },
    async stop() {
      drop();
      await embedded.stop();
    },
  };
}

