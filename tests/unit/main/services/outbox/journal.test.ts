import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OutboxRecord } from '../../../../../core/contract/outbox.ts';
import { createOutbox } from '../../../../../core/link/outboxRunner.ts';
import { openFileJournal } from '../../../../../main/services/outbox/journal.ts';
import { handClock, keptLog } from '../../support/fakes.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wedsync-outbox-'));
  file = join(folder, 'outbox.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const queued = (): Extract<OutboxRecord, { kind: 'queued' }> => ({ kind: 'queued', at: '2026-11-20T12:00:00.000Z', server: 'embedded', command: { type: 'alert.acknowledge', commandId: randomUUID(), alertId: randomUUID(), basedOnVersion: 1 } });
const journal = (log = keptLog()) => openFileJournal({ file, log });
const written = async (count: number): Promise<OutboxRecord[]> => {
  const records = Array.from({ length: count }, queued);
  const one = journal();
  await one.load();
  for (const record of records) await one.append(record);
  await one.close();
  return records;
};

describe('the journal of decisions', () => {
  it('gives back what was appended, in order, readable only by its owner', async () => {
    const records = await written(5);
    expect(await journal().load()).toEqual(records);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('leaves out a torn last line and writes on behind what counts', async () => {
    const records = await written(3);
    appendFileSync(file, JSON.stringify(queued()).slice(0, 60));
    const log = keptLog();
    const again = journal(log);
    expect(await again.load()).toEqual(records);
    expect(log.lines.map((line) => line.level)).toEqual(['warn']);
    const next = queued();
    await again.append(next);
    await again.close();
    expect(await journal().load()).toEqual([...records, next]);
  });

  it('copies a file with unreadable lines aside and goes on with the others', async () => {
    const [first] = await written(1);
    appendFileSync(file, '{"kind":"from a later version"}\nnot json\n');
    const log = keptLog();
    expect(await journal(log).load()).toEqual([first]);
    const aside = readdirSync(folder).find((name) => name.includes('unreadable'));
    expect(readFileSync(join(folder, aside ?? ''), 'utf8')).toContain('not json');
    expect(log.lines).toMatchObject([{ level: 'error', fields: { unreadable: 2, read: 1 } }]);
    const later = keptLog();
    expect(await journal(later).load()).toEqual([first]);
    expect(later.lines).toEqual([]);
  });

  it('replaces everything at once and leaves nothing lying about', async () => {
    await written(20);
    const one = journal();
    await one.load();
    const kept = [queued(), queued()];
    await one.rewrite(kept);
    const next = queued();
    await one.append(next);
    await one.close();
    expect(await journal().load()).toEqual([...kept, next]);
    expect(readdirSync(folder)).toEqual(['outbox.jsonl']);
  });

  it('says that a record is kept only after it was synced', async () => {
    const order: string[] = [];
    const one = openFileJournal({
      file,
      log: keptLog(),
      openFile: async () => ({
        write: async (_bytes, _offset, length) => (order.push('written'), { bytesWritten: length }),
        datasync: async () => {
          await new Promise((done) => setTimeout(done, 20));
          order.push('synced');
        },
        truncate: async () => undefined,
        close: async () => undefined,
      }),
    });
    await one.load();
    await one.append(queued());
    order.push('kept');
    expect(order).toEqual(['written', 'synced', 'kept']);
  });

  it('a record whose sync failed is not there after a restart: the person was told that it is not kept', async () => {
    const records = await written(2);
    let failing = true;
    const one = openFileJournal({
      file,
      log: keptLog(),
      async openFile(name) {
        const handle = await open(name, 'r+');
        let synced = 0;
        return {
          write: (bytes, offset, length, position) => handle.write(bytes, offset, length, position),
          truncate: (length) => handle.truncate(length),
          close: () => handle.close(),
          datasync: () => (failing && (synced += 1) === 1 ? Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' })) : handle.datasync()),
        };
      },
    });
    await one.load();
    await expect(one.append(queued())).rejects.toThrow('EIO');
    expect(await journal().load()).toEqual(records);
    failing = false;
    const next = queued();
    await one.append(next);
    await one.close();
    expect(await journal().load()).toEqual([...records, next]);
  });

  it('kill -9 in the middle of the work: every decision that was said to be kept is there', { timeout: 60_000 }, async () => {
    const promised = new Set<string>();
    for (let round = 0; round < 8; round += 1) {
      const child = spawn(process.execPath, [resolve('tests/support/outboxChild.ts'), file], { stdio: ['ignore', 'pipe', 'inherit'] });
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.length > 1_500 + round * 700) child.kill('SIGKILL');
      });
      await once(child, 'close');
      expect(child.signalCode).toBe('SIGKILL');
      for (const line of text.slice(0, text.lastIndexOf('\n')).split('\n')) promised.add(line);
      const found = new Set((await journal().load()).flatMap((record) => (record.kind === 'queued' ? [record.command.commandId] : [])));
      expect([...promised].filter((commandId) => !found.has(commandId))).toEqual([]);
    }
    expect(promised.size).toBeGreaterThan(300);
  });

  it('a full disk is said, nothing is shown as queued, and it goes on when there is room', async (context) => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk], { stdio: 'ignore' });
    } catch (error) {
      console.warn(`!! skipped: a full disk needs the right to mount a small file system: ${String(error).slice(0, 80)}`);
      return context.skip();
    }
    try {
      file = join(disk, 'outbox.jsonl');
      const clock = handClock();
      const shown: number[] = [];
      const make = (to = journal()) => ({
        to,
        outbox: createOutbox({ journal: to, clock, timers: clock.timers, random: { next: () => 0 }, log: keptLog(), server: () => 'embedded', send: () => new Promise(() => undefined), onChange: (entries) => shown.push(entries.length) }),
      });
      const { outbox, to } = make();
      await outbox.start();
      const kept: string[] = [];
      let refused: string | null = null;
      writeFileSync(join(disk, 'filler'), Buffer.alloc(40 * 1024));
      for (let n = 0; n < 500 && refused === null; n += 1) {
        const { command } = queued();
        const answer = await outbox.queue(command);
        if (answer.ok) kept.push(command.commandId);
        else {
          expect(answer.error.code).toBe('outbox.not_kept');
          refused = command.commandId;
        }
      }
      expect(refused).not.toBeNull();
      expect(shown.at(-1)).toBe(kept.length);
      rmSync(join(disk, 'filler'));
      const { command } = queued();
      expect(await outbox.queue(command)).toMatchObject({ ok: true });
      await to.close();
      const again = make();
      await again.outbox.start();
      const listed = await again.outbox.list();
      expect(listed.ok && listed.value.map((entry) => entry.command.commandId)).toEqual([...kept, command.commandId]);
      await again.to.close();
    } finally {
      execFileSync('umount', [disk]);
    }
    expect(existsSync(disk)).toBe(true);
  });
});
