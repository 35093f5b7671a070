import { sql } from 'kysely';
import { draftUpdated } from '../../core/domain/record/drafts.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { KEY } from '../support/desk.ts';
import { june } from '../support/taking.ts';
import { openDeskCalendars, type DeskCalendars } from '../support/deskCalendars.ts';
import { untilTrue, type DeskHouse } from '../support/deskHouse.ts';

/** Whatever is done with a key that a desktop keeps: the server has never had it. */
let c: DeskCalendars;
let h: DeskHouse;
beforeAll(async () => {
  c = await openDeskCalendars();
  h = c.h;
});
afterAll(() => c.close());

it('the key is in no table, no log line, no audit line, no answer and nothing that is sent', async () => {
  const desk = await h.desktop();
  expect(await desk.keeping.tryOut({ system: 'keyed', path: 'native', settings: { baseUrl: h.host.url }, secrets: { apiKey: KEY } })).toMatchObject({ ok: true, value: { outcome: 'worked' } });
  h.host.items = ['a'];
  const { connectionId: id } = await c.connected(desk);
  await untilTrue('the look', async () => (await h.titles(id)).length === 1);
  // Written into a calendar over there, read there, and told by the calendar itself.
  const wedding = await c.house.wedding('Amara & Tom', 12, 12, 22);
  await untilTrue('the entry', async () => (await c.pushStates())[0]?.[0] === 'written');
  c.there.edit(c.there.standing()[0]?.remoteId ?? '', { title: `Theirs with ${KEY}` });
  const row = await c.house.one('weddings', wedding);
  const moved = draftUpdated('wedding.updated', 'weddings', wedding, row, { endsAt: june(12, 23) }, null, { actor: { kind: 'person', id: null, name: 'Desk' }, source: null, deliveryId: null });
  if (!moved) throw new Error('nothing changes');
  await c.house.write(moved);
  await untilTrue('that what repeats the key is not passed on', async () => (await c.pushStates())[0]?.[0] === 'failed');
  expect(await c.pushStates()).toEqual([['failed', 1, 'normalise.shape_unknown']]);
  await h.deliver(id, { kind: 'reread', hints: [{ remoteType: 'entry', remoteId: 'x' }] });
  await untilTrue('the hint', async () => (await h.titles(id)).includes('Read x'));
  // Every way in which it goes wrong, too.
  h.host.echoes = true;
  const hint = await h.deliver(id, { kind: 'reread', hints: [{ remoteType: 'entry', remoteId: 'y' }] });
  await untilTrue('the end of the hint', async () => (await h.stateOf(hint)).state === 'quarantined');
  h.host.status = 500;
  await h.lookNow(id);
  await untilTrue('a failure', async () => (await h.access(id)).failures > 0);
  h.host.status = 200;
  const changed = await desk.keeping.change(id, 'keyed', { settings: { zone: 'Europe/Paris' }, secrets: { apiKey: KEY } });
  const setup = await h.owner.get('setup', { id });
  await h.t.store.internals.flushAudit();
  const db = h.t.store.internals.database.system;
  const { rows: tables } = await sql<{ name: string }>`select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(db);
  const everything: [string, string][] = [['answers', JSON.stringify([changed, setup])], ['sent', desk.sent.join('\n')], ['lines of the server', JSON.stringify(h.app.logLines)], ['lines', JSON.stringify(h.t.log.lines)]];
  for (const { name } of tables) everything.push([name, JSON.stringify((await sql`select to_jsonb(t)::text as row from ${sql.table(name)} t`.execute(db)).rows)]);
  expect(tables.length).toBeGreaterThan(22);
  expect(desk.sent.length).toBeGreaterThan(8);
  const { secretsSealed } = await db.selectFrom('connectionAccess').select('secretsSealed').where('id', '=', id).executeTakeFirstOrThrow();
  const opened = h.t.store.internals.vault.open(secretsSealed, `connection:${id}:secrets`);
  everything.push(['the vault', opened.ok ? opened.value : 'closed']);
  for (const form of [KEY, Buffer.from(KEY).toString('base64').replace(/=+$/, ''), Buffer.from(KEY).toString('hex')]) expect(everything.filter(([, text]) => text.includes(form)).map(([where]) => where)).toEqual([]);
});
