import { sql } from 'kysely';
import type { Command, CommandAnswer } from '../../core/contract/commands.ts';
import { codedError } from '../../core/contract/errors.ts';
import { may } from '../../core/domain/access/may.ts';
import { visibleRow } from '../../core/domain/access/rows.ts';
import { draftUpdated, type DraftContext, type EventDraft } from '../../core/domain/record/drafts.ts';
import { instant, type StoreInternals } from './internals.ts';
import { latestEvent, readRows } from './reads.ts';
import { actorOf, type Device } from './store.ts';
import type { Writing } from './write.ts';

/**
 * Decides a command, records its event and remembers the answer, in one transaction. The organisation's row is held,
 * so the version that is compared cannot change before the event is written.
 */
export async function decideCommand(internals: StoreInternals, organisationId: string, device: Device, command: Command): Promise<CommandAnswer> {
  // Not remembered: who may not decide is not told what somebody else's decision of that id came to either.
  if (!may(device, `command:${command.type}`, { organisationId }).allowed) {
    return { outcome: 'rejected', commandId: command.commandId, error: codedError('auth.forbidden', 'This device may not decide that.') };
  }
  return internals.writer.write(organisationId, async (writing) => {
    const { tx } = writing;
    const before = await tx.selectFrom('commands').select('answer').where('organisationId', '=', organisationId).where('commandId', '=', command.commandId).executeTakeFirst();
    if (before) return before.answer as CommandAnswer;
    const answer = await decide(internals, writing, organisationId, device, command);
    await sql`
      insert into commands (organisation_id, command_id, device_id, type, answer, decided_at)
      values (${organisationId}, ${command.commandId}, ${device.id}, ${command.type}, ${JSON.stringify(answer)}::jsonb, ${instant(internals.clock)})
    `.execute(tx);
    return answer;
  });
}

async function decide(internals: StoreInternals, { tx, record }: Writing, organisationId: string, device: Device, command: Command): Promise<CommandAnswer> {
  const { commandId } = command;
  const context: DraftContext = { actor: actorOf(device), source: null, deliveryId: null };
  const rejected = (code: 'request.not_found' | 'command.not_possible', message: string): CommandAnswer => ({ outcome: 'rejected', commandId, error: codedError(code, message) });
  const rebase = async (rowId: string): Promise<CommandAnswer> => ({ outcome: 'rebase', commandId, latest: await latestEvent(tx, organisationId, rowId) });
  const accept = async (draft: EventDraft | null, seqNow: number): Promise<CommandAnswer> => {
    // Nothing differs: what the person wanted already stands.
    if (!draft) return { outcome: 'accepted', commandId, seq: seqNow };
    const [event] = await record([draft]);
    return { outcome: 'accepted', commandId, seq: event?.seq ?? seqNow };
  };

  switch (command.type) {
    case 'alert.acknowledge': {
      const [alert] = await readRows(tx, organisationId, 'alerts', [command.alertId]);
      // What a device may not see is for it as if it were not there.
      if (!alert || !visibleRow(device, 'alerts', alert)) return rejected('request.not_found', 'There is no such alert.');
      if (alert.version !== command.basedOnVersion) return rebase(alert.id);
      if (alert.state !== 'open') return rejected('command.not_possible', `The alert is already ${alert.state}.`);
      const fields = { state: 'acknowledged', acknowledgedAt: instant(internals.clock), acknowledgedBy: context.actor.name } as const;
      return accept(draftUpdated('alert.acknowledged', 'alerts', alert.weddingId, alert, fields, null, context), alert.seq);
    }
    case 'runsheet.item.set_status': {
      const [item] = await readRows(tx, organisationId, 'runSheetItems', [command.itemId]);
      if (!item || !visibleRow(device, 'runSheetItems', item)) return rejected('request.not_found', 'There is no such item on a run sheet.');
      if (item.version !== command.basedOnVersion) return rebase(item.id);
      return accept(draftUpdated('runsheet.item.updated', 'runSheetItems', item.weddingId, item, { status: command.status }, null, context), item.seq);
    }
  }
}
