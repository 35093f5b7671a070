import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Command } from '../../../core/contract/commands.ts';
import { codedError } from '../../../core/contract/errors.ts';
import type { OutboxEntry } from '../../../core/contract/outbox.ts';
import { err } from '../../../core/contract/result.ts';
import { draftCreated, type DraftContext } from '../../../core/domain/record/drafts.ts';
import { createOutbox } from '../../../core/link/outboxRunner.ts';
import { createApi } from '../../../main/services/api.ts';
import { openFileJournal } from '../../../main/services/outbox/journal.ts';
import { freePort } from '../../support/runningServer.ts';
import { testApp, until, type TestApp } from '../../support/serverApp.ts';
import { collectingLog, openTestStore, type TestStore } from '../../support/store.ts';

/** The desktop's outbox, its journal on disk and its HTTP, against the real server and database. */

const context: DraftContext = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null };
const weddingId = randomUUID();
let t: TestStore;
let test: TestApp;
let token: string;
let folder: string;
let port: number;

const serve = async (): Promise<void> => {
  test = testApp(t.store);
  await test.app.listen({ host: '127.0.0.1', port });
};
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wedsync-outbox-'));
  t = await openTestStore();
  port = await freePort();
  const enrolled = await t.store.enrol(await t.store.mintTicket(t.organisation.id), { name: 'Front desk', kind: 'desktop' });
  if (!enrolled.ok) throw new Error(enrolled.error);
  token = enrolled.value.token;
});
afterAll(async () => {
  await t.cleanup();
  rmSync(folder, { recursive: true, force: true });
});

const item = (id: string) => draftCreated('runsheet.item.created', 'runSheetItems', weddingId, { id, weddingId, title: 'Ceremony', startsAt: '2026-11-20T13:00:00.000Z', endsAt: null, place: null, owner: null, status: 'planned' }, null, context);
const alert = (id: string) =>
  draftCreated('alert.raised', 'alerts', null, { id, weddingId: null, severity: 'warning', rule: 'payment_failed', title: 'Failed', detail: 'It failed.', raisedAt: '2026-11-20T12:00:00.000Z', state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: null }, null, context);

function desktop(name: string) {
  const server = `http://127.0.0.1:${port}`;
  const self = { entries: [] as readonly OutboxEntry[], loseAnswers: 0, sent: [] as string[] };
  const api = createApi({ fetch: (url, init) => fetch(url, init), session: () => ({ server, token }), onRefused: () => undefined });
  const journal = openFileJournal({ file: join(folder, name), log: collectingLog() });
  const outbox = createOutbox({
    journal,
    clock: { now: () => Date.now() },
    timers: {
      after(ms, callback) {
        const timer = setTimeout(callback, ms);
        return () => clearTimeout(timer);
      },
    },
    random: { next: () => 0 },
    log: collectingLog(),
    server: () => server,
    async send(command) {
      self.sent.push(command.commandId);
      const answer = await api.command(command);
      if (self.loseAnswers === 0) return answer;
      self.loseAnswers -= 1;
      return err(codedError('server.unreachable', 'the answer was lost on the way', true));
    },
    onChange: (entries) => (self.entries = entries),
  });
  return Object.assign(self, { outbox, end: async () => (outbox.stop(), journal.close()) });
}

it('three decisions made offline are recorded exactly once each when the server is back, whatever is lost on the way', async () => {
  const [first, second] = [randomUUID(), randomUUID()];
  const alertId = randomUUID();
  await t.store.internals.writer.write(t.organisation.id, ({ record }) => record([item(first), item(second), alert(alertId)]));
  const before = await t.store.headSeq(t.organisation.id);
  const decisions: Command[] = [
    { type: 'runsheet.item.set_status', commandId: randomUUID(), itemId: first, basedOnVersion: 1, status: 'running' },
    { type: 'runsheet.item.set_status', commandId: randomUUID(), itemId: first, basedOnVersion: 1, status: 'done' },
    { type: 'alert.acknowledge', commandId: randomUUID(), alertId, basedOnVersion: 1 },
  ];

  // Nobody listens on the port.
  const one = desktop('outbox.jsonl');
  await one.outbox.start();
  one.outbox.line(true);
  for (const command of decisions) expect(await one.outbox.queue(command)).toEqual({ ok: true, value: { outcome: 'queued', commandId: command.commandId } });
  await until(() => one.entries.filter((entry) => entry.state === 'unknown').length === 2, 'both rows were tried');
  one.outbox.line(false);
  expect(one.entries.map((entry) => entry.state).sort()).toEqual(['queued', 'unknown', 'unknown']);
  await one.end();

  // Another run of the program, and the first answers are lost.
  const two = desktop('outbox.jsonl');
  await two.outbox.start();
  expect(two.entries.map((entry) => entry.command.commandId)).toEqual(decisions.map((command) => command.commandId));
  await serve();
  two.loseAnswers = 2;
  two.outbox.line(true);
  await until(() => two.entries.every((entry) => entry.state === 'accepted'), 'all are recorded');
  expect(two.sent.length).toBe(5);
  const events = await t.store.readEvents(t.organisation.id, before, 100);
  expect(events.map((event) => [event.type, event.row.id]).sort()).toEqual([['alert.acknowledged', alertId], ['runsheet.item.updated', first], ['runsheet.item.updated', first]].sort());
  const rows = (await t.store.snapshot(t.organisation.id)).rows;
  expect(rows.runSheetItems.find((row) => row.id === first)).toMatchObject({ status: 'done', version: 3 });
  const answers = two.entries.map((entry) => entry.answer?.outcome === 'accepted' && entry.answer.seq);
  expect([...answers].sort()).toEqual(events.map((event) => event.seq).sort());
  await two.end();
  await test.app.close();
});

it('what somebody else decided meanwhile comes back with what stands now, and can be decided again', async () => {
  const itemId = randomUUID();
  await t.store.internals.writer.write(t.organisation.id, ({ record }) => record([item(itemId)]));
  await serve();
  const one = desktop('overtaken.jsonl');
  await one.outbox.start();
  await one.outbox.queue({ type: 'runsheet.item.set_status', commandId: randomUUID(), itemId, basedOnVersion: 1, status: 'done' });
  await t.store.command(t.organisation.id, t.device, { type: 'runsheet.item.set_status', commandId: randomUUID(), itemId, basedOnVersion: 1, status: 'skipped' });
  one.outbox.line(true);
  await until(() => one.entries[0]?.state === 'rebase', 'it is overtaken');
  const answer = one.entries[0]?.answer;
  if (answer?.outcome !== 'rebase') throw new Error('no rebase');
  expect(answer.latest).toMatchObject({ row: { id: itemId, status: 'skipped', version: 2 } });
  await one.outbox.resolve({ choice: 'send_again', commandId: answer.commandId, newCommandId: randomUUID(), basedOnVersion: 2 });
  await until(() => one.entries[0]?.state === 'accepted', 'it is recorded');
  expect((await t.store.snapshot(t.organisation.id)).rows.runSheetItems.find((row) => row.id === itemId)).toMatchObject({ status: 'done', version: 3 });
  await one.end();
  await test.app.close();
});
