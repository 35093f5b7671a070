import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { draftCreated, draftUpdated, type DraftContext } from '../../../core/domain/record/drafts.ts';
import { openStore } from '../../../server/store/open.ts';
import { readRows } from '../../../server/store/rows.ts';
import { verifyRecord } from '../../../server/store/verify.ts';
import { startCluster, whyNoRecovery, type Cluster } from '../../support/postgres.ts';
import { openTestStore } from '../../support/store.ts';

/** The steps of docs/backup.md, "Point in time on PostgreSQL", from the archive to the new epoch. */

const why = process.env['WEDSYNC_TEST_DATABASE_URL'] === undefined ? 'the tests on PostgreSQL are not run here' : whyNoRecovery();
if (why !== null) console.warn(`!! skipped: recovery to a point in time, since ${why}`);

const context: DraftContext = { actor: { kind: 'system', id: null, name: 'Test' }, source: null, deliveryId: null };
let cluster: Cluster;
beforeAll(async () => {
  if (why === null) cluster = await startCluster({ archive: true });
});
afterAll(() => cluster?.remove());

it.skipIf(why !== null)('an archived PostgreSQL is brought back to a moment: log, projections and audit chain are what stood then', { timeout: 60_000 }, async () => {
  const begun = performance.now();
  const t = await openTestStore({ server: cluster.url });
  const { store, organisation } = t;
  const database = t.options.databaseUrl;
  if (!database) throw new Error('not on PostgreSQL');
  const contacts: string[] = [];
  const write = (count: number) =>
    store.internals.writer.write(organisation.id, async ({ tx, record }) => {
      for (let n = 0; n < count; n += 1) {
        const id = randomUUID();
        contacts.push(id);
        await record([draftCreated('client.created', 'contacts', null, { id, weddingId: null, name: `Guest ${contacts.length}`, email: null, phone: null, company: null, role: 'other' }, null, context)]);
        const [row] = await readRows(tx, organisation.id, 'contacts', [id]);
        const changed = row ? draftUpdated('client.updated', 'contacts', null, row, { company: `Company ${n}` }, null, context) : null;
        if (changed) await record([changed]);
      }
    });
  const seen = async (from: typeof store) => ({ events: await from.readEvents(organisation.id, 0, 10_000), rows: (await from.snapshot(organisation.id)).rows });
  const sql = async (text: string): Promise<string> => {
    const client = new pg.Client({ connectionString: database });
    await client.connect();
    try {
      const { rows } = await client.query<{ value: string }>(text);
      return rows[0]?.value ?? '';
    } finally {
      await client.end();
    }
  };
  try {
    const first = await store.headSeq(organisation.id);
    await write(5);
    const copy = await cluster.baseCopy();
    await write(40);
    store.audit({ organisationId: organisation.id, at: new Date(Date.now() - 120_000).toISOString(), action: 'test.before', actor: 'test', subject: 'x', outcome: 'ok' });
    await store.internals.flushAudit();
    const then = await seen(store);
    // Commits carry their time; the moment is after all of these and before all that follow.
    await sleep(50);
    const moment = await sql('select clock_timestamp()::text as value');
    await sleep(50);
    await write(30);
    store.audit({ organisationId: organisation.id, at: new Date(Date.now() - 60_000).toISOString(), action: 'test.after', actor: 'test', subject: 'x', outcome: 'ok' });
    await store.internals.flushAudit();
    expect(then.events).toHaveLength(first + 90);
    expect(await store.headSeq(organisation.id)).toBe(first + 150);
    const lastPart = await sql('select pg_walfile_name(pg_switch_wal()) as value');
    await expect.poll(() => sql('select last_archived_wal as value from pg_stat_archiver'), { timeout: 15_000 }).toSatisfy((name: string) => name >= lastPart);
    await store.close();

    const from = performance.now();
    await cluster.recover(copy, moment);
    const tookMs = performance.now() - from;
    const epoch = await sql("update meta set value = gen_random_uuid()::text where key = 'epoch' returning value");
    const again = await openStore(t.options);
    if (!again.ok) throw new Error(again.error.message);
    try {
      expect(await seen(again.value)).toEqual(then);
      expect(again.value.epoch).toBe(epoch);
      expect(epoch).not.toBe(store.epoch);
      expect(await verifyRecord(again.value.internals.database, () => undefined)).toMatchObject({ sound: true, logBreaks: [], projections: { differing: 0 } });
      const lines = await again.value.internals.database.system.selectFrom('audit').select(['action', 'position']).where('action', 'like', 'test.%').execute();
      expect(lines).toMatchObject([{ action: 'test.before' }]);
      // It is a record like any other from here on.
      await again.value.internals.writer.write(organisation.id, ({ record }) => record([draftCreated('client.created', 'contacts', null, { id: randomUUID(), weddingId: null, name: 'Later', email: null, phone: null, company: null, role: 'other' }, null, context)]));
      expect(await again.value.headSeq(organisation.id)).toBe(first + 91);
    } finally {
      await again.value.close();
    }
    console.log(`recovered ${first + 90} of ${first + 150} events in ${tookMs.toFixed(0)} ms; the whole test ${(performance.now() - begun).toFixed(0)} ms`);
  } finally {
    await t.cleanup().catch((error: unknown) => console.warn(`the store was closed before: ${String(error)}`));
  }
});
