import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import type { Log } from '../../core/ports/ports.ts';

/** A line to Redis on which short texts go to every process that listens. It comes back by itself when it is lost. */
export interface RedisLine {
  /** Whether texts can be handed over and heard at this moment, as far as is known here. */
  ready(): boolean;
  /** Hands over; nobody hears it when Redis goes away at that moment. */
  publish(text: string): void;
  close(): void;
}

export interface RedisHeard {
  text(payload: string): void;
  /** Heard from now on, for the first time or again; what was missed is not repeated. */
  back(): void;
}

const CHANNEL = 'wedsync';
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 2_000;
/** A line that died without a word is found out by the answers to pings that stay away. */
const PING_MS = 1_000;
const SILENT_MS = 3_000;

const waitBefore = (attempt: number): number => Math.min(50 * 2 ** attempt, LONGEST_WAIT_MS) * (0.5 + Math.random() / 2);

/**
 * Two connections, one that speaks and one that listens. Never rejects: where Redis is away at the start, the line comes
 * when it does. `prefix` keeps records apart that share one Redis.
 */
export async function connectRedis(url: string, prefix: string, heard: RedisHeard, log: Log): Promise<RedisLine> {
  const channel = `${CHANNEL}:${prefix}`;
  const options = { url, disableOfflineQueue: true, pingInterval: PING_MS, socket: { connectTimeout: 5_000, socketTimeout: SILENT_MS, reconnectStrategy: waitBefore } };
  const speaker = createClient(options);
  const listener = createClient(options);
  let subscribed = false;
  let closed = false;
  let told = false;

  const isReady = () => subscribed && listener.isReady && speaker.isReady;
  function settle(): void {
    if (closed || told === isReady()) return;
    told = !told;
    if (told) {
      log.info({}, 'other processes are heard through Redis');
      heard.back();
    } else {
      log.warn({}, 'Redis is away; PostgreSQL carries what other processes tell until it is back');
    }
  }
  for (const client of [speaker, listener]) {
    // Each failed attempt comes here; the state is what matters, and it is told once.
    client.on('error', settle);
    client.on('ready', settle);
    client.on('reconnecting', settle);
    client.on('end', settle);
  }
  const connect = async () => {
    await Promise.all([speaker.connect(), listener.connect()]);
    while (!subscribed && !closed) {
      try {
        await listener.subscribe(channel, (payload) => heard.text(payload));
        subscribed = true;
        settle();
      } catch (error) {
        // Gone again at that very moment; from the first time on the client repeats it by itself.
        log.warn({ err: error }, 'Redis did not take the subscription');
        await sleep(LONGEST_WAIT_MS, undefined, { ref: false });
      }
    }
  };
  const connecting = connect().catch((error: unknown) => {
    if (!closed) log.error({ err: error }, 'the line to Redis could not be opened');
  });
  await Promise.race([connecting, sleep(FIRST_WAIT_MS, undefined, { ref: false })]);
  if (!isReady()) log.warn({}, 'Redis is not there yet; PostgreSQL carries what other processes tell until it is');

  return {
    ready: isReady,
    publish(text) {
      speaker.publish(channel, text).catch((error: unknown) => log.warn({ err: error }, 'a note to the other processes was lost; they find out by comparing'));
    },
    close() {
      closed = true;
      for (const client of [speaker, listener]) if (client.isOpen) client.destroy();
    },
  };
}
