import { z } from 'zod';
import { err, ok } from '../../contract/result.ts';
import { queryText, refused, SAFE_SEGMENT } from '../calls.ts';
import { instantOfText } from '../fields.ts';
import { parseJsonObject } from '../signatures.ts';
import type { Normalise, PollPart } from '../vendor.ts';
import { calendlyClient } from './reread.ts';
import { EventPage, User } from './shapes.ts';
import { eventOfUri } from './uris.ts';

const DAY_MS = 86_400_000;
/** Events are listed by their start only, so a window moves along with today. */
const BACK_DAYS = 7;
const AHEAD_DAYS = 550;
const PAGE = 100;

/** A look that is going on: whose events, between which starts, and which page. */
const Cursor = z.object({ of: z.url().nullable(), from: z.iso.datetime(), to: z.iso.datetime(), page: z.string().min(1).max(2000).nullable() });
type Cursor = z.infer<typeof Cursor>;

function cursorOf(text: string | null, now: number): Cursor {
  const first: Cursor = {
    of: null,
    from: new Date(now - BACK_DAYS * DAY_MS).toISOString(),
    to: new Date(now + AHEAD_DAYS * DAY_MS).toISOString(),
    page: null,
  };
  try {
    const cursor = Cursor.parse(JSON.parse(text ?? ''));
    return cursor.page === null ? first : cursor;
  } catch {
    // No cursor, or one that cannot be read: the window is looked at from its beginning, and the keys drop what is known.
    return first;
  }
}

const normalise: Normalise = (delivery) => {
  const body = parseJsonObject(delivery.bodyText);
  const id = body.ok ? body.value['event'] : null;
  return typeof id === 'string' && SAFE_SEGMENT.test(id)
    ? ok({ kind: 'reread', hints: [{ remoteType: 'event', remoteId: id }] })
    : err({ code: 'normalise.shape_unknown', message: 'The listed event has no id.' });
};

export const poll: PollPart = {
  everySeconds: 600,
  async read(text, access, ports) {
    const client = calendlyClient(access, ports);
    const cursor = cursorOf(text, ports.clock.now());
    const all = access.settings['scope'] === 'organization';
    let { of } = cursor;
    if (of === null) {
      const me = await client.read('/users/me', 'the account', z.object({ resource: User }));
      if (!me.ok) return me;
      of = (all ? me.value.resource.current_organization : me.value.resource.uri) ?? null;
      if (of === null) return refused('Calendly names no organisation for this token.');
    }
    const query = queryText({
      [all ? 'organization' : 'user']: of,
      min_start_time: cursor.from,
      max_start_time: cursor.to,
      sort: 'start_time:asc',
      count: PAGE,
      page_token: cursor.page,
    });
    const found = await client.read(`/scheduled_events?${query}`, 'the list of events', EventPage);
    if (!found.ok) return found;
    const page = found.value.pagination.next_page_token || null;
    const more = page !== null && page !== cursor.page;
    return ok({
      items: found.value.collection.flatMap((event) => {
        const id = eventOfUri(event.uri, client.baseUrl);
        return id === null
          ? []
          : [{ key: `event:${id}:${instantOfText(event.updated_at) ?? 'undated'}`, event: 'scheduled_event', body: JSON.stringify({ event: id }) }];
      }),
      cursor: JSON.stringify({ ...cursor, of, page: more ? page : null } satisfies Cursor),
      more,
    });
  },
  normalise,
};
