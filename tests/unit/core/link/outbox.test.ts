import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Command, CommandAnswer } from '../../../../core/contract/commands.ts';
import { codedError } from '../../../../core/contract/errors.ts';
import type { OutboxRecord } from '../../../../core/contract/outbox.ts';
import { rowOf, seenRows } from '../../../../core/link/commandRows.ts';
import { compactOutbox, isCancellable, isUnanswered, judgeFailure, OUTBOX_FINISHED_KEPT, OUTBOX_PARALLEL, OUTBOX_RETRY_CAP_MS, outboxRetryDelay, outboxTurn, replayOutbox, stepOutbox, type OutboxEntries } from '../../../../core/link/outbox.ts';

const HERE = 'http://127.0.0.1:4317';
const id = (kind: number, index: number): string => `018f0000-0000-7${kind.toString(16).padStart(3, '0')}-8000-${index.toString(16).padStart(12, '0')}`;
const iso = (ms: number): string => new Date(ms).toISOString();
const setStatus = (n: number, row: number, basedOnVersion = 1): Command => ({ type: 'runsheet.item.set_status', commandId: id(1, n), itemId: id(2, row), basedOnVersion, status: 'done' });
const queue = (n: number, row: number, at = 0): OutboxRecord => ({ kind: 'queued', command: setStatus(n, row), server: HERE, at: iso(at) });
const sending = (n: number, at = 0): OutboxRecord => ({ kind: 'sending', commandId: id(1, n), at: iso(at) });
const answered = (n: number, answer: CommandAnswer, at = 0): OutboxRecord => ({ kind: 'answered', commandId: id(1, n), at: iso(at), answer });
const accepted = (n: number): CommandAnswer => ({ outcome: 'accepted', commandId: id(1, n), seq: 9 });
const rebase = (n: number): CommandAnswer => ({ outcome: 'rebase', commandId: id(1, n), latest: null });
const after = (...records: OutboxRecord[]): OutboxEntries => records.reduce<OutboxEntries>(stepOutbox, []);
const states = (entries: OutboxEntries): string[] => entries.map((entry) => entry.state);
const turn = (entries: OutboxEntries, now = 0): string[] => outboxTurn(entries, HERE, now).send.map((entry) => entry.command.commandId);

describe('the outbox', () => {
  it('sends different rows side by side up to its limit, one row in order', () => {
    const many = after(...Array.from({ length: 7 }, (_, n) => queue(n, n)), queue(7, 0));
    expect(turn(many)).toEqual([0, 1, 2, 3].map((n) => id(1, n)));
    const going = [0, 1, 2, 3].reduce((entries, n) => stepOutbox(entries, sending(n)), many);
    expect(turn(going)).toEqual([]);
    expect(turn(stepOutbox(going, answered(0, accepted(0))))).toEqual([id(1, 4)]);
    const one = after(queue(1, 1), queue(2, 1));
    expect(turn(one)).toEqual([id(1, 1)]);
    expect(turn(stepOutbox(stepOutbox(one, sending(1)), answered(1, accepted(1))))).toEqual([id(1, 2)]);
  });

  it('asks again after no answer, later each time, at once when the line is back, and never takes that back', () => {
    const lost = after(queue(1, 1), sending(1), { kind: 'not_answered', commandId: id(1, 1), at: iso(0), maybeRecorded: true, retryAt: iso(800) });
    expect(states(lost)).toEqual(['unknown']);
    expect(outboxTurn(lost, HERE, 100)).toEqual({ send: [], waitMs: 700 });
    expect(turn(lost, 800)).toHaveLength(1);
    // A clock set back must not make it wait for an hour.
    expect(turn(lost, -3_600_000)).toHaveLength(1);
    expect(turn(stepOutbox(lost, { kind: 'line_opened' }), 0)).toHaveLength(1);
    expect(lost.some(isCancellable)).toBe(false);
    expect(states(stepOutbox(lost, { kind: 'removed', commandId: id(1, 1), at: iso(1) }))).toEqual([]);
    const delays = [1, 2, 3, 9, 50].map((attempt) => outboxRetryDelay(attempt, 0.999));
    expect(delays).toEqual([...delays].sort((a, b) => a - b));
    expect(Math.max(...delays)).toBeLessThanOrEqual(OUTBOX_RETRY_CAP_MS);
  });

  it('refused unread it is queued again and can still be taken back, unless an earlier attempt may have arrived', () => {
    const busy = { kind: 'not_answered', commandId: id(1, 1), at: iso(0), maybeRecorded: false, retryAt: iso(1) } as const;
    const refused = after(queue(1, 1), sending(1), busy);
    expect(states(refused)).toEqual(['queued']);
    expect(refused.every(isCancellable)).toBe(true);
    expect(states(after(queue(1, 1), sending(1), { ...busy, maybeRecorded: true }, sending(1), busy))).toEqual(['unknown']);
  });

  it('cannot be taken back while it is sent, and an answered one stays as it is', () => {
    const going = after(queue(1, 1), sending(1));
    expect(stepOutbox(going, { kind: 'removed', commandId: id(1, 1), at: iso(0) })).toBe(going);
    const done = stepOutbox(going, answered(1, accepted(1)));
    expect(stepOutbox(done, answered(1, rebase(1)))).toBe(done);
    expect(stepOutbox(done, sending(1))).toBe(done);
  });

  it('lets the person decide again over what stands now, in one step', () => {
    const overtaken = after(queue(1, 1), queue(5, 5), sending(1), answered(1, rebase(1)));
    const again = stepOutbox(overtaken, { kind: 'replaced', commandId: id(1, 1), at: iso(5), command: setStatus(9, 1, 4) });
    expect(again.map((entry) => [entry.command.commandId, entry.state, seenRows(entry.command)[0]?.version])).toEqual([[id(1, 5), 'queued', 1], [id(1, 9), 'queued', 4]]);
    expect(states(stepOutbox(overtaken, { kind: 'removed', commandId: id(1, 1), at: iso(5) }))).toEqual(['queued']);
  });

  it('lifts the second decision over the first once that is recorded, but only the one that follows', () => {
    const two = after(queue(1, 1), queue(2, 1), queue(3, 1), queue(4, 2), sending(1), answered(1, accepted(1)));
    expect(two.map((entry) => seenRows(entry.command)[0]?.version)).toEqual([1, 2, 1, 1]);
    const three = [sending(2), answered(2, accepted(2))].reduce<OutboxEntries>(stepOutbox, two);
    expect(three.map((entry) => seenRows(entry.command)[0]?.version)).toEqual([1, 2, 3, 1]);
    expect(after(queue(1, 1), queue(2, 1), sending(1), answered(1, rebase(1))).map((entry) => seenRows(entry.command)[0]?.version).at(-1)).toBe(1);
  });

  it('after a restart asks again what was under way', () => {
    const [entry] = replayOutbox([queue(1, 1), sending(1)]);
    expect(entry).toMatchObject({ state: 'unknown', maybeRecorded: true, attempts: 1 });
  });

  it('is sent only to the server whose record it is about', () => expect(outboxTurn(after(queue(1, 1)), 'embedded', 0).send).toEqual([]));

  it.each([
    ['server.unreachable', true, 'unknown'],
    ['intake.store_unavailable', true, 'unknown'],
    ['internal', false, 'unknown'],
    ['request.too_many', true, 'not_taken'],
    ['auth.revoked', false, 'not_taken'],
    ['auth.forbidden', false, 'refused'],
    ['request.invalid', false, 'refused'],
  ] as const)('judges %s (retryable %s) as %s', (code, retryable, judged) => expect(judgeFailure(codedError(code, '', retryable))).toBe(judged));

  it('keeps the last answered ones, and every overtaken one that waits for a person', () => {
    let entries = after(queue(1000, 1000), sending(1000), answered(1000, rebase(1000)));
    for (let n = 0; n < 80; n += 1) entries = [queue(n, n), sending(n), answered(n, accepted(n), n)].reduce<OutboxEntries>(stepOutbox, entries);
    expect(states(entries).filter((state) => state === 'accepted')).toHaveLength(OUTBOX_FINISHED_KEPT);
    expect(entries.map((entry) => entry.command.commandId)).toEqual([id(1, 1000), ...Array.from({ length: OUTBOX_FINISHED_KEPT }, (_, n) => id(1, n + 30))]);
  });
});

/** A person, a line that breaks, a process that is killed, and a server that answers each command id once and for all. */
const Action = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('decide' as const), row: fc.nat(3) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('send' as const) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('end' as const), pick: fc.nat(20), with: fc.constantFrom('answer' as const, 'lost' as const, 'arrived_lost' as const, 'busy' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), pick: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('compact' as const) }) },
);

it('whatever happens: order per row, one definitive answer, nothing lost at any prefix of the journal', () => {
  fc.assert(
    fc.property(fc.array(Action, { maxLength: 120 }), (actions) => {
      let journal: OutboxRecord[] = [];
      let entries: OutboxEntries = [];
      let next = 0;
      let now = 0;
      const decided = new Map<string, CommandAnswer>();
      /** Commands as the server took them, per row. */
      const taken = new Map<string, string[]>();
      const gone = new Set<string>();
      const put = (record: OutboxRecord): void => {
        const was = entries;
        journal.push(record);
        entries = stepOutbox(entries, record);
        for (const entry of was) {
          const still = entries.find((other) => other.command.commandId === entry.command.commandId);
          if (!isUnanswered(entry) && still) expect([still.state, still.answer]).toEqual([entry.state, entry.answer]);
        }
      };
      const arrive = (command: Command): CommandAnswer => {
        const before = decided.get(command.commandId);
        if (before) return before;
        const answer: CommandAnswer = next % 5 === 4 ? { outcome: 'rebase', commandId: command.commandId, latest: null } : { outcome: 'accepted', commandId: command.commandId, seq: 1 };
        decided.set(command.commandId, answer);
        taken.set(rowOf(command), [...(taken.get(rowOf(command)) ?? []), command.commandId]);
        return answer;
      };
      for (const action of actions) {
        now += 40_000;
        const under = entries.filter((entry) => entry.state === 'sending');
        switch (action.do) {
          case 'decide':
            put(queue((next += 1), action.row, now));
            break;
          case 'send':
            for (const entry of outboxTurn(entries, HERE, now).send) put({ kind: 'sending', commandId: entry.command.commandId, at: iso(now) });
            break;
          case 'end': {
            const entry = under[action.pick % Math.max(1, under.length)];
            if (!entry) break;
            const { commandId } = entry.command;
            if (action.with === 'answer') {
              put({ kind: 'answered', commandId, at: iso(now), answer: arrive(entry.command) });
              // What comes late, or twice, or contradicts, changes nothing.
              put({ kind: 'answered', commandId, at: iso(now), answer: { outcome: 'rejected', commandId, error: codedError('internal', 'late') } });
            } else {
              if (action.with === 'arrived_lost') arrive(entry.command);
              put({ kind: 'not_answered', commandId, at: iso(now), maybeRecorded: action.with !== 'busy', retryAt: iso(now + 1000) });
            }
            break;
          }
          case 'cancel': {
            const free = entries.filter(isCancellable);
            const entry = free[action.pick % Math.max(1, free.length)];
            if (!entry) break;
            // Taken back means: the server never had it.
            expect(decided.has(entry.command.commandId)).toBe(false);
            gone.add(entry.command.commandId);
            put({ kind: 'removed', commandId: entry.command.commandId, at: iso(now) });
            break;
          }
          case 'restart': {
            // The kill may have come before the last records were durable; none of them was shown.
            entries = replayOutbox(journal);
            break;
          }
          case 'compact':
            journal = compactOutbox(entries);
            break;
        }
        expect(entries.filter((entry) => entry.state === 'sending').length).toBeLessThanOrEqual(OUTBOX_PARALLEL);
        const rows = entries.filter((entry) => entry.state === 'sending').map((entry) => rowOf(entry.command));
        expect(new Set(rows).size).toBe(rows.length);
      }
      // Per row the server took them in the order in which they were decided: ids count up.
      for (const ids of taken.values()) expect(ids).toEqual([...ids].sort());
      for (let length = 0; length <= journal.length; length += 1) {
        const prefix = journal.slice(0, length);
        const found = new Set(replayOutbox(prefix).map((entry) => entry.command.commandId));
        const removed = new Set(prefix.flatMap((record) => (record.kind === 'removed' ? [record.commandId] : [])));
        const wanted = prefix.flatMap((record) => (record.kind === 'queued' ? [record.command.commandId] : record.kind === 'kept' ? [record.entry.command.commandId] : []));
        const finished = prefix.filter((record) => record.kind === 'answered').length;
        if (finished <= OUTBOX_FINISHED_KEPT) expect(wanted.filter((each) => !removed.has(each) && !found.has(each))).toEqual([]);
        expect([...found].filter((each) => removed.has(each))).toEqual([]);
      }
    }),
    { numRuns: 300 },
  );
});
