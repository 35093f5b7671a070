import type { Command } from '../../core/contract/commands.ts';
import type { Tables } from '../../core/domain/record/state.ts';
import { isolated } from '../components/format.ts';
import { t } from '../i18n/index.ts';

/** A decision in one line: what is to happen to what. */
export function decisionText(command: Command, tables: Tables): string {
  switch (command.type) {
    case 'alert.acknowledge':
      return t('outbox.what.acknowledge', { title: isolated(tables.alerts[command.alertId]?.title ?? t('outbox.unknownAlert')) });
    case 'runsheet.item.set_status':
      return t(`outbox.what.${command.status}`, { title: isolated(tables.runSheetItems[command.itemId]?.title ?? t('outbox.unknownItem')) });
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
  }
}
