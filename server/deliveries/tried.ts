import { sql, type RawBuilder } from 'kysely';
import type { DeliveryLine, DeliveryQuery, DeliveryWhole } from '../../core/contract/deliveries.ts';
import { EXPIRED } from '../store/expiring.ts';
import { PUT_AWAY } from '../store/putAway.ts';
import { REMOVED } from '../store/removing.ts';

/** Looking for attempts. Stored are those that failed and those that called a source; one that needed no call and went well is the end of its delivery. */

type Asked = Pick<DeliveryQuery, 'tryCode' | 'tryStatus' | 'slowerThan' | 'tryFrom' | 'tryTo' | 'moreThan'>;

/** An attempt as the delivery keeps it. */
export type StoredTry = Omit<DeliveryWhole['tries'][number], 'status'> & { readonly status?: number };

const WELL = 'ok';
const FAILED = 'failed';
/** Ends of a delivery that were nobody's attempt. */
const BY_A_PERSON: readonly string[] = ['held.discarded', PUT_AWAY, EXPIRED, REMOVED];

/** What only a stored attempt can be. */
const onlyStored = ({ tryCode, tryStatus, slowerThan, moreThan }: Asked): boolean =>
  (tryCode !== undefined && tryCode !== WELL) || tryStatus !== undefined || slowerThan !== undefined || (moreThan !== undefined && Number(moreThan) > 0);

/** Conditions that an index narrows by. */
export function triedBounds(asked: Asked): RawBuilder<unknown>[] {
  return [
    ...(onlyStored(asked) ? [sql`d.tries <> '[]'`] : []),
    // Nothing is tried before it has come.
    ...(asked.tryTo === undefined ? [] : [sql`d.received_at <= ${asked.tryTo}::timestamptz`]),
  ];
}

/** Conditions that are tried row by row. */
export function triedFilters(asked: Asked): RawBuilder<unknown>[] {
  const { tryCode, tryStatus, slowerThan, tryFrom, tryTo, moreThan } = asked;
  const of: RawBuilder<unknown>[] = [];
  const end: RawBuilder<unknown>[] = [sql`d.state in ('processed', 'ignored', 'parked') and d.attempts > 0 and coalesce(d.reason, '') <> all(${BY_A_PERSON}::text[])`];
  if (tryCode === FAILED) of.push(sql`a ->> 'code' <> ${WELL}`);
  else if (tryCode !== undefined) of.push(sql`a ->> 'code' = ${tryCode}`);
  if (tryStatus !== undefined) of.push(sql`a ->> 'status' = ${tryStatus}`);
  if (slowerThan !== undefined) of.push(sql`(a ->> 'ms')::numeric > ${slowerThan}::numeric`);
  for (const [at, is] of [[tryFrom, sql`>=`], [tryTo, sql`<=`]] as const) {
    if (at === undefined) continue;
    of.push(sql`(a ->> 'at')::timestamptz ${is} ${at}::timestamptz`);
    end.push(sql`d.done_at ${is} ${at}::timestamptz`);
  }
  const stored = sql`exists (select from jsonb_array_elements(d.tries) as a where ${sql.join(of, sql` and `)})`;
  const whole = onlyStored({ tryCode, tryStatus, slowerThan }) ? stored : sql`(${stored} or (${sql.join(end, sql` and `)}))`;
  return [...(of.length === 0 ? [] : [whole]), ...(moreThan === undefined ? [] : [sql`greatest(d.attempts, jsonb_array_length(d.tries)) > ${moreThan}::bigint`])];
}

/** All attempts that are known, oldest first, with the one that needed no call and went well. */
export function allTries({ state, reason, attempts, doneAt }: Pick<DeliveryLine, 'state' | 'reason' | 'attempts' | 'doneAt'>, stored: readonly StoredTry[]): DeliveryWhole['tries'] {
  const told = stored.map((one) => ({ ...one, status: one.status ?? null }));
  const ended = (state === 'processed' || state === 'ignored' || state === 'parked') && doneAt !== null && attempts > 0 && !BY_A_PERSON.includes(reason ?? '');
  const last = told.at(-1);
  if (!ended || (last?.code === WELL && last.at === doneAt)) return told;
  return [...told, { at: doneAt, code: WELL, message: '', ms: null, status: null }];
}
