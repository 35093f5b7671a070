import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { codedError, type CodedError } from '../core/contract/errors.ts';
import { err, ok, type Result } from '../core/contract/result.ts';
import { vendorModule, VENDORS } from '../core/vendors/registry.ts';
import { createLooking } from './api/looking.ts';
import { createAccounts } from './accounts/accounts.ts';
import { createAsking } from './asking/asking.ts';
import { buildApp } from './app.ts';
import { readKey, type Begun } from './begin.ts';
import type { Config } from './config.ts';
import { demoStudioUrl, seedDemo } from './demo/seed.ts';
import { createCertificates } from './certificates.ts';
import { createEgressHttp } from '../egress/http.ts';
import { createEvidence } from './intake/evidence.ts';
import { createCalls } from './calls/calls.ts';
import { pacedDesk } from './calls/paced.ts';
import { countSharers } from './calls/sharers.ts';
import { createDesk } from './desk/desk.ts';
import { saltOf } from './desk/marks.ts';
import { createDeliveries } from './deliveries/deliveries.ts';
import { createEnquiryPages } from './enquiries/pages.ts';
import { createFeeds } from './feeds/feeds.ts';
import { createFigures } from './figures/counting.ts';
import { createFiguresReading } from './figures/reading.ts';
import { createFounding } from './founding/founding.ts';
import type { ServerLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { createIds, nodeHashing, systemClock, systemRandom } from './ports.ts';
import { rolesOf } from './roles.ts';
import { removeServerFile, writeServerFile } from './serverFile.ts';
import { createPrivacy } from './privacy/privacy.ts';
import type { OpenedStore } from './store/internals.ts';
import { openStore } from './store/open.ts';
import { createSystems } from './systems/systems.ts';
import { startMailIn, type MailIn } from './mailIn/mailIn.ts';
import { VERSION } from './version.ts';
import { startWorkers, type Workers } from './workers/workers.ts';

/** A server that listens. */
export interface Serving {
  readonly url: string;
  /** Null while there is no organisation. */
  readonly organisationId: string | null;
  /** A fresh one-use ticket for the first organisation; null while there is none. */
  ticket(): Promise<string | null>;
  /** What makes the first organisation, once; null where there is one, or where this process serves no people. */
  foundingToken(): Promise<string | null>;
  /** Settles when the database went away for good; then only ending helps. */
  readonly died: Promise<Error>;
  /**
   * After `WEDSYNC_DRAIN_MS`, in which a balancer finds out: takes no more requests, says goodbye on the stream, lets running requests and commits finish, then closes.
   * Requests that do not finish are cut.
   */
  stop(): Promise<void>;
}

/** Requests that run when the server stops have this long. */
const REQUEST_GRACE_MS = 3000;

/** Where this machine reaches a server that listens on `host`. */
export function localUrl(host: string, port: number): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

/** The organisation that tickets of this machine are for: the oldest. */
async function firstOrganisation(store: OpenedStore): Promise<string | null> {
  const row = await store.internals.database.system.selectFrom('organisations').select('id').orderBy('createdAt').orderBy('id').limit(1).executeTakeFirst();
  return row?.id ?? null;
}

/**
 * Puts the parts together and listens. On an error everything that was opened is closed again. `open` is for tests of faults;
 * `begun` for whoever has begun already.
 */
export async function serve(config: Config, log: ServerLog, open: typeof openStore = openStore, begun: Begun | null = null): Promise<Result<Serving, CodedError>> {
  const clock = systemClock;
  const ids = createIds(clock);
  const roles = rolesOf(config);
  const masterKey = begun ? ok(begun.masterKey) : await readKey(config);
  if (!masterKey.ok) return masterKey;
  const opened = await open({ dataDir: config.dataDir, databaseUrl: config.databaseUrl, redisUrl: config.redisUrl, masterKey: masterKey.value, clock, ids, log }, begun?.files ?? undefined);
  if (!opened.ok) return opened;
  const store = opened.value;
  const organisationId = () => firstOrganisation(store);
  const metrics = createMetrics({ processMetrics: true });
  const http = createEgressHttp({ allow: config.egressAllow, log });
  const sharers = await countSharers(store.internals.database, log);
  const figures = createFigures({ database: store.internals.database, clock, log });
  const calls = createCalls({
    http,
    clock,
    audit: (line) => store.audit(line),
    salt: (organisationId) => saltOf(store.internals.vault, organisationId),
    sharers: () => sharers.count(),
    measured({ system, connectionId, purpose, outcome, tookMs }) {
      metrics.sourceCalls.observe({ system, purpose, outcome }, tookMs / 1000);
      if (connectionId !== null) figures.called(connectionId, purpose, outcome, tookMs);
    },
  });
  const desk = pacedDesk(createDesk({ store, clock, ids, log }), calls, vendorModule);
  const privacy = createPrivacy(store.internals);
  const accounts = createAccounts({ internals: store.internals, store, config, clock, ids, log, http });
  const founding = createFounding(store.internals);
  const deliveries = createDeliveries(store, vendorModule);
  const looking = createLooking(store.internals, vendorModule);
  const asking = createAsking({ internals: store.internals, waitMs: config.askCalendarsMs, log, measured: (outcome, ms) => metrics.asking.observe({ outcome }, ms / 1000) });
  const feeds = createFeeds(store.internals);
  const enquiries = createEnquiryPages(store.internals);
  const systems = createSystems({ internals: store.internals, vendors: vendorModule, catalogue: [...VENDORS.values()], http, calls, clock, ids, log, config, desk, figures }, store);
  const evidence = createEvidence({ http, clock, audit: (line) => store.audit(line) });
  const app = buildApp({ config, store, internals: store.internals, accounts, privacy, founding, systems, desk, deliveries, figures: { ...figures, ...createFiguresReading(store.internals, figures.flush) }, looking, asking, feeds, enquiries, vendors: vendorModule, clock, hashing: nodeHashing, certificates: createCertificates(), evidence: (url) => evidence.get(url), log, metrics, version: VERSION });

  let taking = false;
  let mailIn: MailIn | null = null;
  let workers: Workers | null = null;
  const close = async () => {
    app.startDraining();
    if (taking) await sleep(config.drainMs);
    app.stopTaking();
    const cut = setTimeout(() => app.server.closeAllConnections(), REQUEST_GRACE_MS);
    await app.close();
    desk.stop();
    sharers.stop();
    clearTimeout(cut);
    await mailIn?.stop();
    await workers?.stop();
    await accounts.close();
    await figures.stop();
    await store.close();
    await removeServerFile(config.dataDir, process.pid);
  };

  try {
    await app.listen({ host: config.host, port: config.port });
    if (roles.has('intake') && config.mailInPort !== null && config.mailInDomain !== null) {
      mailIn = await startMailIn({ store, vendors: vendorModule, clock, log, metrics, figures, host: config.host, port: config.mailInPort, domain: config.mailInDomain, strangersPerMinute: config.strangerPerMinute });
    }
    const { port } = app.server.address() as AddressInfo;
    const url = localUrl(config.host, port);
    // With PostgreSQL and a key from the environment nobody has needed the folder so far.
    await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
    // The demo's addresses are those of webhooks, so whoever takes these makes it.
    if (config.demo && roles.has('intake')) await seedDemo(store, { clock, ids, dataDir: config.dataDir, serverUrl: url, vscoBaseUrl: demoStudioUrl(config.demoStudioPort) });
    if (roles.has('stream')) await writeServerFile(config.dataDir, { url, pid: process.pid, startedAt: new Date(clock.now()).toISOString() });
    const id = await organisationId();
    // Only now: their first looks would be in the way of what the start itself asks of the database.
    if (roles.has('worker')) workers = startWorkers({ store, vendors: vendorModule, catalogue: [...VENDORS.values()], http, calls, figures, clock, ids, random: () => systemRandom.next(), log, desk, metrics, config });
    taking = true;
    let stopped: Promise<void> | null = null;
    return ok({
      url,
      organisationId: id,
      async ticket() {
        const id = roles.has('stream') ? await organisationId() : null;
        return id === null ? null : store.mintTicket(id);
      },
      // Where the demo is wanted, it is on its way: another process may be making it just now.
      foundingToken: async () => (roles.has('stream') && !config.demo ? founding.token() : null),
      died: store.died,
      stop: () => (stopped ??= close()),
    });
  } catch (error) {
    log.error({ err: error }, 'the server could not start');
    await close();
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOSPC' || code === '53100') return err(codedError('store.disk_full', 'The disk is full; the server starts again once there is room.', true));
    const cannotListen = ['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND'].includes(code);
    const message = cannotListen ? `The server cannot listen on ${config.host}:${config.port} (${code}).` : 'The server could not start; its log says more.';
    return err(codedError('server.start_failed', message));
  }
}
