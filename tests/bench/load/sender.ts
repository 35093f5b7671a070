import { createHmac } from 'node:crypto';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { machineNow } from './clock.ts';
import { dueOf, label, type Beat } from './messages.ts';

/**
 * The vendors, in one process: payments signed the way Stripe signs, made as they are due, sent in an open loop over
 * all integrations in turn. Whatever became of one webhook, the next goes out on time.
 */

export interface Send {
  readonly beat: Beat;
  readonly urls: readonly string[];
  /** By organisation: its wedding, and the paths of its integrations. */
  readonly organisations: readonly { readonly weddingId: string; readonly paths: readonly string[] }[];
  readonly signingSecret: string;
  /** Bytes that make a body as long as a vendor's. */
  readonly filler: number;
}

export interface Sent {
  /** Milliseconds from the due time to the whole answer, of those answered 200. */
  readonly acks: Float64Array;
  readonly refused: number;
  /** Of those refused: how often each status came; 0 = no answer. */
  readonly statuses: Readonly<Record<string, number>>;
}

async function run({ beat, urls, organisations, signingSecret, filler }: Send): Promise<Sent> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
  const acks: number[] = [];
  const statuses: Record<string, number> = {};
  const padding = 'x'.repeat(filler);
  const runId = Math.floor(machineNow()).toString(36);

  const post = (n: number): Promise<void> => {
    const own = organisations[n % beat.organisations];
    const url = urls[n % urls.length];
    const path = own?.paths[Math.floor(n / beat.organisations) % own.paths.length];
    if (own === undefined || path === undefined || url === undefined) throw new Error('nobody to send to');
    const created = Math.floor(Date.now() / 1000);
    const object = { id: `pi_${runId}${n}`, object: 'payment_intent', amount: 1_000 + n, amount_received: 1_000 + n, currency: 'gbp', created, description: label(n), status: 'succeeded', metadata: { wedsync_wedding_id: own.weddingId, filler: padding } };
    const body = JSON.stringify({ id: `evt_${runId}${n}`, object: 'event', api_version: '2026-01-28', type: 'payment_intent.succeeded', created, livemode: false, pending_webhooks: 1, data: { object } });
    const signature = `t=${created},v1=${createHmac('sha256', signingSecret).update(`${created}.${body}`).digest('hex')}`;
    return new Promise((resolve) => {
      const done = (status: number) => {
        if (status === 200) acks.push(machineNow() - dueOf(beat, n));
        else statuses[status] = (statuses[status] ?? 0) + 1;
        resolve();
      };
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), 'stripe-signature': signature };
      const request = http.request(url + path, { method: 'POST', agent, headers, timeout: 30_000 }, (response) => {
        response.resume();
        response.on('end', () => done(response.statusCode ?? 0));
        response.on('error', () => done(0));
      });
      request.on('timeout', () => request.destroy());
      request.on('error', () => done(0));
      request.end(body);
    });
  };

  // In flight only, so that five minutes of webhooks are not kept.
  const flying = new Set<Promise<void>>();
  for (let n = 0; n < beat.count; n += 1) {
    const wait = dueOf(beat, n) - machineNow();
    if (wait > 1) await sleep(wait);
    const one = post(n).finally(() => flying.delete(one));
    flying.add(one);
  }
  await Promise.all(flying);
  agent.destroy();
  return { acks: Float64Array.from(acks), refused: Object.values(statuses).reduce((sum, count) => sum + count, 0), statuses };
}

process.on('message', (send: Send) => void run(send).then((sent) => process.send?.(sent)));

// Whoever asked for the load is gone: nobody is left to report to.
process.on('disconnect', () => process.exit(0));
