import { sql } from 'kysely';
import { codedError, type CodedError } from '../../core/contract/errors.ts';
import type { Actor } from '../../core/contract/events.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { Clock, Ids } from '../../core/ports/ports.ts';
import { current, withRecord, type Maintenance } from '../store/maintain.ts';
import { schemaVersion } from '../store/migrations/index.ts';
import { claimAlone } from '../store/peers.ts';
import { record } from '../store/record.ts';
import type { Writing } from '../store/write.ts';
import { eraseContact } from './eraseContact.ts';
import { dueNow, isWeddingDay, readRetention, sweep, type Swept } from './retention.ts';

const SYSTEM: Actor = { kind: 'system', id: null, name: 'WedSync' };

/** From the command line: what is due in every organisation, or, with `now`, lets it go. That needs the database alone. */
export const retentionOnce = (options: Maintenance, now: boolean, ids: Ids): Promise<Result<readonly Swept[], CodedError>> =>
  withRecord(options, async (database) => {
    const old = current(await schemaVersion(database.system));
    if (old) return err(old);
    const clock: Clock = { now: options.now };
    const alone = !now || (await database.system.transaction().execute((tx) => claimAlone(tx)));
    if (!alone) return err(codedError('store.locked', 'A server is using this database; it lets go once a day by itself.', true));
    const organisations = await database.system.selectFrom('organisations').select('id').orderBy('id').execute();
    const at = new Date(options.now()).toISOString();
    const all: Swept[] = [];
    for (const { id } of organisations) {
      if (!now) {
        all.push(await database.withOrganisation(id, async (tx) => ({ organisationId: id, waited: await isWeddingDay(tx, id, at), done: await dueNow(tx, id, await readRetention(tx, id), at), closed: 0 })));
        continue;
      }
      const write = <T>(work: (writing: Pick<Writing, 'tx' | 'record'>) => Promise<T>): Promise<T> =>
        database.withOrganisation(id, async (tx) => {
          await sql`select 1 from organisations where id = ${id} for no key update`.execute(tx);
          return work({ tx, record: (drafts) => record(tx, id, drafts, { clock, ids }) });
        });
      const erase = async (contactId: string) => {
        await write((writing) => eraseContact({ ...writing, organisationId: id, contactId, reason: 'retention', actor: SYSTEM, now: at }));
      };
      all.push(await sweep({ internals: { database, clock }, organisationId: id, write, eraseContact: erase, stopped: () => false }));
    }
    return ok(all);
  });
