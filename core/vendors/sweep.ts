import { z } from 'zod';

/**
 * Lists that know no "changed since" but can be sorted by change, newest first: read page by page down to where the last
 * sweep began. What changes meanwhile pushes others to the next page, so a thing may come twice and none is passed over.
 */

/** `floor` = where the last whole sweep began; `newest` = the newest seen in this one. UTC instants. `page` counts from 1. */
export const Sweep = z.object({ floor: z.string().nullable(), newest: z.string().nullable(), page: z.int().min(1) });
export type Sweep = z.infer<typeof Sweep>;

/** A list that never ends is left here; the next sweep begins anew. */
const MOST_PAGES = 400;

export const firstSweep = (floor: string | null): Sweep => ({ floor, newest: null, page: 1 });

/** Whether something that changed then is still to be brought. */
export const isNews = (sweep: Sweep, changed: string | null): boolean => changed === null || sweep.floor === null || changed >= sweep.floor;

/** After a page with these times of change. */
export function afterPage(sweep: Sweep, changed: readonly (string | null)[], isLast: boolean): { readonly sweep: Sweep; readonly done: boolean } {
  const newest = [sweep.newest, ...changed].filter((time) => time !== null).sort().at(-1) ?? null;
  const done = isLast || sweep.page >= MOST_PAGES || changed.some((time) => !isNews(sweep, time));
  return done
    ? {
        sweep: firstSweep(
          [newest, sweep.floor]
            .filter((time) => time !== null)
            .sort()
            .at(-1) ?? null,
        ),
        done,
      }
    : { sweep: { ...sweep, newest, page: sweep.page + 1 }, done };
}
