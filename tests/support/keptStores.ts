import { sql } from 'kysely';
import type { Clock, Log } from '../../core/ports/ports.ts';
import type { OpenedStore } from '../../server/store/internals.ts';
import type { StoreOptions } from '../../server/store/open.ts';
import { isKeeping, keepUntilFileEnds, takeKept } from './fileEnd.ts';

/**
 * Stores that the tests of a file use one after the other. To make one takes half a second of work, to empty one a hundredth; so a store
 * that is as it was made, but for its rows, is emptied for the next test instead. Everything else is closed, and the next test has one made.
 */

/** What a test brings along. */
export interface StoreUser {
  readonly clock: Clock;
  readonly log: Log;
}

export interface KeptStore {
  readonly store: OpenedStore;
  /** As it was opened. */
  readonly options: StoreOptions;
  /** Who has it now. */
  readonly used: { by: StoreUser };
  /** Tables, rules and functions as they were made. */
  readonly schema: string;
  close(): Promise<void>;
}

/** A clock and a log that ask whoever has the store at that moment. */
export const passedOn = (used: KeptStore['used']): { readonly clock: Clock; readonly log: Log } => ({
  clock: { now: () => used.by.clock.now() },
  log: {
    info: (fields, message) => used.by.log.info(fields, message),
    warn: (fields, message) => used.by.log.warn(fields, message),
    error: (fields, message) => used.by.log.error(fields, message),
  },
});

const KIND = 'stores';
/** Bytes of all tables: what is deleted stays in the files, and with so much in them a new store is sooner there. */
const LARGEST = 4 * 1024 * 1024;

const OWN = sql.raw("select oid from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'");
const SCHEMA = sql<{ schema: string }>`
  select md5(concat_ws(' ',
    (select string_agg(attrelid::text || attname || atttypid, ',' order by attrelid, attnum)
      from pg_attribute where attnum > 0 and attrelid in (${OWN})),
    (select count(*) from pg_class where relnamespace = 'public'::regnamespace),
    (select count(*) from pg_constraint), (select count(*) from pg_policy), (select count(*) from pg_proc),
    (select count(*) from pg_trigger), (select count(*) from pg_statistic where starelid in (${OWN})))) as schema`;

/** What the tables are like, and what the database has been told of them; any change of it makes another text. */
export async function schemaOf({ internals }: OpenedStore): Promise<string> {
  return (await SCHEMA.execute(internals.database.system)).rows[0]?.schema ?? '';
}

/** Without the foreign keys' triggers the order does not matter, and what is not there costs one look. */
const EMPTY = `
set local session_replication_role = replica;
set local lock_timeout = '2s';
do $$
declare
  name text;
  filled boolean;
begin
  for name in
    select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relname not in ('schema_versions', 'meta')
  loop
    execute format('select exists (select from %I)', name) into filled;
    if filled then
      execute format('delete from %I', name);
    end if;
  end loop;
end $$;
delete from meta where key not in ('epoch', 'key_check');
select setval('deliveries_arrival_seq', 1, false);`;

async function asMade({ store, schema }: KeptStore): Promise<boolean> {
  const { system } = store.internals.database;
  const { rows } = await sql<{ bytes: number }>`select sum(pg_relation_size(oid)) as bytes from pg_class where oid in (${OWN})`.execute(system);
  return Number(rows[0]?.bytes) <= LARGEST && (await schemaOf(store)) === schema;
}

/** An emptied store, told who has it now; null when one has to be made. */
export function keptStore(user: StoreUser): KeptStore | null {
  const kept = takeKept<KeptStore>(KIND);
  if (kept) kept.used.by = user;
  return kept;
}

/** Settles what the test has left running, and empties the store for the next one; else closes it. */
export async function giveBack(kept: KeptStore): Promise<void> {
  const { internals } = kept.store;
  let emptied = false;
  try {
    await internals.writer.idle();
    await internals.flushAudit();
    if (isKeeping() && (await asMade(kept))) {
      await sql.raw(EMPTY).execute(internals.database.system);
      emptied = true;
    }
  } finally {
    if (!emptied) await kept.close();
  }
  if (emptied) keepUntilFileEnds(KIND, kept);
}

/** The store with its ways to listen counted: whoever still listens when the test is over would hear of the next test's rows. */
export function listenersCounted(store: OpenedStore): { readonly store: OpenedStore; readonly left: () => number } {
  let left = 0;
  const counted = <A extends unknown[]>(listen: (...given: A) => () => void) => (...given: A): (() => void) => {
    const unheard = listen(...given);
    let heard = true;
    left += 1;
    return () => {
      if (heard) left -= 1;
      heard = false;
      unheard();
    };
  };
  const { internals } = store;
  const { revocations, changes } = internals;
  return {
    left: () => left,
    store: {
      ...store,
      onCommitted: counted(store.onCommitted),
      onDeliveries: counted(store.onDeliveries),
      onRevoked: counted(store.onRevoked),
      onDeviceChanged: counted(store.onDeviceChanged),
      onSaid: counted(store.onSaid),
      internals: {
        ...internals,
        onDeliveries: counted(internals.onDeliveries),
        onLooks: counted(internals.onLooks),
        revocations: { ...revocations, listen: counted(revocations.listen) },
        changes: { ...changes, listen: counted(changes.listen) },
      },
    },
  };
}
