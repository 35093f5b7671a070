import { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { instantOfText } from '../fields.ts';
import type { PollPart } from '../vendor.ts';
import { squareClient } from './client.ts';
import { SQUARE_EVENTS } from './manifest.ts';
import * as shapes from './shapes.ts';
import { normalise } from './webhook.ts';

/** Square keeps events for four weeks; a day less leaves room for clocks that differ. */
const REACH_MS = 27 * 86_400_000;
/** A look that was begun may take this long before what it started from is too old. */
const SLACK_MS = 43_200_000;
/** Events of the same moment may be filed a little later than their neighbours. */
const OVERLAP_MS = 120_000;

/** `since` bounds the search that is going on, `page` is its place, `newest` where the next one begins. UTC instants. */
const Cursor = z.object({ since: z.iso.datetime(), newest: z.iso.datetime(), page: z.string().nullable() });
type Cursor = z.infer<typeof Cursor>;

function cursorOf(text: string | null, now: number): Cursor | null {
  if (text === null) return null;
  try {
    const cursor = Cursor.parse(JSON.parse(text));
    const earliest = new Date(now - REACH_MS).toISOString();
    // Away for too long: what Square has thrown away cannot be asked for, and a bound too far back is refused.
    return Date.parse(cursor.since) < now - REACH_MS - SLACK_MS ? { since: earliest, newest: earliest, page: null } : cursor;
  } catch {
    // A cursor that cannot be read is no cursor: everything is looked at again, and the keys drop what is known.
    return null;
  }
}

/** The list is documented with times that lack their zone; they are UTC. */
const createdAt = (event: z.infer<typeof shapes.Event>): string | null =>
  instantOfText(event.created_at) ?? instantOfText(`${event.created_at ?? ''}Z`);

export const poll: PollPart = {
  everySeconds: 900,
  async read(cursor, access, ports) {
    const client = squareClient(access, ports);
    const now = ports.clock.now();
    let at = cursorOf(cursor, now);
    if (at === null) {
      // Events are only kept for searching while this is switched on; it may be said any number of times.
      const enabled = await client.read('/events/enable', 'keeping of events', z.object({}), { method: 'PUT' });
      if (!enabled.ok) return enabled;
      const since = new Date(now - REACH_MS).toISOString();
      at = { since, newest: since, page: null };
    }
    const search = {
      limit: 100,
      query: { filter: { event_types: [...SQUARE_EVENTS], created_at: { start_at: at.since } }, sort: { field: 'DEFAULT', order: 'ASC' } },
      ...(at.page === null ? {} : { cursor: at.page }),
    };
    const found = await client.read('/events', 'the list of events', shapes.EventPage, {
      method: 'POST',
      body: JSON.stringify(search),
      headers: { 'content-type': 'application/json' },
    });
    if (!found.ok) return found;
    const events = found.value.events ?? [];
    const newest = [at.newest, ...events.map(createdAt)].filter((time) => time !== null).sort().at(-1) ?? at.newest;
    const page = found.value.cursor || null;
    const since = page === null ? new Date(Math.max(Date.parse(newest) - OVERLAP_MS, now - REACH_MS)).toISOString() : at.since;
    return ok({
      // The key is the webhook's: what came that way already is dropped.
      items: events.map((event) => ({ key: event.event_id, event: event.type, body: JSON.stringify(event) })),
      cursor: JSON.stringify({ since, newest, page } satisfies Cursor),
      more: page !== null,
    });
  },
  normalise,
};
