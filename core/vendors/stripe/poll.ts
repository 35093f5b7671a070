import { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { queryText } from '../calls.ts';
import type { PollPart } from '../vendor.ts';
import { stripeClient } from './client.ts';
import { STRIPE_EVENTS } from './manifest.ts';
import { normalise } from './webhook.ts';

const PAGE = 100;
/** Stripe keeps events for about a month. */
const REACH_SECONDS = 29 * 86_400;
/** A look that was begun may take this long before what it started from is too old. */
const SLACK_SECONDS = 43_200;
/** Events of one second may be listed one after the other. */
const OVERLAP_SECONDS = 60;

/** Seconds since the epoch. The list is newest first: `newest` is remembered while `after` goes down to `since`. */
const Cursor = z.object({ since: z.int().min(0), newest: z.int().min(0), after: z.string().regex(/^[\w-]{1,255}$/).nullable() });
type Cursor = z.infer<typeof Cursor>;

/** The whole event is kept as it came, as a webhook's body is. */
const Page = z.object({
  data: z.array(z.looseObject({ id: z.string().regex(/^[\w-]{1,255}$/), type: z.string().min(1), created: z.int() })),
  has_more: z.boolean(),
});

function cursorOf(text: string | null, now: number): Cursor {
  const earliest = Math.floor(now / 1000) - REACH_SECONDS;
  const first: Cursor = { since: earliest, newest: earliest, after: null };
  try {
    const cursor = Cursor.parse(JSON.parse(text ?? ''));
    return cursor.since < earliest - SLACK_SECONDS ? first : cursor;
  } catch {
    // No cursor, or one that cannot be read: everything is looked at again, and the keys drop what is known.
    return first;
  }
}

export const poll: PollPart = {
  everySeconds: 900,
  async read(text, access, ports) {
    const cursor = cursorOf(text, ports.clock.now());
    // The key is a choice: without one the webhooks are all there is, and that is no fault.
    if (!access.secrets['apiKey']) return ok({ items: [], cursor: text ?? JSON.stringify(cursor), more: false });
    const types = STRIPE_EVENTS.map((type) => queryText({ 'types[]': type })).join('&');
    const query = queryText({ limit: PAGE, 'created[gte]': cursor.since, starting_after: cursor.after });
    const page = await stripeClient(access, ports).read(`/events?${query}&${types}`, 'the list of events', Page);
    if (!page.ok) return page;
    const { data, has_more: hasMore } = page.value;
    const newest = Math.max(cursor.newest, ...data.map((event) => event.created));
    const last = data.at(-1)?.id ?? null;
    const more = hasMore && last !== null;
    const next: Cursor = more ? { ...cursor, newest, after: last } : { since: newest - OVERLAP_SECONDS, newest, after: null };
    // The key is the webhook's: what came that way already is dropped.
    return ok({
      items: data.map((event) => ({ key: event.id, event: event.type, body: JSON.stringify(event) })),
      cursor: JSON.stringify(next),
      more,
    });
  },
  normalise,
};
