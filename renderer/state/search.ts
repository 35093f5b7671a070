import type { Tables } from '../../core/domain/record/state.ts';
import type { FoundKind } from '../../core/domain/search/match.ts';
import { createRecordSearch, type SearchQuery } from '../../core/domain/search/recordSearch.ts';
import { whenIdle } from '../components/timers.ts';

/** The page's one search over what it holds, taken up while nothing else is to be done so that the first letter is quick. */

const record = createRecordSearch();
/** Left of an idle moment when work stops. */
const SPARE_MS = 4;
let waiting = false;
let newest: { readonly tables: Tables; readonly zone: string } | null = null;

function work(left: () => number): void {
  waiting = false;
  if (!newest) return;
  for (const _piece of record.follow(newest.tables, newest.zone)) {
    if (left() > SPARE_MS) continue;
    waiting = whenIdle(work) !== null;
    return;
  }
}

/** Tells what will be searched; it is taken up in idle moments. A browser that knows none does it all at the first letter. */
export function prepareSearch(tables: Tables, zone: string): void {
  newest = { tables, zone };
  if (!waiting) waiting = whenIdle(work) !== null;
}

export const searchRecord = (tables: Tables, zone: string, query: SearchQuery): FoundKind[] => record.search(tables, zone, query);
