import { expect, it } from 'vitest';
import { countSharers } from '../../../server/calls/sharers.ts';
import { openStore } from '../../../server/store/open.ts';
import { openTestStore } from '../../support/store.ts';

it('an embedded record is nobody’s but its own process’s', async () => {
  const t = await openTestStore();
  const sharers = await countSharers(t.store.internals.database, t.log);
  if (t.options.databaseUrl === null) expect(sharers.count()).toBe(1);
  sharers.stop();
  await t.cleanup();
});

it.skipIf(process.env['WEDSYNC_TEST_DATABASE_URL'] === undefined)('processes with the same record count each other, those that come and those that go', async () => {
  const t = await openTestStore();
  const { database } = t.store.internals;
  const sharers = await countSharers(database, t.log);
  const alone = sharers.count();
  const second = await openStore(t.options);
  if (!second.ok) throw new Error(second.error.message);
  await sharers.recount();
  expect([alone, sharers.count()]).toEqual([1, 2]);
  await second.value.close();
  await expect.poll(async () => sharers.recount().then(() => sharers.count())).toBe(1);
  sharers.stop();
  await t.cleanup();
});
