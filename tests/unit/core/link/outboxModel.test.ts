import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Command, CommandAnswer } from '../../../../core/contract/commands.ts';
import { codedError, type CodedError } from '../../../../core/contract/errors.ts';
import type { OutboxEntry, OutboxRecord } from '../../../../core/contract/outbox.ts';
import { err, ok, type Result } from '../../../../core/contract/result.ts';
import { rowOf, seenRows } from '../../../../core/link/commandRows.ts';
import { OUTBOX_PARALLEL, replayOutbox } from '../../../../core/link/outbox.ts';
import { createOutbox, type Outbox } from '../../../../core/link/outboxRunner.ts';
import { keptLog } from '../../main/support/fakes.ts';
import { seeded, Time } from './world.ts';

/** The outbox at work while its line comes and goes, its disk fills and its process is killed at any moment. */

const RUNS = Number(process.env['WEDSYNC_LINK_RUNS'] ?? 4_000);
const START = Date.parse('2026-11-20T12:00:00.000Z');
const id = (n: number): string => `018f0000-0000-7001-8000-${n.toString(16).padStart(12, '0')}`;
const rowId = (row: number): string => `018f0000-0000-7002-8000-00000000000${row}`;

type Net = 'good' | 'request_lost' | 'answer_lost' | 'busy' | 'forbidden';
type Op =
  | readonly ['decide' | 'pass', number]
  | readonly ['line' | 'full', boolean]
  | readonly ['cancel' | 'again' | 'drop', number]
  | readonly ['net', Net]
  | readonly ['other_person', number]
  | readonly ['kill' | 'clock_back'];

const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('decide' as const), fc.nat(2)) },
  { weight: 8, arbitrary: fc.tuple(fc.constant('pass' as const), fc.constantFrom(0, 1, 3, 10, 40, 200, 1_500, 20_000)) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('line' as const), fc.boolean()) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('full' as const), fc.boolean()) },
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom('cancel' as const, 'again' as const, 'drop' as const), fc.nat(5)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('net' as const), fc.constantFrom<Net>('good', 'request_lost', 'answer_lost', 'busy', 'forbidden')) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('other_person' as const), fc.nat(2)) },
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom('kill' as const, 'clock_back' as const)) },
);

class World {
  readonly time = new Time();
  net: Net = 'good';
  full = false;
  line = false;
  private clockOff = 0;
  private next = 0;
  private readonly chance: () => number;
  /** What is on the disk. */
  private journal: OutboxRecord[] = [];
  /** What a write under way would do. */
  private writing: (() => void) | null = null;
  private process = { alive: true };
  private outbox: Outbox;
  shown: readonly OutboxEntry[] = [];
  /** Versions of the rows, and what was decided about each command, at the server. */
  private readonly versions = new Map<string, number>();
  private readonly decided = new Map<string, CommandAnswer>();
  private readonly taken = new Map<string, string[]>();
  private readonly underWay = new Map<string, string>();
  private readonly kept = new Set<string>();
  private readonly letGo = new Set<string>();
  private readonly takenBack = new Set<string>();
  private readonly notKept = new Set<string>();
  private readonly finals = new Map<string, string>();
  /** What the outbox would take for a failed request, thrown where the world can see it. */
  private fault: Error | null = null;

  constructor(seed: number) {
    this.chance = seeded(seed);
    this.outbox = this.start();
  }

  private start(): Outbox {
    const mine = (this.process = { alive: true });
    this.underWay.clear();
    const { time } = this;
    /** A dead process is never told how it ended. */
    const later = <T>(ms: number, what: () => T): Promise<T> =>
      new Promise((resolve, reject) => {
        time.after(ms, () => {
          try {
            const value = what();
            if (mine.alive) resolve(value);
          } catch (error) {
            const thrown = error instanceof Error ? error : new Error(String(error));
            if (thrown.message !== 'ENOSPC') this.fault ??= thrown;
            if (mine.alive) reject(thrown);
          }
        });
      });
    const write = (change: () => void): Promise<void> => {
      if (!mine.alive) return new Promise(() => undefined);
      this.writing = change;
      return later(this.chance() * 5, () => {
        if (!mine.alive) return;
        this.writing = null;
        if (this.full) throw new Error('ENOSPC');
        change();
      });
    };
    const outbox = createOutbox({
      journal: {
        load: () => later(1, () => [...this.journal]),
        append: (record) => write(() => void this.journal.push(record)),
        rewrite: (records) => write(() => void (this.journal = [...records])),
      },
      clock: { now: () => time.now + START + this.clockOff },
      timers: { after: (ms, run) => time.after(ms, () => mine.alive && run()) },
      random: { next: this.chance },
      log: keptLog(),
      server: () => 'embedded',
      send: (command) => {
        if (!mine.alive) return new Promise(() => undefined);
        return this.send(command, later).catch((error: unknown) => {
          this.fault ??= error instanceof Error ? error : new Error(String(error));
          throw error;
        });
      },
      onChange: (entries) => {
        if (!mine.alive) return;
        this.shown = entries;
        try {
          this.look();
        } catch (error) {
          this.fault ??= error instanceof Error ? error : new Error(String(error));
        }
      },
    });
    void outbox.start();
    outbox.line(this.line);
    return outbox;
  }

  private async send(command: Command, later: <T>(ms: number, what: () => T) => Promise<T>): Promise<Result<CommandAnswer, CodedError>> {
    expect(this.underWay.has(rowOf(command)), 'two of one row under way').toBe(false);
    this.underWay.set(rowOf(command), command.commandId);
    expect(this.underWay.size, 'too many at once').toBeLessThanOrEqual(OUTBOX_PARALLEL);
    const { net } = this;
    const arrived = await later(1 + this.chance() * 60, () => (net === 'good' || net === 'answer_lost' ? this.arrive(command) : null));
    const answer = await later(1 + this.chance() * 60, () => arrived);
    this.underWay.delete(rowOf(command));
    if (net === 'busy') return err(codedError('request.too_many', '', true));
    if (net === 'forbidden') return err(codedError('auth.forbidden', ''));
    return answer === null || net === 'answer_lost' ? err(codedError('server.unreachable', '', true)) : ok(answer);
  }

  /** The server: by id harmless to repeat, by version overtaken or not. */
  private arrive(command: Command): CommandAnswer {
    const { commandId } = command;
    expect(this.takenBack.has(commandId), 'sent although it was taken back').toBe(false);
    expect(this.notKept.has(commandId), 'sent although it was not kept').toBe(false);
    const before = this.decided.get(commandId);
    if (before) return before;
    const row = rowOf(command);
    const version = this.versions.get(row) ?? 1;
    const answer: CommandAnswer = seenRows(command)[0]?.version === version ? { outcome: 'accepted', commandId, seq: 1 } : { outcome: 'rebase', commandId, latest: null };
    if (answer.outcome === 'accepted') this.versions.set(row, version + 1);
    this.decided.set(commandId, answer);
    this.taken.set(row, [...(this.taken.get(row) ?? []), commandId]);
    return answer;
  }

  /** What a person sees, held against what is on the disk and what the server knows. */
  private look(): void {
    const disk = new Set(replayOutbox(this.journal).map(({ command }) => command.commandId));
    for (const { command, state, answer } of this.shown) {
      const { commandId } = command;
      if (state === 'queued') expect(disk.has(commandId), 'shown as queued, not on the disk').toBe(true);
      if (state !== 'accepted' && state !== 'rejected' && state !== 'rebase') continue;
      // A full disk may lose an answer over a kill; asked again, the server says the same.
      expect(this.finals.get(commandId) ?? state, 'a second answer').toBe(state);
      this.finals.set(commandId, state);
      if (state !== 'rejected') expect(answer, 'an answer that the server never gave').toEqual(this.decided.get(commandId));
    }
  }

  async perform(step: Op): Promise<void> {
    switch (step[0]) {
      case 'pass':
        await this.time.pass(step[1], () => undefined);
        break;
      case 'decide': {
        this.next += 1;
        const commandId = id(this.next);
        this.heard(this.outbox.queue({ type: 'runsheet.item.set_status', commandId, itemId: rowId(step[1]), status: 'done', basedOnVersion: this.versions.get(rowId(step[1])) ?? 1 }), (done) => void (done ? this.kept : this.notKept).add(commandId));
        break;
      }
      case 'line':
        this.line = step[1];
        this.outbox.line(this.line);
        break;
      case 'full':
        this.full = step[1];
        break;
      case 'net':
        this.net = step[1];
        break;
      case 'other_person':
        this.versions.set(rowId(step[1]), (this.versions.get(rowId(step[1])) ?? 1) + 1);
        break;
      case 'kill':
        this.process.alive = false;
        // Killed in the middle of a write: it is there or it is not.
        if (this.writing && !this.full && this.chance() < 0.5) this.writing();
        this.writing = null;
        this.outbox.stop();
        this.outbox = this.start();
        break;
      case 'clock_back':
        this.clockOff -= 3_600_000;
        break;
      default:
        this.person(step[0], step[1]);
    }
    await this.time.pass(0, () => undefined);
    if (this.fault) throw this.fault;
  }

  private heard(answer: Promise<Result<unknown, CodedError>>, note: (done: boolean) => void): void {
    void answer.then((result) => note(result.ok)).catch((error: unknown) => {
      this.fault ??= error instanceof Error ? error : new Error(String(error));
    });
  }

  private person(what: 'cancel' | 'again' | 'drop', pick: number): void {
    const entry = this.shown[pick % Math.max(1, this.shown.length)];
    if (!entry) return;
    const { commandId } = entry.command;
    if (what === 'cancel') return this.heard(this.outbox.cancel(commandId), (done) => {
      if (!done) return;
      expect(this.decided.has(commandId), 'taken back, though the server has it').toBe(false);
      this.takenBack.add(commandId);
    });
    // Asked for and perhaps done: a kill may come before the person hears of it.
    this.letGo.add(commandId);
    if (what === 'drop') return this.heard(this.outbox.resolve({ choice: 'drop', commandId }), () => undefined);
    this.next += 1;
    const newCommandId = id(this.next);
    this.heard(this.outbox.resolve({ choice: 'send_again', commandId, newCommandId, basedOnVersion: this.versions.get(rowOf(entry.command)) ?? 1 }), (done) => {
      if (done) this.kept.add(newCommandId);
    });
  }

  /** Everything is well again: what was kept must have been answered, and nothing must have been lost. */
  async calm(): Promise<void> {
    this.full = false;
    this.net = 'good';
    await this.perform(['line', true]);
    await this.time.pass(90_000, () => undefined);
    if (this.fault) throw this.fault;
    const states = new Map(this.shown.map(({ command, state }) => [command.commandId, state]));
    for (const commandId of this.kept) {
      const state = states.get(commandId);
      if (this.letGo.has(commandId) || this.takenBack.has(commandId) || (state === undefined && this.cancelled(commandId))) continue;
      expect(['accepted', 'rejected', 'rebase'], `${commandId} is ${state}`).toContain(state);
    }
    // Ids count up in the order of deciding; whoever lets go of one that may still be under way gives up its place.
    for (const ids of this.taken.values()) {
      const inOrder = ids.filter((one) => !this.letGo.has(one));
      expect(inOrder, 'order per row').toEqual([...inOrder].sort());
    }
  }

  /** Taken back on the disk, though the kill came before the person heard of it. */
  private cancelled(commandId: string): boolean {
    return !this.decided.has(commandId) && this.journal.some((record) => record.kind === 'removed' && record.commandId === commandId);
  }
}

it(`keeps its order and its word, whatever ends in the middle (${RUNS} runs)`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(op, { minLength: 1, maxLength: 35 }), fc.nat(), async (ops, seed) => {
      const world = new World(seed);
      for (const step of ops) await world.perform(step);
      await world.calm();
    }),
    { numRuns: RUNS },
  );
}, 600_000);
