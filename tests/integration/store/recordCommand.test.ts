import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { draftCreated } from '../../../core/domain/record/drafts.ts';
import { systemClock, createIds } from '../../../server/ports.ts';
import { createPrivacy } from '../../../server/privacy/privacy.ts';
import { openStore } from '../../../server/store/open.ts';
import { createOrganisation } from '../../../server/store/organisations.ts';
import { dump } from '../../support/dump.ts';
import { collectingLog, preparedDirectory, temporaryDirectory, TEST_MASTER_KEY } from '../../support/store.ts';

/** The command as an operator gives it, on the embedded database. */

/** Each call starts a process and a database; one of them makes a new one. */
const SLOW_MS = 240_000;
/** Each call loads the same code. */
const { NODE_COMPILE_CACHE } = process.env;
const COMPILED = NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE };
const root = path.resolve(import.meta.dirname, '../../..');
const folder = temporaryDirectory();
const file = path.join(folder, 'record.backup');
let dataDir: string;
const open = async () => {
  const opened = await openStore({ dataDir, databaseUrl: null, masterKey: TEST_MASTER_KEY, clock: systemClock, ids: createIds(), log: collectingLog() });
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
};

beforeAll(async () => {
  dataDir = await preparedDirectory();
  const store = await open();
  await createOrganisation(store.internals, { name: 'Harrow House', zone: 'Europe/London', currency: 'GBP', demo: false });
  await store.close();
});
afterAll(() => {
  for (const one of [folder, dataDir]) fs.rmSync(one, { recursive: true, force: true });
});

function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [path.join(root, 'server/record.ts'), ...args], { cwd: folder, env: { PATH: process.env['PATH'], WEDSYNC_DATA_DIR: dataDir, ...COMPILED } }, (_error, out, err) => resolve({ code: child.exitCode ?? -1, out, err }));
  });
}

test('backup, verify, restore and rebuild, one command each', async () => {
  const backed = await run('backup', file);
  expect(backed).toMatchObject({ code: 0, err: '' });
  expect(backed.out).toContain('The master key (master.key or WEDSYNC_MASTER_KEY) is NOT in it');
  expect(await run('verify', file)).toMatchObject({ code: 0, out: expect.stringContaining('A whole backup') as string });
  const target = path.join(folder, 'restored');
  expect(await run('restore', file, '--into', target)).toMatchObject({ code: 0, out: expect.stringContaining('every table hashes as in the backup') as string });
  expect(await run('restore', file, '--into', target)).toMatchObject({ code: 1, err: expect.stringContaining('[backup.target_not_empty]') as string });
  expect(await run('verify', '--data-dir', target)).toMatchObject({ code: 0, out: expect.stringContaining('The record is sound.') as string });
  expect(await run('rebuild', '--data-dir', target)).toMatchObject({ code: 0, out: expect.stringContaining('the projections are what the log says') as string });
}, SLOW_MS);

test('says why not, and leaves nothing behind', async () => {
  const store = await open();
  try {
    expect(await run('backup', path.join(folder, 'other.backup'))).toMatchObject({ code: 1, err: expect.stringContaining('[store.locked]') as string });
  } finally {
    await store.close();
  }
  const nowhere = path.join(folder, 'nowhere');
  expect(await run('verify', '--data-dir', nowhere)).toMatchObject({ code: 1, err: expect.stringContaining('[backup.no_record]') as string });
  fs.writeFileSync(path.join(folder, 'text'), 'hello');
  expect(await run('restore', path.join(folder, 'text'), '--into', nowhere)).toMatchObject({ code: 1, err: expect.stringContaining('[backup.foreign]') as string });
  expect(fs.existsSync(nowhere)).toBe(false);
  expect(fs.existsSync(path.join(folder, 'other.backup'))).toBe(false);
  for (const wrong of [[], ['backup'], ['copy', 'x'], ['verify', '--apply'], ['backup', 'x', '--replace'], ['verify', '--nonsense']]) expect((await run(...wrong)).code, wrong.join(' ')).toBe(2);
}, SLOW_MS);

test('a restore with the list of erasures forgets again in the same command; a list that is none restores nothing', async () => {
  const [contactId, list] = [randomUUID(), path.join(folder, 'erasures.json')];
  const old = path.join(folder, 'old.backup');
  const target = path.join(folder, 'forgotten');
  let store = await open();
  const organisation = await createOrganisation(store.internals, { name: 'Ivy House', zone: 'Europe/London', currency: 'GBP', demo: false });
  const context = { actor: { kind: 'system', id: null, name: 'Test' }, source: null, deliveryId: null } as const;
  await store.internals.writer.write(organisation.id, ({ record }) =>
    record([draftCreated('client.created', 'contacts', null, { id: contactId, weddingId: null, name: 'Nora Restored', email: 'nora@restored.example', phone: null, company: null, role: 'other' }, null, context)]),
  );
  await store.close();
  expect(await run('backup', old)).toMatchObject({ code: 0 });
  store = await open();
  expect(await createPrivacy(store.internals).erase({ organisationId: organisation.id, contactId, reason: 'asked_by_person', actor: context.actor })).toMatchObject({ ok: true });
  await store.close();
  expect(await run('erasures', list)).toMatchObject({ code: 0, out: expect.stringContaining('1 erasure.') as string });
  expect(await run('restore', old, '--into', target, '--erasures', file)).toMatchObject({ code: 1, err: expect.stringContaining('[backup.foreign]') as string });
  expect(fs.existsSync(target)).toBe(false);
  expect((await run('verify', '--erasures', list)).code).toBe(2);
  const restored = await run('restore', old, '--into', target, '--erasures', list);
  expect(restored).toMatchObject({ code: 0, out: expect.stringContaining('1 contact erased; 0 were erased already, 0 are not in this record.') as string });
  expect(await run('verify', '--data-dir', target)).toMatchObject({ code: 0, out: expect.stringContaining('The record is sound.') as string });
  const again = await openStore({ dataDir: target, databaseUrl: null, masterKey: TEST_MASTER_KEY, clock: systemClock, ids: createIds(), log: collectingLog() });
  if (!again.ok) throw new Error(again.error.message);
  try {
    expect((await dump(again.value)).includes('nora@restored')).toBe(false);
  } finally {
    await again.value.close();
  }
}, SLOW_MS);
