import { expect, it } from 'vitest';
import type { PresenceList, PresencePlace } from '../../../../core/contract/presence.ts';
import { createPresence, IDLE_AFTER_MS } from '../../../../main/services/presence.ts';

const place = (view: string, state: PresencePlace['state'] = 'here'): PresencePlace => ({ view, weddingId: null, state });

function make() {
  const told: PresencePlace[] = [];
  const pushed: (PresenceList | null)[] = [];
  let pages = [1, 2];
  const presence = createPresence({ pages: () => pages, tell: (next) => told.push(next), push: (list) => pushed.push(list) });
  return { presence, told, pushed, open: (...next: number[]) => (pages = next) };
}

it('speaks for all its windows: the one that was turned to last, of those that are seen', () => {
  const { presence, told, open } = make();
  presence.said(1, place('day'));
  presence.said(2, place('settings'));
  presence.said(1, place('day', 'away'));
  expect(told).toEqual([place('day'), place('settings')]);
  presence.said(2, place('settings', 'away'));
  expect(told.at(-1)).toEqual(place('settings', 'away'));
  open(1);
  presence.machine({ locked: false, idleMs: 0 });
  expect(told.at(-1)).toEqual(place('day', 'away'));
});

it('is idle when nobody touched the machine for two minutes, away when it is locked, and here again', () => {
  const { presence, told } = make();
  presence.said(1, place('day'));
  for (const idleMs of [3_000, IDLE_AFTER_MS, IDLE_AFTER_MS + 3_000]) presence.machine({ locked: false, idleMs });
  presence.machine({ locked: true, idleMs: 0 });
  presence.machine({ locked: false, idleMs: 0 });
  expect(told.map(({ state }) => state)).toEqual(['here', 'idle', 'away', 'here']);
});

it('answers a window with who is there, and tells all windows when it is not known any more', () => {
  const { presence, pushed } = make();
  const list: PresenceList = { entries: [], total: 0 };
  expect(presence.said(1, place('day'))).toBeNull();
  presence.heard(list);
  expect(presence.said(2, place('day'))).toEqual(list);
  presence.heard(null);
  expect(presence.said(2, place('day'))).toBeNull();
  expect(pushed).toEqual([list, null]);
});
