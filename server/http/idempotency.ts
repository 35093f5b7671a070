import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { FastifyInstance } from 'fastify';
import type { AppDeps } from '../deps.ts';
import { instant, type StoreInternals } from '../store/internals.ts';
import { HTTP } from '../../core/contract/http.ts';
import { authenticateRequest } from './auth.ts';
import { refusal, sendRefusal } from './errors.ts';

/**
 * A write that names an `Idempotency-Key` is done once: the same key, device and body within a day are answered with what
 * the first call was answered. Commands have ids of their own and pass through, as does what comes before there is a device.
 */

const KEY = /^[\x21-\x7e]{1,200}$/;
const KEPT_MS = 24 * 3_600_000;
/** Whoever was writing then is gone: requests are cut off long before. */
const LOST_MS = 60_000;
const WRITES: readonly string[] = ['POST', 'PATCH', 'PUT'];
/** Answers about the caller or the moment, not about the write. */
const PASSING: readonly number[] = [401, 403, 429];
const ANSWER_LIMIT = 1024 * 1024;

const MALFORMED = refusal(400, 'request.invalid', 'An idempotency key is up to 200 visible characters.');
const MISMATCH = refusal(422, 'request.idempotency_mismatch', 'This key was used for another request within a day.');
const RUNNING = { ...refusal(409, 'request.idempotency_running', 'The same request is being worked on; ask again for its answer.', true), retryAfterSeconds: 1 };

interface Mine {
  readonly organisationId: string;
  readonly deviceId: string;
  readonly keyHash: Buffer;
  readonly begunAt: string;
  settled: boolean;
}
declare module 'fastify' {
  interface FastifyRequest {
    idempotency: Mine | null;
  }
}

interface Kept {
  readonly requestHash: Uint8Array;
  readonly begunAt: string;
  readonly status: number | null;
  readonly answerSealed: string | null;
}

const sha256 = (...parts: readonly string[]): Buffer => createHash('sha256').update(parts.join('\n')).digest();
const purpose = ({ deviceId, keyHash }: Pick<Mine, 'deviceId' | 'keyHash'>): string => `idempotency:${deviceId}:${keyHash.toString('base64')}`;

/** Addresses of the map that a device may write to. */
const COVERED: ReadonlySet<string> = new Set(Object.entries(HTTP).filter(([name, { method }]) => name !== 'commands' && WRITES.includes(method)).map(([, { method, path }]) => `${method} ${path}`));

export function keepIdempotency(app: FastifyInstance, { store, config, log }: AppDeps, internals: StoreInternals): void {
  const { database, vault, clock } = internals;
  app.decorateRequest('idempotency', null);

  /** Null = it is ours to do; otherwise what is known of it. */
  async function begin(mine: Mine, requestHash: Buffer): Promise<Kept | null> {
    return database.withOrganisation(mine.organisationId, async (tx) => {
      const before = (ms: number) => new Date(clock.now() - ms).toISOString();
      await sql`delete from idempotency_keys where organisation_id = ${mine.organisationId} and (begun_at < ${before(KEPT_MS)} or (status is null and begun_at < ${before(LOST_MS)}))`.execute(tx);
      const made = await sql`
        insert into idempotency_keys (organisation_id, device_id, key_hash, request_hash, begun_at) values (${mine.organisationId}, ${mine.deviceId}, ${mine.keyHash}, ${requestHash}, ${mine.begunAt})
        on conflict (device_id, key_hash) do nothing returning 1
      `.execute(tx);
      if (made.rows.length > 0) return null;
      const known = await tx.selectFrom('idempotencyKeys').select(['requestHash', 'begunAt', 'status', 'answerSealed']).where('deviceId', '=', mine.deviceId).where('keyHash', '=', mine.keyHash).executeTakeFirst();
      // It was let go between the two: whoever asks again begins it.
      return known ?? { requestHash, begunAt: mine.begunAt, status: null, answerSealed: null };
    });
  }

  app.addHook('preHandler', async (request, reply) => {
    const key = request.headers['idempotency-key'];
    if (key === undefined || !COVERED.has(`${request.method} ${request.routeOptions.url ?? ''}`)) return;
    if (typeof key !== 'string' || !KEY.test(key)) return sendRefusal(reply, MALFORMED);
    const device = await authenticateRequest(request, store, config.publicUrl);
    // The endpoint itself says what is wrong with the caller.
    if (!device.ok) return;
    const { id: deviceId, organisationId } = device.value;
    const mine: Mine = { organisationId, deviceId, keyHash: sha256(key), begunAt: instant(clock), settled: false };
    const requestHash = sha256(request.method, request.url, JSON.stringify(request.body ?? null));
    const known = await begin(mine, requestHash);
    if (known === null) {
      request.idempotency = mine;
      return;
    }
    if (!Buffer.from(known.requestHash).equals(requestHash)) return sendRefusal(reply, MISMATCH);
    if (known.status === null || known.answerSealed === null) return sendRefusal(reply, RUNNING);
    const opened = vault.open(known.answerSealed, purpose(mine));
    if (!opened.ok) throw new Error(opened.error.message);
    const { type, body } = JSON.parse(opened.value) as { type: string; body: string };
    return reply.code(known.status).header('idempotency-replayed', 'true').type(type).send(body);
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const mine = request.idempotency;
    if (!mine || mine.settled) return payload;
    mine.settled = true;
    const { statusCode: status } = reply;
    const keep = typeof payload === 'string' && payload.length <= ANSWER_LIMIT && status < 500 && !PASSING.includes(status);
    try {
      await database.withOrganisation(mine.organisationId, (tx) =>
        keep
          ? sql`
              update idempotency_keys set status = ${status}, answer_sealed = ${vault.seal(JSON.stringify({ type: String(reply.getHeader('content-type') ?? 'application/json'), body: payload }), purpose(mine))}
              where device_id = ${mine.deviceId} and key_hash = ${mine.keyHash} and begun_at = ${mine.begunAt}
            `.execute(tx)
          : sql`delete from idempotency_keys where device_id = ${mine.deviceId} and key_hash = ${mine.keyHash} and begun_at = ${mine.begunAt}`.execute(tx),
      );
    } catch (error) {
      // The write stands and is answered; only a repeat of it within a minute is told to wait.
      log.error({ err: error, requestId: request.id }, 'the answer to an idempotent write could not be kept');
    }
    return payload;
  });
}
