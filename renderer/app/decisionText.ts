import type { Command } from '../../core/contract/commands.ts';
import type { ReviewItem } from '../../core/contract/record/attention.ts';
import type { Push } from '../../core/contract/record/calendars.ts';
import type { Tables } from '../../core/domain/record/state.ts';
import { isolated } from '../components/format.ts';
import { conflictTitle } from '../conflicts/words.ts';
import { t } from '../i18n/index.ts';

/** Only of what the brake has stopped something is thrown away: a fact without a wedding stays and belongs to none, anything else needs nothing. */
function discardWord(type: 'review.release' | 'review.discard', item: ReviewItem | undefined) {
  if (type === 'review.release') return 'release';
  if (item === undefined || item.kind === 'held') return 'discard';
  return item.kind === 'parked' && item.reason === 'normalise.no_wedding_matched' ? 'none' : 'nothing';
}

function conflictName(id: string, tables: Tables): string {
  const conflict = tables.conflicts[id];
  return conflict ? conflictTitle(tables, conflict) : t('outbox.unknownConflict');
}

const takingName = ({ collection, id }: { readonly collection: 'weddings' | 'bookings' | 'allocations' | 'runSheetItems'; readonly id: string }, tables: Tables): string => isolated(tables[collection][id]?.title ?? t('outbox.unknownEntry'));

const subjectName = (about: Pick<Push, 'subject'> | undefined, tables: Tables): string => (about ? takingName(about.subject, tables) : t('outbox.unknownEntry'));

/** A decision in one line: what is to happen to what. */
export function decisionText(command: Command, tables: Tables): string {
  switch (command.type) {
    case 'alert.acknowledge':
      return t('outbox.what.acknowledge', { title: isolated(tables.alerts[command.alertId]?.title ?? t('outbox.unknownAlert')) });
    case 'runsheet.item.set_status':
      return t(`outbox.what.${command.status}`, { title: isolated(tables.runSheetItems[command.itemId]?.title ?? t('outbox.unknownItem')) });
    case 'connection.pause':
    case 'connection.resume':
      return t(`outbox.what.${command.type === 'connection.pause' ? 'pause' : 'resume'}`, { title: isolated(tables.connections[command.connectionId]?.name ?? t('outbox.unknownConnection')) });
    case 'review.release':
    case 'review.discard':
      return t(`outbox.what.${discardWord(command.type, tables.reviewItems[command.reviewId])}`, { title: isolated(tables.reviewItems[command.reviewId]?.title ?? t('outbox.unknownReview')) });
    case 'conflict.override':
      return t(tables.conflicts[command.conflictId]?.kind === 'limit' ? 'outbox.what.overrideLimit' : 'outbox.what.override', { title: conflictName(command.conflictId, tables) });
    case 'resource.save':
      return t('outbox.what.resource', { title: isolated(command.name) });
    case 'allocation.save':
      return t('outbox.what.allocation', { title: isolated(command.title) });
    case 'limit.save':
      return t('outbox.what.limit', { title: isolated(command.name) });
    case 'rules.save':
      return t('outbox.what.rules');
    case 'calendar.save':
      return t('outbox.what.calendar', { title: isolated(tables.calendars[command.calendarId]?.name ?? t('outbox.unknownCalendar')) });
    case 'push.retry':
      return t('outbox.what.push', { title: subjectName(tables.pushes[command.pushId], tables) });
    case 'difference.settle':
      return t(`outbox.what.${command.keep}`, { title: subjectName(tables.differences[command.differenceId], tables) });
    case 'booking.set_status':
      return t(`outbox.what.${command.status}`, { title: takingName(command, tables) });
    case 'booking.bring_back':
      return t('outbox.what.bringBack', { title: takingName(command, tables) });
    case 'plan.carry_out': {
      const [first, ...others] = command.moves;
      return first && others.length === 0 ? t('outbox.what.move', { title: takingName(first, tables) }) : t('outbox.what.plan', { count: command.moves.length });
    }
    case 'wedding.let_follow':
      return t(command.back ? 'outbox.what.letBack' : 'outbox.what.letFollow', { count: command.rows.length, title: isolated(tables.weddings[tables.alerts[command.alertId]?.weddingId ?? '']?.title ?? t('deliveries.someWedding')) });
    case 'review.assign':
      return t('outbox.what.assign', { title: isolated(tables.reviewItems[command.reviewId]?.title ?? t('outbox.unknownReview')), wedding: isolated(tables.weddings[command.weddingId]?.title ?? t('deliveries.someWedding')) });
  }
}

/** Whether sending it again could still change anything. */
export function stillPossible(command: Command, tables: Tables): boolean {
  switch (command.type) {
    case 'alert.acknowledge':
      return tables.alerts[command.alertId]?.state === 'open';
    case 'runsheet.item.set_status': {
      const item = tables.runSheetItems[command.itemId];
      return item !== undefined && item.status !== command.status;
    }
    case 'connection.pause': {
      const health = tables.connections[command.connectionId]?.health;
      return health !== undefined && health !== 'paused';
    }
    case 'connection.resume': {
      const health = tables.connections[command.connectionId]?.health;
      return health === 'paused' || health === 'disabled';
    }
    case 'review.release':
    case 'review.discard':
    case 'review.assign':
      return tables.reviewItems[command.reviewId]?.state === 'open';
    case 'booking.set_status': {
      const row = tables[command.collection][command.id];
      return row !== undefined && row.status !== command.status && row.status !== 'cancelled';
    }
    case 'booking.bring_back':
    case 'resource.save':
    case 'allocation.save':
    case 'limit.save':
    case 'rules.save':
    case 'plan.carry_out':
    case 'wedding.let_follow':
    case 'calendar.save':
    case 'difference.settle':
      // What was written over, or planned around, is not what stands now: it is looked at anew, not sent again.
      return false;
    case 'push.retry':
      return tables.pushes[command.pushId]?.state === 'failed';
    case 'conflict.override':
      return tables.conflicts[command.conflictId]?.state === 'open';
  }
}
