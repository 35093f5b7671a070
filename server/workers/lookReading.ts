import { sql } from 'kysely';
import type { ErrorCode } from '../../core/contract/errors.ts';
import type { Connection, Reading } from '../../core/contract/record/connections.ts';
import type { StoreInternals } from '../store/internals.ts';

/** What is counted of a long look, beside where it stands: the first one, one that begins anew, one of more than a page. */

export interface LongLook {
  /** UTC milliseconds. */
  readonly since: number;
  readonly pages: number;
  readonly read: number;
  /** Its last page is here. */
  readonly whole: boolean;
  /** Why it goes no further for now, as an error code. */
  readonly reason: string | null;
}

interface Page {
  /** From the beginning of what matters. */
  readonly first: boolean;
  readonly more: boolean;
  readonly entries: number;
  /** UTC milliseconds. */
  readonly at: number;
}

/** What is over within one page, and small, is over before anybody could read of it. */
const WORTH_TELLING = { entries: 100, pages: 3 };

/** After one more page; null = it is none that anybody is told of. */
export function countPage(before: LongLook | null, { first, more, entries, at }: Page): LongLook | null {
  if (before === null || first) return first || more ? { since: at, pages: 1, read: entries, whole: !more, reason: null } : null;
  // What a later look brings while the last of a long one is worked on is not part of it.
  if (before.whole && !more) return before;
  return { ...before, pages: before.pages + 1, read: before.read + entries, whole: !more, reason: null };
}

/** It ended before its last page: where it stands is kept, and it goes on from there. */
export async function lookStopped(
  store: StoreInternals, { id, organisationId }: { readonly id: string; readonly organisationId: string }, look: LongLook | null, code: ErrorCode,
): Promise<void> {
  if (look === null || look.whole) return;
  await store.database.withOrganisation(organisationId, (tx) => sql`
    update connection_access set reading = reading || ${JSON.stringify({ reason: code })}::jsonb
    where organisation_id = ${organisationId} and id = ${id} and reading is not null and reading->>'whole' = 'false'
  `.execute(tx));
}

export interface Counted {
  readonly look: LongLook;
  /** Of what has come, how much is still to be worked on. */
  readonly waiting: number;
  readonly paused: boolean;
}

/** Whether it is long enough to be told. */
export const worthTelling = ({ read, pages }: LongLook): boolean => read >= WORTH_TELLING.entries || pages >= WORTH_TELLING.pages;

/** As its people see it. `now`: UTC instant. */
export function readingOf({ look, waiting, paused }: Counted, told: Connection['reading'], now: string): Reading {
  const { pages, read, whole, reason } = look;
  const since = new Date(look.since).toISOString();
  const counted = read - Math.min(read, waiting);
  // What is read for a second time, or comes by another way meanwhile, takes nothing back.
  const done = told?.since === since ? Math.min(read, Math.max(told.done, counted)) : counted;
  const all = { read, pages, since };
  if (whole && waiting === 0) return { ...all, state: 'done', done: read, total: read, endedAt: now, reason: null };
  const state = paused || (!whole && reason !== null) ? 'stopped' : whole ? 'taking' : 'reading';
  return { ...all, state, done, total: whole ? read : null, endedAt: null, reason: paused || state !== 'stopped' ? null : reason };
}

