import { FEEDS_HTTP, type FeedsAnswer, type MadeFeed, type MakeFeedRequest, type RevokedFeed } from '../feeds.ts';
import type { Answer, AskServer } from './question.ts';

/** Calendar feeds that the house gives out, each to one recipient. */
export interface FeedCalls {
  list(): Answer<FeedsAnswer>;
  /** The only time that its address is told. */
  make(request: MakeFeedRequest): Answer<MadeFeed>;
  revoke(feedId: string): Answer<RevokedFeed>;
}

const READ_MS = 8_000;
const WRITE_MS = 10_000;

export function feedCalls(ask: AskServer): FeedCalls {
  const { feeds, makeFeed, revokeFeed } = FEEDS_HTTP;
  return {
    list: () => ask({ method: 'GET', path: feeds.path, answer: feeds.success, timeoutMs: READ_MS }),
    make: (request) => ask({ method: 'POST', path: makeFeed.path, body: request, answer: makeFeed.success, timeoutMs: WRITE_MS }),
    revoke: (id) => ask({ method: 'DELETE', path: revokeFeed.path.replace(':id', encodeURIComponent(id)), answer: revokeFeed.success, timeoutMs: WRITE_MS }),
  };
}
