import { sql } from 'kysely';
import type { CommandAnswer } from '../../../core/contract/commands.ts';
import { codedError, type ErrorCode } from '../../../core/contract/errors.ts';
import type { RowOf } from '../../../core/contract/record.ts';
import type { Accepted } from '../../../core/domain/conflicts/detect.ts';
import type { DraftContext, EventDraft } from '../../../core/domain/record/drafts.ts';
import type { StoreInternals } from '../internals.ts';
import { latestEvent } from '../reads.ts';
import type { AskedFirst, Device } from '../store.ts';
import type { Writing } from '../write.ts';

/** A line of the audit log that is written once the decision stands. */
export interface Trace {
  readonly action: string;
  readonly subject: string;
}

/**
 * What tells on a row how work goes on: nobody decides by it. A source is paused, a calendar changed and an entry tried again just while they
 * are worked on, when these fields change each second.
 */
const PROGRESS = {
  connections: ['reading', 'quiet', 'healthReason', 'healthSince'],
  calendars: ['filling', 'unread', 'waits', 'twinId'],
  pushes: ['attempts', 'reason', 'nextAttemptAt', 'answer'],
} as const satisfies { readonly [C in 'connections' | 'calendars' | 'pushes']: readonly (keyof RowOf<C>)[] };

/** What every decision is made with, inside its transaction. */
export interface Deciding {
  readonly internals: StoreInternals;
  readonly writing: Writing;
  readonly organisationId: string;
  readonly device: Device;
  readonly context: DraftContext;
  /** What came of asking the calendars that it is about. */
  readonly asked: AskedFirst;
  readonly traces: Trace[];
  /** It is done although calendars could not be asked; why, in the person's words. */
  passOver(subject: string, reason: string): void;
  /** What {@link passOver} was told; null = nothing was passed over. */
  passed(): string | null;
  rejected(code: ErrorCode, message: string): CommandAnswer;
  /** Whether the row says something else by now than in the version that the decision was based on; how far our own work has come is nothing of that kind. */
  overtaken<C extends keyof typeof PROGRESS>(collection: C, row: RowOf<C>, basedOnVersion: number): Promise<boolean>;
  /** Somebody else was first: what stands of that row. */
  rebase(rowId: string): Promise<CommandAnswer>;
  /** Records `drafts`; none = what the person wanted already stands, as of `seqNow`. */
  accept(drafts: readonly EventDraft[], seqNow: number, accepted?: Accepted): Promise<CommandAnswer>;
}

export function createDeciding(made: Pick<Deciding, 'internals' | 'writing' | 'organisationId' | 'device' | 'asked' | 'context'>, commandId: string): Deciding {
  const { writing, organisationId, asked: { unasked } } = made;
  const traces: Trace[] = [];
  let passed: string | null = null;
  return {
    ...made,
    traces,
    passOver(subject, reason) {
      passed = reason;
      traces.push({ action: 'conflict.source_not_asked', subject }, ...unasked.map(({ calendarId }) => ({ action: 'calendar.not_asked', subject: calendarId })));
    },
    passed: () => passed,
    rejected: (code, message) => ({ outcome: 'rejected', commandId, error: codedError(code, message) }),
    async overtaken(collection, row, basedOnVersion) {
      if (row.version <= basedOnVersion) return row.version < basedOnVersion;
      // A change that the log does not tell of any more may have been anything.
      const { rows: [since] } = await sql<{ quiet: number }>`
        select count(*)::int as quiet from events
        where organisation_id = ${organisationId} and row_id = ${row.id} and collection = ${collection} and ("row"->>'version')::bigint > ${basedOnVersion}
          and before - ${[...PROGRESS[collection]]}::text[] = '{}'::jsonb
      `.execute(writing.tx);
      return since?.quiet !== row.version - basedOnVersion;
    },
    rebase: async (rowId) => ({ outcome: 'rebase', commandId, latest: await latestEvent(writing.tx, organisationId, rowId) }),
    async accept(drafts, seqNow, accepted) {
      if (drafts.length === 0) return { outcome: 'accepted', commandId, seq: seqNow };
      const [event] = await writing.record(drafts, accepted);
      return { outcome: 'accepted', commandId, seq: event?.seq ?? seqNow };
    },
  };
}
