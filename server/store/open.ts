import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { z } from 'zod';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { Clock, Ids, Log } from '../../core/ports/ports.ts';
import { createAudit } from './audit.ts';
import { decideCommand } from './commands.ts';
import { findIntakeConnection } from './connections.ts';
import { openEmbedded, openPostgres, type Database } from './database.ts';
import { authenticate, enrol, listDevices, mintTicket, revokeDevice, scopeOf } from './devices.ts';
import { whyItFails } from './directory.ts';
import { takeFiles, type Files } from './files.ts';
import { createFollower, type LogFollower } from './follow.ts';
import { createGroupCommit } from './groupCommit.ts';
import { history, recordAt } from './history.ts';
import { createIntakeCache, type IntakeCache } from './intakeCache.ts';
import type { OpenedStore, StoreInternals } from './internals.ts';
import type { DirectoryLock } from './lock.ts';
import { migrate } from './migrations/index.ts';
import { readOrganisation } from './organisations.ts';
import { connectPeers, NO_PEERS, type Peers, type PeersHeard } from './peers.ts';
import { gauges } from './queue.ts';
import { createQueueCall, type QueueCall } from './queueCall.ts';
import * as reads from './reads.ts';
import { createRightOfWay } from './rightOfWay.ts';
import { createRevocations, type Revocations } from './revocations.ts';
import { createSayings, type Sayings } from './sayings.ts';
import { CHANGED } from './sessions.ts';
import { NOBODY_ASKED } from './store.ts';
import { createVault, type Vault } from './vault.ts';
import { createWriter } from './write.ts';

/** What is said to the processes that look at sources. */
const LOOKS = 'looks';

export interface StoreOptions {
  /** Directory of the embedded database; created when missing. Not used with `databaseUrl`. */
  readonly dataDir: string | null;
  /** `postgres://...`; wins over `dataDir`. */
  readonly databaseUrl: string | null;
  /** `redis://...`; carries what processes on PostgreSQL tell each other often. */
  readonly redisUrl?: string | null;
  /** 32 bytes. */
  readonly masterKey: Uint8Array;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

export interface Base {
  readonly database: Database;
  readonly lock: DirectoryLock | null;
  /** Called once the schema stands; when it has resolved, what was written so far is on disk. */
  readonly settled: () => Promise<void>;
}

/**
 * Opens the record, brings its schema up to date and gives the {@link OpenedStore}. Errors: `store.locked`,
 * `store.corrupt`, `store.disk_full` (retryable), `store.newer_version`, `secrets.unavailable` (another master key), `intake.store_unavailable`
 * (PostgreSQL cannot be reached), `server.start_failed` (the directory cannot be written). In every error case nothing was overwritten and no lock is left.
 * `files`: the data directory, where somebody is taking it already.
 */
export async function openStore(options: StoreOptions, files?: Promise<Result<Files, CodedError>>): Promise<Result<OpenedStore, CodedError>> {
  const base = await openBase(options, files);
  if (!base.ok) return base;
  const { database, lock, settled } = base.value;
  const giveUp = async (error: CodedError): Promise<Result<never, CodedError>> => {
    await database.close();
    lock?.release();
    return err(error);
  };
  try {
    const migrated = await migrate(database);
    if (!migrated.ok) return await giveUp(migrated.error);
    const vault = createVault(options.masterKey);
    const identity = await readIdentity(database, vault);
    if (!identity.ok) return await giveUp(identity.error);
    const company = await keepCompany(options, database, identity.value);
    await settled();
    return ok(build(options, database, lock, vault, identity.value, company));
  } catch (error) {
    const code = database.kind === 'embedded' ? 'store.corrupt' : 'intake.store_unavailable';
    const failure = codedError(code, `The database cannot be used: ${error instanceof Error ? error.message : String(error)}`);
    return giveUp(database.kind === 'embedded' && options.dataDir !== null ? whyItFails(options.dataDir, failure) : failure);
  }
}

/** The bare database, as {@link openStore} finds it: locked when embedded, its schema not looked at. */
export function openBase(options: Pick<StoreOptions, 'dataDir' | 'databaseUrl' | 'log'>, files?: Promise<Result<Files, CodedError>>): Promise<Result<Base, CodedError>> {
  return options.databaseUrl !== null ? openServer(options.databaseUrl, options.log) : openDirectory(options.dataDir, files);
}

async function openServer(url: string, log: Log): Promise<Result<Base, CodedError>> {
  try {
    return ok({ database: await openPostgres(url, log), lock: null, settled: () => Promise.resolve() });
  } catch (error) {
    return err(codedError('intake.store_unavailable', `PostgreSQL cannot be reached: ${error instanceof Error ? error.message : String(error)}`, true));
  }
}

async function openDirectory(dataDir: string | null, files?: Promise<Result<Files, CodedError>>): Promise<Result<Base, CodedError>> {
  if (dataDir === null) throw new Error('either dataDir or databaseUrl is needed');
  const taken = await (files ?? takeFiles(dataDir));
  return taken.ok ? ok({ database: openEmbedded(taken.value.pool), lock: taken.value.lock, settled: taken.value.settled }) : taken;
}

/** The log's epoch, and proof that the master key is the one this database was sealed with. */
async function readIdentity(database: Database, vault: Vault): Promise<Result<string, CodedError>> {
  // `do nothing` and read again: of several servers that start at once, all get what the first one wrote.
  const proof = vault.seal('wedsync', 'meta:key_check');
  await sql`insert into meta (key, value) values ('epoch', ${randomUUID()}), ('key_check', ${proof}) on conflict (key) do nothing`.execute(database.system);
  const rows = await database.system.selectFrom('meta').selectAll().execute();
  const valueOf = (key: string) => rows.find((row) => row.key === key)?.value ?? '';
  const check = vault.open(valueOf('key_check'), 'meta:key_check');
  return check.ok ? ok(valueOf('epoch')) : err(codedError('secrets.unavailable', `This database was sealed with another master key. ${check.error.message}`));
}

/** What keeps this process in step with the others on the same record. */
interface Company {
  readonly follower: LogFollower;
  readonly intakeCache: IntakeCache;
  readonly peers: Peers;
  readonly revocations: Revocations;
  readonly sayings: Sayings;
  readonly queue: QueueCall;
}

async function keepCompany({ databaseUrl, redisUrl = null, log }: StoreOptions, database: Database, epoch: string): Promise<Company> {
  const intakeCache = createIntakeCache();
  const revocations = createRevocations(log);
  const sayings = createSayings(log);
  const queue = createQueueCall();
  const read: Parameters<typeof createFollower>[0]['read'] = (wanted, limit) => reads.readEventsOf({ database }, wanted, limit);
  if (databaseUrl === null) return { follower: createFollower({ heads: await reads.headSeqs({ database }), read, log }), intakeCache, peers: NO_PEERS, revocations, sayings, queue };

  // Listen first, then look where the logs stand: what is committed in between is heard early and told afterwards.
  const early: (() => void)[] = [];
  let follower: LogFollower | null = null;
  const reaches = (organisationId: string, seq: number, at: string | null): void => {
    if (follower) follower.reaches(organisationId, seq, at);
    else early.push(() => reaches(organisationId, seq, at));
  };
  const catchUp = async () => {
    for (const [organisationId, seq] of await reads.headSeqs({ database })) reaches(organisationId, seq, null);
  };
  const heard: PeersHeard = {
    events: reaches,
    deliveries: queue.tell,
    connection: (connectionId: string) => intakeCache.forget(connectionId),
    revoked: (deviceId: string) => revocations.tell(deviceId),
    said: sayings.tell,
    compare: catchUp,
    lost: () => intakeCache.distrust(),
    async back() {
      intakeCache.trust();
      await catchUp();
    },
  };
  const peers = await connectPeers({ url: databaseUrl, redisUrl, epoch, heard, log });
  try {
    follower = createFollower({ heads: await reads.headSeqs({ database }), read, log });
  } catch (error) {
    await peers.close();
    throw error;
  }
  for (const one of early) one();
  return { follower, intakeCache, peers, revocations, sayings, queue };
}

function build(options: StoreOptions, database: Database, lock: DirectoryLock | null, vault: Vault, epoch: string, company: Company): OpenedStore {
  const { clock, ids, log } = options;
  const { follower, peers, revocations } = company;
  const changes = createRevocations(log);
  const unheard = company.sayings.listen(CHANGED, (said) => {
    const known = z.guid().safeParse(said);
    if (known.success) changes.tell(known.data);
  });
  const looks = createQueueCall();
  const deaf = company.sayings.listen(LOOKS, () => looks.tell());
  // Where nobody in this process works on deliveries, those who do are told.
  const stored = () => {
    if (!company.queue.tell()) peers.announceDeliveries();
  };
  const writer = createWriter({ database, clock, ids, follower, peers });
  const rightOfWay = createRightOfWay(() => performance.now(), (ms) => sleep(ms));
  const intake = createGroupCommit({ database, ids, log, stored, rightOfWay });
  const trail = createAudit({ database, clock, log });
  const internals: StoreInternals = {
    database,
    writer,
    vault,
    clock,
    ids,
    log,
    intakeCache: company.intakeCache,
    peers,
    revocations,
    changes,
    onDeliveries: company.queue.listen,
    callWorkers: stored,
    onLooks: looks.listen,
    callLooks() {
      if (!looks.tell()) peers.say(LOOKS, null);
    },
    rightOfWay,
    deliveryCommits: intake.commits,
    audit: (line) => trail.add(line),
    flushAudit: () => trail.flush(),
    chainAudit: () => trail.chain(),
  };
  let closing: Promise<void> | null = null;
  const close = async () => {
    unheard();
    deaf();
    await intake.idle();
    await writer.idle();
    await trail.close();
    await peers.close();
    follower.close();
    await follower.idle();
    await database.close();
    lock?.release();
  };

  return {
    internals,
    died: database.died,
    epoch,
    organisation: (id) => readOrganisation(internals, id),
    intakeConnection: (system, intakeKey) => findIntakeConnection(internals, system, intakeKey),
    addDelivery: (delivery) => intake.add(delivery),
    audit: (line) => trail.add(line),
    headSeq: (organisationId) => reads.headSeq(internals, organisationId),
    readEvents: (organisationId, afterSeq, limit) => reads.readEvents(internals, organisationId, afterSeq, limit),
    snapshot: (organisationId) => reads.snapshot(internals, epoch, organisationId),
    history: (organisationId, collection, id, before, limit) => history(internals, organisationId, collection, id, before, limit),
    recordAt: (organisationId, point) => recordAt(internals, epoch, organisationId, point),
    onCommitted: follower.onCommitted,
    onDeliveries: internals.onDeliveries,
    mintTicket: (organisationId, grant) => mintTicket(internals, organisationId, grant),
    scopeOf: (organisationId, weddingId, contactId) => scopeOf(internals, organisationId, weddingId, contactId),
    enrol: (ticket, device) => enrol(internals, ticket, device),
    authenticate: (token) => authenticate(internals, token),
    devices: (organisationId) => listDevices(internals, organisationId),
    revokeDevice: (organisationId, deviceId) => revokeDevice(internals, organisationId, deviceId),
    onRevoked: revocations.listen,
    onDeviceChanged: changes.listen,
    say: (topic, body) => peers.say(topic, body),
    onSaid: company.sayings.listen,
    integrations: (organisationId) => reads.integrations(internals, organisationId),
    deliveries: (organisationId, connectionId) => reads.deliveries(internals, organisationId, connectionId),
    command: (organisationId, device, command, asked = NOBODY_ASKED) => decideCommand(internals, organisationId, device, command, asked, (line) => trail.add(line)),
    async ping() {
      await sql`select 1`.execute(database.system);
    },
    gauges: () => gauges(internals),
    close: () => (closing ??= close()),
  };
}
