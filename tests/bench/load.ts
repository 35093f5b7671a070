import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import Stripe from 'stripe';
import { stripePayload } from '../../scripts/simulate/send.ts';

/** One webhook, signed and ready to go. */
export interface Message {
  readonly path: string;
  readonly body: string;
  readonly signature: string;
}

export interface Answered {
  readonly status: number;
  readonly deliveryId: string | null;
  /** Milliseconds on `performance.now()`: when it was due, whenever it really went out, and when the whole answer was in. */
  readonly due: number;
  readonly answered: number;
}

/** Unique payments, spread over the connections in turn, signed by Stripe's own library before the clock runs. */
export function payments(count: number, prefix: string, weddingId: string, to: readonly { readonly path: string; readonly signingSecret: string }[]): Message[] {
  const created = Math.floor(Date.now() / 1000);
  return Array.from({ length: count }, (_, n) => {
    const target = to[n % to.length];
    if (!target) throw new Error('no connection to send to');
    const id = `${prefix}${n}`;
    const object = { id: `pi_${id}`, object: 'payment_intent', amount: 1_000 + n, amount_received: 1_000 + n, currency: 'gbp', created, description: 'Balance', status: 'succeeded', metadata: { wedsync_wedding_id: weddingId, filler: 'x'.repeat(1_500) } };
    const body = stripePayload({ id: `evt_${id}`, type: 'payment_intent.succeeded', created, data: { object } });
    return { path: target.path, body, signature: Stripe.webhooks.generateTestHeaderString({ payload: body, secret: target.signingSecret }) };
  });
}

/** Open loop: each message goes out when it is due, whatever became of those before; a late answer makes nothing else late. */
export async function openLoop(url: string, messages: readonly Message[], perSecond: number): Promise<Answered[]> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 128 });
  const start = performance.now() + 20;
  const sending: Promise<Answered>[] = [];
  for (const [n, message] of messages.entries()) {
    const due = start + (n * 1_000) / perSecond;
    const wait = due - performance.now();
    if (wait > 0) await sleep(wait);
    sending.push(send(agent, url, message, due));
  }
  const answers = await Promise.all(sending);
  agent.destroy();
  return answers;
}

function send(agent: http.Agent, url: string, { path, body, signature }: Message, due: number): Promise<Answered> {
  return new Promise((resolve) => {
    const failed = () => resolve({ status: 0, deliveryId: null, due, answered: performance.now() });
    const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body), 'stripe-signature': signature };
    const request = http.request(url + path, { method: 'POST', agent, headers, timeout: 30_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('error', failed);
      response.on('end', () => {
        const answered = performance.now();
        const status = response.statusCode ?? 0;
        resolve({ status, deliveryId: status === 200 ? (JSON.parse(text) as { deliveryId: string }).deliveryId : null, due, answered });
      });
    });
    request.on('timeout', () => request.destroy());
    request.on('error', failed);
    request.end(body);
  });
}
