import { describe, expect, it } from 'vitest';
import { fromSnapshot } from '../../../core/domain/record/state.ts';
import { progressOf, staysMs, wallPages } from '../../../renderer/wall/pages.ts';
import { fixtureSnapshot, WEDDING_A, WEDDING_B } from '../../support/fixtures/record.ts';

const NOW = Date.parse('2026-11-20T12:00:00.000Z');
const { tables } = fromSnapshot(fixtureSnapshot({ now: NOW }));
const calm = { ...tables, alerts: Object.fromEntries(Object.entries(tables.alerts).filter(([, alert]) => alert.severity !== 'emergency')) };
const ids = (pages: readonly { readonly id: string }[]): string[] => pages.map((page) => page.id);

describe('the pages of the wall', () => {
  it('are the day, each of its weddings, and the alerts', () => {
    expect(ids(wallPages(calm, NOW))).toEqual(['next', WEDDING_A, WEDDING_B, 'alerts']);
    expect(ids(wallPages({ weddings: {}, alerts: {} }, NOW))).toEqual(['next', 'alerts']);
  });
  it('begin with what has an emergency, which stays twice as long', () => {
    const pages = wallPages(tables, NOW);
    const urgent = pages.filter((page) => page.emergency);
    expect(ids(pages)[0]).toBe('alerts');
    expect(ids(pages.slice(0, urgent.length))).toEqual(ids(urgent));
    expect(pages.map((page) => staysMs(page, 15))).toEqual(pages.map((page) => (page.emergency ? 30_000 : 15_000)));
    expect(new Set(ids(pages))).toEqual(new Set(['next', WEDDING_A, WEDDING_B, 'alerts']));
  });
  it('count what is behind, also what was skipped', () => {
    const items = Object.values(tables.runSheetItems).filter((item) => item.weddingId === WEDDING_A);
    const { done, running, count } = progressOf(tables.runSheetItems, WEDDING_A);
    expect(count).toBe(items.length);
    expect(done + running).toBe(items.filter((item) => item.status !== 'planned').length);
  });
});
