import http from 'node:http';
import https from 'node:https';
import type { Duplex } from 'node:stream';

/**
 * Connections that stay open between the calls of one account. One goes on to the address that was checked when it was made, and never to
 * another account's calls; idle it is closed within seconds, so that changed settings leave none behind, and in time a new one looks where
 * the name leads by then.
 */

/** Idle for so long it is closed: sooner than any server does it, so that hardly a call meets a connection that is just being closed. */
const IDLE_MS = 2_000;
/** No connection is used for longer than this. */
const OLDEST_MS = 60_000;
/** Idle connections of one account to one place, and of all. */
const MOST_IDLE_EACH = 4;
const MOST_IDLE = 64;

export interface KeptOptions {
  /** Whose call it is; calls of others never use its connections. */
  readonly keptFor: string;
}

export interface Kept {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

export interface KeptLimits {
  /** Milliseconds. */
  readonly idleMs?: number;
  readonly oldestMs?: number;
  readonly mostIdle?: number;
}

const idleOf = ({ freeSockets }: http.Agent): number => Object.values(freeSockets).reduce((sum, sockets) => sum + (sockets?.length ?? 0), 0);

export function createKept({ idleMs = IDLE_MS, oldestMs = OLDEST_MS, mostIdle = MOST_IDLE }: KeptLimits = {}): Kept {
  const options = { keepAlive: true, timeout: idleMs, maxFreeSockets: MOST_IDLE_EACH, scheduling: 'lifo' } as const;
  const agents = { http: new http.Agent(options), https: new https.Agent(options) };
  const made = new WeakMap<Duplex, number>();

  /** By whose it is too: two accounts at the same place have each their own. */
  function own(agent: http.Agent): void {
    const nameOf = agent.getName.bind(agent);
    const keep = agent.keepSocketAlive.bind(agent);
    agent.getName = (asked) => `${nameOf(asked)}:${(asked as Partial<KeptOptions> | undefined)?.keptFor ?? ''}`;
    agent.keepSocketAlive = (socket) => {
      const since = made.get(socket) ?? performance.now();
      made.set(socket, since);
      const full = idleOf(agents.http) + idleOf(agents.https) >= mostIdle;
      // False closes it. What the server says of how long it waits is read there too.
      return full || performance.now() - since > oldestMs ? false : keep(socket);
    };
  }
  own(agents.http);
  own(agents.https);
  return agents;
}
