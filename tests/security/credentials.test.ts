import { afterAll, beforeAll, expect, it } from 'vitest';
import { HTTP } from '../../core/contract/http.ts';
import { sql } from 'kysely';
import { furnish, letIn } from '../support/house.ts';
import { manager, type Manager } from '../support/manager.ts';
import { testApp, type TestApp } from '../support/serverApp.ts';
import { openTestStore, type TestStore } from '../support/store.ts';

/** Whatever is asked of whichever endpoint: a credential that was entered is never told again, and is nowhere in clear. */
const PLANTED = 'planted-credential-0123456789abcdef';
let t: TestStore;
let test: TestApp;
let owner: Manager;
let token: string;
const connectionIds: string[] = [];

beforeAll(async () => {
  t = await openTestStore();
  test = testApp(t.store, { config: { managingPerMinute: 100_000, apiPerMinute: 100_000 } });
  const house = await furnish(t.store, t.organisation.id);
  const device = await letIn(t.store, house.organisationId, house.access('owner'));
  token = device.token;
  owner = manager(test, device.headers);
  for (const body of [
    { system: 'stripe', path: 'native', settings: {}, secrets: { signingSecret: PLANTED } },
    { system: 'google-calendar', path: 'native', settings: { clientId: 'an-id' }, secrets: { clientSecret: PLANTED } },
    { system: 'honeybook', path: 'bridge', settings: {}, secrets: { bearerTokenPrevious: PLANTED } },
  ]) connectionIds.push((await owner.get('connect', { body })).connection.id);
});
afterAll(async () => {
  await test.app.close();
  await t.cleanup();
});

const BODIES: Partial<Record<keyof typeof HTTP, object>> = {
  tryOut: { system: 'stripe', path: 'native', settings: {}, secrets: { signingSecret: PLANTED, wrong: PLANTED } },
  connect: { system: 'stripe', path: 'native', settings: { nonsense: 'x' }, secrets: { signingSecret: PLANTED } },
  changeConnection: { name: 'Another name' },
  rotate: { key: 'bearerToken' },
  askLeave: { redirectUri: 'http://127.0.0.1:43117/leave' },
  importPreview: { csv: 'a,b\n1,2\n' },
};

it('no endpoint tells a credential, whatever it answers', async () => {
  const answers: string[] = [];
  let worked = 0;
  for (const name of Object.keys(HTTP) as (keyof typeof HTTP)[]) {
    for (const id of connectionIds) {
      const answer = await owner.ask(name, { id, system: 'stripe', body: BODIES[name] ?? {} }).catch(() => null);
      // The device may have been shown out by what was asked; that is no answer about a credential.
      if (!answer) continue;
      if (answer.status === 200) worked += 1;
      answers.push(`${name}: ${answer.text} ${JSON.stringify(answer.headers)}`);
    }
  }
  expect(worked).toBeGreaterThan(30);
  expect(answers.filter((text) => text.includes(PLANTED)).map((text) => text.slice(0, 80))).toEqual([]);
  expect(answers.filter((text) => text.includes(token)).map((text) => text.slice(0, 80))).toEqual([]);
});

it('nor does the record, the log of it, the audit log, the log lines or any table', async () => {
  const rows = JSON.stringify((await t.store.snapshot(t.organisation.id)).rows) + JSON.stringify(await t.store.readEvents(t.organisation.id, 0, 10_000));
  await t.store.internals.flushAudit();
  const { rows: tables } = await sql<{ name: string }>`select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(t.store.internals.database.system);
  const everything = [rows, JSON.stringify(test.logLines), JSON.stringify(t.log.lines), await test.metrics.registry.metrics()];
  for (const { name } of tables) everything.push(JSON.stringify((await sql`select * from ${sql.table(name)}`.execute(t.store.internals.database.system)).rows));
  expect(tables.length).toBeGreaterThan(20);
  expect(everything.filter((text) => text.includes(PLANTED)).map((text) => text.slice(0, 80))).toEqual([]);
});
