import { rmSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { sql } from 'kysely';
import { FOUNDING_HTTP, FoundAnswer } from '../../../core/contract/founding.ts';
import { ErrorBody, HTTP, MeAnswer } from '../../../core/contract/http.ts';
import { foundFromCommandLine } from '../../../server/founding/fromCommandLine.ts';
import { createFounding } from '../../../server/founding/founding.ts';
import { createLog } from '../../../server/log.ts';
import { testApp, testConfig, type TestApp } from '../../support/serverApp.ts';
import { emptyTestStore, temporaryDirectory, type EmptyTestStore } from '../../support/store.ts';

const { path } = FOUNDING_HTTP.found;
const HOUSE = { name: 'Ashgrove Hall', zone: 'Europe/London', currency: 'GBP' };
const DESK = { name: 'Front desk', kind: 'desktop' } as const;

let t: EmptyTestStore;
let test: TestApp;
const open = async (enrolPerMinute = 10_000) => {
  t = await emptyTestStore();
  test = testApp(t.store, { config: { enrolPerMinute } });
};
afterEach(async () => {
  await test.app.close();
  await t.cleanup();
});
const tokenOf = async (): Promise<string> => {
  const token = (await test.founding?.token()) ?? null;
  if (token === null) throw new Error('nothing to found');
  return token;
};
const found = (payload: object, headers: Record<string, string> = {}) => test.app.inject({ method: 'POST', url: path, payload, headers });
const codeOf = (answer: { statusCode: number; json: () => unknown }) => [answer.statusCode, ErrorBody.parse(answer.json()).error.code];

it('whoever holds the token makes the organisation and is its owner; then nobody can again', async () => {
  await open();
  const token = await tokenOf();
  const made = FoundAnswer.parse((await found({ ...HOUSE, token, device: DESK })).json());
  expect(made.organisation).toMatchObject({ ...HOUSE, demo: false });
  const me = MeAnswer.parse((await test.app.inject({ method: 'GET', url: HTTP.me.path, headers: { authorization: `Bearer ${made.token ?? ''}` } })).json());
  expect([me.access.role, me.organisation.id, me.device.id]).toEqual(['owner', made.organisation.id, made.deviceId]);

  expect(await test.founding?.token()).toBeNull();
  expect(codeOf(await found({ ...HOUSE, token, device: DESK }))).toEqual([409, 'auth.founded_already']);
  // A later start knows no token at all.
  expect(await createFounding(t.store.internals).found(token, HOUSE, DESK)).toEqual({ ok: false, error: 'auth.founding_invalid' });

  await t.store.internals.flushAudit();
  const { rows } = await sql<{ action: string; outcome: string; organisationId: string | null }>`select action, outcome, organisation_id as "organisationId" from audit where action like 'organisation.%' order by action`.execute(t.store.internals.database.system);
  expect(rows.map(({ action, outcome, organisationId }) => [action, outcome, organisationId])).toEqual([
    ['organisation.founded', 'ok', made.organisation.id],
    ['organisation.refused', 'auth.founded_already', null],
  ]);
});

it('a browser gets its token in a cookie that no script can read', async () => {
  await open();
  const answer = await found({ ...HOUSE, token: await tokenOf(), device: { name: 'Browser', kind: 'browser' } });
  expect(FoundAnswer.parse(answer.json()).token).toBeNull();
  const cookie = answer.cookies[0];
  expect(cookie).toMatchObject({ name: 'wedsync_device', httpOnly: true, sameSite: 'Strict' });
  expect((await test.app.inject({ method: 'GET', url: HTTP.me.path, headers: { cookie: `wedsync_device=${cookie?.value ?? ''}`, 'sec-fetch-site': 'same-origin' } })).statusCode).toBe(200);
});

it('of many at once, in several processes, one founds and the record has one organisation', async () => {
  await open();
  const processes = [createFounding(t.store.internals), createFounding(t.store.internals)];
  const tokens = await Promise.all(processes.map((one) => one.token()));
  expect(new Set(tokens).size).toBe(2);
  const done = await Promise.all([...processes, ...processes, ...processes].map((one, n) => one.found(tokens[n % 2] ?? '', { ...HOUSE, name: `House ${n}` }, DESK)));
  expect(done.filter((one) => one.ok)).toHaveLength(1);
  expect(done.filter((one) => !one.ok && one.error === 'auth.founded_already')).toHaveLength(5);
  const { rows } = await sql<{ n: number }>`select (select count(*) from organisations)::int * 100 + (select count(*) from devices)::int as n`.execute(t.store.internals.database.system);
  expect(rows[0]?.n).toBe(101);
});

it('refuses what is no venue, no token and no page of its own, and leaves nothing behind', async () => {
  await open();
  const token = await tokenOf();
  const fit = { ...HOUSE, token, device: DESK };
  for (const wrong of [{ zone: 'Europe/Atlantis' }, { zone: '+01:00' }, { currency: 'gbp' }, { currency: 'QQQ' }, { name: '  ' }, { name: 'a\u0000b' }, { name: 'x'.repeat(121) }, { demo: true }, { device: { name: 'x', kind: 'tool' } }]) {
    expect([wrong, ...codeOf(await found({ ...fit, ...wrong }))]).toEqual([wrong, 400, 'request.invalid']);
  }
  expect(codeOf(await found({ ...fit, token: `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}` }))).toEqual([401, 'auth.founding_invalid']);
  expect(codeOf(await found(fit, { 'sec-fetch-site': 'cross-site', origin: 'https://elsewhere.example' }))).toEqual([403, 'auth.forbidden']);
  expect(await test.founding?.token()).toBe(token);
  expect((await found(fit)).statusCode).toBe(200);
});

it('guessing is throttled', async () => {
  await open(5);
  await tokenOf();
  const answers = [];
  for (let n = 0; n < 7; n += 1) answers.push((await found({ ...HOUSE, token: `guess-${'0'.repeat(30)}${n}`, device: DESK })).statusCode);
  expect(answers).toEqual([401, 401, 401, 401, 401, 429, 429]);
});

it('from the command line: the record, the organisation and a ticket for its owner, once', async () => {
  await open();
  const dataDir = temporaryDirectory();
  const config = testConfig({ dataDir });
  try {
    const done = await foundFromCommandLine(config, HOUSE, createLog('error'));
    if (!done.ok) throw new Error(done.error.message);
    expect(done.value.ticket).toMatch(/^[\w-]{43}$/);
    expect(await foundFromCommandLine(config, HOUSE, createLog('error'))).toMatchObject({ ok: false, error: { code: 'auth.founded_already' } });
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});
