import { createHmac } from 'node:crypto';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { machineNow } from './clock.ts';
import { label } from './messages.ts';

/**
 * Webhooks as fast as they are due, with as little of the machine as can be: signed and written out as bytes before the
 * clock runs, over plain sockets that each have one request under way. A general HTTP client would need more of a core
 * than the server does.
 */

export interface Burst {
  readonly host: string;
  readonly port: number;
  readonly paths: readonly string[];
  readonly signingSecret: string;
  readonly weddingId: string;
  /** Makes ids of one burst unique. */
  readonly name: string;
  readonly count: number;
  readonly perSecond: number;
  readonly sockets: number;
  /** Bytes that make a body as long as a vendor's. */
  readonly filler: number;
  /** When the first is due, on the machine's monotonic clock; left out = at once. */
  readonly startAt?: number;
  /** For a load of minutes: each is signed when it is due, and says its number, so that a console can tell it again. */
  readonly long?: boolean;
}

export interface BurstAnswer {
  /** Milliseconds from the due time to the whole answer, of those answered 200. */
  readonly acks: Float64Array;
  readonly statuses: Readonly<Record<string, number>>;
  /** Milliseconds from the first due time to the last answer. */
  readonly tookMs: number;
  /** Milliseconds of processor time of this process while it sent. */
  readonly ownMs: number;
}

function requestOf(burst: Burst, n: number, padding: string, created: number): Buffer {
  const object = { id: `pi_${burst.name}${n}`, object: 'payment_intent', amount: 1_000 + n, amount_received: 1_000 + n, currency: 'gbp', created, description: burst.long === true ? label(n) : 'Balance', status: 'succeeded', metadata: { wedsync_wedding_id: burst.weddingId, filler: padding } };
  const body = JSON.stringify({ id: `evt_${burst.name}${n}`, object: 'event', api_version: '2026-01-28', type: 'payment_intent.succeeded', created, livemode: false, pending_webhooks: 1, data: { object } });
  const signature = createHmac('sha256', burst.signingSecret).update(`${created}.${body}`).digest('hex');
  const path = burst.paths[n % burst.paths.length] ?? '/';
  return Buffer.from(`POST ${path} HTTP/1.1\r\nHost: ${burst.host}:${burst.port}\r\nContent-Type: application/json\r\nStripe-Signature: t=${created},v1=${signature}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

/** Length of the first whole answer in the text and its status; null = more has to come. Ours always tell their length. */
function wholeAnswer(text: string): { readonly length: number; readonly status: string } | null {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return null;
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0);
  return text.length < head + 4 + length ? null : { length: head + 4 + length, status: text.slice(9, 12) };
}

async function run(burst: Burst): Promise<BurstAnswer> {
  const padding = 'x'.repeat(burst.filler);
  const created = Math.floor(Date.now() / 1000);
  const requests = burst.long === true ? [] : Array.from({ length: burst.count }, (_, n) => requestOf(burst, n, padding, created));
  const acks: number[] = [];
  const statuses: Record<string, number> = {};
  const usage = process.cpuUsage();
  const startAt = burst.startAt ?? machineNow() + 50;
  const dueOf = (n: number) => startAt + (n * 1_000) / burst.perSecond;
  let next = 0;
  let last = startAt;

  const work = async (): Promise<void> => {
    const socket = net.connect(burst.port, burst.host).setNoDelay(true);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    let text = '';
    let heard: (status: string) => void = () => undefined;
    const hang = () => heard('0');
    socket.on('data', (part) => {
      text += part.toString('latin1');
      const answer = wholeAnswer(text);
      if (!answer) return;
      text = text.slice(answer.length);
      heard(answer.status);
    });
    socket.on('error', hang).on('close', hang);
    while (next < burst.count) {
      const n = next;
      next += 1;
      const wait = dueOf(n) - machineNow();
      if (wait > 1) await sleep(wait);
      const answered = new Promise<string>((resolve) => (heard = resolve));
      socket.write(requests[n] ?? requestOf(burst, n, padding, Math.floor(Date.now() / 1_000)));
      const status = await answered;
      last = machineNow();
      if (status === '200') acks.push(last - dueOf(n));
      else statuses[status] = (statuses[status] ?? 0) + 1;
      if (status === '0') break;
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: burst.sockets }, work));
  const used = process.cpuUsage(usage);
  return { acks: Float64Array.from(acks), statuses, tookMs: last - startAt, ownMs: (used.user + used.system) / 1_000 };
}

process.on('message', (burst: Burst) => void run(burst).then((answer) => process.send?.(answer)));

// Whoever asked for the load is gone: nobody is left to report to.
process.on('disconnect', () => process.exit(0));
