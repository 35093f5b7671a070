import { sql } from 'kysely';
import type { PushAfter, PushStanding } from '../../../core/domain/calendars/back.ts';
import type { Stood } from '../../../core/domain/calendars/returned.ts';
import type { Tx } from '../database.ts';
import type { RowKey } from '../rows.ts';

/** What is kept of entries of ours beside their rows: where they stand over there, and what stood on both sides last. */

interface StateRow {
  readonly pushId: string;
  readonly remoteId: string | null;
  readonly base: Stood | null;
  readonly invited: string | null;
  readonly writingUntil: string | null;
  readonly differenceId: string | null;
}
export interface PushState {
  readonly standing: PushStanding;
  /** The open one about it. */
  readonly differenceId: string | null;
}

/** By push. */
export async function readPushStates(tx: Tx, keys: readonly RowKey[]): Promise<Map<string, PushState>> {
  if (keys.length === 0) return new Map();
  const { rows } = await sql<StateRow>`
    select s.push_id, s.remote_id, s.base, s.invited, case when c.leased_until > '-infinity' then c.leased_until end as writing_until, d.id as difference_id
    from unnest(${keys.map((key) => key.organisationId)}::uuid[], ${keys.map((key) => key.id)}::uuid[]) as k(organisation_id, id)
    cross join lateral (select * from push_states where organisation_id = k.organisation_id and push_id = k.id limit 1) as s
    left join lateral (select leased_until from calendar_states where organisation_id = k.organisation_id and calendar_id = s.calendar_id limit 1) as c on true
    left join lateral (select id from differences where organisation_id = k.organisation_id and push_id = k.id and state = 'open' limit 1) as d on true
  `.execute(tx);
  return new Map(rows.map(({ pushId, remoteId, base, invited, writingUntil, differenceId }) => [pushId, { standing: { remoteId, base, invited, writingUntil: writingUntil === null ? null : Date.parse(writingUntil) }, differenceId }]));
}

/** In order; of one push the last word counts. To be written before what follows of it is recorded, since that is held against it. */
export async function writePushStates(tx: Tx, all: readonly (PushAfter & { readonly organisationId: string })[]): Promise<void> {
  if (all.length === 0) return;
  const told = new Map<string, Record<string, unknown>>();
  for (const { organisationId, pushId, anew, ...after } of all) {
    const before = told.get(pushId);
    told.set(pushId, { ...before, ...after, organisation_id: organisationId, push_id: pushId, anew: Number(before?.['anew'] ?? 0) + (anew === true ? 1 : 0) });
  }
  const rows = [...told.values()].map(({ organisation_id, push_id, anew, ...fields }) => ({ organisation_id, push_id, anew, told: fields }));
  await sql`
    update push_states p set
      remote_id = case when s.told ? 'remoteId' then s.told->>'remoteId' else p.remote_id end,
      etag = case when s.told ? 'etag' then s.told->>'etag' else p.etag end,
      base = case when s.told ? 'base' then nullif(s.told->'base', 'null'::jsonb) else p.base end,
      recheck = coalesce((s.told->>'recheck')::boolean, p.recheck),
      generation = p.generation + s.anew,
      sequence = case when s.anew > 0 then null else p.sequence end
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as s(organisation_id uuid, push_id uuid, anew bigint, told jsonb)
    where p.organisation_id = s.organisation_id and p.push_id = s.push_id
  `.execute(tx);
}
