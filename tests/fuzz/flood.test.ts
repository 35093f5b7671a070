import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { StreamFrame } from '../../core/contract/stream.ts';
import { WebhookReceipt } from '../../core/contract/http.ts';
import { fromSnapshot } from '../../core/domain/record/state.ts';
import { vendorModule } from '../../core/vendors/registry.ts';
import { createEgressHttp } from '../../egress/http.ts';
import { createIds, systemClock } from '../../server/ports.ts';
import { startNormaliser } from '../../server/workers/normalise.ts';
import { stripeIntent } from '../support/deliveries.ts';
import { testApp, until } from '../support/serverApp.ts';
import { openTestStore } from '../support/store.ts';
import { StrictClient } from '../support/streamClient.ts';
import { asker } from './ask.ts';

interface Told {
  readonly wanted: number;
  readonly taken: number;
  readonly reasons: Readonly<Record<string, number>>;
  readonly slowed: number;
  readonly http: Readonly<Record<string, number>>;
  readonly httpClosed: number;
  readonly retryAfter: number;
}

const CLIENTS = 20;
const PER_SECOND = 30;
const p = (sorted: readonly number[], part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;

it('one client floods stream and HTTP: it is slowed, closed and refused; twenty others and the webhooks hardly notice', async () => {
  const t = await openTestStore();
  const test = testApp(t.store, { config: { apiPerMinute: 100, connectionPerMinute: 1_000_000 } });
  const url = await test.listen();
  const normaliser = startNormaliser({ store: t.store, vendors: vendorModule, http: createEgressHttp({ allow: [], log: t.log }), clock: systemClock, ids: createIds(), log: t.log });
  const line = asker(url);
  const enrol = async () => {
    const enrolled = await t.store.enrol(await t.store.mintTicket(t.organisation.id), { name: 'Desk', kind: 'desktop' });
    if (!enrolled.ok) throw new Error(enrolled.error);
    return enrolled.value.token;
  };
  const clients: StrictClient[] = [];
  let delays: number[] = [];
  for (let n = 0; n < CLIENTS; n += 1) {
    const client = new StrictClient(url, { token: await enrol() });
    clients.push(client);
    expect(await client.open()).toBe('open');
    client.socket?.on('frame', (frame: StreamFrame) => void delays.push(Date.now() - Date.parse(frame.committedAt)));
  }
  await until(() => clients.every((client) => client.state !== null), 'all to have the record');

  let accepted = 0;
  const webhooks = async (ms: number): Promise<void> => {
    const end = performance.now() + ms;
    const sending: Promise<void>[] = [];
    while (performance.now() < end) {
      const body = Buffer.from(JSON.stringify(stripeIntent()));
      const at = Math.floor(Date.now() / 1000);
      const signature = `t=${at},v1=${createHmac('sha256', t.connections.stripe.secrets['signingSecret'] ?? '').update(`${at}.`).update(body).digest('hex')}`;
      sending.push(
        line.ask({ method: 'POST', path: `/api/integrations/webhook/stripe/${t.connections.stripe.intakeKey}`, headers: { 'content-type': 'application/json', 'stripe-signature': signature }, body }).then((answer) => {
          expect(WebhookReceipt.parse(JSON.parse(answer?.body ?? 'null')).status).toBe('accepted');
          accepted += 1;
        }),
      );
      await sleep(1_000 / PER_SECOND);
    }
    await Promise.all(sending);
    await normaliser.idle();
    await sleep(100);
  };
  const measured = () => {
    const sorted = delays.toSorted((a, b) => a - b);
    delays = [];
    return { frames: sorted.length, p50: p(sorted, 0.5), p99: p(sorted, 0.99), max: sorted.at(-1) ?? 0 };
  };

  await webhooks(1_000);
  measured();
  await webhooks(3_000);
  const before = measured();
  const flooder = fork(join(import.meta.dirname, 'flooder.ts'), [url, await enrol(), '6000'], { execArgv: [] });
  const [[told]] = (await Promise.all([once(flooder, 'message'), webhooks(6_000)])) as unknown as [[Told], void];
  const during = measured();

  const head = await t.store.headSeq(t.organisation.id);
  await until(() => clients.every((client) => client.seq === head), 'all to have everything', 5_000);
  const truth = fromSnapshot(await t.store.snapshot(t.organisation.id));
  for (const client of clients) {
    // StrictClient counts anything lost, doubled or out of order as a fault.
    expect(client.faults).toEqual([]);
    expect(client.byes).toEqual([]);
    expect(client.snapshots).toBe(1);
    expect(client.state?.tables).toEqual(truth.tables);
  }
  expect(Object.keys(truth.tables.payments)).toHaveLength(accepted);

  const slowed = (await test.metrics.streamSlowed.get()).values[0]?.value ?? 0;
  const show = (one: typeof before) => `p50 ${one.p50} ms, p99 ${one.p99} ms, max ${one.max} ms over ${one.frames} frames`;
  console.log(`flood: before ${show(before)}`);
  console.log(`flood: during ${show(during)}; p99 ratio ${(during.p99 / Math.max(1, before.p99)).toFixed(2)}`);
  console.log(`flood: the flooder wrote ${Math.round(told.taken / 1024)} KiB; its line was not read ${slowed} times; ${JSON.stringify(told.reasons)}; HTTP ${JSON.stringify(told.http)}, ${told.httpClosed} connections closed; ${accepted} webhooks stored`);
  // First not read, then closed with the reason, then refused while it cools down.
  expect(slowed).toBeGreaterThanOrEqual(3);
  expect(told.reasons['flooding']).toBeGreaterThanOrEqual(2);
  expect(told.http['429']).toBeGreaterThan(100);
  expect(told.retryAfter).toBe(told.http['429']);
  expect(during.p99).toBeLessThan(Math.max(200, before.p99 * 10));

  for (const client of clients) client.close();
  line.close();
  await test.app.close();
  await normaliser.stop();
  await t.cleanup();
}, 90_000);
