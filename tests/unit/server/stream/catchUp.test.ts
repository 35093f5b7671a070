import { describe, expect, it } from 'vitest';
import { modeFor, REPLAY_LIMIT } from '../../../../server/stream/catchUp.ts';

describe('how a client is brought up to date', () => {
  const cases: [string, Parameters<typeof modeFor>[0], number, ReturnType<typeof modeFor>][] = [
    ['holds nothing', null, 10, 'snapshot'],
    ['comes from another log', { epoch: 'other', seq: 5 }, 10, 'snapshot'],
    ['is ahead of this log', { epoch: 'e', seq: 11 }, 10, 'snapshot'],
    ['is current', { epoch: 'e', seq: 10 }, 10, 'resume'],
    ['has the empty log', { epoch: 'e', seq: 0 }, 0, 'resume'],
    ['is as far behind as may be', { epoch: 'e', seq: 10 }, 10 + REPLAY_LIMIT, 'resume'],
    ['is one too far behind', { epoch: 'e', seq: 10 }, 11 + REPLAY_LIMIT, 'snapshot'],
  ];
  it.each(cases)('one that %s', (_name, cursor, head, mode) => expect(modeFor(cursor, 'e', head)).toBe(mode));
});
