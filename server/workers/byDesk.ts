import type { DeskAnswer, DeskAsk } from '../../core/contract/desk.ts';
import type { ErrorCode } from '../../core/contract/errors.ts';
import { err, ok, type Result } from '../../core/contract/result.ts';
import type { Change } from '../../core/domain/record/changes.ts';
import type { Brought, RereadError } from '../../core/vendors/vendor.ts';
import type { Asked, Asking, Desk } from '../desk/desk.ts';
import { DESK_AWAY, deskFailed, deskMissed } from '../desk/standing.ts';
import type { StoreInternals } from '../store/internals.ts';

/** Calls whose key is on a desktop: the head stays here, the hand is there. */

/** Absent for a moment (started again, a line that came back) is not told to anybody. */
const GRACE_MS = 120_000;
/** Looked at again after this long in any case; a desktop that is back is at once. */
const AGAIN_MS = 6 * 3_600_000;
const REFUSED_AGAIN_MS = 15 * 60_000;

/** Why nobody was called, and when it makes sense to ask again (milliseconds since the epoch). */
export interface Stopped {
  /** The key is elsewhere now: ask there. */
  readonly moved?: true;
  readonly code: ErrorCode;
  readonly again: number;
}
type ByDesk<T> = { readonly kind: 'read'; readonly read: Result<T, RereadError> } | { readonly kind: 'stopped'; readonly stopped: Stopped };
type Page = { readonly items: readonly Brought[]; readonly cursor: string; readonly more: boolean };

export interface DeskCalls {
  poll(cursor: string | null): Promise<ByDesk<Page>>;
  reread(hint: { readonly remoteType: string; readonly remoteId: string }): Promise<ByDesk<readonly Change[]>>;
}

export interface DeskCallsOptions extends Omit<Asking, 'ask'> {
  readonly internals: StoreInternals;
  /** Left out where no desktop is served: then every one is away. */
  readonly desk?: Pick<Desk, 'ask'> | undefined;
}

/** The calls of one connection, made by whoever keeps its key. */
export function deskCalls({ internals, desk, ...asking }: DeskCallsOptions): DeskCalls {
  const { organisationId, connectionId } = asking;

  /** What its people are told, and when to ask again. */
  async function stop(asked: Exclude<Asked, { kind: 'answered' }>): Promise<Stopped> {
    const now = internals.clock.now();
    switch (asked.kind) {
      case 'moved':
        return { moved: true, code: DESK_AWAY, again: now };
      case 'withdrawn':
        await deskFailed(internals, organisationId, connectionId, 'desk.withdrawn');
        return { code: 'desk.withdrawn', again: now + AGAIN_MS };
      case 'away': {
        const short = asked.since !== null && now - asked.since < GRACE_MS;
        await deskMissed(internals, organisationId, connectionId, !short);
        return { code: DESK_AWAY, again: short ? asked.since + GRACE_MS : now + AGAIN_MS };
      }
    }
  }

  async function call<T>(ask: DeskAsk, take: (answer: DeskAnswer) => Result<T, RereadError> | null): Promise<ByDesk<T>> {
    const asked: Asked = desk ? await desk.ask({ ...asking, ask }) : { kind: 'away', since: null };
    if (asked.kind !== 'answered') return { kind: 'stopped', stopped: await stop(asked) };
    const { answer } = asked;
    if (answer.outcome === 'refused') {
      await deskFailed(internals, organisationId, connectionId, answer.code);
      // A keychain that is locked may be open in a moment: what waits for it goes on with the next question.
      const passing = answer.code === 'secrets.unavailable';
      return { kind: 'stopped', stopped: { code: passing ? DESK_AWAY : answer.code, again: internals.clock.now() + (passing ? REFUSED_AGAIN_MS : AGAIN_MS) } };
    }
    if (answer.outcome === 'failed') {
      const { code, message, retryable, retryAfterMs } = answer;
      return { kind: 'read', read: err({ code, message, retryable, retryAfterMs }) };
    }
    return { kind: 'read', read: take(answer) ?? err({ code: 'normalise.shape_unknown', message: 'The desktop answered something else than was asked.', retryable: false, retryAfterMs: null }) };
  }

  return {
    poll: (cursor) => call<Page>({ kind: 'poll', cursor }, (answer) => (answer.outcome === 'page' ? ok(answer) : null)),
    // The contract's shape is that of a change; where a field may be left out it may also be undefined there, which JSON has no word for.
    reread: (hint) => call<readonly Change[]>({ kind: 'reread', ...hint }, (answer) => (answer.outcome === 'changes' ? ok(answer.changes as Change[]) : null)),
  };
}
