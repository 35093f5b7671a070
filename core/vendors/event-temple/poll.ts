import { z } from 'zod';
import { err, ok } from '../../contract/result.ts';
import { queryText, SAFE_SEGMENT } from '../calls.ts';
import { parseJsonObject } from '../signatures.ts';
import type { Normalise, PollPart } from '../vendor.ts';
import { eventTempleClient } from './client.ts';
import { changedAt } from './mapping.ts';
import { Page } from './shapes.ts';

const PAGE = 50;
/** What nobody touched for this long is over. */
const REACH_MS = 400 * 86_400_000;
/** The filter is "later than": what changed in the same moment as the last one must not fall between two looks. */
const OVERLAP_MS = 2000;

/** UTC instants; `after` is their cursor while a look has more pages. */
const Cursor = z.object({ since: z.iso.datetime(), newest: z.iso.datetime(), after: z.string().min(1).max(2000).nullable() });
type Cursor = z.infer<typeof Cursor>;

function cursorOf(text: string | null, now: number): Cursor {
  const since = new Date(now - REACH_MS).toISOString();
  try {
    return Cursor.parse(JSON.parse(text ?? ''));
  } catch {
    // No cursor, or one that cannot be read: everything is looked at again, and the keys drop what is known.
    return { since, newest: since, after: null };
  }
}

const normalise: Normalise = (delivery) => {
  const body = parseJsonObject(delivery.bodyText);
  const id = body.ok ? body.value['booking'] : null;
  return typeof id === 'string' && SAFE_SEGMENT.test(id)
    ? ok({ kind: 'reread', hints: [{ remoteType: 'booking', remoteId: id }] })
    : err({ code: 'normalise.shape_unknown', message: 'The listed booking has no id.' });
};

export const poll: PollPart = {
  everySeconds: 300,
  async read(text, access, ports) {
    const cursor = cursorOf(text, ports.clock.now());
    const query = queryText({ 'filter[updated_at][gt]': cursor.since, 'page[size]': PAGE, 'page[after]': cursor.after });
    const page = await eventTempleClient(access, ports).read(`/bookings?${query}`, 'the list of bookings', Page);
    if (!page.ok) return page;
    const bookings = page.value.data.map((booking) => ({ id: booking.id, changed: changedAt(booking, access.settings) }));
    const newest = [cursor.newest, ...bookings.map((each) => each.changed)].filter((time) => time !== null).sort().at(-1) ?? cursor.newest;
    const after = page.value.meta?.after_cursor || null;
    const more = after !== null && after !== cursor.after && bookings.length > 0;
    const next: Cursor = more
      ? { ...cursor, newest, after }
      : { since: new Date(Date.parse(newest) - OVERLAP_MS).toISOString(), newest, after: null };
    return ok({
      items: bookings.map(({ id, changed }) => ({
        key: `booking:${id}:${changed ?? 'undated'}`,
        event: 'booking',
        body: JSON.stringify({ booking: id }),
      })),
      cursor: JSON.stringify(next),
      more,
    });
  },
  normalise,
};
