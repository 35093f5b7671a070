import { randomUUID } from 'node:crypto';
import type { OutboxRecord } from '../../core/contract/outbox.ts';
import { openFileJournal } from '../../main/services/outbox/journal.ts';

/** A process that keeps decisions as fast as it can and says so for each one that is durable, until it is killed. Argument: the journal's file. */
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const journal = openFileJournal({ file: process.argv[2] ?? '', log: quiet });
const records: OutboxRecord[] = [...(await journal.load())];
for (;;) {
  const commandId = randomUUID();
  const record: OutboxRecord = { kind: 'queued', at: new Date().toISOString(), server: 'embedded', command: { type: 'alert.acknowledge', commandId, alertId: randomUUID(), basedOnVersion: 1 } };
  await journal.append(record);
  records.push(record);
  process.stdout.write(`${commandId}\n`);
  // Killed in here the old journal or the new one must stand, never half of it.
  if (records.length % 40 === 0) await journal.rewrite(records);
}
