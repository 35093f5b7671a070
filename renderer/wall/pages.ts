import type { Alert } from '../../core/contract/record/attention.ts';
import { openAlerts } from '../../core/domain/day/openAlerts.ts';
import { dayWeddings, type DayWedding } from '../../core/domain/day/weddings.ts';
import type { Tables } from '../../core/domain/record/state.ts';

interface PageBase {
  readonly id: string;
  /** An emergency is open that this page shows. */
  readonly emergency: boolean;
}
export type WallPage =
  | (PageBase & { readonly kind: 'next' })
  | (PageBase & { readonly kind: 'wedding'; readonly entry: DayWedding; readonly number: number })
  | (PageBase & { readonly kind: 'alerts'; readonly alerts: readonly Alert[] });

/** What the wall goes round: the day, each of its weddings, the open alerts; what has an emergency comes first. */
export function wallPages(tables: Pick<Tables, 'weddings' | 'alerts'>, now: number): WallPage[] {
  const { today } = dayWeddings(Object.values(tables.weddings), now);
  const alerts = openAlerts(Object.values(tables.alerts), null);
  const emergencies = alerts.filter((alert) => alert.severity === 'emergency');
  const alertPage: WallPage = { kind: 'alerts', id: 'alerts', emergency: emergencies.length > 0, alerts };
  const weddings = today.map((entry, index): WallPage => ({ kind: 'wedding', id: entry.wedding.id, emergency: emergencies.some((alert) => alert.weddingId === entry.wedding.id), entry, number: index + 1 }));
  const pages: WallPage[] = [{ kind: 'next', id: 'next', emergency: false }, ...weddings];
  if (!alertPage.emergency) return [...pages, alertPage];
  return [alertPage, ...pages.filter((page) => page.emergency), ...pages.filter((page) => !page.emergency)];
}

/** How long a page stays, milliseconds: twice as long with an emergency on it. */
export const staysMs = (page: Pick<WallPage, 'emergency'>, intervalSeconds: number): number => intervalSeconds * 1000 * (page.emergency ? 2 : 1);

export interface Progress {
  readonly done: number;
  readonly running: number;
  readonly count: number;
}

/** How far a wedding's run sheet is; what was skipped is behind as well. */
export function progressOf(items: Tables['runSheetItems'], weddingId: string): Progress {
  const own = Object.values(items).filter((item) => item.weddingId === weddingId);
  const count = (...states: readonly string[]): number => own.filter((item) => states.includes(item.status)).length;
  return { done: count('done', 'skipped'), running: count('running'), count: own.length };
}
