import { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { queryText } from '../calls.ts';
import { afterPage, firstSweep, isNews, Sweep } from '../sweep.ts';
import type { PollPart } from '../vendor.ts';
import { timeOf } from './mapping.ts';
import { tripleseatClient } from './reread.ts';
import { Page } from './shapes.ts';
import { normalise } from './webhook.ts';

const PAGE = 50;
/** What nobody touched for this long is over. */
const REACH_MS = 400 * 86_400_000;

const LISTS = { events: { kind: 'event', trigger: 'UPDATE_EVENT' }, leads: { kind: 'lead', trigger: 'CREATE_LEAD' } } as const;

const Cursor = z.object({ list: z.enum(['events', 'leads']), events: Sweep, leads: Sweep });
type Cursor = z.infer<typeof Cursor>;

function cursorOf(text: string | null, now: number): Cursor {
  const first = firstSweep(new Date(now - REACH_MS).toISOString());
  try {
    return Cursor.parse(JSON.parse(text ?? ''));
  } catch {
    // No cursor, or one that cannot be read: everything is looked at again, and the keys drop what is known.
    return { list: 'events', events: first, leads: first };
  }
}

export const poll: PollPart = {
  everySeconds: 900,
  async read(text, access, ports) {
    const cursor = cursorOf(text, ports.clock.now());
    const { list } = cursor;
    const sweep = cursor[list];
    const query = queryText({ order: 'updated_at', sort_direction: 'desc', page: sweep.page });
    const page = await tripleseatClient(access, ports).read(`/${list}/search.json?${query}`, `the list of ${list}`, Page);
    if (!page.ok) return page;
    const { results, total_pages: pages } = page.value;
    const found = results.map((each) => ({ id: each.id, changed: timeOf(each.updated_at, access.settings) }));
    const isLast = results.length === 0 || (typeof pages === 'number' ? sweep.page >= pages : results.length < PAGE);
    const after = afterPage(sweep, found.map((each) => each.changed), isLast);
    const { kind, trigger } = LISTS[list];
    const next: Cursor = { ...cursor, [list]: after.sweep, list: after.done ? (list === 'events' ? 'leads' : 'events') : list };
    return ok({
      items: found
        .filter((each) => isNews(sweep, each.changed))
        .map(({ id, changed }) => ({
          key: `${kind}:${id}:${changed ?? 'undated'}`,
          event: trigger,
          body: JSON.stringify({ webhook_trigger_type: trigger, [kind]: { id } }),
        })),
      cursor: JSON.stringify(next),
      more: !(after.done && list === 'leads'),
    });
  },
  normalise,
};
