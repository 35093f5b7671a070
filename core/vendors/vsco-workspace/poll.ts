import { z } from 'zod';
import { ok } from '../../contract/result.ts';
import { instantOfText } from '../fields.ts';
import { afterPage, firstSweep, isNews, Sweep } from '../sweep.ts';
import type { ConnectionAccess, PollPart } from '../vendor.ts';
import { vscoClient } from './client.ts';
import { EntriesSeen, entryChanges, isEntryDelivery, lookAtEntries, withChangedJobs } from './entryLook.ts';
import type { VscoEvent } from './manifest.ts';
import { normalise, SAFE_ID } from './webhook.ts';

const PAGE = 100;
/** Older jobs are other people's weddings mostly; one that matters comes when it is touched. */
const REACH_MS = 120 * 86_400_000;

interface List {
  readonly collection: string;
  readonly filter: Readonly<Record<string, string>>;
  readonly event: VscoEvent;
  /** Whose id is to be read: its own, or that of the job it belongs to. */
  readonly reads: 'id' | 'jobId';
}
/** The address book is left out: whoever matters comes with a job. */
const LISTS: readonly List[] = [
  { collection: 'job', filter: { includeClosed: 'true' }, event: 'job.created', reads: 'id' },
  // Moving a session leaves its job's own time of change as it was.
  { collection: 'event', filter: {}, event: 'job.created', reads: 'jobId' },
  { collection: 'payment', filter: {}, event: 'payment.created', reads: 'id' },
  // Nor does a change of what was ordered.
  { collection: 'order', filter: {}, event: 'job.created', reads: 'jobId' },
];

/** `entries`: the studio's calendar, once it is in use; it comes first in each look. */
const Cursor = z.object({
  list: z.int().min(0).max(LISTS.length - 1), sweeps: z.array(Sweep).length(LISTS.length), entries: EntriesSeen.optional(),
});
type Cursor = z.infer<typeof Cursor>;

const Page = z.object({
  meta: z.object({ totalPages: z.int().nullish() }).nullish(),
  items: z.array(z.object({ id: z.string().min(1), modified: z.string().nullish(), jobId: z.string().nullish() })),
});

function cursorOf(text: string | null, now: number): Cursor {
  try {
    return Cursor.parse(JSON.parse(text ?? ''));
  } catch {
    // No cursor, or one that cannot be read: everything is looked at again, and the keys drop what is known.
    return { list: 0, sweeps: LISTS.map(() => firstSweep(new Date(now - REACH_MS).toISOString())) };
  }
}

/** A studio has one calendar. */
const calendarInUse = ({ listened = [] }: ConnectionAccess) => listened.find(({ calendarRef }) => SAFE_ID.test(calendarRef)) ?? null;

export const poll: PollPart = {
  everySeconds: 900,
  async read(text, access, ports) {
    const cursor = cursorOf(text, ports.clock.now());
    const calendar = calendarInUse(access);
    const { entries } = cursor;
    if (calendar !== null && entries?.page !== null) {
      const looked = await lookAtEntries(entries ?? null, calendar, access, ports);
      return looked.ok ? ok({ items: looked.value.items, cursor: JSON.stringify({ ...cursor, entries: looked.value.seen }), more: true }) : looked;
    }
    const list = LISTS[cursor.list]!;
    const sweep = cursor.sweeps[cursor.list]!;
    const page = await vscoClient(access, ports).list(
      list.collection,
      { ...list.filter, sortBy: 'modified desc', pageSize: String(PAGE), page: String(sweep.page) },
      Page,
    );
    if (!page.ok) return page;
    const { items, meta } = page.value;
    const found = items.map((item) => ({ ...item, changed: instantOfText(item.modified) }));
    const pages = meta?.totalPages;
    const isLast = items.length === 0 || (typeof pages === 'number' ? sweep.page >= pages : items.length < PAGE);
    const after = afterPage(sweep, found.map((each) => each.changed), isLast);
    const over = after.done && cursor.list === LISTS.length - 1;
    const news = found.filter((each) => isNews(sweep, each.changed));
    const jobs = list.collection === 'job' ? news.map(({ id }) => id) : [];
    const seen = entries && withChangedJobs(entries, jobs);
    const next: Cursor = {
      list: over ? 0 : cursor.list + (after.done ? 1 : 0), sweeps: cursor.sweeps.with(cursor.list, after.sweep),
      ...(seen ? { entries: over ? { ...seen, page: 1 } : seen } : {}),
    };
    return ok({
      items: news
        .flatMap(({ id, changed, ...item }) => {
          const read = list.reads === 'id' ? id : item.jobId;
          if (!read || !SAFE_ID.test(read)) return [];
          return [
            {
              key: `${list.collection}:${id}:${changed ?? 'undated'}`,
              event: list.collection,
              body: JSON.stringify({ event: list.event, id: read }),
            },
          ];
        }),
      cursor: JSON.stringify(next),
      more: !over,
    });
  },
  normalise: (delivery) => (isEntryDelivery(delivery.vendorEvent) ? entryChanges(delivery) : normalise(delivery)),
};
