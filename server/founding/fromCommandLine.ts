import { codedError, type CodedError } from '../../core/contract/errors.ts';
import type { HouseFields } from '../../core/contract/founding.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { Config } from '../config.ts';
import type { ServerLog } from '../log.ts';
import { readMasterKey } from '../masterKey.ts';
import { createIds, systemClock } from '../ports.ts';
import { foundIn } from '../store/founding.ts';
import { openStore } from '../store/open.ts';

/**
 * Makes the first organisation of a record, and the record itself where there is none yet. The ticket lets its owner in,
 * once, for 15 minutes. On the embedded database no server may run; on PostgreSQL it may.
 */
export async function foundFromCommandLine(config: Config, house: HouseFields, log: ServerLog): Promise<Result<{ readonly ticket: string }, CodedError>> {
  const clock = systemClock;
  const ids = createIds(clock);
  const masterKey = await readMasterKey(config);
  if (!masterKey.ok) return masterKey;
  const opened = await openStore({ dataDir: config.dataDir, databaseUrl: config.databaseUrl, redisUrl: null, masterKey: masterKey.value, clock, ids, log });
  if (!opened.ok) return opened;
  const store = opened.value;
  try {
    const { internals } = store;
    const organisation = await internals.database.system.transaction().execute((tx) => foundIn(internals, tx, house));
    if (!organisation) return err(codedError('auth.founded_already', 'There is an organisation already. A server prints a ticket for its owner with --print-ticket.'));
    store.audit({ organisationId: organisation.id, at: new Date(clock.now()).toISOString(), action: 'organisation.founded', actor: 'command line', subject: organisation.id, outcome: 'ok' });
    return ok({ ticket: await store.mintTicket(organisation.id) });
  } finally {
    await store.close();
  }
}
