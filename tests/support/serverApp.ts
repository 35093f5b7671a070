import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { io, type Socket } from 'socket.io-client';
import type { Certificates, Clock, Http } from '../../core/ports/ports.ts';
import { PROTOCOL_VERSION, STREAM_PATH } from '../../core/contract/stream.ts';
import { vendorModule, VENDORS } from '../../core/vendors/registry.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import { createCertificates } from '../../server/certificates.ts';
import { createLooking } from '../../server/api/looking.ts';
import { createAccounts } from '../../server/accounts/accounts.ts';
import { createAsking } from '../../server/asking/asking.ts';
import { buildApp } from '../../server/app.ts';
import { loadConfig, type Config } from '../../server/config.ts';
import { createDesk, type Desk } from '../../server/desk/desk.ts';
import { createDeliveries } from '../../server/deliveries/deliveries.ts';
import { createEgressHttp } from '../../egress/http.ts';
import { createEvidence } from '../../server/intake/evidence.ts';
import { createEnquiryPages } from '../../server/enquiries/pages.ts';
import { createFeeds } from '../../server/feeds/feeds.ts';
import { createFigures, type Figures } from '../../server/figures/counting.ts';
import { createFiguresReading, type FiguresReading } from '../../server/figures/reading.ts';
import { createFounding, type Founding } from '../../server/founding/founding.ts';
import { createLog } from '../../server/log.ts';
import { createMetrics, type Metrics } from '../../server/metrics.ts';
import { nodeHashing, systemClock } from '../../server/ports.ts';
import { createPrivacy } from '../../server/privacy/privacy.ts';
import type { OpenedStore } from '../../server/store/internals.ts';
import type { Store } from '../../server/store/store.ts';
import { createSystems } from '../../server/systems/systems.ts';
import type { FloodLimits } from '../../server/stream/flood.ts';

export interface TestApp {
  readonly app: FastifyInstance;
  readonly metrics: Metrics;
  readonly logLines: Record<string, unknown>[];
  /** Left out on a double of the store. */
  readonly founding?: Founding;
  readonly desk?: Desk;
  /** Written when it is read or the app is closed. */
  readonly figures?: Figures & FiguresReading;
  /** Listens on a free loopback port. */
  listen(): Promise<string>;
}

export function testConfig(fields: Partial<Config> = {}): Config {
  const loaded = loadConfig([], {}, '/');
  if (!loaded.ok || loaded.value.kind !== 'config') throw new Error('the standard configuration is broken');
  return { ...loaded.value.config, ...fields };
}

/** The real application around any store: real routes, real sockets, the real vendors. */
export function testApp(store: Store, options: { config?: Partial<Config>; clock?: Clock; heartbeatMs?: number; slowBytes?: number; floodLimits?: FloodLimits; turnMs?: number; certificates?: Certificates; evidence?: (url: string) => Promise<string | null>; http?: Http; vendors?: (system: string) => VendorModule | null; catalogue?: readonly VendorModule[] } = {}): TestApp {
  const logLines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      logLines.push(JSON.parse(String(chunk)) as Record<string, unknown>);
      done();
    },
  });
  const metrics = createMetrics();
  const { config, clock = systemClock, certificates = createCertificates(), evidence, http: _http, vendors = vendorModule, catalogue = [...VENDORS.values()], turnMs, ...limits } = options;
  const log = createLog('info', sink);
  // A double has no tables to look for a person in.
  const privacy = 'internals' in store ? { privacy: createPrivacy((store as OpenedStore).internals) } : {};
  const founding = 'internals' in store ? { founding: createFounding((store as OpenedStore).internals) } : {};
  const deliveries = 'internals' in store ? { internals: (store as OpenedStore).internals, deliveries: createDeliveries(store as OpenedStore, vendors), looking: createLooking((store as OpenedStore).internals, vendors), feeds: createFeeds({ ...(store as OpenedStore).internals, clock }), enquiries: createEnquiryPages({ ...(store as OpenedStore).internals, clock }) } : {};
  const whole = testConfig(config);
  const accounts = 'internals' in store ? createAccounts({ internals: (store as OpenedStore).internals, store, config: whole, clock, ids: (store as OpenedStore).internals.ids, log, http: createEgressHttp({ allow: whole.egressAllow, log }) }) : null;
  const counting = 'internals' in store ? createFigures({ database: (store as OpenedStore).internals.database, clock, log }) : null;
  const figures = counting ? { figures: { ...counting, ...createFiguresReading((store as OpenedStore).internals, counting.flush) } } : {};
  const http = options.http ?? createEgressHttp({ allow: whole.egressAllow, log });
  const fetched = createEvidence({ http, clock });
  const desk = 'internals' in store ? { desk: createDesk({ store: store as OpenedStore, clock, ids: (store as OpenedStore).internals.ids, log, ...(turnMs === undefined ? {} : { turnMs }) }) } : {};
  const systems = 'internals' in store ? { systems: createSystems({ ...desk, ...figures, internals: (store as OpenedStore).internals, vendors, catalogue, http, clock, ids: (store as OpenedStore).internals.ids, log, config: whole }, store) } : {};
  const asking = 'internals' in store ? { asking: createAsking({ internals: { ...(store as OpenedStore).internals, clock }, waitMs: whole.askCalendarsMs, log, measured: (outcome, ms) => metrics.asking.observe({ outcome }, ms / 1000) }) } : {};
  const app = buildApp({ config: whole, certificates, evidence: (url) => evidence?.(url) ?? fetched.get(url), store, ...privacy, ...founding, ...desk, ...systems, ...deliveries, ...asking, ...figures, ...(accounts ? { accounts } : {}), vendors, clock, hashing: nodeHashing, log, metrics, version: '0.0.0-test', ...limits });
  if (accounts) app.addHook('onClose', () => accounts.close());
  if (counting) app.addHook('onClose', () => counting.stop());
  if (desk.desk) app.addHook('onClose', () => desk.desk.stop());
  return {
    app,
    metrics,
    logLines,
    ...founding,
    ...desk,
    ...figures,
    async listen() {
      await app.listen({ host: '127.0.0.1', port: 0 });
      return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
    },
  };
}

export function connect(url: string, hello: Record<string, unknown> = {}, headers: Record<string, string> = {}): Socket {
  return io(url, {
    path: STREAM_PATH,
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    extraHeaders: headers,
    auth: { protocol: PROTOCOL_VERSION, client: { app: 'test', version: '1', kind: 'tool' }, cursor: null, ...hello },
  });
}

/** The first emission of `event`, however soon it comes. */
export const first = <T>(socket: Socket, event: string): Promise<T> => new Promise((resolve) => socket.once(event, resolve));

/** Waits until `check` holds; fails with `what` otherwise. */
export async function until(check: () => boolean, what: string, limitMs = 20_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!check()) {
    if (Date.now() > deadline) throw new Error(`gave up waiting: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
