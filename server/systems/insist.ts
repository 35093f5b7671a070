import type { CodedError, ErrorCode } from '../../core/contract/errors.ts';
import type { Result } from '../../core/contract/result.ts';
import type { RereadError } from '../../core/vendors/vendor.ts';
import { endRefusedLeave, freshAccess, type AccessDeps, type FreshAccess } from './freshAccess.ts';

/** Calls with access that the vendor may refuse before its time is over. */
export interface Insisting {
  /**
   * Calls; where access that was given by leave is refused it is renewed and the call made once more. Refused again, the
   * leave is over.
   */
  call<T, E extends { readonly code: ErrorCode } = RereadError>(make: (access: FreshAccess) => Promise<Result<T, E>>): Promise<Result<T, E>>;
  /** Why nobody can be called any more, once that is so: `connect.leave_ended`, or as `freshAccess`. */
  over(): CodedError | null;
}

export function insist(deps: AccessDeps, organisationId: string, first: FreshAccess): Insisting {
  const { connectionId } = first;
  let access = first;
  let over: CodedError | null = null;

  const tokenOf = ({ secrets }: FreshAccess): string | null => secrets['accessToken'] || null;

  return {
    async call(make) {
      const answer = await make(access);
      const refused = tokenOf(access);
      if (answer.ok || answer.error.code !== 'normalise.no_access' || refused === null || access.keptBy !== null) return answer;
      const next = await freshAccess(deps, organisationId, connectionId, refused);
      if (!next.ok) {
        over = next.error;
        return answer;
      }
      // Not of a leave (a token that a person has entered), or nothing else to be had.
      if (tokenOf(next.value) === refused) return answer;
      access = next.value;
      const again = await make(access);
      if (again.ok || again.error.code !== 'normalise.no_access') return again;
      const ended = await endRefusedLeave(deps, organisationId, connectionId, tokenOf(access) ?? '');
      if (!ended.ok) over = ended.error;
      return again;
    },
    over: () => over,
  };
}
