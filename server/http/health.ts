import { timingSafeEqual, createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AppDeps } from '../deps.ts';
import { refusal, sendRefusal } from './errors.ts';
import { namesThisMachine } from './host.ts';

const PING_LIMIT_MS = 2000;
/** Far below any scraper's interval. */
const NUMBERS_KEPT_MS = 500;

async function answersInTime(work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), PING_LIMIT_MS);
  });
  const answered = work.then(() => true, () => false);
  const result = await Promise.race([answered, late]);
  clearTimeout(timer);
  return result;
}

/** However many ask at the same time, the database is asked once; the answer is good for `keptMs`. */
function shared<T>(ask: () => Promise<T>, keptMs: number): () => Promise<T> {
  let current: Promise<T> | null = null;
  return () => {
    if (current) return current;
    const mine = ask();
    current = mine;
    const forget = () => {
      if (current === mine) current = null;
    };
    mine.then(() => (keptMs > 0 ? void setTimeout(forget, keptMs).unref() : forget()), forget);
    return mine;
  };
}

const sha = (text: string) => createHash('sha256').update(text).digest();

/** Loopback itself, not loopback on behalf of somebody behind a proxy or of a foreign page whose name points here. */
function isLocal(request: FastifyRequest): boolean {
  const address = request.raw.socket.remoteAddress ?? '';
  const forwarded = request.headers['x-forwarded-for'] !== undefined || request.headers.forwarded !== undefined;
  return !forwarded && namesThisMachine(request.headers.host) && (address === '::1' || /^(::ffff:)?127\./.test(address));
}

/** `/healthz` = the process runs; `/readyz` = it can do its work; `/metrics` = how it does, for loopback or with the token. */
export function healthRoutes(app: FastifyInstance, deps: AppDeps): void {
  const { store, metrics, config } = deps;
  const ping = shared(() => store.ping(), 0);
  const numbers = shared(async () => {
    const gauges = await store.gauges();
    metrics.store.waiting.set(gauges.deliveriesWaiting);
    metrics.store.parked.set(gauges.deliveriesParked);
    metrics.store.quarantined.set(gauges.deliveriesQuarantined);
    metrics.store.held.set(gauges.deliveriesHeld);
    metrics.store.dead.set(gauges.deliveriesDead);
    metrics.store.oldestWaiting.set(gauges.oldestWaitingSeconds);
    metrics.store.oldestDead.set(gauges.oldestDeadSeconds);
    metrics.store.bytes.set(gauges.databaseBytes);
    metrics.breakers.reset();
    for (const { count, ...labels } of gauges.breakers) metrics.breakers.set(labels, count);
    return metrics.registry.metrics();
  }, NUMBERS_KEPT_MS);
  const quiet = { rateLimit: false } as const;

  app.get('/healthz', { config: quiet }, async (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'up' }));

  app.get('/readyz', { config: quiet }, async (_request, reply) => {
    void reply.header('cache-control', 'no-store');
    if (app.isDraining() || app.isStopping()) return sendRefusal(reply, refusal(503, 'server.unreachable', 'The server is stopping.', true));
    if (!(await answersInTime(ping()))) return sendRefusal(reply, refusal(503, 'server.unreachable', 'The database does not answer.', true));
    return reply.send({ status: 'ready' });
  });

  app.get('/metrics', { config: quiet }, async (request, reply) => {
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    const byToken = config.metricsToken !== null && bearer !== undefined && timingSafeEqual(sha(bearer), sha(config.metricsToken));
    if (!byToken && !isLocal(request)) return sendRefusal(reply, refusal(403, 'auth.forbidden', 'Metrics are for this machine, or with the metrics token.'));
    return reply.header('cache-control', 'no-store').type(metrics.registry.contentType).send(await numbers());
  });
}
