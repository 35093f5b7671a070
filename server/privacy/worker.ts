import { sql } from 'kysely';
import type { Actor } from '../../core/contract/events.ts';
import type { Clock, Log } from '../../core/ports/ports.ts';
import { RETENTION } from '../../core/domain/privacy/retention.ts';
import { cutChain } from '../store/auditChain.ts';
import { instant, type OpenedStore } from '../store/internals.ts';
import { createPrivacy } from './privacy.ts';
import { sweep, type Swept } from './retention.ts';

const DAY_MS = 86_400_000;
/** First look after a start, and how often it is asked whether a day is over. Each is stretched by chance up to half. */
const FIRST_MS = 10 * 60_000;
const LOOK_MS = 60 * 60_000;
/** An organisation whose wedding is under way is looked at again at the next look. */
const MARK = 'retention_at';

const SYSTEM: Actor = { kind: 'system', id: null, name: 'WedSync' };

export interface RetentionWorker {
  /** Lets go of what need not be kept, now, in every organisation. */
  runNow(): Promise<Swept[]>;
  /** Ends after the step in hand. */
  stop(): Promise<void>;
}

export interface RetentionWorkerOptions {
  readonly store: Pick<OpenedStore, 'internals' | 'audit'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** One day's run belongs to one process: whoever moves the mark first. */
async function takeDay({ store, clock }: RetentionWorkerOptions, organisationId: string): Promise<boolean> {
  const key = `${MARK}:${organisationId}`;
  const now = instant(clock);
  const before = new Date(clock.now() - DAY_MS + LOOK_MS).toISOString();
  const { rows } = await sql`
    insert into meta (key, value) values (${key}, ${now}) on conflict (key) do update set value = excluded.value where meta.value < ${before} returning 1
  `.execute(store.internals.database.system);
  return rows.length > 0;
}

async function giveDayBack({ store }: RetentionWorkerOptions, organisationId: string): Promise<void> {
  await sql`delete from meta where key = ${`${MARK}:${organisationId}`}`.execute(store.internals.database.system);
}

/** Runs once a day beside the normaliser. What goes is said in the log and, with its count, in the audit log. */
export function startRetention(options: RetentionWorkerOptions): RetentionWorker {
  const { store, clock, log, random } = options;
  const { internals } = store;
  const privacy = createPrivacy(internals);
  let stopped = false;
  let running: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | null = null;

  async function one(organisationId: string): Promise<Swept> {
    const startedAt = clock.now();
    const erase = async (contactId: string) => {
      const done = await privacy.erase({ organisationId, contactId, reason: 'retention', actor: SYSTEM });
      if (done.ok) store.audit({ organisationId, at: instant(clock), action: 'personal_data.erased', actor: 'retention', subject: contactId, outcome: 'ok' });
      // Gone meanwhile with another entry of the same person; anything else would be a fault of ours.
      else if (done.error !== 'already') throw new Error(`contact ${contactId} could not be erased: ${done.error}`);
    };
    const swept = await sweep({ internals, organisationId, write: (work) => internals.writer.write(organisationId, work), eraseContact: erase, stopped: () => stopped });
    log.info({ ...swept, durationMs: clock.now() - startedAt }, 'retention');
    return swept;
  }

  async function all(daily: boolean): Promise<Swept[]> {
    const organisations = await internals.database.system.selectFrom('organisations').select('id').orderBy('id').execute();
    const done: Swept[] = [];
    for (const { id } of organisations) {
      if (stopped) break;
      if (daily && !(await takeDay(options, id))) continue;
      const swept = await one(id);
      if (daily && swept.waited) await giveDayBack(options, id);
      done.push(swept);
    }
    // The server's own lines belong to nobody who could choose.
    if (!stopped) await cutChain(internals.database, null, new Date(clock.now() - RETENTION.auditLines * DAY_MS).toISOString(), instant(clock));
    return done;
  }

  const turn = (work: () => Promise<Swept[]>): Promise<Swept[]> => {
    const mine = running.then(work);
    running = mine.catch((error: unknown) => log.error({ err: error }, 'what need not be kept could not be let go'));
    return mine;
  };
  const schedule = (ms: number) => {
    timer = setTimeout(() => {
      // The fault is logged; the next look tries again.
      turn(() => all(true)).then(() => schedule(LOOK_MS), () => schedule(LOOK_MS));
    }, ms * (1 + random() / 2));
    timer.unref();
    if (stopped) clearTimeout(timer);
  };
  schedule(FIRST_MS);

  return {
    runNow: () => turn(() => all(false)),
    async stop() {
      stopped = true;
      if (timer) clearTimeout(timer);
      await running;
    },
  };
}
