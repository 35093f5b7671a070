import { sql, type RawBuilder } from 'kysely';
import type { Priority } from '../../core/contract/deliveries.ts';

/** A house with something to do, and what is most pressing of it: something urgent anywhere, or what is next in its line. */
export interface Waiting {
  readonly organisationId: string;
  readonly priority: Priority;
}

/**
 * Houses with something that is due now. Steps from one to the next through the index of what is to be done: the backlog itself
 * is not read, but where the first of a line waits for its time. Each line is entered once: what was worked on stands at its
 * beginning until the database cleans up, and is stepped over each time. (A condition on the time beside the order of arrival would have
 * the planner read and sort all of it while the table is young, and a bare `exists` would be joined with all of it.)
 */
export const waitingHouses = (now: string) => {
  const due = (at: RawBuilder<unknown>) => sql`(${at} is null or ${at} <= ${now}::timestamptz)`;
  return sql<Waiting>`
    with recursive o as (
      (select organisation_id, priority, next_attempt_at from deliveries where state in ('received', 'waiting') order by organisation_id, arrival limit 1)
      union all
      select next.* from o cross join lateral (
        select d.organisation_id, d.priority, d.next_attempt_at from deliveries d where d.state in ('received', 'waiting') and d.organisation_id > o.organisation_id
        order by d.organisation_id, d.arrival limit 1
      ) as next
    )
    select o.organisation_id,
      case when exists (select 1 from deliveries d where d.organisation_id = o.organisation_id and d.state = 'received' and d.priority = 'urgent' and d.replay_id is null) then 'urgent' else o.priority end as priority
    from o where case when ${due(sql.ref('o.next_attempt_at'))} then true else exists (
      select 1 from deliveries d where d.organisation_id = o.organisation_id and d.state in ('received', 'waiting') and ${due(sql.ref('d.next_attempt_at'))}
    ) end
  `;
};
