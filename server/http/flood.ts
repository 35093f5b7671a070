import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../core/ports/ports.ts';

/** Answers of 429 to one address within a minute; beyond them each further one is late, and its connection is closed. */
export const HASTY_LIMIT = 300;
const HOLD_MS = 500;
/** Answers held at the same time; more are given at once, so that the holding costs no more than the flood. */
const HELD_LIMIT = 500;
const WINDOW_MS = 60_000;
const ADDRESSES_KEPT = 10_000;

/**
 * Somebody who goes on after hundreds of "too many requests" waits for each further one and pays for it with a new
 * connection. Only the connection that floods is closed: others behind the same address keep theirs, and so do lines to the stream.
 */
export function closeFloods(app: FastifyInstance, clock: Clock, limit = HASTY_LIMIT): void {
  let held = 0;
  const hasty = new Map<string, { since: number; count: number }>();
  app.addHook('onSend', async (request, reply) => {
    if (reply.statusCode !== 429) return;
    // A vendor whose delivery was found its connection is merely told to come later.
    if ('addressed' in request && request.addressed !== null) return;
    const now = clock.now();
    const before = hasty.get(request.ip);
    const one = before && Math.abs(now - before.since) < WINDOW_MS ? before : { since: now, count: 0 };
    one.count += 1;
    if (one !== before) {
      hasty.delete(request.ip);
      hasty.set(request.ip, one);
      const [oldest] = hasty.keys();
      if (hasty.size > ADDRESSES_KEPT && oldest !== undefined) hasty.delete(oldest);
    }
    if (one.count <= limit) return;
    void reply.header('connection', 'close');
    if (held >= HELD_LIMIT) return;
    held += 1;
    await new Promise((resolve) => setTimeout(resolve, HOLD_MS).unref());
    held -= 1;
  });
}
