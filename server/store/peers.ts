import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import { z } from 'zod';
import type { Log } from '../../core/ports/ports.ts';
import type { Tx } from './database.ts';

/**
 * Other server processes on the same PostgreSQL. What one of them commits it announces in the same transaction, so that
 * an announcement is heard if and only if the commit stands; it carries the position in the log, never the events.
 */
export interface Peers {
  announceEvents(tx: Tx, organisationId: string, seq: number, at: string): Promise<void>;
  announceConnection(tx: Tx, connectionId: string): Promise<void>;
  announceRevoked(tx: Tx, deviceId: string): Promise<void>;
  /** A passing word to the other processes, of no transaction: heard at most once, and not by those that are away. JSON under {@link SAID_LIMIT} bytes. */
  say(topic: string, body: unknown): void;
  /** True when no other process has the record open. */
  alone(): Promise<boolean>;
  /** Runs `work` in one process at a time; for what must be made only once. */
  oneAtATime<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface PeersHeard {
  events(organisationId: string, seq: number, at: string): void;
  connection(connectionId: string): void;
  revoked(deviceId: string): void;
  said(topic: string, body: unknown): void;
  /** From now on nothing is heard. */
  lost(): void;
  /** Heard again from now on; what was announced in between is not repeated. Tried again when it rejects. */
  back(): Promise<void>;
}

/** The embedded database belongs to one process. */
export const NO_PEERS: Peers = {
  announceEvents: () => Promise.resolve(),
  announceConnection: () => Promise.resolve(),
  announceRevoked: () => Promise.resolve(),
  say: () => undefined,
  alone: () => Promise.resolve(true),
  oneAtATime: (work) => work(),
  close: () => Promise.resolve(),
};

const CHANNEL = 'wedsync';
/** PostgreSQL carries a little less than 8000 bytes in one announcement. */
export const SAID_LIMIT = 7_500;
/** Held shared by each process that has the record open, so that one can see whether it is the only one. */
const PRESENCE_LOCK = 7306;
const TURN_LOCK = 7307;
const LONGEST_WAIT_MS = 5_000;
/** A line that broke without a word is found out after this long at most. */
const CHECK_MS = 10_000;

const Note = z.discriminatedUnion('about', [
  z.object({ about: z.literal('events'), from: z.string(), organisationId: z.guid(), seq: z.int().min(1), at: z.iso.datetime() }),
  z.object({ about: z.literal('connection'), from: z.string(), connectionId: z.guid() }),
  z.object({ about: z.literal('revoked'), from: z.string(), deviceId: z.guid() }),
  z.object({ about: z.literal('said'), from: z.string(), topic: z.string(), body: z.unknown() }),
]);
type Note = z.infer<typeof Note>;

function readNote(payload: string | undefined): Note | null {
  try {
    return Note.parse(JSON.parse(payload ?? ''));
  } catch {
    return null;
  }
}

/** Listens on a connection of its own, which comes back by itself when it is lost. Rejects when PostgreSQL cannot be reached. */
export async function connectPeers(url: string, heard: PeersHeard, log: Log): Promise<Peers> {
  const self = randomUUID();
  const closed = new AbortController();
  let current: pg.Client | null = null;
  let returning: Promise<void> | null = null;

  const announce = async (tx: Tx, note: Note) => {
    await sql`select pg_notify(${CHANNEL}, ${JSON.stringify(note)})`.execute(tx);
  };

  function hear(payload: string | undefined): void {
    const note = readNote(payload);
    if (!note) log.warn({ bytes: payload?.length ?? 0 }, 'an announcement of another process is not understood');
    else if (note.from === self) return;
    else if (note.about === 'events') heard.events(note.organisationId, note.seq, note.at);
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

  return {
    announceEvents: (tx, organisationId, seq, at) => announce(tx, { about: 'events', from: self, organisationId, seq, at }),
    announceConnection: (tx, connectionId) => announce(tx, { about: 'connection', from: self, connectionId }),
    announceRevoked: (tx, deviceId) => announce(tx, { about: 'revoked', from: self, deviceId }),
    say(topic, body) {
      const note = JSON.stringify({ about: 'said', from: self, topic, body } satisfies Note);
      if (Buffer.byteLength(note) > SAID_LIMIT) throw new Error(`what is said of ${topic} is too long for one announcement`);
      // While the line is away nobody hears anything; whoever says passing things says them again.
      current?.query('select pg_notify($1, $2)', [CHANNEL, note]).catch((error: unknown) => log.warn({ err: error, topic }, 'a word to the other processes was not sent'));
    },
    async alone() {
      const client = current;
      if (!client || !(await tryLock(client, PRESENCE_LOCK))) return false;
      await client.query(`select pg_advisory_unlock(${PRESENCE_LOCK})`);
      return true;
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
      const client = current;
      current = null;
      await client?.end();
      await returning;
    },
  };
}

/** True when no server process has the record open, and from now to the end of the transaction none comes in. */
export async function claimAlone(tx: Tx): Promise<boolean> {
  const { rows } = await sql<{ mine: boolean }>`select pg_try_advisory_xact_lock(${sql.lit(PRESENCE_LOCK)}) as mine`.execute(tx);
  return rows[0]?.mine === true;
}
