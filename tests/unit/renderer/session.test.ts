import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { codedError } from '../../../core/contract/errors.ts';
import type { OutboxEntry } from '../../../core/contract/outbox.ts';
import type { RecordedEvent } from '../../../core/contract/events.ts';
import type { PairingState } from '../../../core/contract/pairing.ts';
import type { Snapshot } from '../../../core/contract/record.ts';
import { err, ok } from '../../../core/contract/result.ts';
import { DEFAULT_SETTINGS } from '../../../core/contract/settings.ts';
import type { LinkStatus } from '../../../core/contract/stream.ts';
import type { Backend, Listeners } from '../../../renderer/state/backend/backend.ts';
import type { CacheChange, CachedRecord, RecordCache } from '../../../renderer/state/cache.ts';
import { acknowledge } from '../../../renderer/state/commands.ts';
import { newlyAnswered } from '../../../renderer/state/outbox.ts';
import { startSession } from '../../../renderer/state/session.ts';
import { getConsole, initialState, setConsole } from '../../../renderer/state/store.ts';
import { fixtureId, fixtureSnapshot, WEDDING_A } from '../../support/fixtures/record.ts';

const NOW = Date.parse('2026-06-20T14:05:00.000Z');
const base = fixtureSnapshot({ now: NOW });
const alert = base.rows.alerts[0];
if (!alert) throw new Error('fixture');
const live: LinkStatus = { state: 'live', since: base.at, seq: base.seq, headSeq: base.seq, confirmedAt: base.at, reason: null, attempt: 0, retryAt: null };

const guests = (seq: number, guestCount: number): RecordedEvent => {
  const wedding = base.rows.weddings[0];
  if (!wedding) throw new Error('fixture');
  return { seq, id: fixtureId(10, seq), type: 'wedding.updated', collection: 'weddings', weddingId: WEDDING_A, occurredAt: base.at, recordedAt: base.at, actor: { kind: 'vendor', id: null, name: 'x' }, source: null, deliveryId: null, before: { guestCount: 1 }, row: { ...wedding, seq, guestCount } };
};
const frame = (after: number, ...events: RecordedEvent[]) => ({ after, upTo: after + events.length, events, committedAt: base.at });
const guestCount = (): number | null | undefined => getConsole().record?.tables.weddings[WEDDING_A]?.guestCount;

class MemoryCache implements RecordCache {
  readonly saves: CacheChange[] = [];
  cleared = 0;
  failing = false;
  readonly kept: CachedRecord | null;
  constructor(kept: CachedRecord | null = null) {
    this.kept = kept;
  }
  async load() {
    return this.kept;
  }
  async save(change: CacheChange) {
    if (this.failing) throw new Error('quota');
    this.saves.push(change);
  }
  async clear() {
    this.cleared += 1;
  }
}

interface World {
  readonly backend: Backend;
  readonly listeners: () => Listeners;
  record: Snapshot | null;
  asked: number;
  opened: { epoch: string; seq: number } | null | undefined;
}

const letIn: PairingState = { server: { mode: 'client', url: 'https://wedsync.example.org' }, needed: null, mayFound: false, pairing: { step: 'idle' } };

function world(home: 'desktop' | 'browser', record: Snapshot | null, more: Partial<Backend> = {}): World {
  let given: Listeners | null = null;
  const refuse = async () => err(codedError('internal', 'not in this test'));
  const self: World = {
    record,
    asked: 0,
    opened: undefined,
    listeners: () => given ?? (() => { throw new Error('not open'); })(),
    backend: {
      home,
      people: { list: refuse, invite: refuse, withdrawInvitation: refuse, setRole: refuse, remove: refuse, resetLink: refuse, signOn: refuse, setSignOn: refuse, removeSignOn: refuse, lookAtPairing: refuse, approvePairing: refuse, denyPairing: refuse },
      pairing: { state: async () => ok(letIn), start: refuse, cancel: refuse, found: refuse },
      openExternal: refuse,
      delivered: { search: refuse, look: refuse, preview: refuse, beginDryRun: refuse, dryRun: refuse, cancelDryRun: refuse, replay: refuse, replays: refuse, replayState: refuse, cancelReplay: refuse, testEvent: refuse, refusals: refuse, figures: refuse, connectionFigures: refuse, saveFigures: refuse },
      feeds: { list: refuse, make: refuse, revoke: refuse },
      enquiries: { page: refuse, save: refuse, replace: refuse },
      personalData: { export: refuse, preview: refuse, erase: refuse, readers: refuse, retention: refuse, setRetention: refuse },
      systems: { list: refuse, face: refuse, tryOut: refuse, connect: refuse, setup: refuse, change: refuse, rotate: refuse, removal: refuse, remove: refuse, look: refuse, previewImport: refuse, takeImport: refuse, giveLeave: refuse, cancelLeave: refuse, kept: null },
      boot: async () => ok({ appVersion: '1', electronVersion: null, serverVersion: null, server: { mode: 'embedded', url: null }, tokenKept: 'keychain', settings: DEFAULT_SETTINGS, link: live, place: null, access: null, keptIsForeign: false }),
      open(cursor, listeners) {
        self.opened = cursor;
        given = listeners;
        return () => undefined;
      },
      async record() {
        self.asked += 1;
        return ok(self.record);
      },
      retryLink: refuse, integrations: refuse, deliveries: refuse, history: refuse, pairingLink: refuse, me: refuse, devices: refuse, revokeDevice: refuse, sendCommand: refuse, outbox: async () => ok([]), cancelCommand: refuse, resolveCommand: refuse, changeSettings: refuse, connectServer: refuse, testNotification: refuse, painted: refuse, present: refuse, openWindow: refuse, wall: refuse,
      ...more,
    },
  };
  return self;
}

/** The part of a document that says whether anybody sees it. */
const page = Object.assign(new EventTarget(), { hidden: false });
const show = (shown: boolean): void => {
  page.hidden = !shown;
  page.dispatchEvent(new Event('visibilitychange'));
};

beforeEach(() => {
  vi.stubGlobal('document', page);
  page.hidden = false;
  vi.useFakeTimers();
  setConsole(initialState, true);
});
afterEach(() => vi.useRealTimers());

describe('a session', () => {
  it('shows the kept record before anybody has answered', async () => {
    const cache = new MemoryCache({ snapshot: base, events: [guests(base.seq, 148)] });
    const { backend } = world('browser', null, { boot: () => new Promise(() => undefined) });
    void startSession(backend, cache);
    await vi.advanceTimersByTimeAsync(0);
    expect(getConsole()).toMatchObject({ origin: 'cache', savedAt: base.at, phase: { kind: 'starting' } });
    expect(getConsole().record?.seq).toBe(base.seq);
  });

  it('knows which device a desktop is though its line was alive before anybody listened', async () => {
    const deviceId = fixtureId(12, 1);
    const access = { role: 'owner' as const, weddingId: null, contactId: null, bookingIds: [] };
    const me = { organisation: base.organisation, access, device: { id: deviceId, name: 'Front desk', kind: 'desktop' as const }, server: { version: '1', protocol: 5, time: base.at } };
    const { backend } = world('desktop', base, { me: async () => ok(me) });
    await startSession(backend, new MemoryCache());
    await vi.advanceTimersByTimeAsync(0);
    expect(getConsole()).toMatchObject({ deviceId, access });
  });

  it('gives the browser’s link the kept position and goes on from there', async () => {
    const w = world('browser', null);
    await startSession(w.backend, new MemoryCache({ snapshot: base, events: [] }));
    expect(w.opened).toEqual({ epoch: 'fixture', seq: base.seq });
    w.listeners().frame(frame(base.seq, guests(base.seq + 1, 160)));
    await vi.advanceTimersByTimeAsync(50);
    expect(guestCount()).toBe(160);
    expect(getConsole().held[0]?.event.seq).toBe(base.seq + 1);
  });

  it('forgets what it kept of a row in which somebody was erased', async () => {
    const w = world('browser', null);
    const kept = guests(base.seq, 148);
    await startSession(w.backend, new MemoryCache({ snapshot: base, events: [kept] }));
    expect(getConsole().held.map(({ event }) => event.seq)).toEqual([base.seq]);
    const erased = { ...guests(base.seq + 1, 148), type: 'wedding.erased', before: {} } as RecordedEvent;
    w.listeners().frame(frame(base.seq, erased));
    await vi.advanceTimersByTimeAsync(50);
    expect(getConsole().held.map(({ event }) => event.seq)).toEqual([base.seq + 1]);
    expect(getConsole().record?.erasedSeq).toBe(base.seq + 1);
  });

  it('drops all kept events when a snapshot tells of an erasure that it has not seen', async () => {
    const w = world('browser', null);
    await startSession(w.backend, new MemoryCache({ snapshot: base, events: [guests(base.seq, 148)] }));
    w.listeners().snapshot({ ...base, seq: base.seq + 9000, erasedSeq: base.seq });
    expect(getConsole().held).toHaveLength(1);
    w.listeners().snapshot({ ...base, seq: base.seq + 9002, erasedSeq: base.seq + 9001 });
    expect(getConsole().held).toEqual([]);
  });

  it('gathers while nobody sees the page, without a timer, and is right at once when it is shown', async () => {
    const w = world('desktop', base);
    const cache = new MemoryCache();
    await startSession(w.backend, cache);
    await vi.advanceTimersByTimeAsync(2_000);
    show(false);
    w.listeners().frame(frame(base.seq, guests(base.seq + 1, 160)));
    w.listeners().frame(frame(base.seq + 1, guests(base.seq + 2, 161)));
    expect(vi.getTimerCount()).toBe(0);
    const saved = cache.saves.length;
    await vi.advanceTimersByTimeAsync(6_000);
    w.listeners().frame(frame(base.seq + 2, guests(base.seq + 3, 162)));
    expect(guestCount()).toBe(162);
    w.listeners().frame(frame(base.seq + 3, guests(base.seq + 4, 163)));
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(0);
    expect(cache.saves.length).toBe(saved + 1);
    show(true);
    await vi.advanceTimersByTimeAsync(40);
    expect(guestCount()).toBe(163);
  });

  it('on the desktop builds only on what main has given, and asks again over a gap', async () => {
    const w = world('desktop', { ...base, seq: base.seq + 5, epoch: 'new' });
    await startSession(w.backend, new MemoryCache({ snapshot: base, events: [] }));
    expect(getConsole().record).toMatchObject({ epoch: 'new', seq: base.seq + 5 });
    w.listeners().frame(frame(base.seq + 5, guests(base.seq + 6, 161)));
    await vi.advanceTimersByTimeAsync(50);
    expect(guestCount()).toBe(161);
    expect(w.asked).toBe(1);
    w.record = { ...base, seq: base.seq + 20, epoch: 'new' };
    w.listeners().frame(frame(base.seq + 9, guests(base.seq + 10, 170)));
    await vi.advanceTimersByTimeAsync(50);
    expect(w.asked).toBe(2);
    expect(getConsole().record?.seq).toBe(base.seq + 20);
  });

  it('applies a frame once, however often it comes, and gathers a burst into few renders', async () => {
    const w = world('desktop', base);
    await startSession(w.backend, new MemoryCache());
    let renders = 0;
    const { useConsole } = await import('../../../renderer/state/store.ts');
    const stop = useConsole.subscribe((next, before) => (renders += next.record === before.record ? 0 : 1));
    for (let step = 0; step < 100; step += 1) {
      const next = frame(base.seq + step, guests(base.seq + step + 1, step));
      w.listeners().frame(next);
      w.listeners().frame(next);
    }
    await vi.advanceTimersByTimeAsync(100);
    stop();
    expect(getConsole().record?.seq).toBe(base.seq + 100);
    expect(guestCount()).toBe(99);
    expect(getConsole().held.filter(({ event }) => event.seq === base.seq + 50)).toHaveLength(1);
    expect(renders).toBeLessThanOrEqual(3);
  });

  it('keeps what it applied with its position, in pieces, and lives on when that fails', async () => {
    const cache = new MemoryCache();
    const w = world('desktop', base);
    await startSession(w.backend, cache);
    w.listeners().frame(frame(base.seq, guests(base.seq + 1, 150)));
    await vi.advanceTimersByTimeAsync(1000);
    expect(cache.saves).toHaveLength(1);
    expect(cache.saves[0]).toMatchObject({ position: { seq: base.seq + 1, epoch: 'fixture' } });
    expect(cache.saves[0]?.events.map((event) => event.seq)).toEqual([base.seq + 1]);
    const warned = vi.spyOn(console, 'warn').mockReturnValue();
    cache.failing = true;
    w.listeners().frame(frame(base.seq + 1, guests(base.seq + 2, 151)));
    await vi.advanceTimersByTimeAsync(1000);
    expect(cache.cleared).toBe(1);
    expect(guestCount()).toBe(151);
    warned.mockRestore();
  });

  it('says that a browser is not paired', async () => {
    const w = world('browser', null, { boot: async () => err(codedError('auth.missing', '')) });
    await startSession(w.backend, new MemoryCache());
    expect(getConsole().phase).toEqual({ kind: 'pairing', code: 'auth.missing' });
  });

  it('empties a browser that was revoked, at its start', async () => {
    const warned = vi.spyOn(console, 'warn').mockReturnValue();
    const cache = new MemoryCache({ snapshot: base, events: [] });
    const w = world('browser', null, { boot: async () => err(codedError('auth.revoked', '')) });
    await startSession(w.backend, cache);
    expect([getConsole().record, getConsole().phase, cache.cleared]).toEqual([null, { kind: 'pairing', code: 'auth.revoked' }, 1]);
    warned.mockRestore();
  });

  it('empties a browser that is revoked while it is open, but not one that is let in again at once', async () => {
    const warned = vi.spyOn(console, 'warn').mockReturnValue();
    const refused = { ...live, state: 'refused', reason: 'auth_revoked' } as const;
    for (const out of [false, true]) {
      setConsole(initialState, true);
      const cache = new MemoryCache({ snapshot: base, events: [] });
      const w = world('browser', null, { me: async () => err(codedError(out ? 'auth.revoked' : 'server.unreachable', '')) });
      await startSession(w.backend, cache);
      w.listeners().link(refused);
      await vi.advanceTimersByTimeAsync(2_000);
      expect(cache.cleared).toBe(0);
      await vi.advanceTimersByTimeAsync(2_000);
      expect([getConsole().record === null, cache.cleared]).toEqual([out, out ? 1 : 0]);
    }
    warned.mockRestore();
  });
});

const entry = (state: OutboxEntry['state'], fields: Partial<OutboxEntry> = {}): OutboxEntry => ({
  command: { type: 'alert.acknowledge', commandId: fixtureId(1, 1), alertId: alert.id, basedOnVersion: 1 },
  server: 'embedded', queuedAt: base.at, state, attempts: 0, maybeRecorded: false, answer: null, answeredAt: null, retryAt: null, ...fields,
});

describe('the kept decisions', () => {
  it('are asked for at the start, and what is told meanwhile is newer', async () => {
    const first = world('desktop', base, { outbox: async () => ok([entry('queued')]) });
    await startSession(first.backend, new MemoryCache());
    expect(getConsole().outbox.map((each) => each.state)).toEqual(['queued']);
    setConsole(initialState, true);
    let answer: (entries: OutboxEntry[]) => void = () => undefined;
    const late = world('desktop', base, { outbox: () => new Promise((resolve) => (answer = (entries) => resolve(ok(entries)))) });
    await startSession(late.backend, new MemoryCache());
    late.listeners().outbox([entry('accepted')]);
    answer([entry('queued')]);
    await vi.advanceTimersByTimeAsync(0);
    expect(getConsole().outbox.map((each) => each.state)).toEqual(['accepted']);
  });

  it('are news only when they were waiting before', () => {
    expect(newlyAnswered([], [entry('accepted')])).toEqual([]);
    expect(newlyAnswered([entry('sending')], [entry('accepted')])).toEqual([entry('accepted')]);
    expect(newlyAnswered([entry('queued')], [entry('unknown')])).toEqual([]);
    expect(newlyAnswered([entry('accepted')], [entry('accepted')])).toEqual([]);
  });
});

describe('acknowledging an alert', () => {
  it('is kept with the version that was seen, also without a line, and not twice', async () => {
    setConsole({ link: { ...live, state: 'offline' } });
    const sent: unknown[] = [];
    const { backend } = world('desktop', null, {
      async sendCommand(command) {
        sent.push(command);
        expect(getConsole().deciding).toEqual({ [alert.id]: true });
        expect(await acknowledge(backend, alert)).toEqual({ kind: 'already' });
        return ok({ outcome: 'queued', commandId: command.commandId });
      },
    });
    expect(await acknowledge(backend, alert)).toEqual({ kind: 'kept' });
    expect(sent).toMatchObject([{ type: 'alert.acknowledge', alertId: alert.id, basedOnVersion: alert.version }]);
    expect(getConsole().deciding).toEqual({});
    setConsole({ outbox: [entry('unknown')] });
    expect(await acknowledge(backend, alert)).toEqual({ kind: 'already' });
    expect(sent).toHaveLength(1);
  });

  it('says that it is not kept when it could not be written down', async () => {
    const { backend } = world('desktop', null, { sendCommand: async () => err(codedError('outbox.not_kept', 'disk full')) });
    expect(await acknowledge(backend, alert)).toEqual({ kind: 'not_kept', code: 'outbox.not_kept' });
    expect(getConsole()).toMatchObject({ deciding: {}, outbox: [] });
  });

  it('over an overtaken one lets that one go, but only when the new one is kept', async () => {
    setConsole({ outbox: [entry('rebase')] });
    const resolved: unknown[] = [];
    let keep = false;
    const { backend } = world('desktop', null, {
      sendCommand: async (command) => (keep ? ok({ outcome: 'queued', commandId: command.commandId }) : err(codedError('outbox.not_kept', ''))),
      async resolveCommand(choice) {
        resolved.push(choice);
        return ok(true);
      },
    });
    expect(await acknowledge(backend, alert)).toMatchObject({ kind: 'not_kept' });
    expect(resolved).toEqual([]);
    keep = true;
    expect(await acknowledge(backend, alert)).toEqual({ kind: 'kept' });
    expect(resolved).toEqual([{ choice: 'drop', commandId: fixtureId(1, 1) }]);
  });
});
