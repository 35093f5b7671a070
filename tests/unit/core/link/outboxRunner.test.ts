import { describe, expect, it } from 'vitest';
import type { Command, CommandAnswer } from '../../../../core/contract/commands.ts';
import { codedError, type CodedError } from '../../../../core/contract/errors.ts';
import type { OutboxEntry, OutboxRecord } from '../../../../core/contract/outbox.ts';
import { err, ok, type Result } from '../../../../core/contract/result.ts';
import { seenRows } from '../../../../core/link/commandRows.ts';
import { createOutbox } from '../../../../core/link/outboxRunner.ts';
import { handClock, keptLog, settle } from '../../main/support/fakes.ts';

const id = (n: number): string => `018f0000-0000-7001-8000-${n.toString(16).padStart(12, '0')}`;
const acknowledge = (n: number, row = n): Command => ({ type: 'alert.acknowledge', commandId: id(n), alertId: id(row + 500), basedOnVersion: 1 });
const accepted = (command: Command): Result<CommandAnswer, CodedError> => ok({ outcome: 'accepted', commandId: command.commandId, seq: 7 });

function world(journal: OutboxRecord[] = []) {
  const clock = handClock();
  const self = { full: false, sent: [] as Command[], shown: [] as (readonly OutboxEntry[])[], reply: (command: Command): Promise<Result<CommandAnswer, CodedError>> => Promise.resolve(accepted(command)) };
  const outbox = createOutbox({
    journal: {
      load: async () => [...journal],
      async append(record) {
        if (self.full) throw new Error('ENOSPC');
        journal.push(record);
      },
      async rewrite(records) {
        journal.splice(0, journal.length, ...records);
      },
    },
    clock,
    timers: clock.timers,
    random: { next: () => 0 },
    log: keptLog(),
    server: () => 'embedded',
    send(command) {
      self.sent.push(command);
      return self.reply(command);
    },
    onChange: (entries) => self.shown.push(entries),
  });
  const states = async (): Promise<string[]> => {
    const listed = await outbox.list();
    return listed.ok ? listed.value.map((entry) => entry.state) : [];
  };
  return Object.assign(self, { outbox, clock, journal, states });
}

describe('the outbox at work', () => {
  it('keeps while there is no line, sends when it opens, and says what became of it', async () => {
    const w = world();
    await w.outbox.start();
    expect(await w.outbox.queue(acknowledge(1))).toEqual({ ok: true, value: { outcome: 'queued', commandId: id(1) } });
    await settle();
    expect([w.sent.length, await w.states()]).toEqual([0, ['queued']]);
    w.outbox.line(true);
    await settle();
    expect(await w.states()).toEqual(['accepted']);
    expect(w.shown.map((entries) => entries.map((entry) => entry.state).join())).toEqual(['', 'queued', 'sending', 'accepted']);
  });

  it('shows nothing as queued that could not be written', async () => {
    const w = world();
    await w.outbox.start();
    w.full = true;
    expect(await w.outbox.queue(acknowledge(1))).toMatchObject({ ok: false, error: { code: 'outbox.not_kept' } });
    expect(await w.states()).toEqual([]);
    w.full = false;
    expect(await w.outbox.queue(acknowledge(1))).toMatchObject({ ok: true });
  });

  it('sends nothing while the disk is full, because a crash would make it look unsent, and goes on by itself', async () => {
    const w = world();
    await w.outbox.start();
    await w.outbox.queue(acknowledge(1));
    w.full = true;
    w.outbox.line(true);
    await settle();
    expect([w.sent.length, await w.states()]).toEqual([0, ['queued']]);
    w.full = false;
    w.clock.advance(5_000);
    await settle();
    expect(await w.states()).toEqual(['accepted']);
  });

  it('takes nothing when its journal cannot be read', async () => {
    const w = world();
    const broken = createOutbox({ journal: { load: () => Promise.reject(new Error('EIO')), append: async () => undefined, rewrite: async () => undefined }, clock: w.clock, timers: w.clock.timers, random: { next: () => 0 }, log: keptLog(), server: () => '', send: async (command) => accepted(command), onChange: () => undefined });
    await broken.start();
    expect(await broken.queue(acknowledge(1))).toMatchObject({ ok: false, error: { code: 'outbox.not_kept' } });
  });

  it('leaves a busy server alone for as long as it asks, two minutes at most', async () => {
    for (const [asked, waits] of [[20, 20_000], [3_600, 120_000]] as const) {
      const w = world();
      w.reply = async () => err({ ...codedError('request.too_many', 'wait', true), retryAfterSeconds: asked });
      await w.outbox.start();
      w.outbox.line(true);
      await w.outbox.queue(acknowledge(1));
      await settle();
      expect([w.sent.length, await w.states()]).toEqual([1, ['queued']]);
      w.clock.advance(waits - 1);
      await settle();
      expect(w.sent).toHaveLength(1);
      w.reply = async (command) => accepted(command);
      w.clock.advance(1);
      await settle();
      expect([w.sent.length, await w.states()]).toEqual([2, ['accepted']]);
    }
  });

  it('asks again with the same id until there is an answer, and cannot be taken back meanwhile', async () => {
    const w = world();
    await w.outbox.start();
    w.outbox.line(true);
    w.reply = async () => err(codedError('server.unreachable', '', true));
    await w.outbox.queue(acknowledge(1));
    await settle();
    expect(await w.states()).toEqual(['unknown']);
    expect(await w.outbox.cancel(id(1))).toMatchObject({ ok: false, error: { code: 'outbox.already_sent' } });
    w.reply = async (command) => accepted(command);
    w.clock.advance(600);
    await settle();
    expect(await w.states()).toEqual(['accepted']);
    expect(w.sent.map((command) => command.commandId)).toEqual([id(1), id(1)]);
  });

  it('takes back what was never sent, also across a restart', async () => {
    const w = world();
    await w.outbox.start();
    await w.outbox.queue(acknowledge(1));
    await w.outbox.queue(acknowledge(2));
    expect(await w.outbox.cancel(id(1))).toEqual({ ok: true, value: true });
    const again = world(w.journal);
    await again.outbox.start();
    again.outbox.line(true);
    await settle();
    expect(again.sent.map((command) => command.commandId)).toEqual([id(2)]);
  });

  it('after a kill in the middle of a request asks again', async () => {
    const w = world();
    await w.outbox.start();
    w.outbox.line(true);
    w.reply = () => new Promise(() => undefined);
    await w.outbox.queue(acknowledge(1));
    await settle();
    expect(await w.states()).toEqual(['sending']);
    const again = world(w.journal);
    await again.outbox.start();
    expect(await again.states()).toEqual(['unknown']);
    again.outbox.line(true);
    await settle();
    expect(await again.states()).toEqual(['accepted']);
  });

  it('an overtaken one is sent again over what stands now, or dropped', async () => {
    const w = world();
    await w.outbox.start();
    w.outbox.line(true);
    w.reply = async (command) => (seenRows(command)[0]?.version === 1 ? ok({ outcome: 'rebase', commandId: command.commandId, latest: null }) : accepted(command));
    await w.outbox.queue(acknowledge(1));
    await w.outbox.queue(acknowledge(2));
    await settle();
    expect(await w.states()).toEqual(['rebase', 'rebase']);
    expect(await w.outbox.resolve({ choice: 'send_again', commandId: id(1), newCommandId: id(9), basedOnVersion: 2 })).toEqual({ ok: true, value: true });
    expect(await w.outbox.resolve({ choice: 'drop', commandId: id(2) })).toEqual({ ok: true, value: true });
    await settle();
    expect(await w.states()).toEqual(['accepted']);
    expect(w.sent.at(-1)).toMatchObject({ commandId: id(9), basedOnVersion: 2 });
  });

  it('a refusal that cannot get better ends it with its code', async () => {
    const w = world();
    await w.outbox.start();
    w.outbox.line(true);
    w.reply = async () => err(codedError('auth.forbidden', ''));
    await w.outbox.queue(acknowledge(1));
    await settle();
    const listed = await w.outbox.list();
    expect(listed).toMatchObject({ ok: true, value: [{ state: 'rejected', answer: { outcome: 'rejected', error: { code: 'auth.forbidden' } } }] });
  });

  it('writes its journal anew before it grows without end', async () => {
    const w = world();
    await w.outbox.start();
    w.outbox.line(true);
    for (let n = 1; n <= 300; n += 1) await w.outbox.queue(acknowledge(n));
    await settle();
    expect(w.sent).toHaveLength(300);
    expect(w.journal.length).toBeLessThan(500);
    const again = world(w.journal);
    await again.outbox.start();
    expect(await again.states()).toEqual(await w.states());
  });
});
