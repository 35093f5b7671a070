import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FEEDS_HTTP } from '../../core/contract/feeds.ts';
import { HTTP } from '../../core/contract/http.ts';
import type { AppDeps } from '../deps.ts';
import { authenticateRequest } from '../http/auth.ts';
import { refusal, sendRefusal } from '../http/errors.ts';
import type { Device } from '../store/store.ts';
import { originOf } from '../systems/asking.ts';
import { createManagingLimit } from '../systems/limit.ts';
import { FEED_PATH, type Feeds } from './feeds.ts';

/** Behind this address stands a feed; it proves itself by the token alone. */
export const FEED_ROUTE = `${FEED_PATH}:file`;
const FILE = /^([A-Za-z0-9_-]{43})\.ics$/;
const MEDIA_TYPE = 'text/calendar; charset=utf-8';
/** Reads of one feed a minute; subscribers ask every quarter of an hour at most. */
const READS_PER_MINUTE = 60;

const NOTHING_HERE = refusal(404, 'request.not_found', 'There is nothing here.');
const NO_FEED = refusal(404, 'request.not_found', 'There is no such feed.');
const BAD_ID = refusal(400, 'request.invalid', 'The feed id is not an id.');
const BAD_WISH = refusal(400, 'request.invalid', 'What the feed is about and what it tells are expected.');
const tooMany = (seconds: number) => ({ ...refusal(429, 'request.too_many', 'Too many calls from here.', true), retryAfterSeconds: Math.max(1, seconds) });

/** Feeds are made and taken back by people, and read by whatever calendar has an address. */
export function feedRoutes(app: FastifyInstance, deps: AppDeps, feeds: Feeds): void {
  const { store, config, clock } = deps;
  const limit = createManagingLimit(deps);
  const route = (name: keyof typeof FEEDS_HTTP, answer: (device: Device, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>) =>
    app.route({
      method: HTTP[name].method,
      url: HTTP[name].path,
      handler: async (request, reply) => {
        const device = await authenticateRequest(request, store, config.publicUrl);
        if (!device.ok) return sendRefusal(reply, device.error);
        const wait = HTTP[name].method === 'GET' ? null : await limit.take(device.value.id, 'managing');
        if (wait !== null) return sendRefusal(reply, { ...refusal(429, 'request.too_many', 'Making and taking back feeds is limited to a few calls a minute.', true), retryAfterSeconds: wait });
        return answer(device.value, request, reply);
      },
    });
  const audit = ({ id: actor, organisationId }: Device, action: string, subject: string, outcome: string) => store.audit({ organisationId, at: new Date(clock.now()).toISOString(), action, actor, subject, outcome });

  route('feeds', async (device, _request, reply) => reply.send({ at: new Date(clock.now()).toISOString(), feeds: await feeds.list(device.organisationId) }));

  route('makeFeed', async (device, request, reply) => {
    const wanted = HTTP.makeFeed.request.body.safeParse(request.body);
    if (!wanted.success) return sendRefusal(reply, BAD_WISH);
    const made = await feeds.make(device, wanted.data, config.publicUrl ?? originOf(request));
    audit(device, 'feed.made', made.ok ? made.value.feed.id : wanted.data.about.kind, made.ok ? 'ok' : made.error.code);
    return made.ok ? reply.send(made.value) : sendRefusal(reply, { status: made.error.code === 'request.not_found' ? 404 : 409, error: made.error });
  });

  route('revokeFeed', async (device, request, reply) => {
    const params = HTTP.revokeFeed.request.params.safeParse(request.params);
    if (!params.success) return sendRefusal(reply, BAD_ID);
    const done = await feeds.revoke(device.organisationId, params.data.id);
    audit(device, 'feed.revoked', params.data.id, done ? 'ok' : 'request.not_found');
    return done ? reply.send({ feedId: params.data.id }) : sendRefusal(reply, NO_FEED);
  });

  const strangers = app.createRateLimit({ max: config.strangerPerMinute, timeWindow: 60_000 });
  const readers = app.createRateLimit({ max: READS_PER_MINUTE, timeWindow: 60_000, keyGenerator: (request) => `feed:${(request.params as { file: string }).file}` });
  app.route({
    method: ['GET', 'HEAD'],
    url: FEED_ROUTE,
    exposeHeadRoute: false,
    config: { rateLimit: false },
    handler: async (request, reply) => {
      const token = FILE.exec((request.params as { file: string }).file)?.[1];
      if (token !== undefined) {
        const often = await readers(request);
        if (!often.isAllowed && often.isExceeded) return sendRefusal(reply, tooMany(often.ttlInSeconds));
      }
      const found = token === undefined ? null : await feeds.read(token);
      if (found === null) {
        // One answer for what never was, what was taken back and what is no address at all.
        const tried = await strangers(request);
        return sendRefusal(reply, !tried.isAllowed && tried.isExceeded ? tooMany(tried.ttlInSeconds) : NOTHING_HERE);
      }
      void reply.headers({ etag: found.etag, 'cache-control': 'private, no-cache', 'content-disposition': 'inline; filename="calendar.ics"', 'x-robots-tag': 'noindex' });
      if (knows(request.headers['if-none-match'], found.etag)) return reply.code(304).send();
      void reply.type(MEDIA_TYPE);
      return request.method === 'HEAD' ? reply.header('content-length', Buffer.byteLength(found.text)).send() : reply.send(found.text);
    },
  });
}

/** Proxies may have made the mark weak on its way; it is compared without that. */
function knows(header: string | undefined, etag: string): boolean {
  return (header ?? '').split(',').map((one) => one.trim().replace(/^W\//, '')).some((one) => one === etag || one === '*');
}
