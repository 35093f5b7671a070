import { z } from 'zod';
import { Id, Instant, ShortText } from './primitives.ts';
import { PRIVACIES } from './record/calendars.ts';

/**
 * Calendar feeds that the house gives out, each to one recipient, to be subscribed to (iCalendar). Whoever has its address can read
 * it, so the address is told once, when the feed is made.
 */

/** `house`: every wedding, and the closures. `resource`: what takes the time of a room, vendor, member of the crew. `wedding`: it and its bookings. */
export const FeedAbout = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('house') }),
  z.strictObject({ kind: z.literal('resource'), id: Id }),
  z.strictObject({ kind: z.literal('wedding'), id: Id }),
]);
export type FeedAbout = z.infer<typeof FeedAbout>;

/** Whom it was given to, in the house's own words, so that it is known whose is taken back. */
export const FeedRecipient = ShortText.min(1).max(120);

/** Feeds that one house may have given out at a time. */
export const MOST_FEEDS = 500;

export const FeedView = z.object({
  id: Id,
  /** Null = nobody was named; that person was erased. */
  recipient: z.string().nullable(),
  about: FeedAbout,
  /** What its entries tell. */
  privacy: z.enum(PRIVACIES),
  createdAt: Instant,
  /** Name of the device or person; null = it is not there any more. */
  createdBy: z.string().nullable(),
  /** To the hour; null = nobody has read it yet. */
  lastReadAt: Instant.nullable(),
});
export type FeedView = z.infer<typeof FeedView>;

/** `GET /api/calendars/feeds`, the newest first. */
export const FeedsAnswer = z.object({ at: Instant, feeds: z.array(FeedView) });
export type FeedsAnswer = z.infer<typeof FeedsAnswer>;

/** `POST /api/calendars/feeds`. Errors: `request.not_found` (no such resource or wedding), `feed.too_many`. */
export const MakeFeedRequest = z.strictObject({ about: FeedAbout, privacy: z.enum(PRIVACIES), recipient: FeedRecipient.optional() });
export type MakeFeedRequest = z.infer<typeof MakeFeedRequest>;
export const MadeFeed = z.object({
  feed: FeedView,
  /** Told this once. */
  url: z.url(),
  /** The same, as calendars open it to subscribe. */
  webcalUrl: z.url(),
  /** False = the address is of this machine or network, and calendars on the internet do not reach it. */
  reachable: z.boolean(),
});
export type MadeFeed = z.infer<typeof MadeFeed>;

/** `DELETE /api/calendars/feeds/:id`: its address answers nothing any more, for good. Errors: `request.not_found`. */
export const RevokedFeed = z.object({ feedId: Id });
export type RevokedFeed = z.infer<typeof RevokedFeed>;

export const FEEDS_HTTP = {
  feeds: { method: 'GET', path: '/api/calendars/feeds', request: {}, success: FeedsAnswer },
  makeFeed: { method: 'POST', path: '/api/calendars/feeds', request: { body: MakeFeedRequest }, success: MadeFeed },
  revokeFeed: { method: 'DELETE', path: '/api/calendars/feeds/:id', request: { params: z.object({ id: Id }) }, success: RevokedFeed },
} as const;
