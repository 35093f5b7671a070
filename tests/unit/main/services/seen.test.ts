import { expect, it } from 'vitest';
import { codedError, type CodedError } from '../../../../core/contract/errors.ts';
import type { Command } from '../../../../core/contract/commands.ts';
import type { QueuedAnswer } from '../../../../core/contract/outbox.ts';
import { err, ok, type Result } from '../../../../core/contract/result.ts';
import { createSeen } from '../../../../main/services/seen.ts';
import { alert, keyed, state, testId } from '../../../support/builders.ts';

function make(row = alert({ version: 4 }), kept = true) {
  const queued: Command[] = [];
  const failed: string[] = [];
  const seen = createSeen({
    state: () => state({ alerts: keyed(row) }),
    newId: () => 'new',
    queue: async (command): Promise<Result<QueuedAnswer, CodedError>> => {
      queued.push(command);
      return kept ? ok({ outcome: 'queued', commandId: command.commandId }) : err(codedError('outbox.not_kept', 'the disk is full'));
    },
    failed: (alertId, error) => failed.push(`${alertId} ${error.code}`),
  });
  return { row, queued, failed, seen };
}

it('acknowledges the alert as it stands here', async () => {
  const { row, queued, failed, seen } = make();
  await seen(row.id);
  expect(queued).toEqual([{ type: 'alert.acknowledge', commandId: 'new', alertId: row.id, basedOnVersion: 4 }]);
  expect(failed).toEqual([]);
});

it.each(['acknowledged', 'resolved'] as const)('decides nothing about one that is %s, nor about one that is not there', async (at) => {
  const { row, queued, seen } = make(alert({ state: at }));
  await seen(row.id);
  await seen(testId());
  expect(queued).toEqual([]);
});

it('says when it could not be kept', async () => {
  const { row, failed, seen } = make(alert(), false);
  await seen(row.id);
  expect(failed).toEqual([`${row.id} outbox.not_kept`]);
});
