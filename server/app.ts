import { randomUUID } from 'node:crypto';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import Fastify, { LogController, type FastifyInstance } from 'fastify';
import { canonicalUrl } from '../core/domain/intake/aliases.ts';
import { accountsRoutes } from './accounts/http/routes.ts';
import { lookingRoutes } from './api/lookingRoutes.ts';
import { apiRoutes } from './api/routes.ts';
import type { AppDeps } from './deps.ts';
import { dryRunRoutes } from './deliveries/dryRunRoutes.ts';
import { deliveryRoutes } from './deliveries/routes.ts';
import { deskRoutes } from './desk/routes.ts';
import { askRoutes } from './enquiries/askRoutes.ts';
import { enquiryRoutes } from './enquiries/routes.ts';
import { figuresRoutes } from './figures/routes.ts';
import { feedRoutes } from './feeds/routes.ts';
import { foundingRoute } from './founding/route.ts';
import { classicRoutes } from './classic/routes.ts';
import { closeFloods } from './http/flood.ts';
import { commandsRoute } from './http/commands.ts';
import { consoleRoutes } from './http/console.ts';
import { refuseDeepBodies } from './http/depth.ts';
import { deliveriesRoute } from './http/deliveries.ts';
import { devicesRoutes } from './http/devices.ts';
import { enrolRoute } from './http/enrol.ts';
import { answerExpectation, answerUnreadable, installErrors, refusal, sendRefusal, toRefusal } from './http/errors.ts';
import { healthRoutes } from './http/health.ts';
import { historyRoutes } from './http/history.ts';
import { isOwnName } from './http/host.ts';
import { keepIdempotency } from './http/idempotency.ts';
import { integrationsRoute } from './http/integrations.ts';
import { ticketsRoute } from './http/tickets.ts';
import { meRoute } from './http/me.ts';
import { personalDataRoutes } from './http/personalData.ts';
import { INCOMPLETE_ROUTE, INTAKE_ROUTE, intakePlugin } from './intake/intake.ts';
import { createPlatform } from './platform/analytics.ts';
import { platformRoutes } from './platform/routes.ts';
import { rolesOf } from './roles.ts';
import { attachStream, type Stream } from './stream/socket.ts';
import { systemsRoutes } from './systems/routes.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Null in a process that serves no people. */
    readonly stream: Stream | null;
    /** From now on `/readyz` says no, so that a balancer sends nothing new; everything is still answered. */
    startDraining(): void;
    isDraining(): boolean;
    /** From now on every request is answered 503, so that what runs can finish. */
    stopTaking(): void;
    isStopping(): boolean;
  }
}

/** Of calls that come by whatever name a vendor was given. */
const INTAKE_ROUTES: readonly (string | undefined)[] = [INTAKE_ROUTE, INCOMPLETE_ROUTE];
const API_BODY_LIMIT = 64 * 1024;

/** The whole HTTP and stream side, without listening. Closing it says goodbye on the stream first. */
export function buildApp(deps: AppDeps): FastifyInstance {
  const { config, log } = deps;
  const app = Fastify({
    loggerInstance: log as never,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    // Node would answer a request without a host by itself and without a word; it is refused below.
    http: { requireHostHeader: false },
    bodyLimit: API_BODY_LIMIT,
    requestTimeout: 30_000,
    connectionTimeout: 60_000,
    keepAliveTimeout: 75_000,
    routerOptions: { maxParamLength: 200 },
    rewriteUrl: (request) => canonicalUrl(request.url ?? '/'),
    trustProxy: config.trustProxy.length > 0 ? [...config.trustProxy] : false,
    return503OnClosing: false,
    frameworkErrors: (error, _request, reply) => {
      void sendRefusal(reply, toRefusal(error));
    },
    clientErrorHandler: answerUnreadable,
  }) as unknown as FastifyInstance;

  const roles = rolesOf(config);
  const platform = deps.internals && deps.figures && deps.accounts ? createPlatform({ ...deps.internals, clock: deps.clock }, deps.figures.flush) : null;
  let draining = false;
  app.decorate('startDraining', () => {
    draining = true;
  });
  app.decorate('isDraining', () => draining);
  let stopping = false;
  app.decorate('stopTaking', () => {
    stopping = true;
  });
  app.decorate('isStopping', () => stopping);

  installErrors(app);
  app.server.on('checkExpectation', answerExpectation);
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id);
    const watched = request.url === '/healthz' || request.url === '/readyz' || request.url === '/metrics';
    if (stopping && !watched) {
      void reply.header('connection', 'close');
      return sendRefusal(reply, { ...refusal(503, 'server.unreachable', 'The server is stopping.', true), retryAfterSeconds: 5 });
    }
    if (request.headers.host === undefined && request.raw.httpVersion !== '1.0') {
      void reply.header('connection', 'close');
      return sendRefusal(reply, refusal(400, 'request.invalid', 'The request names no host.'));
    }
    // A vendor's call proves itself, and comes by whatever name a tunnel has.
    if (!INTAKE_ROUTES.includes(request.routeOptions.url) && !isOwnName(request.headers.host, config)) {
      return sendRefusal(reply, refusal(421, 'request.invalid', 'This server is not known by that name; its public address has to be configured.'));
    }
  });
  closeFloods(app, deps.clock);
  app.addHook('onResponse', async (request, reply) => {
    deps.metrics.http.inc({ route: request.routeOptions.url ?? 'none', status: String(reply.statusCode) });
  });

  void app.register(helmet, {
    // Answers are data; the console's page brings its own, wider policy (http/console.ts).
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] } },
    // Only meaningful, and only safe, where the address is really served encrypted.
    strictTransportSecurity: config.publicUrl?.startsWith('https:') === true,
    xFrameOptions: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
  });
  void app.register(cookie);
  void app.register(rateLimit, {
    max: config.apiPerMinute,
    timeWindow: 60_000,
    errorResponseBuilder: () => Object.assign(new Error('too many requests'), { statusCode: 429 }),
  });

  void app.register(async (health) => healthRoutes(health, deps));
  if (roles.has('intake')) void app.register(async (intake) => intakePlugin(intake, deps));
  // What a role does not serve is not there: the answer is the same 404 as for any other address.
  if (roles.has('stream')) void app.register(async (api) => {
    api.addHook('onSend', async (_request, reply) => {
      if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
    });
    refuseDeepBodies(api);
    if (deps.internals) keepIdempotency(api, deps, deps.internals);
    enrolRoute(api, deps);
    if (deps.founding) foundingRoute(api, deps, deps.founding);
    ticketsRoute(api, deps);
    devicesRoutes(api, deps);
    meRoute(api, deps);
    if (deps.accounts) accountsRoutes(api, deps, deps.accounts);
    if (deps.accounts && platform) platformRoutes(api, deps.accounts.context, platform);
    integrationsRoute(api, deps);
    deliveriesRoute(api, deps);
    if (deps.deliveries) deliveryRoutes(api, deps, deps.deliveries);
    if (deps.deliveries) dryRunRoutes(api, deps, deps.deliveries);
    if (deps.figures) figuresRoutes(api, deps, deps.figures);
    if (deps.looking) lookingRoutes(api, deps, deps.looking);
    if (deps.feeds) feedRoutes(api, deps, deps.feeds);
    if (deps.enquiries) enquiryRoutes(api, deps, deps.enquiries);
    apiRoutes(api, deps);
    historyRoutes(api, deps);
    if (deps.privacy) personalDataRoutes(api, deps, deps.privacy);
    if (deps.systems) systemsRoutes(api, deps, deps.systems);
    if (deps.desk) deskRoutes(api, deps, deps.desk);
    commandsRoute(api, deps);
  });
  const { internals } = deps;
  if (roles.has('stream') && internals) void app.register(async (pages) => classicRoutes(app, pages, deps, internals, platform));
  const { enquiries } = deps;
  if (roles.has('stream') && internals && enquiries) void app.register(async (pages) => askRoutes(pages, deps, internals, enquiries));
  if (roles.has('stream')) void app.register(async (pages) => consoleRoutes(pages, deps));

  const stream = !roles.has('stream') ? null : attachStream(app.server, { ...deps, parseCookie: (header) => app.parseCookie(header) });
  app.decorate('stream', stream);
  app.addHook('preClose', async () => {
    stopping = true;
    deps.asking?.stop();
    await stream?.stop();
  });
  return app;
}
