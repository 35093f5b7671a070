import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import type { Log } from '../../core/ports/ports.ts';
import { HEADS_LIMIT, NOTE_LIMIT, readNote, type Note } from '../bus/notes.ts';
import { connectRedis, type RedisLine } from '../bus/redis.ts';
import type { Tx } from './database.ts';

/** How far an organisation's log reaches. */
export interface Head {
  readonly organisationId: string;
  readonly seq: number;
}

/** To be called once the commit stands. */
export type AfterCommit = () => void;

/**
 * Other server processes on the same PostgreSQL. What one of them commits it announces in the same transaction, so that
 * an announcement is heard if and only if the commit stands; it carries the position in the log, never the events.
 * What is told often goes through Redis where there is one, after the commit; whoever was not told in between finds out
 * by comparing. What must not be missed (a changed connection, a revoked device) is rare and always goes with the commit.
 */
export interface Peers {
  announceEvents(tx: Tx, heads: readonly Head[], at: string): Promise<AfterCommit>;
  /** Deliveries were stored; for those that work on them. Several within a moment are told as one. */
  announceDeliveries(): void;
  announceConnection(tx: Tx, connectionId: string): Promise<void>;
  announceRevoked(tx: Tx, deviceId: string): Promise<void>;
  /** A passing word to the other processes, of no transaction: heard at most once, and not by those that are away. JSON under {@link NOTE_LIMIT} bytes. */
  say(topic: string, body: unknown): void;
  /** From now on this process counts as one that works on deliveries; true when it is the only one. */
  worksAlone(): Promise<boolean>;
  /** Runs `work` in one process at a time; for what must be made only once. */
  oneAtATime<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface PeersHeard {
  events(organisationId: string, seq: number, at: string): void;
  deliveries(): void;
  connection(connectionId: string): void;
  revoked(deviceId: string): void;
  said(topic: string, body: unknown): void;
  /** From now on nothing is heard. */
  lost(): void;
  /** Heard again from now on; what was announced in between is not repeated. Tried again when it rejects. */
  back(): Promise<void>;
  /** What may be missed without a sign of it is to be compared now. Only where Redis carries it. */
  compare(): Promise<void>;
}

/** The embedded database belongs to one process. */
export const NO_PEERS: Peers = {
  announceEvents: () => Promise.resolve(() => undefined),
  announceDeliveries: () => undefined,
  announceConnection: () => Promise.resolve(),
  announceRevoked: () => Promise.resolve(),
  say: () => undefined,
  worksAlone: () => Promise.resolve(true),
  oneAtATime: (work) => work(),
  close: () => Promise.resolve(),
};

const CHANNEL = 'wedsync';
/** What goes through Redis. Whoever reaches it shows nobody out: the rest goes with a commit, and so only through PostgreSQL. */
const PASSING: readonly Note['about'][] = ['events', 'deliveries', 'said'];
/** Held shared by each process that has the record open, so that one can see whether it is the only one. */
export const PRESENCE_LOCK = 7306;
const TURN_LOCK = 7307;
/** Held shared by each process that works on deliveries. */
const WORK_LOCK = 7308;
/** How long stored deliveries are gathered before they are announced once more. */
const GATHER_MS = 10;
/** Without Redis' help, and with it: what was not heard is found out after this long. */
const COMPARE_AWAY_MS = 1_000;
const COMPARE_MS = 4_000;
const LONGEST_WAIT_MS = 5_000;
/** A line that broke without a word is found out after this long at most. */
const CHECK_MS = 10_000;

export interface PeersOptions {
  readonly url: string;
  /** Null: PostgreSQL carries everything. */
  readonly redisUrl: string | null;
  /** Identifies the record, so that several may share a Redis. */
  readonly epoch: string;
  readonly heard: PeersHeard;
  readonly log: Log;
}

/** Listens on a connection of its own, which comes back by itself when it is lost. Rejects when PostgreSQL cannot be reached. */
export async function connectPeers({ url, redisUrl, epoch, heard, log }: PeersOptions): Promise<Peers> {
  const self = randomUUID();
  const closed = new AbortController();
  let current: pg.Client | null = null;
  let working = false;
  let returning: Promise<void> | null = null;

  const announce = async (tx: Tx, note: Note) => {
    await sql`select pg_notify(${CHANNEL}, ${JSON.stringify(note)})`.execute(tx);
  };

  /** @param only - what may come by this way; left out = everything */
  function hear(payload: string | undefined, only?: readonly Note['about'][]): void {
    const note = readNote(payload);
    if (!note || only?.includes(note.about) === false) log.warn({ bytes: payload?.length ?? 0 }, 'an announcement of another process is not understood');
    else if (note.from === self) return;
    else if (note.about === 'deliveries') heard.deliveries();
    else if (note.about === 'events') for (const [organisationId, seq] of note.heads) heard.events(organisationId, seq, note.at);
    else if (note.about === 'revoked') heard.revoked(note.deviceId);
    else if (note.about === 'said') heard.said(note.topic, note.body);
    else heard.connection(note.connectionId);
  }

  async function open(): Promise<void> {
    const client = new pg.Client({ connectionString: url, application_name: 'wedsync peers', keepAlive: true, connectionTimeoutMillis: 10_000, query_timeout: CHECK_MS });
    const gone = (error?: Error) => lose(client, error ?? new Error('the connection ended'));
    client.on('error', gone);
    client.on('end', () => gone());
    client.on('notification', (message) => hear(message.payload));
    try {
      await client.connect();
      await client.query(`select pg_advisory_lock_shared(${PRESENCE_LOCK})`);
      await client.query(`listen ${CHANNEL}`);
      if (working) await client.query(`select pg_advisory_lock_shared(${WORK_LOCK})`);
    } catch (error) {
      await client.end();
      throw error;
    }
    current = client;
  }

  function lose(client: pg.Client, error: Error): void {
    if (client !== current) return;
    current = null;
    heard.lost();
    log.warn({ err: error }, 'other processes on PostgreSQL cannot be heard; connecting again');
    // Ending a connection that is already broken has nothing more to say.
    client.end().catch(() => undefined);
    returning ??= comeBack().finally(() => (returning = null));
  }

  async function comeBack(): Promise<void> {
    for (let attempt = 0; !closed.signal.aborted; attempt += 1) {
      try {
        if (!current) await open();
        await heard.back();
        log.info({ attempt }, 'other processes on PostgreSQL are heard again');
        return;
      } catch (error) {
        log.warn({ err: error, attempt }, 'the way back to PostgreSQL failed');
        const wait = Math.min(50 * 2 ** attempt, LONGEST_WAIT_MS) * (0.5 + Math.random() / 2);
        await sleep(wait, undefined, { signal: closed.signal }).catch(() => undefined);
      }
    }
  }

  const tryLock = async (client: pg.Client, lock: number): Promise<boolean> => {
    const { rows } = await client.query<{ mine: boolean }>(`select pg_try_advisory_lock(${lock}) as mine`);
    return rows[0]?.mine === true;
  };

  await open();
  const check = setInterval(() => {
    const client = current;
    client?.query('select 1').catch((error: unknown) => lose(client, error instanceof Error ? error : new Error(String(error))));
  }, CHECK_MS);
  check.unref();

  const fast = redisUrl === null ? null : await startFast(redisUrl, epoch, { hear: (payload) => hear(payload, PASSING), compare: heard.compare, log });

  /** A note of no transaction. While the line is away nobody hears it; whoever tells passing things tells them again. */
  function tell(note: Note): void {
    const text = JSON.stringify(note);
    if (Buffer.byteLength(text) > NOTE_LIMIT) throw new Error(`what is said about ${note.about} is too long for one announcement`);
    if (fast?.line.ready() === true) fast.line.publish(text);
    else current?.query('select pg_notify($1, $2)', [CHANNEL, text]).catch((error: unknown) => log.warn({ err: error, about: note.about }, 'a word to the other processes was not sent'));
  }
  const deliveriesStored = gathered(() => tell({ about: 'deliveries', from: self }));

  return {
    async announceEvents(tx, heads, at) {
      const notes: Note[] = [];
      for (let from = 0; from < heads.length; from += HEADS_LIMIT) notes.push({ about: 'events', from: self, at, heads: heads.slice(from, from + HEADS_LIMIT).map((head) => [head.organisationId, head.seq]) });
      if (fast?.line.ready() === true) return () => notes.forEach(tell);
      for (const note of notes) await announce(tx, note);
      return () => undefined;
    },
    announceDeliveries: deliveriesStored.call,
    announceConnection: (tx, connectionId) => announce(tx, { about: 'connection', from: self, connectionId }),
    announceRevoked: (tx, deviceId) => announce(tx, { about: 'revoked', from: self, deviceId }),
    say: (topic, body) => tell({ about: 'said', from: self, topic, body }),
    async worksAlone() {
      working = true;
      const client = current;
      if (!client) return false;
      const only = await tryLock(client, WORK_LOCK);
      await client.query(`select pg_advisory_lock_shared(${WORK_LOCK})`);
      if (only) await client.query(`select pg_advisory_unlock(${WORK_LOCK})`);
      return only;
    },
    async oneAtATime(work) {
      for (;;) {
        const client = current;
        if (client && (await tryLock(client, TURN_LOCK))) {
          try {
            return await work();
          } finally {
            // When the line was lost meanwhile, the lock went with it.
            if (client === current) await client.query(`select pg_advisory_unlock(${TURN_LOCK})`);
          }
        }
        await sleep(50, undefined, { signal: closed.signal });
      }
    },
    async close() {
      closed.abort();
      clearInterval(check);
      deliveriesStored.end();
      fast?.close();
      const client = current;
      current = null;
      await client?.end();
      await returning;
    },
  };
}

interface Fast {
  readonly line: RedisLine;
  close(): void;
}

/** Redis, and the comparing that makes up for what it loses. */
async function startFast(url: string, epoch: string, { hear, compare, log }: { hear: (payload: string) => void; compare: () => Promise<void>; log: Log }): Promise<Fast> {
  const compareNow = () => {
    compare().catch((error: unknown) => log.warn({ err: error }, 'the positions of the logs could not be compared'));
  };
  const line = await connectRedis(url, epoch, { text: hear, back: compareNow }, log);
  let sinceMs = 0;
  const timer = setInterval(() => {
    sinceMs += COMPARE_AWAY_MS;
    if (line.ready() && sinceMs < COMPARE_MS) return;
    sinceMs = 0;
    compareNow();
  }, COMPARE_AWAY_MS);
  timer.unref();
  return {
    line,
    close() {
      clearInterval(timer);
      line.close();
    },
  };
}

/** The first call goes through at once, those within {@link GATHER_MS} after it as one. */
function gathered(work: () => void): { readonly call: () => void; readonly end: () => void } {
  let timer: NodeJS.Timeout | null = null;
  let again = false;
  const over = () => {
    timer = null;
    if (!again) return;
    again = false;
    begin();
  };
  const begin = () => {
    timer = setTimeout(over, GATHER_MS);
    work();
  };
  return {
    call() {
      if (timer) again = true;
      else begin();
    },
    end() {
      if (timer) clearTimeout(timer);
    },
  };
}

/** True when no server process has the record open, and from now to the end of the transaction none comes in. */
export async function claimAlone(tx: Tx): Promise<boolean> {
  const { rows } = await sql<{ mine: boolean }>`select pg_try_advisory_xact_lock(${sql.lit(PRESENCE_LOCK)}) as mine`.execute(tx);
  return rows[0]?.mine === true;
}
