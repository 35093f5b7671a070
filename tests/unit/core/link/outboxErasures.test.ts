import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { Command, CommandAnswer } from '../../../../core/contract/commands.ts';
import type { RecordedEvent } from '../../../../core/contract/events.ts';
import type { OutboxRecord } from '../../../../core/contract/outbox.ts';
import { ok } from '../../../../core/contract/result.ts';
import { forgetErased, forgetErasedUntil } from '../../../../core/link/outboxErasures.ts';
import { createOutbox } from '../../../../core/link/outboxRunner.ts';
import { openFileJournal } from '../../../../main/services/outbox/journal.ts';
import { handClock, keptLog, settle } from '../../main/support/fakes.ts';

const id = (n: number): string => `018f0000-0000-7001-8000-${n.toString(16).padStart(12, '0')}`;
const acknowledge = (n: number): Command => ({ type: 'alert.acknowledge', commandId: id(n), alertId: id(n + 500), basedOnVersion: 1 });
const stands = (n: number, seq: number) => ({ seq, type: 'alert.raised', collection: 'alerts', row: { id: id(n + 500), version: 2, title: 'Amara Okafor could not pay' } }) as unknown as RecordedEvent;
const erased = (n: number, seq: number) => ({ seq, type: 'alert.erased', collection: 'alerts', row: { id: id(n + 500), version: 3, title: 'Erased could not pay' } }) as unknown as RecordedEvent;

function world(journal: OutboxRecord[] = []) {
  const clock = handClock();
  const self = { full: false, rewrites: 0, sent: [] as Command[], reply: (command: Command): CommandAnswer | Promise<CommandAnswer> => ({ outcome: 'rebase', commandId: command.commandId, latest: stands(Number.parseInt(command.commandId.slice(-4), 16), 7) }) };
  const outbox = createOutbox({
    journal: {
      load: async () => [...journal],
      async append(record) {
        if (self.full) throw new Error('ENOSPC');
        journal.push(record);
      },
      async rewrite(records) {
        if (self.full) throw new Error('ENOSPC');
        self.rewrites += 1;
        journal.splice(0, journal.length, ...records);
      },
    },
    clock,
    timers: clock.timers,
    random: { next: () => 0 },
    log: keptLog(),
    server: () => 'embedded',
    async send(command) {
      self.sent.push(command);
      return ok(await self.reply(command));
    },
    onChange: () => undefined,
  });
  return Object.assign(self, { outbox, journal, clock });
}

async function overtaken(...numbers: number[]) {
  const w = world();
  await w.outbox.start();
  w.outbox.line(true);
  for (const n of numbers) await w.outbox.queue(acknowledge(n));
  await settle();
  return w;
}
const latest = async (w: ReturnType<typeof world>) => {
  const listed = await w.outbox.list();
  return listed.ok ? listed.value.map((entry) => [entry.state, entry.answer?.outcome === 'rebase' ? (entry.answer.latest?.seq ?? null) : undefined]) : [];
};

it('of an overtaken decision nothing stays of a row from before an erasure, in the list or in the journal; others stay', async () => {
  const w = await overtaken(1, 2);
  expect(await latest(w)).toEqual([['rebase', 7], ['rebase', 7]]);
  // Taken back, and still in the older lines.
  await w.outbox.queue(acknowledge(3));
  await settle();
  await w.outbox.resolve({ choice: 'drop', commandId: id(3) });
  forgetErased(w.outbox, [erased(1, 9), erased(3, 10)]);
  await settle();
  expect(await latest(w)).toEqual([['rebase', null], ['rebase', 7]]);
  expect(JSON.stringify(w.journal).match(/Amara/g)).toHaveLength(1);
  expect(w.journal.map((record) => record.kind)).toEqual(['kept', 'kept']);
  // Told again, as after a reconnect, nothing is written.
  forgetErased(w.outbox, [erased(1, 9)]);
  await settle();
  expect(w.rewrites).toBe(1);
  expect(await w.outbox.resolve({ choice: 'send_again', commandId: id(1), newCommandId: id(9), basedOnVersion: 3 })).toMatchObject({ ok: true });
});

it('a snapshot says only until where somebody was erased: everything from before goes, what is newer stays', async () => {
  const w = await overtaken(1);
  forgetErasedUntil(w.outbox, {});
  forgetErasedUntil(w.outbox, { erasedSeq: 7 });
  await settle();
  expect(await latest(w)).toEqual([['rebase', 7]]);
  forgetErasedUntil(w.outbox, { erasedSeq: 8 });
  await settle();
  expect(await latest(w)).toEqual([['rebase', null]]);
  expect(JSON.stringify(w.journal)).not.toContain('Amara');
});

it('on a full disk it is forgotten in memory at once, and in the journal with the next thing that is written', async () => {
  const w = await overtaken(1);
  w.full = true;
  await w.outbox.forget([id(501)], 9);
  expect(await latest(w)).toEqual([['rebase', null]]);
  w.full = false;
  await w.outbox.queue(acknowledge(4));
  await settle();
  expect(JSON.stringify(w.journal.filter((record) => record.kind !== 'answered' || record.commandId === id(1)))).not.toContain('Amara');
});

it('a crash between the line and the new journal loses nothing: the next start writes it anew', async () => {
  const w = await overtaken(1);
  w.journal.push({ kind: 'erased', rowIds: [id(501)], before: 9, at: '2026-11-20T12:00:00.000Z' });
  const again = world(w.journal);
  await again.outbox.start();
  expect(await latest(again)).toEqual([['rebase', null]]);
  expect(again.journal.map((record) => record.kind)).toEqual(['kept']);
  expect(JSON.stringify(again.journal)).not.toContain('Amara');
});

it('an answer from before that was still on its way is kept without the row; what waits is sent all the same', async () => {
  const w = world();
  await w.outbox.start();
  let answer: (one: CommandAnswer) => void = () => undefined;
  w.reply = () => new Promise((resolve) => (answer = resolve));
  w.outbox.line(true);
  await w.outbox.queue(acknowledge(1));
  await settle();
  await w.outbox.forget([id(501)], 9);
  answer({ outcome: 'rebase', commandId: id(1), latest: stands(1, 7) });
  await settle();
  expect(await latest(w)).toEqual([['rebase', null]]);
  expect(JSON.stringify(w.journal)).not.toContain('Amara');
  w.reply = (command) => ({ outcome: 'rebase', commandId: command.commandId, latest: erased(1, 9) });
  await w.outbox.queue({ ...acknowledge(2), alertId: id(501) } as Command);
  await settle();
  expect(await latest(w)).toEqual([['rebase', null], ['rebase', 9]]);
});

it('in the desktop’s own file, on the disk', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'wedsync-outbox-'));
  const file = path.join(folder, 'outbox.jsonl');
  const journal = openFileJournal({ file, log: keptLog() });
  const clock = handClock();
  const outbox = createOutbox({
    journal, clock, timers: clock.timers, random: { next: () => 0 }, log: keptLog(), server: () => 'embedded', onChange: () => undefined,
    send: async (command) => ok({ outcome: 'rebase', commandId: command.commandId, latest: stands(1, 7) }),
  });
  try {
    await outbox.start();
    outbox.line(true);
    await outbox.queue(acknowledge(1));
    await expect.poll(() => fs.readFileSync(file, 'utf8')).toContain('Amara');
    await outbox.forget([id(501)], 9);
    expect(fs.readFileSync(file, 'utf8')).not.toContain('Amara');
    expect(fs.readdirSync(folder)).toEqual(['outbox.jsonl']);
    const records = await journal.load();
    expect(records).toMatchObject([{ kind: 'kept', entry: { state: 'rebase', answer: { latest: null } } }]);
  } finally {
    await journal.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
});
