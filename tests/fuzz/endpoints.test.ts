import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { ROLES } from '../../core/contract/access.ts';
import { CommandAnswer } from '../../core/contract/commands.ts';
import { HTTP, WebhookReceipt } from '../../core/contract/http.ts';
import { INTAKE_ROUTE } from '../../server/intake/intake.ts';
import { createConnection } from '../../server/store/connections.ts';
import { furnish, letIn, type House } from '../support/house.ts';
import { testApp, type TestApp } from '../support/serverApp.ts';
import { openTestStore, type TestStore } from '../support/store.ts';
import { asker, type Answer, type Shot } from './ask.ts';
import { prototypeIsClean, wrongWith } from './oracle.ts';
import { FUZZ_TIMEOUT_MS, rounds, SEED, watchUnhandled } from './run.ts';
import { tooLarge, validShots, wrongShots, type Endpoint } from './shots.ts';

interface Listed {
  readonly method: string;
  readonly path: string;
  readonly request?: Endpoint['request'];
  readonly success: z.ZodType;
}
const CONTRACT = Object.entries(HTTP as Readonly<Record<string, Listed>>);
const ENDPOINTS: readonly (readonly [string, Endpoint])[] = [
  ...CONTRACT.map(([name, { method, path, request = {}, success }]) => [name, { method, path, request, success }] as const),
  ['webhook', { method: 'POST', path: INTAKE_ROUTE, request: {}, success: WebhookReceipt }],
  ...['/healthz', '/readyz', '/metrics', '/', '/index.html', '/assets/x.js', '/stream/'].map((path) => [path, { method: 'GET', path, request: {}, success: null }] as const),
];

let t: TestStore;
let test: TestApp;
let house: House;
let line: ReturnType<typeof asker>;
let shotCount = 0;
const statuses = new Map<number, number>();
const unhandled = watchUnhandled();
/** Nobody, somebody unknown, and one of each role. */
const holders = new Map<string, Readonly<Record<string, string>>>();

/** A device may have been shown out by a request that was allowed to; each property starts with everybody in. */
async function letEverybodyIn(): Promise<void> {
  holders.set('nobody', {});
  holders.set('unknown', { authorization: `Bearer ${'x'.repeat(43)}` });
  for (const role of ROLES) {
    const known = holders.get(role);
    const answer = known ? await line.ask({ method: 'GET', path: HTTP.me.path, headers: known, body: null }) : null;
    if (answer?.status !== 200) holders.set(role, (await letIn(t.store, house.organisationId, house.access(role))).headers);
  }
}

beforeAll(async () => {
  t = await openTestStore();
  const boundless = 1_000_000_000;
  test = testApp(t.store, { config: { enrolPerMinute: boundless, apiPerMinute: boundless, managingPerMinute: boundless, strangerPerMinute: boundless } });
  line = asker(await test.listen());
  house = await furnish(t.store, t.organisation.id);
  await letEverybodyIn();
  console.log(`fuzz: seed ${SEED}`);
}, 90_000);
afterAll(async () => {
  line.close();
  await test.app.close();
  await t.cleanup();
  unhandled.stop();
  console.log(`fuzz: ${shotCount} requests; answers by status: ${[...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`).join(', ')}`);
});

const pool = () => [house.here, house.elsewhere, house.florist, house.flowers, house.item, house.alert, t.connections.stripe.connectionId, randomUUID()];
const headSeq = () => t.store.headSeq(house.organisationId);
/** Where the log stood after the last request; the property's requests go one after the other. */
let head = 0;

async function fire(shot: Shot, success: z.ZodType | null): Promise<Answer | null> {
  const answer = await line.ask(shot);
  shotCount += 1;
  statuses.set(answer?.status ?? 0, (statuses.get(answer?.status ?? 0) ?? 0) + 1);
  const told = `${shot.method} ${shot.path.slice(0, 300)} ${JSON.stringify(shot.headers).slice(0, 300)} ${shot.body?.subarray(0, 300).toString() ?? ''}`;
  if (answer === null) {
    // Only a body that nobody wants to read to its end may cost the line.
    expect(shot.body?.length ?? 0, told).toBeGreaterThan(1_000_000);
    return null;
  }
  expect(wrongWith(shot, answer, success), told).toBeNull();
  expect(prototypeIsClean(), told).toBe(true);
  const before = head;
  head = await headSeq();
  if (answer.status >= 400) expect(head, `${told}: the record changed although it was refused`).toBe(before);
  return answer;
}

it('every endpoint of the contract says what may be sent to it', () => {
  expect(CONTRACT.filter(([, endpoint]) => endpoint.request === undefined).map(([name]) => name)).toEqual([]);
  for (const [name, { path, request }] of CONTRACT) expect([name, path.includes(':')]).toEqual([name, request?.params !== undefined]);
});

describe.each(ENDPOINTS)('%s', (name, endpoint) => {
  it('answers what is well made and what is not, whoever asks', async () => {
    await letEverybodyIn();
    head = await headSeq();
    const who = fc.constantFrom(...holders.keys());
    const shots = fc.oneof({ weight: 1, arbitrary: validShots(endpoint, pool()) }, { weight: 3, arbitrary: wrongShots(endpoint, pool()) });
    await rounds(name, (seed) =>
      fc.assert(
        fc.asyncProperty(shots, who, async (shot, holder) => {
          await fire({ ...shot, headers: { ...holders.get(holder), ...shot.headers } }, shot.method === endpoint.method && shot.path.startsWith(endpoint.path.split(':')[0] ?? '/') && !shot.path.includes('..') ? endpoint.success : null);
        }),
        { seed, numRuns: endpoint.request.body ? 50 : 25, endOnFailure: process.env['WEDSYNC_FUZZ_SHRINK'] === undefined },
      ),
    );
    expect((await line.ask({ method: 'GET', path: '/healthz', headers: {}, body: null }))?.status).toBe(200);
    expect(unhandled.found).toEqual([]);
  }, FUZZ_TIMEOUT_MS);
});

it('bodies beyond every limit are refused, or their line is cut', async () => {
  head = await headSeq();
  for (const [, endpoint] of ENDPOINTS.slice(0, CONTRACT.length + 1)) {
    const shot = tooLarge(endpoint, endpoint.path.replace(/:\w+/g, house.here));
    const answer = await fire({ ...shot, method: 'POST', headers: { ...shot.headers, ...holders.get('owner') } }, null);
    if (answer !== null) expect(answer.status).toBeGreaterThanOrEqual(400);
  }
});

it('one command, sent again and again and at once, is decided once', async () => {
  const headers = { 'content-type': 'application/json', ...holders.get('owner') };
  await rounds('replayed commands', async (seed) => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('planned', 'running', 'done', 'skipped'), fc.integer({ min: 1, max: 12 }), async (status, basedOnVersion) => {
        // By chance and not from the generator, which likes to give the same extremes twice.
        const commandId = randomUUID();
        const body = Buffer.from(JSON.stringify({ type: 'runsheet.item.set_status', commandId, itemId: house.item, basedOnVersion, status }));
        const before = await headSeq();
        const answers = await Promise.all(Array.from({ length: 6 }, () => line.ask({ method: 'POST', path: HTTP.commands.path, headers, body })));
        const told = answers.map((answer) => CommandAnswer.parse(JSON.parse(answer?.body ?? 'null')));
        expect(new Set(told.map((one) => JSON.stringify(one))).size).toBe(1);
        // What stood already is accepted as what it is, with an earlier place.
        const isNew = told[0]?.outcome === 'accepted' && told[0].seq > before;
        expect((await headSeq()) - before).toBe(isNew ? 1 : 0);
      }),
      { seed, numRuns: 15 },
    );
  });
}, FUZZ_TIMEOUT_MS);

it('what was refused for a reason that matters leaves its audit line', async () => {
  const count = async (action: string, outcome: string) => {
    await t.store.internals.flushAudit();
    const found = await sql<{ n: number }>`select coalesce(sum(count), 0)::int as n from audit where action = ${action} and outcome = ${outcome}`.execute(t.store.internals.database.system);
    return found.rows[0]?.n ?? 0;
  };
  const json = { 'content-type': 'application/json' };
  // One of its own: what came before may have removed the others, or given them another address.
  const { intakeKey } = await createConnection(t.store.internals, { organisationId: t.organisation.id, system: 'stripe', name: 'Untouched', path: 'native', settings: {}, secrets: { signingSecret: 'whsec_untouched' }, actor: { kind: 'system', id: null, name: 'test' } });
  const refusals = [
    ['device.refused', 'auth.ticket_invalid', { method: 'POST', path: HTTP.enrol.path, headers: json, body: Buffer.from(JSON.stringify({ ticket: 'x'.repeat(40), device: { name: 'x', kind: 'tool' } })) }],
    ['command.rejected', 'request.not_found', { method: 'POST', path: HTTP.commands.path, headers: { ...json, ...holders.get('owner') }, body: Buffer.from(JSON.stringify({ type: 'alert.acknowledge', commandId: randomUUID(), alertId: randomUUID(), basedOnVersion: 1 })) }],
    ['intake.refused', 'intake.signature_missing', { method: 'POST', path: `/api/integrations/webhook/stripe/${intakeKey}`, headers: json, body: Buffer.from('{}') }],
  ] as const;
  for (const [action, outcome, shot] of refusals) {
    const before = await count(action, outcome);
    await line.ask(shot);
    expect([action, (await count(action, outcome)) - before]).toEqual([action, 1]);
  }
});

it('memory does not grow with what is refused', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const endpoint = ENDPOINTS.find(([name]) => name === 'commands')?.[1];
  if (!endpoint) throw new Error('no commands endpoint');
  const many = async (count: number, from: number) => {
    const shots = fc.sample(wrongShots(endpoint, pool()), { numRuns: count, seed: SEED + from });
    for (const [n, shot] of shots.entries()) await line.ask({ ...shot, path: `${shot.path.split('?')[0]}?n=${from + n}`, headers: { ...holders.get('owner'), ...shot.headers } });
    test.logLines.length = 0;
    collect();
    return process.memoryUsage().heapUsed;
  };
  await many(150, 0);
  const after = await many(150, 1_000);
  const later = await many(300, 2_000);
  console.log(`fuzz: heap after 300 requests ${Math.round(after / 2 ** 20)} MiB, after 600 ${Math.round(later / 2 ** 20)} MiB`);
  expect(later).toBeLessThan(after * 1.25 + 8 * 2 ** 20);
}, FUZZ_TIMEOUT_MS);
