import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorCode } from '../../core/contract/errors.ts';
import type { WebhookReceipt } from '../../core/contract/http.ts';
import { priorityOf } from '../../core/domain/intake/priority.ts';
import type { VendorModule, WebhookPart, WebhookReply, WebhookRequest } from '../../core/vendors/vendor.ts';
import type { AppDeps } from '../deps.ts';
import { sendRefusal, toRefusal, type Refusal } from '../http/errors.ts';
import type { IntakeOutcome } from '../metrics.ts';
import { decodeText } from '../ports.ts';
import type { IntakeConnection } from '../store/store.ts';
import { headersForStore, headersForVerify, mediaTypeOf } from './headers.ts';
import { calledUrl, queryOf } from './called.ts';
import { recentDeliveries } from './recent.ts';
import { COUNTS_AGAINST_ADDRESS, INCOMPLETE, NOTHING_HERE, ONLY_POST, REMOVED, refusalOfVerify, STORE_UNAVAILABLE, TOO_LARGE, tooMany, WRONG_MEDIA_TYPE } from './refusals.ts';

/** Its other names are those of `core/domain/intake/aliases.ts`. */
export const INTAKE_ROUTE = '/api/integrations/webhook/:system/:connection';
/** What people carry over when they forget the last part. */
export const INCOMPLETE_ROUTE = '/api/integrations/webhook/:system';

/** What is known about a call once its address was looked up, before its body is read. */
interface Addressed {
  readonly vendor: VendorModule;
  readonly webhook: NonNullable<VendorModule['manifest']['webhook']>;
  readonly part: WebhookPart;
  readonly connection: IntakeConnection;
  readonly mediaType: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    addressed: Addressed | null;
  }
}

const NOT_ADDRESSED = 'unknown';
const CONNECTIONS_REMEMBERED = 50_000;
/**
 * The policy of every other answer (app.ts), written out: put together anew for each call it would cost as much as the
 * proof. A handshake repeats what the caller said, so a browser must make nothing of it.
 */
const ANSWER_HEADERS = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none';base-uri 'none';form-action 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
} as const;
/** Refusals that are counted apart. */
const OUTCOME: Partial<Record<ErrorCode, IntakeOutcome>> = {
  'intake.too_many_requests': 'limited',
  'intake.store_unavailable': 'failed',
};
const KEY_SHAPE = /^[A-Za-z0-9_-]{8,200}$/;

/**
 * A vendor's call: look the address up and check everything that the head of the request tells before a byte of the
 * body is read, keep the body raw, verify, store, and answer only after the commit. Nothing is parsed before the proof.
 */
export async function intakePlugin(app: FastifyInstance, deps: AppDeps): Promise<void> {
  const { store, vendors, config, clock, hashing, certificates, evidence, log, metrics, figures } = deps;

  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: config.webhookBodyBytes }, (_request, body, done) => done(null, body));
  app.decorateRequest('addressed', null);
  const recent = recentDeliveries();

  const strangers = app.createRateLimit({ max: config.strangerPerMinute, timeWindow: 60_000 });
  const ofConnection = {
    max: config.connectionPerMinute,
    timeWindow: 60_000,
    keyGenerator: (request: FastifyRequest) => request.addressed?.connection.connectionId ?? NOT_ADDRESSED,
    // Of more connections than are remembered none would ever reach its limit.
    cache: CONNECTIONS_REMEMBERED,
  };
  const signed = app.createRateLimit(ofConnection);

  const count = (connectionId: string, outcome: IntakeOutcome, code: ErrorCode | 'ok') => {
    if (outcome === 'accepted' || outcome === 'held') figures?.came(connectionId, 'webhook');
    else if (outcome === 'duplicate') figures?.duplicate(connectionId);
    else if (outcome !== 'handshake') figures?.refused(connectionId, code);
  };

  const record = (request: FastifyRequest, reply: FastifyReply, outcome: IntakeOutcome, code: ErrorCode | 'ok', deliveryId: string | null) => {
    const { addressed } = request;
    const system = addressed?.vendor.manifest.id ?? NOT_ADDRESSED;
    metrics.intake.inc({ system, outcome });
    if (outcome === 'accepted' || outcome === 'held' || outcome === 'duplicate') metrics.ack.observe(reply.elapsedTime / 1000);
    const { connectionId = null, organisationId = null } = addressed?.connection ?? {};
    if (connectionId !== null) count(connectionId, outcome, code);
    const ms = Math.round(reply.elapsedTime * 100) / 100;
    const fields = { system, connectionId, organisationId, outcome, code, deliveryId, ms, requestId: request.id };
    // What comes in storms has its one counted line in the audit; a line each here would fill the disk.
    if (outcome === 'failed') log.error(fields, 'webhook');
    else if (outcome === 'limited' || outcome === 'duplicate') log.debug(fields, 'webhook');
    else log.info(fields, 'webhook');
  };

  const audit = (request: FastifyRequest, action: 'intake.refused' | 'intake.duplicate', outcome: ErrorCode | 'ok') => {
    const { addressed } = request;
    const params = request.params as { system: string };
    // An unknown name comes from outside: only a name that a vendor has is written down.
    const subject = addressed?.connection.connectionId ?? (vendors(params.system) ? params.system : NOT_ADDRESSED);
    const at = new Date(clock.now()).toISOString();
    store.audit({ organisationId: addressed?.connection.organisationId ?? null, at, action, actor: request.ip, subject, outcome });
  };

  /** `audited` is what the audit line says when it knows more than the caller is told. */
  const refuse = async (request: FastifyRequest, reply: FastifyReply, refused: Refusal, audited: ErrorCode = refused.error.code): Promise<FastifyReply> => {
    let answer = refused;
    if (COUNTS_AGAINST_ADDRESS.has(refused.error.code)) {
      const limit = await strangers(request);
      if (!limit.isAllowed && limit.isExceeded) answer = tooMany(limit.ttlInSeconds);
    }
    const code = answer.error.code === 'intake.too_many_requests' ? answer.error.code : audited;
    audit(request, 'intake.refused', code);
    record(request, reply, OUTCOME[answer.error.code] ?? 'refused', code, null);
    return sendRefusal(reply, answer);
  };

  const answer = (reply: FastifyReply, said: WebhookReply): FastifyReply => reply.code(said.status).type(`${said.mediaType}; charset=utf-8`).send(said.body);

  const repeated = (request: FastifyRequest, reply: FastifyReply, deliveryId: string, said: WebhookReply | undefined): FastifyReply => {
    audit(request, 'intake.duplicate', 'ok');
    record(request, reply, 'duplicate', 'ok', deliveryId);
    if (said) return answer(reply, said);
    return reply.send({ status: 'duplicate', deliveryId } satisfies WebhookReceipt);
  };

  /** What the vendor asks before it delivers; it proves nothing and leaves nothing behind. */
  const shakeHands = (request: FastifyRequest, reply: FastifyReply, call: WebhookRequest): FastifyReply | null => {
    const { addressed } = request;
    const said = addressed?.part.handshake?.(call, addressed.connection, { hashing }) ?? null;
    if (!said) return null;
    record(request, reply, 'handshake', 'ok', null);
    return answer(reply, said);
  };

  // Only meaningful, and only safe, where the address is really served encrypted.
  const answerHeaders = config.publicUrl?.startsWith('https:') === true ? { ...ANSWER_HEADERS, 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : ANSWER_HEADERS;

  app.setErrorHandler(async (error, request, reply) => {
    const refused = toRefusal(error);
    if (refused.status === 413) return refuse(request, reply, TOO_LARGE);
    if (refused.status < 500) return sendRefusal(reply, refused);
    log.error({ err: error, requestId: request.id }, 'webhook handling failed');
    return sendRefusal(reply, refused);
  });

  app.route({
    method: ['POST', 'GET'],
    url: INCOMPLETE_ROUTE,
    config: { rateLimit: false },
    onRequest: async (request, reply) => refuse(request, reply, INCOMPLETE),
    handler: async (request, reply) => refuse(request, reply, INCOMPLETE),
  });

  app.route({
    method: ['POST', 'GET'],
    url: INTAKE_ROUTE,
    bodyLimit: config.webhookBodyBytes,
    config: { rateLimit: false },
    helmet: false,

    onRequest: async (request, reply) => {
      void reply.headers(answerHeaders);
      const { system, connection: key } = request.params as { system: string; connection: string };
      const vendor = vendors(system);
      const webhook = vendor?.manifest.webhook;
      const part = vendor?.webhook;
      if (request.method !== 'POST' && !part?.handshake) return sendRefusal(reply.header('allow', 'POST'), ONLY_POST);
      if (!vendor || !webhook || !part) return refuse(request, reply, NOTHING_HERE, 'intake.unknown_system');
      if (!KEY_SHAPE.test(key)) return refuse(request, reply, NOTHING_HERE);
      let connection: IntakeConnection | null;
      try {
        connection = await store.intakeConnection(system, key);
      } catch (error) {
        log.error({ err: error, requestId: request.id }, 'the connection could not be looked up');
        return refuse(request, reply, STORE_UNAVAILABLE);
      }
      if (!connection) return refuse(request, reply, NOTHING_HERE);
      const mediaType = mediaTypeOf(request.headers['content-type']);
      request.addressed = { vendor, webhook, part, connection, mediaType };
      if (connection.removed === true) return refuse(request, reply, REMOVED);
      if (request.method === 'POST' && !webhook.mediaTypes.includes(mediaType)) return refuse(request, reply, WRONG_MEDIA_TYPE);
    },

    handler: async (request, reply) => {
      const { addressed } = request;
      if (!addressed) throw new Error('a webhook reached its handler without an address');
      const { vendor, webhook, part, connection, mediaType } = addressed;
      const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const headers = headersForVerify(request.headers, webhook.headers);

      const call: WebhookRequest = { method: request.method === 'POST' ? 'POST' : 'GET', url: calledUrl(request, config), query: queryOf(request), rawBody, decode: decodeText, headers, mediaType };
      const shaken = shakeHands(request, reply, call);
      if (shaken) return shaken;
      if (request.method !== 'POST') return refuse(request, reply, NOTHING_HERE);

      const wanted = part.evidence?.(call) ?? null;
      const proof = wanted ? await evidence(wanted.url) : null;
      const verified = part.verify(wanted ? { ...call, evidence: proof } : call, connection, { hashing, clock, certificates });
      if (!verified.ok) return refuse(request, reply, refusalOfVerify(verified.error));

      const { deliveryKey, reply: said, nothing } = verified.value;
      if (nothing === true) {
        record(request, reply, 'handshake', 'ok', null);
        return said ? answer(reply, said) : reply.send({ status: 'ignored', deliveryId: null } satisfies WebhookReceipt);
      }
      const before = recent.get(connection.connectionId, deliveryKey);
      if (before !== undefined) return repeated(request, reply, before, said);

      const limit = await signed(request);
      if (!limit.isAllowed && limit.isExceeded) return refuse(request, reply, tooMany(limit.ttlInSeconds));

      let receipt: { deliveryId: string; duplicate: boolean };
      try {
        receipt = await store.addDelivery({
          organisationId: connection.organisationId,
          connectionId: connection.connectionId,
          system: vendor.manifest.id,
          deliveryKey,
          vendorEvent: verified.value.vendorEvent,
          mediaType,
          headers: headersForStore(headers, webhook.headers),
          bodyText: verified.value.bodyText,
          receivedAt: new Date(clock.now()).toISOString(),
          priority: priorityOf({ origin: 'webhook', event: verified.value.vendorEvent }, vendor.manifest),
        });
      } catch (error) {
        log.error({ err: error, requestId: request.id }, 'a delivery could not be stored');
        return refuse(request, reply, STORE_UNAVAILABLE);
      }
      recent.keep(connection.connectionId, deliveryKey, receipt.deliveryId);
      if (receipt.duplicate) return repeated(request, reply, receipt.deliveryId, said);
      record(request, reply, connection.paused ? 'held' : 'accepted', 'ok', receipt.deliveryId);
      if (said) return answer(reply, said);
      return reply.send({ status: 'accepted', deliveryId: receipt.deliveryId } satisfies WebhookReceipt);
    },
  });
}
