import type { CodedError } from '../../core/contract/errors.ts';
import { FEEDS_HTTP, type FeedsAnswer, type MadeFeed, type MakeFeedRequest, type RevokedFeed } from '../../core/contract/feeds.ts';
import type { Result } from '../../core/contract/result.ts';
import type { Ask } from './http.ts';

type Answer<T> = Promise<Result<T, CodedError>>;

/** Calendar feeds that the house gives out. */
export interface FeedsApi {
  list(): Answer<FeedsAnswer>;
  make(request: MakeFeedRequest): Answer<MadeFeed>;
  revoke(feedId: string): Answer<RevokedFeed>;
}

const READ_MS = 8_000;
const WRITE_MS = 10_000;

export function feedsApi(authorised: <T>(question: Omit<Ask<T>, 'server' | 'token'>) => Answer<T>): FeedsApi {
  const { feeds, makeFeed, revokeFeed } = FEEDS_HTTP;
  return {
    list: () => authorised({ method: 'GET', path: feeds.path, answer: feeds.success, timeoutMs: READ_MS }),
    make: (request) => authorised({ method: 'POST', path: makeFeed.path, body: request, answer: makeFeed.success, timeoutMs: WRITE_MS }),
    revoke: (id) => {
      const path = revokeFeed.path.replace(':id', encodeURIComponent(id));
      return authorised({ method: 'DELETE', path, answer: revokeFeed.success, timeoutMs: WRITE_MS });
    },
  };
}
