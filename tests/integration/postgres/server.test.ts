import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EnrolAnswer, HTTP } from '../../../core/contract/http.ts';
import { connectionOf, payByStripe, todaysWedding } from '../../support/facts.ts';
import { ownDatabase } from '../../support/postgres.ts';
import { startServer, type RunningServer } from '../../support/runningServer.ts';
import { until } from '../../support/serverApp.ts';
import { StrictClient } from '../../support/streamClient.ts';

/** The built server as an operator runs it: as its own processes, with `DATABASE_URL`. */

const cluster = process.env['WEDSYNC_TEST_DATABASE_URL'];

describe.skipIf(cluster === undefined)('the built server on PostgreSQL', () => {
  let database: Awaited<ReturnType<typeof ownDatabase>>;
  let folder: string;
  let env: Record<string, string>;
  const running: RunningServer[] = [];

  beforeEach(async () => {
    database = await ownDatabase(cluster ?? '');
    folder = mkdtempSync(join(tmpdir(), 'wedsync-postgres-server-'));
    env = { DATABASE_URL: database.url, WEDSYNC_MASTER_KEY: randomBytes(32).toString('base64') };
  });
  afterEach(async () => {
    for (const one of running.splice(0)) await one.kill();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(name: string, more: Record<string, string> = {}): Promise<RunningServer> {
    const server = await startServer({ dataDir: join(folder, name), env: { ...env, ...more } });
    running.push(server);
    return server;
  }

  const enrol = async (server: RunningServer) => {
    const body = JSON.stringify({ ticket: server.ticket, device: { name: 'Desk', kind: 'desktop' } });
    const answer = EnrolAnswer.parse(await (await fetch(server.url + HTTP.enrol.path, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).json());
    return answer.token ?? '';
  };

  const paid = (client: StrictClient) => client.frames.flatMap((frame) => frame.events).filter((event) => event.type === 'payment.completed');

  it('demo seeded, a signed webhook on the stream; after a restart the same record, and the next webhook', async () => {
    const first = await start('one');
    const token = await enrol(first);
    const client = new StrictClient(first.url, { token });
    await client.open();
    await until(() => client.snapshots === 1, 'the snapshot');
    expect(Object.keys(client.state?.tables.weddings ?? {})).toHaveLength(3);
    const sent = await payByStripe(first.url, first.demo(), { amountMinor: 12_300 });
    expect(sent).toMatchObject({ status: 200, outcome: 'accepted' });
    await until(() => paid(client).length === 1, 'the payment');
    expect(paid(client)).toMatchObject([{ deliveryId: sent.deliveryId, weddingId: todaysWedding(first.demo()).id, row: { amountMinor: 12_300 } }]);
    const { epoch } = client.state ?? {};
    const seq = client.seq;
    client.close();
    expect(await first.stop()).toBe(0);

    const second = await start('one');
    const again = new StrictClient(second.url, { token });
    again.state = client.state;
    await again.open();
    await until(() => again.welcomes.length === 1, 'the welcome');
    // The log is the same one: a client resumes where it was, and the demo was not made a second time.
    expect(again.welcomes[0]).toMatchObject({ epoch, headSeq: seq, mode: 'resume' });
    expect(connectionOf(second.demo(), 'stripe')).toEqual(connectionOf(first.demo(), 'stripe'));
    await payByStripe(second.url, second.demo(), { amountMinor: 45_600 });
    await until(() => paid(again).length === 1, 'the next payment');
    expect([...client.faults, ...again.faults]).toEqual([]);
    again.close();
    expect(await second.stop()).toBe(0);
  });

  it('webhooks into one process reach a client of the other, each once and in order; killing the one loses nothing acknowledged', async () => {
    const a = await start('a', { WEDSYNC_LOG_LEVEL: 'warn' });
    const b = await start('b', { WEDSYNC_LOG_LEVEL: 'warn' });
    const card = a.demo();
    const client = new StrictClient(b.url, { token: await enrol(a) });
    await client.open();
    await until(() => client.snapshots === 1, 'the snapshot');

    const acknowledged: string[] = [];
    let going = true;
    let sent = 0;
    const sender = async () => {
      while (going) {
        sent += 1;
        const answer = await payByStripe(a.url, card, { amountMinor: 1_000 + sent });
        if (answer.outcome === 'accepted' && answer.deliveryId !== null) acknowledged.push(answer.deliveryId);
        else expect(answer.outcome).toBe('failed');
        if (answer.outcome === 'failed') await sleep(20);
      }
    };
    const senders = Array.from({ length: 8 }, sender);
    await until(() => acknowledged.length >= 300, 'a good number acknowledged');
    // Mid-work: whatever the killed process had stored and not yet worked on, the other one takes over.
    await a.kill();
    going = false;
    await Promise.all(senders);

    const seen = () => new Set(paid(client).map((event) => event.deliveryId));
    await until(() => acknowledged.every((id) => seen().has(id)), 'everything acknowledged on the other stream', 30_000);
    expect(client.faults).toEqual([]);
    expect(paid(client)).toHaveLength(seen().size);
    // A second process works on as if nothing had been.
    await payByStripe(b.url, card, { amountMinor: 99 });
    await until(() => paid(client).some((event) => 'amountMinor' in event.row && event.row.amountMinor === 99), 'a payment by the other process');

    const reader = new pg.Client({ connectionString: database.url });
    await reader.connect();
    const { rows: twice } = await reader.query(`select delivery_id from events where type = 'payment.completed' and delivery_id is not null group by delivery_id having count(*) > 1`);
    const { rows: attempts } = await reader.query<{ attempts: string; state: string }>('select distinct attempts, state from deliveries');
    await reader.end();
    expect(twice).toEqual([]);
    expect(attempts).toEqual([{ attempts: '1', state: 'processed' }]);
    client.close();
  });
});
