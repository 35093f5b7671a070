import type { CodedError } from '../../../core/contract/errors.ts';
import { FEEDS_HTTP, type FeedsAnswer, type MadeFeed, type MakeFeedRequest, type RevokedFeed } from '../../../core/contract/feeds.ts';
import type { Bridge } from '../../../core/contract/ipc.ts';
import type { Result } from '../../../core/contract/result.ts';
import { exchange } from './http.ts';

type Answer<T> = Promise<Result<T, CodedError>>;

/** Calendar feeds that the house gives out, each to one recipient. */
export interface FeedCalls {
  list(): Answer<FeedsAnswer>;
  /** The only time that its address is told. */
  make(request: MakeFeedRequest): Answer<MadeFeed>;
  revoke(feedId: string): Answer<RevokedFeed>;
}

export function browserFeeds(): FeedCalls {
  const { feeds, makeFeed, revokeFeed } = FEEDS_HTTP;
  return {
    list: () => exchange('GET', feeds.path, feeds.success),
    make: (request) => exchange('POST', makeFeed.path, makeFeed.success, request),
    revoke: (id) => exchange('DELETE', revokeFeed.path.replace(':id', encodeURIComponent(id)), revokeFeed.success),
  };
}

export const desktopFeeds = (bridge: Bridge): FeedCalls => ({ list: () => bridge.feeds(), make: (request) => bridge.makeFeed(request), revoke: (id) => bridge.revokeFeed({ id }) });
