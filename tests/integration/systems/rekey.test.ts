import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rekeyRecord } from '../../../server/store/rekey.ts';
import { readConnectionAccess, showIntakeKey } from '../../../server/store/connections.ts';
import { openStore } from '../../../server/store/open.ts';
import { furnish, letIn } from '../../support/house.ts';
import { oneTimeCode } from '../../support/oneTimeCode.ts';
import { joined, PASSWORD, Visitor } from '../../support/people.ts';
import { testApp, testConfig } from '../../support/serverApp.ts';
import { collectingLog, openTestStore, TEST_MASTER_KEY, temporaryDirectory, type TestStore } from '../../support/store.ts';
import { readMasterKey, readNewKey, replaceMasterKey } from '../../../server/masterKey.ts';

let t: TestStore;
beforeAll(async () => {
  t = await openTestStore();
});
afterAll(() => t.cleanup());

const maintenance = () => ({ home: { dataDir: t.options.dataDir ?? '', databaseUrl: t.options.databaseUrl }, log: collectingLog(), now: () => Date.now(), progress: () => undefined });

it('seals everything with another key, or nothing; the former key opens nothing any more', async () => {
  const next = randomBytes(32);
  const before = testApp(t.store, { config: { signInPerMinute: 1_000 } });
  const house = await furnish(t.store, t.organisation.id);
  const person = await joined({ url: await before.listen(), headers: (await letIn(t.store, t.organisation.id, house.access('owner'))).headers }, 'two@example.org', 'staff');
  const factor = (await (await person.post('/api/auth/two-factor/enable', { password: PASSWORD })).json()) as { totpURI: string; backupCodes: string[] };
  expect((await person.post('/api/auth/two-factor/verify-totp', { code: oneTimeCode(factor.totpURI) })).status).toBe(200);
  await before.app.close();
  // A server runs.
  expect(await rekeyRecord(maintenance(), TEST_MASTER_KEY, next)).toMatchObject({ ok: false, error: { code: 'store.locked' } });
  await t.store.close();
  expect(await rekeyRecord(maintenance(), randomBytes(32), next)).toMatchObject({ ok: false, error: { code: 'secrets.unavailable' } });
  expect(await rekeyRecord(maintenance(), TEST_MASTER_KEY, TEST_MASTER_KEY)).toMatchObject({ ok: false, error: { code: 'secrets.unavailable' } });
  expect(await rekeyRecord(maintenance(), TEST_MASTER_KEY, next)).toMatchObject({ ok: true, value: { connections: 3, secondFactors: 1 } });

  expect(await openStore(t.options)).toMatchObject({ ok: false, error: { code: 'secrets.unavailable' } });
  const opened = await openStore({ ...t.options, masterKey: next });
  if (!opened.ok) throw new Error(opened.error.message);
  try {
    for (const one of Object.values(t.connections)) {
      expect(await readConnectionAccess(opened.value.internals, t.organisation.id, one.connectionId)).toMatchObject({ ok: true, value: { secrets: one.secrets } });
      expect(await showIntakeKey(opened.value.internals, t.organisation.id, one.connectionId)).toEqual({ ok: true, value: one.intakeKey });
    }
    const after = testApp(opened.value, { config: { signInPerMinute: 1_000 } });
    const again = new Visitor(await after.listen());
    expect(await (await again.signIn('two@example.org', PASSWORD)).json()).toMatchObject({ twoFactorRedirect: true });
    expect((await again.post('/api/auth/two-factor/verify-totp', { code: oneTimeCode(factor.totpURI, Date.now(), 1) })).status).toBe(200);
    const backup = new Visitor(again.url);
    await backup.signIn('two@example.org', PASSWORD);
    expect((await backup.post('/api/auth/two-factor/verify-backup-code', { code: factor.backupCodes[0] })).status).toBe(200);
    await after.app.close();
  } finally {
    await opened.value.close();
  }
});

it('puts the new key in place and keeps the former one', async () => {
  const dataDir = temporaryDirectory();
  const config = testConfig({ dataDir });
  const former = await readMasterKey(config);
  const made = await readNewKey(`${dataDir}/next.key`);
  if (!former.ok || !made.ok) throw new Error('no keys');
  const kept = await replaceMasterKey(dataDir, made.value, 'abc');
  expect(Buffer.from(fs.readFileSync(kept, 'utf8'), 'base64').equals(former.value)).toBe(true);
  expect(fs.statSync(`${dataDir}/master.key`).mode & 0o077).toBe(0);
  expect(await readMasterKey(config)).toEqual({ ok: true, value: made.value });
  fs.rmSync(dataDir, { recursive: true });
});
