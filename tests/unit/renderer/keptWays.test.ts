import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { forgetKept } from '../../../renderer/state/forgetKept.ts';
import { forgetWays, keepWays, readWays, type KeptWay } from '../../../renderer/state/keptWays.ts';
import { setConsole } from '../../../renderer/state/store.ts';
import { letFollow, restoreWays } from '../../../renderer/state/taking.ts';
import type { Backend } from '../../../renderer/state/backend/backend.ts';
import { ok } from '../../../core/contract/result.ts';
import { fromSnapshot } from '../../../core/domain/record/state.ts';
import { fixtureSnapshot } from '../../support/fixtures/record.ts';
import { testId } from '../../support/builders.ts';

/** What can be put back after a reload, in a storage that is played. */

const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-06-20T14:05:00.000Z');
const owner = { deviceId: testId(), epoch: 'first' };
const resourceId = testId();

function way(agoMs: number, recorded = true): KeptWay {
  const placed = { collection: 'bookings' as const, id: testId(), resourceId, startsAt: '2026-07-01T10:00:00.000Z', endsAt: '2026-07-01T12:00:00.000Z' };
  return { commandId: testId(), at: new Date(NOW - agoMs).toISOString(), recorded, way: { of: 'plan', moves: [{ ...placed, follow: [] }], to: [placed] } };
}

let kept: Map<string, string>;
let full: boolean;
let warned: unknown[];
beforeEach(() => {
  kept = new Map();
  full = false;
  warned = [];
  vi.spyOn(console, 'warn').mockImplementation((...said) => void warned.push(said[0]));
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem(key: string, value: string) {
      if (full) throw new Error('quota');
      kept.set(key, value);
    },
    removeItem: (key: string) => void kept.delete(key),
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('what can be put back after a reload', () => {
  it('is read as it was kept, the oldest first, what is not known to be recorded too', () => {
    const ways = [way(3 * DAY_MS), way(DAY_MS, false), way(0)];
    keepWays(owner, ways);
    expect(readWays(owner, NOW)).toEqual(ways);
  });

  it('is the last twenty', () => {
    const ways = Array.from({ length: 27 }, (_, index) => way(1_000 * (27 - index)));
    keepWays(owner, ways);
    expect(readWays(owner, NOW)).toEqual(ways.slice(-20));
  });

  it('is of the last week', () => {
    const [old, young] = [way(7 * DAY_MS), way(7 * DAY_MS - 1)];
    keepWays(owner, [old, young]);
    expect(readWays(owner, NOW)).toEqual([young]);
    expect(readWays(owner, NOW + 1)).toEqual([]);
  });

  it('is of one device in one log; another is given none, and what it keeps takes its place', () => {
    keepWays(owner, [way(0)]);
    const other = { ...owner, deviceId: testId() };
    expect(readWays(other, NOW)).toEqual([]);
    expect(readWays({ ...owner, epoch: 'restored from a backup' }, NOW)).toEqual([]);
    expect(readWays(owner, NOW)).toHaveLength(1);
    const theirs = way(0);
    keepWays(other, [theirs]);
    expect(readWays(owner, NOW)).toEqual([]);
    expect(readWays(other, NOW)).toEqual([theirs]);
  });

  it('is gone when somebody signs out, when it is forgotten, and when nothing is left of it', async () => {
    const clear = vi.fn(async () => undefined);
    keepWays(owner, [way(0)]);
    await forgetKept({ load: async () => null, save: async () => undefined, clear });
    expect(clear).toHaveBeenCalledOnce();
    expect(kept.size).toBe(0);
    keepWays(owner, [way(0)]);
    forgetWays();
    expect(kept.size).toBe(0);
    keepWays(owner, [way(0)]);
    keepWays(owner, []);
    expect(kept.size).toBe(0);
  });

  it.each([
    ['no text of ours', 'not json'],
    ['of another shape', JSON.stringify({ ...owner, ways: [{ commandId: 'x' }] })],
    ['more than is ever kept', JSON.stringify({ ...owner, ways: Array.from({ length: 21 }, () => way(0)) })],
  ])('is none where what stands there is %s', (_name, text) => {
    kept.set('wedsync.ways', text);
    expect(readWays(owner, NOW)).toEqual([]);
  });

  it('says so in the log where the storage takes nothing, and goes on', () => {
    full = true;
    keepWays(owner, [way(0)]);
    expect(warned).toEqual(['what can be put back could not be kept']);
    expect(readWays(owner, NOW)).toEqual([]);
  });

  it('is kept as soon as it is known which device this is', async () => {
    const snapshot = fixtureSnapshot({ now: NOW });
    const [alert, wedding, booking] = [snapshot.rows.alerts[0], snapshot.rows.weddings[0], snapshot.rows.bookings[0]];
    if (!alert || !wedding || !booking) throw new Error('fixture');
    const backend = { sendCommand: async ({ commandId }: { commandId: string }) => ok({ outcome: 'queued', commandId }) } as unknown as Backend;
    setConsole({ record: fromSnapshot(snapshot), deviceId: null, outbox: [] });
    const commandId = testId();
    await letFollow(backend, alert, wedding, [{ collection: 'bookings', row: booking, set: {}, locked: null }], null, commandId);
    expect(kept.size).toBe(0);
    setConsole({ deviceId: owner.deviceId });
    restoreWays();
    expect(readWays({ deviceId: owner.deviceId, epoch: snapshot.epoch }, Date.now()).map((one) => one.commandId)).toEqual([commandId]);
  });
});
