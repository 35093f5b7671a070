import { sql } from 'kysely';
import { deadLetterAlerts, type DeadLetters } from '../../core/domain/alerts/deadLetters.ts';
import type { Clock, Ids, Log } from '../../core/ports/ports.ts';
import { isWeddingDay } from '../privacy/retention.ts';
import type { Tx } from '../store/database.ts';
import { instant, type OpenedStore } from '../store/internals.ts';
import { readRows } from '../store/rows.ts';
import { startRounds, type Rounds } from './rounds.ts';
import { SYSTEM } from './settle.ts';

/** What another process has given up, and time that passes, are noticed after this long. */
const LOOK_MS = 60_000;

export interface DeadLetterWatch {
  /** Looks now, everywhere. */
  runNow(): Promise<void>;
  /** Ends after the look in hand. */
  stop(): Promise<void>;
}

async function lettersOf(tx: Tx, organisationId: string): Promise<DeadLetters[]> {
  const { rows } = await sql<{ id: string; name: string; count: number; since: string | null; alertId: string | null }>`
    select c.id, c.name, coalesce(d.count, 0) as count, d.since, a.id as alert_id from connections c
    left join (
      select connection_id, count(*) as count, min(updated_at) as since from review_items where organisation_id = ${organisationId} and kind = 'dead' and state = 'open' group by connection_id
    ) as d on d.connection_id = c.id
    left join alerts a on a.organisation_id = c.organisation_id and a.rule = 'deliveries_dead' and a.state <> 'resolved' and a.subject->>'id' = c.id::text
    where c.organisation_id = ${organisationId} and (d.count is not null or a.id is not null)
  `.execute(tx);
  const ids = rows.flatMap(({ alertId }) => alertId ?? []);
  const alerts = new Map((ids.length === 0 ? [] : await readRows(tx, organisationId, 'alerts', ids)).map((alert) => [alert.id, alert]));
  return rows.map(({ id, name, count, since, alertId }) => ({ connectionId: id, name, count, since, alert: alerts.get(alertId ?? '') ?? null }));
}

/**
 * Tells of deliveries that were given up: once for each connection, after a while or near a wedding at once, and that it
 * is over. Any number of processes may do so: each decides with the organisation's row in its hand.
 */
export function startDeadLetterWatch({ store, clock, ids, log }: { readonly store: Pick<OpenedStore, 'internals' | 'onCommitted'>; readonly clock: Clock; readonly ids: Ids; readonly log: Log }): DeadLetterWatch {
  const { internals } = store;
  const one = (organisationId: string): Promise<void> =>
    internals.writer.write(organisationId, async ({ tx, record }) => {
      const letters = await lettersOf(tx, organisationId);
      if (letters.length === 0) return;
      const nearWedding = await isWeddingDay(tx, organisationId, instant(clock));
      const drafts = deadLetterAlerts(letters, { now: clock.now(), nearWedding }, { actor: SYSTEM, source: null, deliveryId: null }, () => ids.next());
      if (drafts.length > 0) await record(drafts);
    });

  async function all({ stopped }: Pick<Rounds, 'stopped'>): Promise<void> {
    const { rows } = await sql<{ id: string }>`
      select organisation_id as id from review_items where kind = 'dead' and state = 'open' union select organisation_id from alerts where rule = 'deliveries_dead' and state <> 'resolved'
    `.execute(internals.database.system);
    for (const { id } of rows) {
      if (stopped()) break;
      await one(id);
    }
  }

  const rounds = startRounds({ everyMs: LOOK_MS, work: all, atOnce: false, log, failed: 'deliveries that were given up could not be told of' });
  const forget = store.onCommitted(({ organisationId, events }) => {
    if (events.some((event) => event.collection === 'reviewItems' && event.row.kind === 'dead')) void rounds.turn(() => one(organisationId)).catch(() => undefined);
  });
  return {
    runNow: () => rounds.turn(),
    stop() {
      forget();
      return rounds.stop();
    },
  };
}
