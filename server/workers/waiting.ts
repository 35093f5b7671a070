import { sql } from 'kysely';
import type { Priority } from '../../core/contract/deliveries.ts';

/** A house with something to do, and what is most pressing of it: something urgent anywhere, or what is next in its line. */
export interface Waiting {
  readonly organisationId: string;
  readonly priority: Priority;
}

/**
 * Houses with something that is due now. Steps from one to the next through the index of what is to be done: the backlog itself
 * is not read, but where the first of a line waits for its time. (A condition on the time beside the order of arrival would have
 * the planner read and sort all of it while the table is young, and a bare `exists` would be joined with all of it.)
 */
export const waitingHouses = (now: string) => {
  const due = sql`(d.next_attempt_at is null or d.next_attempt_at <= ${now}::timestamptz)`;
  const line = sql`d.organisation_id = o.organisation_id and d.state in ('received', 'waiting')`;
  return sql<Waiting>`
    with recursive o as (
      (select organisation_id from deliveries where state in ('received', 'waiting') order by organisation_id limit 1)
      union all
      select (select d.organisation_id from deliveries d where d.state in ('received', 'waiting') and d.organisation_id > o.organisation_id order by d.organisation_id limit 1) from o
      where o.organisation_id is not null
    )
    select o.organisation_id,
      case when exists (select 1 from deliveries d where d.organisation_id = o.organisation_id and d.state = 'received' and d.priority = 'urgent' and d.replay_id is null) then 'urgent'
        else (select d.priority from deliveries d where ${line} order by d.arrival limit 1) end as priority
    from o where o.organisation_id is not null
      and case when (select ${due} from deliveries d where ${line} order by d.arrival limit 1) then true
        else exists (select 1 from deliveries d where ${line} and ${due}) end
  `;
};
