import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { HTTP, SESSION_COOKIE } from '../../core/contract/http.ts';
import { CommandAnswer } from '../../core/contract/commands.ts';
import { Id } from '../../core/contract/primitives.ts';
import { may, roomKind } from '../../core/domain/access/may.ts';
import { seesAnyOf } from '../../core/domain/access/rows.ts';
import type { AppDeps } from '../deps.ts';
import { isSameOrigin, originsOf } from '../http/auth.ts';
import { toRefusal } from '../http/errors.ts';
import { auditRead, ORGANISATION_SUBJECT } from '../privacy/reads.ts';
import type { StoreInternals } from '../store/internals.ts';
import type { Device } from '../store/store.ts';
import type { Platform } from '../platform/analytics.ts';
import { formsIn } from './forms.ts';
import { sendPage } from './layout.ts';
import { alertsPage, SAID, todayPage, type Said, type Viewing } from './pages.ts';
import { CLASSIC, weddingPath } from './paths.ts';
import { createReading, WeddingsAfter } from './reading.ts';
import { failedPage } from './signInPages.ts';
import { sendSignIn, signInRoutes } from './signInRoutes.ts';
import { hasSession, through } from './through.ts';
import { weddingPage, weddingsPage } from './weddingPages.ts';
import { failure } from './words.ts';

const ListQuery = z.object({ which: z.enum(['coming', 'past']).catch('coming'), after: WeddingsAfter.nullable().catch(null).default(null) });
const SeenForm = z.strictObject({ commandId: Id, version: z.string().regex(/^[1-9]\d{0,8}$/).transform(Number), back: z.union([z.enum(['today', 'alerts']), Id]) });

/**
 * The classic page: the day as plain HTML, for a browser that does not run the console. It has no rights of its own: who asks is known by
 * the console's cookie, rows go through `visibleRow`, and what is decided goes through the endpoints (`through.ts`).
 */
export function classicRoutes(root: FastifyInstance, app: FastifyInstance, deps: AppDeps, internals: StoreInternals, platform: Platform | null): void {
  const { store, config, clock } = deps;
  const reading = createReading(internals);
  const fail = (reply: FastifyReply, status: number, code: string): FastifyReply => sendPage(reply, status, failedPage(failure(code)));
  formsIn(app);
  app.setErrorHandler((error, request: FastifyRequest, reply: FastifyReply) => {
    const refused = toRefusal(error);
    if (refused.status >= 500) request.log.error({ err: error, route: request.routeOptions.url ?? null, requestId: request.id }, 'a classic page failed');
    return fail(reply, refused.status, refused.error.code);
  });
  // A cookie goes along with forms of other sites; only our own page may send one.
  app.addHook('preHandler', async (request, reply) => {
    if (request.method === 'POST' && !isSameOrigin(originsOf(request.headers, config.publicUrl))) return fail(reply, 403, 'auth.forbidden');
  });

  /** Who asks; null = whoever it is was shown the way in, or out. */
  async function viewer(request: FastifyRequest, reply: FastifyReply): Promise<Device | null> {
    const token = request.cookies[SESSION_COOKIE];
    const known = token === undefined || token.length > 200 ? null : await store.authenticate(token);
    if (known?.ok !== true) {
      await sendSignIn(request, reply, deps, known === null ? null : known.error);
      return null;
    }
    const device = known.value;
    // Whoever may open no room of the stream is told nothing of the record here either.
    if (may(device, `stream:${roomKind(device, undefined)}`).allowed) return device;
    await fail(reply, 403, 'auth.forbidden');
    return null;
  }
  const viewing = (request: FastifyRequest, device: Device): Viewing => {
    const { said } = request.query as { said?: unknown };
    return { device, signedIn: hasSession(request), now: clock.now(), said: SAID.includes(said as Said) ? (said as Said) : null };
  };
  const audit = (device: Device, subject: string): void => auditRead(store, 'classic.read', device, subject, new Date(clock.now()).toISOString());

  app.get(CLASSIC.today, async (request, reply) => {
    const device = await viewer(request, reply);
    if (!device) return reply;
    audit(device, ORGANISATION_SUBJECT);
    return sendPage(reply, 200, todayPage(viewing(request, device), await reading.today(device)));
  });
  app.get(CLASSIC.weddings, async (request, reply) => {
    const device = await viewer(request, reply);
    if (!device) return reply;
    const { which, after } = ListQuery.parse(request.query);
    audit(device, ORGANISATION_SUBJECT);
    return sendPage(reply, 200, weddingsPage(viewing(request, device), which, await reading.weddings(device, which, after)));
  });
  app.get(CLASSIC.wedding, async (request, reply) => {
    const device = await viewer(request, reply);
    if (!device) return reply;
    const id = Id.safeParse((request.params as { id?: unknown }).id);
    const found = id.success ? await reading.wedding(device, id.data) : null;
    if (!found) return fail(reply, 404, 'request.not_found');
    audit(device, found.wedding.id);
    return sendPage(reply, 200, weddingPage(viewing(request, device), found));
  });
  app.get(CLASSIC.alerts, async (request, reply) => {
    const device = await viewer(request, reply);
    if (!device) return reply;
    if (!seesAnyOf(device, 'alerts')) return fail(reply, 403, 'auth.forbidden');
    audit(device, ORGANISATION_SUBJECT);
    return sendPage(reply, 200, alertsPage(viewing(request, device), await reading.alerts(device)));
  });
  app.post(CLASSIC.seen, async (request, reply) => {
    const device = await viewer(request, reply);
    if (!device) return reply;
    const alertId = Id.safeParse((request.params as { id?: unknown }).id);
    const form = SeenForm.safeParse(request.body);
    if (!alertId.success || !form.success) return fail(reply, 400, 'request.invalid');
    const { commandId, version, back } = form.data;
    const asked = await through(root, request, { method: 'POST', path: HTTP.commands.path, body: { type: 'alert.acknowledge', commandId, alertId: alertId.data, basedOnVersion: version } });
    if (asked.status === 429) return fail(reply, 429, 'request.too_many');
    const answer = CommandAnswer.safeParse(asked.body);
    if (asked.status !== 200 || !answer.success) return fail(reply, asked.status === 200 || asked.status >= 500 ? 500 : 403, asked.status >= 500 ? 'internal' : 'auth.forbidden');
    const { outcome } = answer.data;
    if (outcome === 'rejected' && answer.data.error.code === 'auth.forbidden') return fail(reply, 403, 'auth.forbidden');
    const said: Said = outcome === 'accepted' ? 'seen' : outcome === 'rebase' ? 'changed' : 'gone';
    const to = back === 'today' || back === 'alerts' ? CLASSIC[back] : weddingPath(back);
    return reply.header('cache-control', 'no-store').redirect(`${to}?said=${said}`, 303);
  });

  signInRoutes(root, app, deps, platform);
}
