import { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { queryText } from '../calls.ts';
import type { PollPart } from '../vendor.ts';
import { paypalClient } from './client.ts';
import { EventPage } from './shapes.ts';
import { normalise } from './webhook.ts';

const PATH = '/v1/notifications/webhooks-events';
const PAGE = 100;
/** No longer ago than a connection may be away without anybody noticing; PayPal keeps about a month. */
const REACH_MS = 28 * 86_400_000;
/** A look that was begun may take this long before what it started from is too old. */
const SLACK_MS = 43_200_000;
/** A notification may be listed a little after it was made. */
const OVERLAP_MS = 600_000;

/** `page` is the question behind PayPal's own link to the next page; `until` ends what is looked at now. */
const Cursor = z.object({
  since: z.iso.datetime(),
  until: z.iso.datetime().nullable(),
  page: z
    .string()
    .regex(/^[A-Za-z0-9_.~%=&+:-]{1,2000}$/)
    .nullable(),
});
type Cursor = z.infer<typeof Cursor>;

function cursorOf(text: string | null, now: number): Cursor {
  const earliest = new Date(now - REACH_MS).toISOString();
  const first: Cursor = { since: earliest, until: null, page: null };
  if (text === null) return first;
  try {
    const cursor = Cursor.parse(JSON.parse(text));
    return Date.parse(cursor.since) < now - REACH_MS - SLACK_MS ? first : cursor;
  } catch {
    // A cursor that cannot be read is no cursor: everything is looked at again, and the keys drop what is known.
    return first;
  }
}

export const poll: PollPart = {
  everySeconds: 900,
  async read(cursor, access, ports) {
    const client = await paypalClient(access, ports);
    if (!client.ok) return client;
    const now = ports.clock.now();
    const { since, until: given, page } = cursorOf(cursor, now);
    const until = given ?? new Date(now).toISOString();
    const question = page ?? queryText({ page_size: PAGE, start_time: since, end_time: until });
    const found = await client.value.read(`${PATH}?${question}`, 'the list of events', EventPage);
    if (!found.ok) return found;
    const events = found.value.events ?? [];
    // Only the question of the link is taken: the address stays ours, whatever host it names.
    const next = found.value.links?.find((link) => link.rel === 'next')?.href.split('?')[1] ?? null;
    const more = next !== null && events.length > 0 && Cursor.shape.page.safeParse(next).success && next !== page;
    const after: Cursor = more
      ? { since, until, page: next }
      : { since: new Date(Date.parse(until) - OVERLAP_MS).toISOString(), until: null, page: null };
    return ok({
      items: events.map((event) => ({ key: event.id, event: event.event_type, body: JSON.stringify(event) })),
      cursor: JSON.stringify(after),
      more,
    });
  },
  normalise,
};
