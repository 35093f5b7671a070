import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HistoryAnswer, HTTP } from '../../../core/contract/http.ts';
import { Snapshot } from '../../../core/contract/record.ts';
import { draftUpdated } from '../../../core/domain/record/drafts.ts';
import { applyEvents, emptyTables, toSnapshot } from '../../../core/domain/record/state.ts';
import { createOrganisation } from '../../../server/store/organisations.ts';
import { readRows } from '../../../server/store/rows.ts';
import { aWedding, context, play, steps } from '../../support/recordFacts.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, settableClock, type TestStore } from '../../support/store.ts';

const clock = settableClock('2026-11-20T12:00:00.000Z');
let t: TestStore;
let app: TestApp;
let headers: { authorization: string };

beforeAll(async () => {
  t = await openTestStore({ clock });
  app = testApp(t.store);
  await app.app.ready();
  const enrolled = await t.store.enrol(await t.store.mintTicket(t.organisation.id), { name: 'Desk', kind: 'desktop' });
  if (!enrolled.ok) throw new Error(enrolled.error);
  headers = { authorization: `Bearer ${enrolled.value.token}` };
});
afterAll(async () => {
  await app.app.close();
  await t.cleanup();
});

const sorted = (snapshot: Snapshot) => Object.fromEntries(Object.entries(snapshot.rows).map(([name, rows]) => [name, [...rows].sort((a, b) => a.id.localeCompare(b.id))]));
const get = (url: string) => app.app.inject({ method: 'GET', url, headers });

test('the record at any position is what replaying the log up to it gives', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.double({ min: 0, max: 1, noNaN: true }), async (some, share) => {
      for (const step of some) {
        clock.advance(1000);
        await play(t, step);
      }
      const head = await t.store.headSeq(t.organisation.id);
      const seq = Math.round(share * head);
      const events = await t.store.readEvents(t.organisation.id, 0, seq);
      const replayed = toSnapshot(applyEvents({ epoch: t.store.epoch, seq: 0, organisation: t.organisation, tables: emptyTables() }, events.slice(0, seq), seq), '');
      const then = await t.store.recordAt(t.organisation.id, { seq });
      if (!then) throw new Error('no record');
      expect(Snapshot.parse(then)).toEqual(then);
      expect(then).toMatchObject({ seq, epoch: t.store.epoch, organisation: t.organisation });
      expect(sorted(then)).toEqual(sorted(replayed));
      // At the newest position it is the snapshot itself.
      expect({ ...(await t.store.recordAt(t.organisation.id, { seq: head })), at: '' }).toEqual({ ...(await t.store.snapshot(t.organisation.id)), at: '' });
    }),
    { numRuns: 6 },
  );
});

test('an instant means everything recorded by then; the log has an end', async () => {
  clock.advance(60_000);
  const before = await t.store.headSeq(t.organisation.id);
  const asked = new Date(clock.now() - 1).toISOString();
  await play(t, { what: 'wedding', text: 'Later', pick: 0 });
  const answer = await get(`${HTTP.record.path}?at=${asked}`);
  expect(answer.statusCode).toBe(200);
  expect(Snapshot.parse(answer.json())).toMatchObject({ seq: before, at: asked });
  const now = Snapshot.parse((await get(`${HTTP.record.path}?at=${new Date(clock.now()).toISOString()}`)).json());
  expect(now.seq).toBe(before + 2);
  expect(now.rows).toEqual((await t.store.snapshot(t.organisation.id)).rows);
  expect((await get(`${HTTP.record.path}?at=2000-01-01T00:00:00.000Z`)).json()).toMatchObject({ seq: 0, rows: { weddings: [] } });
  expect((await get(`${HTTP.record.path}?at=${before + 3}`)).statusCode).toBe(404);
  for (const bad of ['', '?at=', '?at=yesterday', '?at=-1', '?at=1e3', '?at=2026-11-20']) expect((await get(`${HTTP.record.path}${bad}`)).statusCode, bad).toBe(400);
});

test('the history of a row: every value before and after, by whom and from where, newest first, in pages', async () => {
  const id = randomUUID();
  await t.store.internals.writer.write(t.organisation.id, ({ record }) => record([aWedding(id, 'Title 0')]));
  for (let n = 1; n <= 60; n += 1) {
    await t.store.internals.writer.write(t.organisation.id, async ({ tx, record }) => {
      const [row] = await readRows(tx, t.organisation.id, 'weddings', [id]);
      const draft = row ? draftUpdated('wedding.updated', 'weddings', id, row, { title: `Title ${n}` }, null, context) : null;
      return record(draft ? [draft] : []);
    });
  }
  const path = HTTP.history.path.replace(':collection', 'weddings').replace(':id', id);
  const first = HistoryAnswer.parse((await get(path)).json());
  expect(first.entries).toHaveLength(50);
  expect(first.entries[0]).toMatchObject({ event: { actor: { name: 'Ines' }, source: { system: 'stripe' } }, changed: [{ field: 'title', before: 'Title 59', after: 'Title 60' }] });
  const second = HistoryAnswer.parse((await get(`${path}?before=${first.before}`)).json());
  expect(second.before).toBeNull();
  const all = [...first.entries, ...second.entries];
  expect(all.map(({ event }) => 'title' in event.row && event.row.title)).toEqual(Array.from({ length: 61 }, (_, n) => `Title ${60 - n}`));
  expect(all.at(-1)?.changed).toEqual(expect.arrayContaining([{ field: 'title', before: null, after: 'Title 0' }, { field: 'guestCount', before: null, after: 80 }]));

  const other = await createOrganisation(t.store.internals, { name: 'Other House', zone: 'Europe/Paris', currency: 'EUR', demo: false });
  expect(await t.store.history(other.id, 'weddings', id, null, 50)).toEqual([]);
  expect(HistoryAnswer.parse((await get(path.replace('weddings', 'contacts'))).json()).entries).toEqual([]);
  for (const bad of [`${path}?before=0`, `${path}?before=x`, path.replace('weddings', 'devices'), path.replace(id, 'x')]) expect((await get(bad)).statusCode, bad).toBe(400);
  expect((await app.app.inject({ method: 'GET', url: path })).statusCode).toBe(401);
});
