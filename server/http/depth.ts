import type { FastifyInstance } from 'fastify';
import { refusal, sendRefusal } from './errors.ts';

/** Levels of lists and objects in a body. The contract needs fewer than ten. */
export const DEPTH_LIMIT = 32;

/** Looks without recursion, since recursion is what a deep value is sent to break. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    const next: unknown[] = [];
    for (const part of level) if (typeof part === 'object' && part !== null && !Buffer.isBuffer(part)) for (const inner of Object.values(part)) next.push(inner);
    if (depth >= limit && next.length > 0) return true;
    level = next;
  }
  return false;
}

/** No column holds a NUL or half of a surrogate pair; whatever carries one would fail at the database, after everything else was done for it. */
function carriesNoText(value: unknown): boolean {
  let level: unknown[] = [value];
  while (level.length > 0) {
    const next: unknown[] = [];
    for (const part of level) {
      if (typeof part === 'string' && (part.includes('\0') || !part.isWellFormed())) return true;
      if (typeof part === 'object' && part !== null && !Buffer.isBuffer(part)) next.push(...Object.keys(part), ...Object.values(part));
    }
    level = next;
  }
  return false;
}

/** JSON can be nested thousands deep within the smallest limit; whatever writes it again afterwards would overflow. */
export function refuseDeepBodies(app: FastifyInstance): void {
  app.addHook('preValidation', async (request, reply) => {
    if (isDeeperThan(request.body, DEPTH_LIMIT)) return sendRefusal(reply, refusal(400, 'request.invalid', 'The body is nested too deeply.'));
    if (carriesNoText(request.body) || carriesNoText(request.query) || carriesNoText(request.params)) return sendRefusal(reply, refusal(400, 'request.invalid', 'Text must not have a NUL character, or half of a surrogate pair, in it.'));
  });
}
