import type { Command, CommandAnswer } from '../contract/commands.ts';
import { codedError, type CodedError, type Refused } from '../contract/errors.ts';
import type { OutboxChoice, OutboxEntry, OutboxRecord, QueuedAnswer } from '../contract/outbox.ts';
import { err, ok, type Result } from '../contract/result.ts';
import type { Clock, Log, Random } from '../ports/ports.ts';
import type { Timers } from './link.ts';
import { mayBeSentAgain, rowOf, seenAt } from './commandRows.ts';
import { compactOutbox, isCancellable, isDroppable, judgeFailure, outboxRetryDelay, outboxTurn, replayOutbox, stepOutbox, type OutboxEntries, type OutboxInput } from './outbox.ts';

/** Where the outbox survives. Calls never overlap; a rejected promise means that nothing of the record was kept. */
export interface OutboxJournal {
  /** What an earlier process has written, oldest first; a torn end is left out. */
  load(): Promise<readonly OutboxRecord[]>;
  /** Resolves only when the record is durable. */
  append(record: OutboxRecord): Promise<void>;
  /** Puts `records` in the place of everything, all or nothing. */
  rewrite(records: readonly OutboxRecord[]): Promise<void>;
}

export interface OutboxOptions {
  readonly journal: OutboxJournal;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Log;
  /** Whose record the person decides about now: an origin, or `embedded`. */
  readonly server: () => string;
  readonly send: (command: Command) => Promise<Result<CommandAnswer, Refused>>;
  readonly onChange: (entries: readonly OutboxEntry[]) => void;
}

export interface Outbox {
  /** Loads the journal. What is asked before waits for it. */
  start(): Promise<void>;
  /** Whether the server can be spoken to; only then is anything sent. */
  line(open: boolean): void;
  /** Answers when the command is durable. Error: `outbox.not_kept`. */
  queue(command: Command): Promise<Result<QueuedAnswer, CodedError>>;
  list(): Promise<Result<OutboxEntry[], CodedError>>;
  /** Takes back what was never sent. Errors: `outbox.already_sent`, `outbox.not_kept`. */
  cancel(commandId: string): Promise<Result<boolean, CodedError>>;
  /** Errors: `outbox.already_sent`, `outbox.not_kept`. */
  resolve(choice: OutboxChoice): Promise<Result<boolean, CodedError>>;
  /**
   * Somebody was erased, as of `seq` of the log: nothing of these rows (null = of any) is kept from before, neither in an
   * answer nor in what the journal holds of former ones. Without room on the disk it is done as soon as there is some.
   */
  forget(rowIds: readonly string[] | null, seq: number): Promise<void>;
  stop(): void;
}

/** Records after which the journal is written anew. */
const COMPACT_AFTER = 400;
const ANY_ROW = '*';

/** Runs the outbox on a journal and a way to send. Every change is written first and shown after. */
export function createOutbox(options: OutboxOptions): Outbox {
  const { journal, clock, timers, random, log } = options;
  let entries: OutboxEntries = [];
  let usable = false;
  let open = false;
  let stopped = false;
  let written = 0;
  let pumping = false;
  let cancelTimer: (() => void) | null = null;
  /** Where in the log which row was erased; an answer from before may be on its way. */
  const erasedAt = new Map<string, number>();
  let owesRewrite = false;
  const iso = (ms = clock.now()): string => new Date(ms).toISOString();
  const find = (commandId: string): OutboxEntry | undefined => entries.find((entry) => entry.command.commandId === commandId);
  const notKept = (): Result<never, CodedError> => err(codedError('outbox.not_kept', 'the outbox could not be written'));

  let tail: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = tail.then(work);
    tail = next.catch((error: unknown) => log.error({ error: String(error) }, 'outbox'));
    return next;
  };
  const apply = (input: OutboxInput): void => {
    const next = stepOutbox(entries, input);
    if (next === entries) return;
    entries = next;
    options.onChange(entries);
  };
  const write = async (record: OutboxRecord): Promise<boolean> => {
    if (!usable) return false;
    try {
      await journal.append(record);
      written += 1;
      return true;
    } catch (error) {
      log.error({ error: String(error), record: record.kind }, 'outbox could not be written');
      return false;
    }
  };
  const compact = async (): Promise<void> => {
    if (!usable || (written < COMPACT_AFTER && !owesRewrite)) return;
    written = 0;
    try {
      await journal.rewrite(compactOutbox(entries));
      owesRewrite = false;
    } catch (error) {
      log.warn({ error: String(error) }, 'outbox could not be compacted; it goes on as it is');
    }
  };

  /** For what a person asks: `make` looks at the entries as they are when its turn comes. */
  const change = (make: () => OutboxRecord | 'nothing' | 'already_sent'): Promise<Result<boolean, CodedError>> =>
    inTurn(async () => {
      const record = make();
      if (record === 'nothing') return ok(true);
      if (record === 'already_sent') return err(codedError('outbox.already_sent', 'this decision is on its way or answered'));
      if (owesRewrite) await compact();
      // On an answer that is not on the disk nothing can be built: after a restart this record would be about another state.
      if (owesRewrite && record.kind !== 'queued') return notKept();
      if (!(await write(record))) return notKept();
      apply(record);
      await compact();
      pump();
      return ok(true);
    });

  const unlessErased = (answer: CommandAnswer): CommandAnswer =>
    answer.outcome === 'rebase' && answer.latest !== null && answer.latest.seq < Math.max(erasedAt.get(answer.latest.row.id) ?? 0, erasedAt.get(ANY_ROW) ?? 0) ? { ...answer, latest: null } : answer;

  const sent = async (entry: OutboxEntry): Promise<void> => {
    const { commandId } = entry.command;
    let result: Result<CommandAnswer, Refused>;
    try {
      result = await options.send(entry.command);
    } catch (error) {
      log.error({ error: String(error) }, 'sending a decision failed unexpectedly');
      result = err(codedError('internal', 'sending failed', true));
    }
    await inTurn(async () => {
      const at = iso();
      const attempts = find(commandId)?.attempts ?? 1;
      const judged = result.ok ? null : judgeFailure(result.error);
      const askedMs = result.ok ? 0 : (result.error.retryAfterSeconds ?? 0) * 1000;
      let record: OutboxRecord;
      // An answer to another command than ours is none.
      if (result.ok && result.value.commandId === commandId) record = { kind: 'answered', commandId, at, answer: unlessErased(result.value) };
      else if (!result.ok && judged === 'refused') record = { kind: 'answered', commandId, at, answer: { outcome: 'rejected', commandId, error: result.error } };
      else record = { kind: 'not_answered', commandId, at, maybeRecorded: judged !== 'not_taken', retryAt: iso(clock.now() + outboxRetryDelay(attempts, random.next(), askedMs)) };
      log.info({ commandId, command: entry.command.type, became: record.kind === 'answered' ? record.answer.outcome : record.kind, attempts, ...(result.ok ? {} : { code: result.error.code }) }, 'decision sent');
      if (!(await write(record))) {
        owesRewrite = true;
        // Not written is not lost: after a restart the command is sent again, and the server repeats what it has decided.
        // A refusal it has not kept; shown now, it could be another answer then. So it counts as none until it can be kept.
        if (record.kind === 'answered' && !result.ok) record = { kind: 'not_answered', commandId, at, maybeRecorded: true, retryAt: iso(clock.now() + outboxRetryDelay(attempts, random.next())) };
      }
      apply(record);
      await compact();
    });
    pump();
  };

  const wake = (ms: number): void => {
    cancelTimer?.();
    cancelTimer = timers.after(ms, () => {
      cancelTimer = null;
      pump();
    });
  };

  const pump = (): void => {
    if (pumping || !open || !usable || stopped) return;
    pumping = true;
    void inTurn(async () => {
      pumping = false;
      if (owesRewrite) await compact();
      const turn = outboxTurn(entries, options.server(), clock.now());
      for (const entry of turn.send) {
        if (!open || stopped) return;
        const record = { kind: 'sending', commandId: entry.command.commandId, at: iso() } as const;
        // Unwritten, a crash would make it look as if it had never been sent, and cancellable.
        if (!(await write(record))) return wake(outboxRetryDelay(4, random.next()));
        apply(record);
        void sent(entry);
      }
      if (turn.waitMs !== null) wake(turn.waitMs);
    });
  };

  return {
    start: () =>
      inTurn(async () => {
        try {
          const records = await journal.load();
          entries = replayOutbox(records);
          usable = true;
          written = records.length;
          owesRewrite = records.some((record) => record.kind === 'erased');
          await compact();
          log.info({ records: records.length, entries: entries.length }, 'outbox loaded');
        } catch (error) {
          log.error({ error: String(error) }, 'outbox cannot be read; decisions are not taken in this run');
        }
        options.onChange(entries);
        pump();
      }),
    line(next) {
      if (next === open) return;
      open = next;
      if (!next) {
        cancelTimer?.();
        cancelTimer = null;
        return;
      }
      void inTurn(async () => apply({ kind: 'line_opened' }));
      pump();
    },
    async queue(command) {
      const { commandId } = command;
      const made = await change(() => (find(commandId) ? 'nothing' : { kind: 'queued', command, server: options.server(), at: iso() }));
      return made.ok ? ok({ outcome: 'queued', commandId }) : made;
    },
    list: () => inTurn(async () => ok([...entries])),
    cancel: (commandId) =>
      change(() => {
        const entry = find(commandId);
        return entry && isCancellable(entry) ? { kind: 'removed', commandId, at: iso() } : 'already_sent';
      }),
    resolve: (choice) =>
      change(() => {
        const entry = find(choice.commandId);
        if (choice.choice === 'drop') return entry && isDroppable(entry) ? { kind: 'removed', commandId: choice.commandId, at: iso() } : 'already_sent';
        if (entry?.state !== 'rebase' || !mayBeSentAgain(entry.command)) return 'already_sent';
        return { kind: 'replaced', commandId: choice.commandId, at: iso(), command: { ...seenAt(entry.command, rowOf(entry.command), choice.basedOnVersion), commandId: choice.newCommandId } };
      }),
    forget: (rowIds, seq) =>
      inTurn(async () => {
        const news = (rowIds ?? [ANY_ROW]).filter((rowId) => (erasedAt.get(rowId) ?? 0) < seq);
        for (const rowId of news) erasedAt.set(rowId, seq);
        if (news.length === 0 || !usable || (written === 0 && entries.length === 0)) return;
        const record = { kind: 'erased', rowIds: rowIds === null ? null : news, before: seq, at: iso() } as const;
        // First as a line, so that it holds over a crash; then the older lines go, which tell of it.
        await write(record);
        apply(record);
        owesRewrite = true;
        await compact();
      }),
    stop() {
      stopped = true;
      cancelTimer?.();
      cancelTimer = null;
    },
  };
}
