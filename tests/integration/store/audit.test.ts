import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkChains } from '../../../server/store/auditChain.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

let clock: ReturnType<typeof settableClock>;
let t: TestStore;
beforeEach(async () => {
  clock = settableClock('2026-11-20T12:00:00.000Z');
  t = await openTestStore({ clock });
});
afterEach(() => t.cleanup());

const db = () => t.store.internals.database.system;
const check = () => db().transaction().execute(checkChains);
const instant = () => new Date(clock.now()).toISOString();

/** A line of ours and one without organisation, in each of some minutes. */
async function someLines(minutes: number): Promise<void> {
  for (let n = 0; n < minutes; n += 1) {
    t.store.audit({ organisationId: t.organisation.id, at: instant(), action: 'command.rejected', actor: `device-${n}`, subject: 'alert.acknowledge', outcome: 'command.stale' });
    t.store.audit({ organisationId: null, at: instant(), action: 'device.refused', actor: '127.0.0.1', subject: 'tool', outcome: 'auth.ticket_invalid' });
    clock.advance(60_000);
  }
  await t.store.internals.flushAudit();
}

test('a line is chained once its minute is over, and never changes afterwards', async () => {
  await someLines(4);
  clock.advance(30_000);
  await t.store.internals.chainAudit();
  // 12:04:30: the minutes to 12:02 ended at least a minute ago.
  expect(await check()).toEqual({ chains: 2, lines: 6, breaks: [] });

  t.store.audit({ organisationId: null, at: '2026-11-20T12:00:59.000Z', action: 'device.refused', actor: '127.0.0.1', subject: 'tool', outcome: 'auth.ticket_invalid' });
  await t.store.internals.flushAudit();
  const { rows } = await sql<{ minute: string; count: number; lastAt: string }>`select minute, count, last_at from audit where organisation_id is null order by minute`.execute(db());
  // The late one is counted in the minute that is open now; when it was is not lost.
  expect(rows.map((row) => row.count)).toEqual([1, 1, 1, 1, 1]);
  expect(rows.at(-1)).toEqual({ minute: '2026-11-20T12:04:00.000Z', count: 1, lastAt: '2026-11-20T12:00:59.000Z' });
  clock.advance(600_000);
  await t.store.internals.chainAudit();
  expect(await check()).toEqual({ chains: 2, lines: 9, breaks: [] });
});

test('whoever changes, takes out or cuts off a line is found out, at its position', async () => {
  await someLines(5);
  clock.advance(600_000);
  await t.store.internals.chainAudit();
  const before = await check();
  expect(before).toEqual({ chains: 2, lines: 10, breaks: [] });

  const own = sql`organisation_id = ${t.organisation.id}`;
  await sql`update audit set outcome = 'ok' where ${own} and position = 3`.execute(db());
  expect((await check()).breaks).toEqual([{ organisationId: t.organisation.id, position: 3, kind: 'altered' }]);
  await sql`update audit set outcome = 'command.stale' where ${own} and position = 3`.execute(db());
  expect((await check()).breaks).toEqual([]);

  await sql`update audit set count = count + 1 where organisation_id is null and position = 2`.execute(db());
  await sql`delete from audit where ${own} and position = 4`.execute(db());
  expect((await check()).breaks).toEqual(
    expect.arrayContaining([
      { organisationId: null, position: 2, kind: 'altered' },
      { organisationId: t.organisation.id, position: 4, kind: 'missing' },
    ]),
  );
  await sql`delete from audit where ${own} and position >= 4`.execute(db());
  expect((await check()).breaks).toContainEqual({ organisationId: t.organisation.id, position: 4, kind: 'cut' });
});
