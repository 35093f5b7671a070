import { codedError } from '../../../core/contract/errors.ts';
import type { FeedView } from '../../../core/contract/feeds.ts';
import { err, ok } from '../../../core/contract/result.ts';
import type { FeedCalls } from '../../../core/contract/calls/feeds.ts';
import { fixtureId } from '../fixtures/record.ts';
import { TAKEN, VENDOR } from './timeline.ts';

/** Typed as the recipient it plays the part: the house has given out as many as it may, or the server is away. */
export const FEED_PLAYED = { full: 'one too many', away: 'no line' } as const;

const TOKEN = 'played-feed-'.repeat(4).slice(0, 43);

/** What a server would say of the feeds that the house has given out. */
export function sceneFeeds(start: number, some: 'some' | 'none' | 'away', reachable: boolean): FeedCalls {
  const iso = (at: number): string => new Date(at).toISOString();
  const feed = (index: number, more: Partial<FeedView>): FeedView => ({ id: fixtureId(27, index), recipient: null, about: { kind: 'house' }, privacy: 'title', createdAt: iso(start - index * 86_400_000), createdBy: 'Front desk', lastReadAt: null, ...more });
  let feeds: readonly FeedView[] = some === 'none' ? [] : [
    feed(1, { recipient: 'Ana Ruiz', about: { kind: 'resource', id: VENDOR.photos }, privacy: 'full', lastReadAt: iso(start - 2 * 3_600_000) }),
    feed(2, { recipient: 'ليلى الحداد & Søren Ågård, and both families who come from a long way off', about: { kind: 'wedding', id: TAKEN.ashcombe } }),
    feed(9, { privacy: 'busy', createdBy: null, lastReadAt: iso(start - 9 * 86_400_000) }),
  ];
  const away = err(codedError('server.unreachable', 'no line', true));
  return {
    list: async () => (some === 'away' ? away : ok({ at: iso(Date.now()), feeds: [...feeds] })),
    async make({ about, privacy, recipient }) {
      if (some === 'away' || recipient === FEED_PLAYED.away) return away;
      if (recipient === FEED_PLAYED.full) return err(codedError('feed.too_many', '500 feeds'));
      const made = feed(100 + feeds.length, { recipient: recipient ?? null, about, privacy, createdAt: iso(Date.now()) });
      feeds = [made, ...feeds];
      const origin = reachable ? 'https://wedsync.harrow.test' : 'http://127.0.0.1:8443';
      const url = `${origin}/calendars/feed/${TOKEN}.ics`;
      return ok({ feed: made, url, webcalUrl: url.replace(/^https?/, 'webcal'), reachable });
    },
    async revoke(feedId) {
      if (some === 'away') return away;
      if (!feeds.some(({ id }) => id === feedId)) return err(codedError('request.not_found', 'there is no such feed'));
      feeds = feeds.filter(({ id }) => id !== feedId);
      return ok({ feedId });
    },
  };
}
