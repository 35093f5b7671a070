import { Dexie, type Table } from 'dexie';
import { OutboxRecord } from '../../core/contract/outbox.ts';
import type { OutboxJournal } from '../../core/link/outboxRunner.ts';
import { pageLog } from './pageLog.ts';

/** Apart from the kept record, which is thrown away whenever it cannot be read: decisions must outlive that. */
const DATABASE = 'wedsync-outbox';

class OutboxDatabase extends Dexie {
  declare readonly records: Table<{ readonly id?: number; readonly record: OutboxRecord }, number>;

  constructor() {
    // A transaction counts only when it is on the disk, where the browser can promise that.
    super(DATABASE, { chromeTransactionDurability: 'strict' });
    this.version(1).stores({ records: '++id' });
  }
}

/** The outbox's journal in the page's own database. */
export function openPageJournal(): OutboxJournal {
  const database = new OutboxDatabase();
  return {
    async load() {
      const rows = await database.records.orderBy('id').toArray();
      const records: OutboxRecord[] = [];
      for (const { record } of rows) {
        const parsed = OutboxRecord.safeParse(record);
        if (parsed.success) records.push(parsed.data);
        else pageLog.error({ error: parsed.error.message.slice(0, 300) }, 'a kept decision cannot be read');
      }
      return records;
    },
    async append(record) {
      await database.records.add({ record });
    },
    async rewrite(records) {
      await database.transaction('rw', database.records, async () => {
        await database.records.clear();
        await database.records.bulkAdd(records.map((record) => ({ record })));
      });
    },
  };
}

/** Decisions that wait here were made by somebody who is not let in any more: whoever comes next must not send them. */
export const clearPageJournal = (): Promise<void> => Dexie.delete(DATABASE);
