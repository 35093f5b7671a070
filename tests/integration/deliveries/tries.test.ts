import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DeliveryPage, DeliveryWhole } from '../../../core/contract/deliveries.ts';
import { ok } from '../../../core/contract/result.ts';
import { callJson } from '../../../core/vendors/calls.ts';
import type { HttpResponse } from '../../../core/ports/ports.ts';
import type { VendorModule } from '../../../core/vendors/vendor.ts';
import { createIds } from '../../../server/ports.ts';
import { bounds } from '../../../server/deliveries/lots.ts';
import { startNormaliser, type Normaliser } from '../../../server/workers/normalise.ts';
import { z } from 'zod';
import { delivery } from '../../support/deliveries.ts';
import { furnish, letIn } from '../../support/house.ts';
import { changes, entry, meaning, scriptedVendor } from '../../support/scriptedVendor.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

/** Every attempt is found: by when it was, how it ended, what was answered and how long it took. */

const clock = settableClock('2026-11-20T14:00:00.000Z');
/** What the source answers, one after the other, and how long it takes for it. */
const answers: { readonly status: number; readonly ms: number }[] = [];
const vendor: VendorModule = scriptedVendor('stripe', {
  reread: async (hint, _access, ports) => {
    const answer = await callJson({ who: 'The source', what: 'an entry', url: 'https://source.invalid/', headers: {}, shape: z.object({}) }, ports);
    return answer.ok ? ok([entry(hint.remoteId)]) : answer;
  },
});
const http = {
  async send(): Promise<HttpResponse> {
    const { status, ms } = answers.shift() ?? { status: 200, ms: 100 };
    clock.advance(ms);
    return Promise.resolve({ status, headers: {}, body: '{}' });
  },
};
let t: TestStore;
let app: TestApp;
let headers: { authorization: string };
let line: Normaliser;
const ids: Record<'plain' | 'again' | 'gone' | 'odd', string> = { plain: '', again: '', gone: '', odd: '' };

beforeAll(async () => {
  t = await openTestStore({ clock });
  app = testApp(t.store, { clock, config: { apiPerMinute: 100_000 } });
  const house = await furnish(t.store, t.organisation.id);
  headers = (await letIn(t.store, t.organisation.id, house.access('owner'))).headers;
  line = startNormaliser({ store: t.store, vendors: () => vendor, http, clock, ids: createIds(), log: t.log, random: () => 1 });
  const take = async (body: unknown) => (await t.store.addDelivery({ ...delivery(t, 'stripe', body), receivedAt: new Date(clock.now()).toISOString() })).deliveryId;
  const hint = (id: string) => meaning({ kind: 'reread', hints: [{ remoteType: 'entry', remoteId: id }] });
  ids.plain = await take(changes(entry('plain')));
  await line.idle();
  // 14:00: refused once with 503, then answered after seven seconds.
  answers.push({ status: 503, ms: 200 }, { status: 200, ms: 7_000 });
  ids.again = await take(hint('again'));
  await line.idle();
  clock.advance(60_000);
  await line.idle();
  clock.set('2026-11-20T15:30:00.000Z');
  answers.push({ status: 404, ms: 300 });
  ids.gone = await take(hint('gone'));
  await line.idle();
  ids.odd = await take('not understood');
  await line.idle();
}, 60_000);
afterAll(async () => {
  await line.stop();
  await app.app.close();
  await t.cleanup();
});

const get = async (url: string) => app.app.inject({ method: 'GET', url, headers });
const found = async (query: string): Promise<string[]> => {
  const named = Object.entries(ids);
  return DeliveryPage.parse((await get(`/api/deliveries?${query}`)).json()).deliveries.map((one) => named.find(([, id]) => id === one.id)?.[0] ?? '?').sort();
};
const tries = async (id: string) => DeliveryWhole.parse((await get(`/api/deliveries/${id}`)).json()).tries;

test('a delivery tells of its attempts, the one that went well too', async () => {
  expect(await tries(ids.plain)).toEqual([{ at: '2026-11-20T14:00:00.000Z', code: 'ok', message: '', ms: null, status: null }]);
  expect(await tries(ids.again)).toMatchObject([{ code: 'normalise.reread_failed', ms: 200, status: 503 }, { code: 'ok', ms: 7_000, status: null }]);
  expect(await tries(ids.gone)).toMatchObject([{ code: 'normalise.reread_refused', ms: 300, status: 404 }]);
  expect(await tries(ids.odd)).toMatchObject([{ code: 'normalise.shape_unknown', ms: 0, status: null }]);
});

test('attempts are found by what is true of one of them', async () => {
  expect(await found('tryStatus=503')).toEqual(['again']);
  expect(await found('tryStatus=503&tryFrom=2026-11-20T14:00:00.000Z&tryTo=2026-11-20T15:00:00.000Z')).toEqual(['again']);
  expect(await found('tryStatus=503&tryFrom=2026-11-20T15:00:00.000Z')).toEqual([]);
  expect(await found('tryFrom=2026-11-20T15:00:00.000Z')).toEqual(['gone', 'odd']);
  expect(await found('tryTo=2026-11-20T14:00:00.000Z')).toEqual(['plain']);
  expect(await found('moreThan=1')).toEqual(['again']);
  expect(await found('moreThan=0')).toEqual(['again', 'gone', 'odd', 'plain']);
  expect(await found('slowerThan=5000')).toEqual(['again']);
  // Of two attempts neither was both.
  expect(await found('slowerThan=5000&tryStatus=503')).toEqual([]);
  expect(await found('tryCode=failed')).toEqual(['again', 'gone', 'odd']);
  expect(await found('tryCode=ok')).toEqual(['again', 'plain']);
  expect(await found('tryCode=normalise.reread_refused&state=quarantined')).toEqual(['gone']);
  for (const query of ['tryStatus=999', 'slowerThan=-1', 'moreThan=x', 'tryFrom=noon', 'tryCode=A%20B']) expect([query, (await get(`/api/deliveries?${query}`)).statusCode]).toEqual([query, 400]);
});

test('of many deliveries only those with such attempts are read', async () => {
  const { database } = t.store.internals;
  await sql`
    insert into deliveries (id, organisation_id, connection_id, system, delivery_key, media_type, headers, body, received_at, state, attempts, done_at)
    select gen_random_uuid(), ${t.organisation.id}::uuid, ${t.connections.stripe.connectionId}::uuid, 'stripe', 'many' || n, 'application/json', '{}', '{}', ${'2026-11-20T13:00:00.000Z'}::timestamptz, 'processed', 1, ${'2026-11-20T13:00:00.000Z'}::timestamptz
    from generate_series(1, 30000) as n
  `.execute(database.system);
  await sql`analyze deliveries`.execute(database.system);
  interface Node { readonly 'Relation Name'?: string; readonly 'Actual Rows': number; readonly 'Actual Loops': number; readonly 'Rows Removed by Filter'?: number; readonly Plans?: readonly Node[] }
  const nodes = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodes)];
  const read = async (narrowing: object) =>
    database.withOrganisation(t.organisation.id, async (tx) => {
      const { rows } = await sql<Record<string, [{ Plan: Node }]>>`explain (analyze, timing off, format json) select d.id from deliveries d where ${await bounds(tx, t.organisation.id, narrowing, [])} order by d.received_at desc, d.arrival desc limit 20000`.execute(tx);
      const [[only] = []] = Object.values(rows[0] ?? {});
      return nodes(only?.Plan ?? { 'Actual Rows': -1, 'Actual Loops': 1 }).filter((node) => node['Relation Name'] === 'deliveries').reduce((sum, node) => sum + node['Actual Loops'] * (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)), 0);
    });
  const [without, with_] = [await read({}), await read({ tryStatus: '503' })];
  console.log(`30004 deliveries: ${without} rows read for a page, ${with_} for attempts`);
  expect(without).toBe(20_000);
  expect(with_).toBeLessThan(10);
  expect(await found('tryStatus=503')).toEqual(['again']);
});
