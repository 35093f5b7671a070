import { sql } from 'kysely';
import type { Command, CommandAnswer } from '../../core/contract/commands.ts';
import { codedError } from '../../core/contract/errors.ts';
import { alertsFor } from '../../core/domain/alerts/alerts.ts';
import { may } from '../../core/domain/access/may.ts';
import { visibleRow } from '../../core/domain/access/rows.ts';
import { draftUpdated, type EventDraft } from '../../core/domain/record/drafts.ts';
import { alertsAbout } from './alertsAbout.ts';
import { assignParked, doneWhenLast } from './assigning.ts';
import { bringBack } from './deciding/bringBack.ts';
import { retryPush, saveCalendar } from './deciding/calendars.ts';
import { followAssigned } from './links/afterAssigning.ts';
import { createDeciding, type Deciding, type Trace } from './deciding/deciding.ts';
import { settleDifference } from './deciding/differences.ts';
import { letFollow } from './deciding/letFollow.ts';
import { carryOut, setBookingStatus } from './deciding/plans.ts';
import { saveRules } from './deciding/rules.ts';
import { saveAllocation, saveLimit, saveResource } from './deciding/taking.ts';
import { discardLot, releaseLot } from './held.ts';
import { instant, type StoreInternals } from './internals.ts';
import { pausedAfter, pauseIn } from './pausing.ts';
import { deadAlertsSettled, putAway } from './putAway.ts';
import { readRows } from './rows.ts';
import { actorOf, type AskedFirst, type AuditLine, type Device } from './store.ts';

/**
 * Decides a command, records its event and remembers the answer, in one transaction. The organisation's row is held,
 * so the version that is compared cannot change before the event is written.
 */
export async function decideCommand(internals: StoreInternals, organisationId: string, device: Device, command: Command, asked: AskedFirst, audit: (line: AuditLine) => void): Promise<CommandAnswer> {
  // Not remembered: who may not decide is not told what somebody else's decision of that id came to either.
  if (!may(device, `command:${command.type}`, { organisationId }).allowed) {
    return { outcome: 'rejected', commandId: command.commandId, error: codedError('auth.forbidden', 'This device may not decide that.') };
  }
  const traces: Trace[] = [];
  const decided = await internals.writer.write(organisationId, async (writing) => {
    const { tx } = writing;
    const before = await tx.selectFrom('commands').select('answer').where('organisationId', '=', organisationId).where('commandId', '=', command.commandId).executeTakeFirst();
    if (before) return before.answer as CommandAnswer;
    const deciding = createDeciding({ internals, writing, organisationId, device, asked, context: { actor: actorOf(device), source: null, deliveryId: null } }, command.commandId);
    const answer = await decide(deciding, command);
    traces.push(...deciding.traces);
    await sql`
      insert into commands (organisation_id, command_id, device_id, type, answer, decided_at, reason)
      values (${organisationId}, ${command.commandId}, ${device.id}, ${command.type}, ${JSON.stringify(answer)}::jsonb, ${instant(internals.clock)}, ${deciding.passed()})
    `.execute(tx);
    return answer;
  });
  if (decided.outcome === 'accepted') {
    afterwards(internals, command);
    for (const { action, subject } of traces) audit({ organisationId, at: instant(internals.clock), action, actor: device.id, subject, outcome: 'ok' });
  }
  return decided;
}

/** What a decision means for the workers and the intake of this process. */
function afterwards(internals: StoreInternals, command: Command): void {
  if (command.type === 'connection.pause' || command.type === 'connection.resume') pausedAfter(internals, command.connectionId);
  if (command.type === 'review.release') internals.callWorkers();
}

async function decide(deciding: Deciding, command: Command): Promise<CommandAnswer> {
  const { internals, writing, organisationId, device, context, rejected, rebase } = deciding;
  const { tx } = writing;
  const { commandId } = command;
  const accept = (draft: EventDraft | null, seqNow: number, alongside: readonly EventDraft[] = []): Promise<CommandAnswer> => deciding.accept(draft ? [draft, ...alongside] : [], seqNow);

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
    case 'connection.pause':
    case 'connection.resume': {
      const [connection] = await readRows(tx, organisationId, 'connections', [command.connectionId]);
      if (!connection || !visibleRow(device, 'connections', connection)) return rejected('request.not_found', 'There is no such connection.');
      if (await deciding.overtaken('connections', connection, command.basedOnVersion)) return rebase(connection.id);
      const paused = command.type === 'connection.pause';
      const seq = await pauseIn(internals, writing, organisationId, connection, { paused, actor: context.actor, reason: paused ? command.reason : null });
      return { outcome: 'accepted', commandId, seq: seq ?? connection.seq };
    }
    case 'conflict.override': {
      const [conflict] = await readRows(tx, organisationId, 'conflicts', [command.conflictId]);
      if (!conflict || !visibleRow(device, 'conflicts', conflict)) return rejected('request.not_found', 'There is no such conflict.');
      if (conflict.version !== command.basedOnVersion) return rebase(conflict.id);
      if (conflict.state !== 'open') return rejected('command.not_possible', `The conflict is already ${conflict.state}.`);
      const [limit] = conflict.limitId ? await readRows(tx, organisationId, 'limits', [conflict.limitId]) : [];
      if (limit && !(limit.overridableBy as readonly string[]).includes(device.role)) return rejected('conflict.past_limit', `${limit.name} is not for this role to pass.`);
      deciding.traces.push({ action: 'conflict.overridden', subject: conflict.id });
      const fields = { state: 'overridden', settledAt: instant(internals.clock), settledBy: context.actor.name, settledBecause: command.reason } as const;
      const draft = draftUpdated('conflict.overridden', 'conflicts', conflict.weddingId, conflict, fields, null, context);
      const view = await alertsAbout(tx, organisationId, conflict.id);
      const settled = view.unresolvedAlerts(conflict.id).flatMap((alert) => draftUpdated('alert.resolved', 'alerts', alert.weddingId, alert, { state: 'resolved' }, null, context) ?? []);
      return accept(draft, conflict.seq, settled);
    }
    case 'resource.save':
      return saveResource(deciding, command);
    case 'allocation.save':
      return saveAllocation(deciding, command);
    case 'limit.save':
      return saveLimit(deciding, command);
    case 'rules.save':
      return saveRules(deciding, command);
    case 'calendar.save':
      return saveCalendar(deciding, command);
    case 'push.retry':
      return retryPush(deciding, command);
    case 'difference.settle':
      return settleDifference(deciding, command);
    case 'booking.set_status':
      return setBookingStatus(deciding, command);
    case 'booking.bring_back':
      return bringBack(deciding, command);
    case 'plan.carry_out':
      return carryOut(deciding, command);
    case 'wedding.let_follow':
      return letFollow(deciding, command);
    case 'review.release':
    case 'review.discard':
    case 'review.assign': {
      const [card] = await readRows(tx, organisationId, 'reviewItems', [command.reviewId]);
      if (!card || !visibleRow(device, 'reviewItems', card)) return rejected('request.not_found', 'There is no such entry.');
      if (card.version !== command.basedOnVersion) return rebase(card.id);
      const kinds = { 'review.release': ['held'], 'review.discard': ['held', 'parked', 'quarantined', 'dead'], 'review.assign': ['parked'] }[command.type];
      if (!kinds.includes(card.kind) || card.state !== 'open') return rejected('command.not_possible', 'It does not wait for that.');
      const now = internals.clock.now();
      const newId = () => internals.ids.next();
      const given: EventDraft[] = [];
      if (command.type === 'review.assign') {
        const [wedding] = await readRows(tx, organisationId, 'weddings', [command.weddingId]);
        if (!wedding || !visibleRow(device, 'weddings', wedding)) return rejected('request.not_found', 'There is no such wedding.');
        const assigning = { card, wedding, context, now, newId };
        given.push(...(await assignParked(tx, organisationId, assigning)));
        if (given.length === 0) return rejected('command.not_possible', 'Nothing behind it is without a wedding.');
        given.push(...(await followAssigned(tx, organisationId, given, assigning)));
      }
      if (command.type === 'review.assign') await doneWhenLast(tx, organisationId, card);
      else if (command.type === 'review.release') await releaseLot(tx, card.connectionId);
      else {
        deciding.traces.push({ action: 'review.discarded', subject: card.id });
        if (card.kind === 'held') await discardLot(tx, card.connectionId, instant(internals.clock));
        else await putAway(tx, organisationId, card, instant(internals.clock));
        given.push(...(await deadAlertsSettled(tx, organisationId, [card], context)));
      }
      const draft = draftUpdated('review.resolved', 'reviewItems', null, card, { state: 'resolved' }, null, context);
      const settled = draft ? alertsFor([draft], await alertsAbout(tx, organisationId, card.id), now, context, newId) : [];
      return accept(draft, card.seq, [...settled, ...given]);
    }
  }
}
