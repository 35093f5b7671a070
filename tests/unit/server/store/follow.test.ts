import { expect, test } from 'vitest';
import type { RecordedEvent } from '../../../../core/contract/events.ts';
import { createFollower } from '../../../../server/store/follow.ts';
import { until } from '../../../support/serverApp.ts';
import { collectingLog } from '../../../support/store.ts';

const events = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => ({ seq: from + n, recordedAt: `r${from + n}` }) as RecordedEvent);
const commit = (from: number, to: number) => ({ organisationId: 'o', events: events(from, to), committedAt: 'own' });

/** A log that holds `head` events and answers when it is told to. */
function setUp(head: number) {
  const state = { head, fail: 0, reads: [] as number[], together: [] as number[], waiting: [] as (() => void)[], held: false };
  const log = collectingLog();
  const follower = createFollower({
    heads: new Map([['o', head]]),
    log,
    async read(wanted, limit) {
      state.reads.push(...wanted.map((one) => one.afterSeq));
      state.together.push(wanted.length);
      const found = new Map(wanted.map(({ organisationId, afterSeq }) => [organisationId, events(afterSeq + 1, Math.min(state.head, afterSeq + limit))]));
      if (state.held) await new Promise<void>((resolve) => state.waiting.push(resolve));
      if (state.fail > 0) {
        state.fail -= 1;
        throw new Error('not now');
      }
      return found;
    },
  });
  const told: [number, string][] = [];
  follower.onCommitted((committed) => told.push(...committed.events.map((event): [number, string] => [event.seq, committed.committedAt])));
  return { state, log, follower, told, seqs: () => told.map(([seq]) => seq) };
}

test('own commits that follow on are told at once and without a read', () => {
  const { follower, state, seqs } = setUp(5);
  follower.committed(commit(6, 7));
  follower.committed(commit(8, 8));
  expect([seqs(), state.reads]).toEqual([[6, 7, 8], []]);
});

test('an own commit behind somebody else\'s waits for theirs; nothing is told twice', async () => {
  const { follower, state, told, seqs } = setUp(5);
  state.head = 9;
  follower.committed(commit(8, 9));
  follower.reaches('o', 7, 'theirs');
  expect(seqs()).toEqual([]);
  await follower.idle();
  expect(seqs()).toEqual([6, 7, 8, 9]);
  follower.reaches('o', 9, 'late');
  follower.committed(commit(9, 9));
  await follower.idle();
  expect(told).toHaveLength(4);
});

test('own commits that come during a read are told once, in order', async () => {
  const { follower, state, seqs } = setUp(5);
  state.held = true;
  state.head = 6;
  follower.reaches('o', 6, 'theirs');
  await until(() => state.waiting.length === 1, 'the read is under way');
  state.head = 8;
  follower.committed(commit(7, 8));
  state.held = false;
  state.waiting.splice(0).forEach((go) => go());
  await follower.idle();
  expect(seqs()).toEqual([6, 7, 8]);
});

test('far behind is read in portions; the time of the commit is theirs where it is known', async () => {
  const { follower, state, told, seqs } = setUp(0);
  state.head = 1_203;
  follower.reaches('o', 1_203, 'theirs');
  await follower.idle();
  expect(seqs()).toEqual(events(1, 1_203).map((event) => event.seq));
  expect(state.reads).toEqual([0, 500, 1_000]);
  expect([told[0], told.at(-1)]).toEqual([[1, 'r500'], [1_203, 'theirs']]);
});

test('a read that fails is tried again until it succeeds', async () => {
  const { follower, state, log, seqs } = setUp(5);
  state.head = 6;
  state.fail = 2;
  follower.reaches('o', 6, null);
  await until(() => seqs().length === 1, 'the third try');
  expect(log.lines.filter((line) => line.level === 'warn')).toHaveLength(2);
});

test('a position that the log does not have is given up, and does not hide what comes later', async () => {
  const { follower, log, seqs } = setUp(5);
  follower.reaches('o', 900, null);
  await follower.idle();
  expect(log.lines.map((line) => line.message)).toEqual(['announced events are not in the log']);
  follower.committed(commit(6, 6));
  expect(seqs()).toEqual([6]);
});

test('an organisation that came later begins at its first event; a listener that throws does not silence the others', () => {
  const { follower, log } = setUp(5);
  const heard: string[] = [];
  follower.onCommitted(() => {
    throw new Error('mine');
  });
  const forget = follower.onCommitted((committed) => heard.push(committed.organisationId));
  follower.committed({ organisationId: 'new', events: events(1, 2), committedAt: 'own' });
  forget();
  follower.committed({ organisationId: 'new', events: events(3, 3), committedAt: 'own' });
  expect(heard).toEqual(['new']);
  expect(log.lines.map((line) => line.level)).toEqual(['error', 'error']);
});

test('organisations that are behind together are read together, at most a hundred in one read', async () => {
  const { follower, state } = setUp(5);
  const heard = new Map<string, number[]>();
  follower.onCommitted(({ organisationId, events: all }) => heard.set(organisationId, [...(heard.get(organisationId) ?? []), ...all.map((event) => event.seq)]));
  state.head = 2;
  for (let n = 0; n < 130; n += 1) follower.reaches(`new ${n}`, 2, 'theirs');
  await follower.idle();
  expect(state.together).toEqual([100, 30]);
  expect([heard.size, ...new Set([...heard.values()].map((seqs) => seqs.join()))]).toEqual([130, '1,2']);
});

test('what nobody here wants is not read, and is not told later when somebody does', async () => {
  const log = collectingLog();
  const reads: number[] = [];
  const follower = createFollower({
    heads: new Map([['o', 5]]),
    log,
    async read(wanted) {
      reads.push(...wanted.map((one) => one.afterSeq));
      return new Map(wanted.map(({ organisationId, afterSeq }) => [organisationId, events(afterSeq + 1, 8)]));
    },
  });
  let interested = false;
  const seqs: number[] = [];
  follower.onCommitted(({ events: all }) => seqs.push(...all.map((event) => event.seq)), () => interested);
  follower.reaches('o', 7, 'theirs');
  await follower.idle();
  interested = true;
  follower.reaches('o', 8, 'theirs');
  await follower.idle();
  expect([reads, seqs, log.lines]).toEqual([[7], [8], []]);
});

test('closing ends a read that will not succeed', async () => {
  const { follower, state, seqs } = setUp(5);
  state.head = 6;
  state.fail = Number.MAX_SAFE_INTEGER;
  follower.reaches('o', 6, null);
  follower.close();
  await follower.idle();
  expect(seqs()).toEqual([]);
});

test('a position that somebody made up, of an organisation that nobody here follows, silences nothing later', async () => {
  let wanted = false;
  const state = { head: 5 };
  const follower = createFollower({
    heads: new Map([['o', 5]]),
    log: collectingLog(),
    read: (all, limit) => Promise.resolve(new Map(all.map(({ organisationId, afterSeq }) => [organisationId, events(afterSeq + 1, Math.min(state.head, afterSeq + limit))]))),
  });
  const seqs: number[] = [];
  follower.onCommitted((committed) => seqs.push(...committed.events.map((event) => event.seq)), () => wanted);
  follower.reaches('o', Number.MAX_SAFE_INTEGER, 'made up');
  wanted = true;
  state.head = 7;
  follower.committed(commit(6, 6));
  follower.reaches('o', 7, 'theirs');
  await follower.idle();
  expect(seqs).toEqual([6, 7]);
});
