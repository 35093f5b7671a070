import { isErasure, type RecordedEvent } from '../../core/contract/events.ts';
import type { PairingState } from '../../core/contract/pairing.ts';
import type { Snapshot } from '../../core/contract/record.ts';
import type { RemovedRow, StreamFrame } from '../../core/contract/stream.ts';
import { applyEvents, fromSnapshot } from '../../core/domain/record/state.ts';
import { openPlace } from '../app/routes.ts';
import { after, afterEvenHidden, isShown, type Cancel } from '../components/timers.ts';
import type { Backend } from './backend/backend.ts';
import { EVENTS_KEPT, type RecordCache } from './cache.ts';
import { forgetKept } from './forgetKept.ts';
import { forgetWays } from './keptWays.ts';
import { pageLog } from './pageLog.ts';
import { getConsole, setConsole, type HeldEvent } from './store.ts';

/** At most one repaint per this many milliseconds while frames pour in; a lone frame is shown at once. */
const GATHER_MS = 32;
const SAVE_EVERY_MS = 750;
/** A hidden page sets no timer: what arrives is gathered until something else arrives so much later, or the page is shown. */
const HIDDEN_GATHER_MS = 5_000;
/** While a changed password puts a new session in the place of this browser's own, its device may be refused for a moment: only who is out longer is out. */
const OUT_AFTER_MS = 3_000;

/** Runs the page's life with its backend: cache first, then the server's word; frames in, cache out. Returns what ends it. */
export async function startSession(backend: Backend, cache: RecordCache): Promise<() => void> {
  setConsole({ home: backend.home });

  let kept = await cache.load();
  if (kept) {
    setConsole({ record: fromSnapshot(kept.snapshot), origin: 'cache', savedAt: kept.snapshot.at, held: kept.events.map((event) => ({ event, receivedAt: 0 })) });
  }

  const booted = await backend.boot();
  if (!booted.ok) {
    const code = booted.error.code;
    const pairing = code.startsWith('auth.');
    if (!pairing) pageLog.error({ code, message: booted.error.message }, 'start refused');
    if (code === 'auth.revoked' && backend.home === 'browser') {
      setConsole({ record: null, origin: 'none', savedAt: null, held: [] });
      await forgetKept(cache);
    }
    setConsole({ phase: { kind: pairing ? 'pairing' : 'failed', code } });
    return () => undefined;
  }
  if (booted.value.keptIsForeign && kept) {
    kept = null;
    setConsole({ record: null, origin: 'none', savedAt: null, held: [] });
    await cache.clear();
  }
  setConsole({ phase: { kind: 'ready' }, start: booted.value, access: booted.value.access, deviceId: booted.value.deviceId ?? null, settings: booted.value.settings, link: booted.value.link });
  if (booted.value.place) openPlace(booted.value.place);

  const saver = cacheSaver(cache);
  let waiting: StreamFrame[] = [];
  let flushTimer: Cancel | null = null;
  let lastFlush = 0;
  let asking = false;
  let outboxHeard = false;

  const takeSnapshot = (snapshot: Snapshot): void => {
    const { record, origin, held } = getConsole();
    // Main may answer a question with what a push has already overtaken.
    if (origin === 'server' && record && record.epoch === snapshot.epoch && snapshot.seq < record.seq) return;
    const keepEvents = record?.epoch === snapshot.epoch && !missedErasure(record, snapshot);
    setConsole({ record: fromSnapshot(snapshot), origin: 'server', savedAt: snapshot.at, held: keepEvents ? held.filter(({ event }) => event.seq <= snapshot.seq) : [] });
    saver.snapshot(snapshot);
  };

  const askRecord = async (): Promise<void> => {
    if (asking) return;
    asking = true;
    const answer = await backend.record();
    asking = false;
    if (!answer.ok) return pageLog.warn({ code: answer.error.code }, 'record not given');
    if (answer.value) takeSnapshot(answer.value);
  };

  /** On the desktop another server may be spoken to than before; so it is asked whenever the line comes to life. */
  const askAccess = async (): Promise<void> => {
    const answer = await backend.me();
    if (answer.ok) setConsole({ access: answer.value.access, deviceId: answer.value.device.id });
    else pageLog.warn({ code: answer.error.code }, 'what this device was let in as was not told');
  };

  /** Access was withdrawn, maybe because the machine is lost: nothing of the record stays on it. */
  const forget = (): void => {
    if (getConsole().record === null) return;
    waiting = [];
    setConsole({ record: null, origin: 'none', savedAt: null, held: [] });
    saver.stop();
    forgetWays();
    void cache.clear().catch((error: unknown) => pageLog.warn({ error: String(error) }, 'kept record could not be cleared'));
  };

  /** In a browser there is no main to tell it. The server's word is asked for once more before everything is thrown away. */
  let outTimer: Cancel | null = null;
  const maybeOut = (): void => {
    outTimer ??= afterEvenHidden(OUT_AFTER_MS, () => void beOut());
  };
  const beOut = async (): Promise<void> => {
    const me = await backend.me();
    outTimer = null;
    if (me.ok || me.error.code !== 'auth.revoked') return;
    end();
    waiting = [];
    setConsole({ record: null, origin: 'none', savedAt: null, held: [], outbox: [], phase: { kind: 'pairing', code: 'auth.revoked' } });
    await forgetKept(cache);
  };

  const heardPairing = (pairing: PairingState): void => {
    setConsole({ pairing });
    if (pairing.needed === 'auth_revoked') forget();
  };

  const flush = (): void => {
    flushTimer?.();
    flushTimer = null;
    lastFlush = performance.now();
    const frames = waiting;
    waiting = [];
    const { record, held, link, origin } = getConsole();
    // On the desktop the cached copy may belong to another log: frames only build on what main has given.
    const usable = record && (backend.home === 'browser' || origin === 'server') ? record : null;
    if (!usable) return void askRecord();
    const events: RecordedEvent[] = [];
    const removed: RemovedRow[] = [];
    let seq = usable.seq;
    for (const frame of frames) {
      if (frame.upTo <= seq) continue;
      if (frame.after > seq) {
        void askRecord();
        break;
      }
      for (const event of frame.events) if (event.seq > seq) events.push(event);
      for (const row of frame.removed ?? []) if (row.seq > seq) removed.push(row);
      seq = frame.upTo;
    }
    if (seq === usable.seq) return;
    const receivedAt = link?.state === 'live' || link?.state === undefined ? Date.now() : 0;
    const fresh: HeldEvent[] = events.map((event) => ({ event, receivedAt })).reverse();
    const next = applyEvents(usable, events, seq, removed);
    // What went out of sight is forgotten with its history; where a person was erased, what was kept from before.
    const erased = events.filter((event) => isErasure(event.type));
    const isKept = ({ event }: HeldEvent): boolean => !erased.some((other) => other.row.id === event.row.id && other.seq > event.seq) && !removed.some((row) => row.id === event.row.id && row.collection === event.collection && row.seq > event.seq);
    const all = [...fresh, ...held].slice(0, EVENTS_KEPT);
    setConsole({ record: next, origin: 'server', held: removed.length > 0 || erased.length > 0 ? all.filter(isKept) : all });
    saver.events(events, removed, { epoch: next.epoch, seq: next.seq, organisation: next.organisation });
  };

  const stop = backend.open(kept ? { epoch: kept.snapshot.epoch, seq: kept.snapshot.seq } : null, {
    snapshot(snapshot) {
      waiting = waiting.filter((frame) => frame.upTo > snapshot.seq);
      takeSnapshot(snapshot);
    },
    frame(frame) {
      waiting.push(frame);
      const since = performance.now() - lastFlush;
      if (since >= (isShown() ? GATHER_MS : HIDDEN_GATHER_MS)) flush();
      else flushTimer ??= after(Math.max(0, GATHER_MS - since), flush);
    },
    link(link) {
      const unknown = getConsole().access === null || getConsole().deviceId === null;
      const cameAlive = link.state === 'live' && (getConsole().link?.state !== 'live' || unknown);
      setConsole({ link });
      if (backend.home === 'browser' && link.reason === 'auth_revoked') maybeOut();
      if (cameAlive && (backend.home === 'desktop' || unknown)) void askAccess();
    },
    navigate: openPlace,
    banner: (banner) => setConsole((state) => ({ banners: [banner, ...state.banners.filter((other) => other.id !== banner.id)].slice(0, 5) })),
    settings: (settings) => setConsole({ settings }),
    presence: (presence) => setConsole({ presence }),
    pairing: heardPairing,
    outbox(outbox) {
      outboxHeard = true;
      setConsole({ outbox });
    },
  });
  void backend.outbox().then((answer) => {
    if (!answer.ok) return pageLog.warn({ code: answer.error.code }, 'kept decisions not given');
    // What was told meanwhile is newer.
    if (!outboxHeard) setConsole({ outbox: answer.value });
  });
  if (backend.home === 'desktop') {
    const pairing = await backend.pairing.state();
    if (pairing.ok) heardPairing(pairing.value);
    else pageLog.warn({ code: pairing.error.code }, 'how this desktop stands with its server was not told');
    await askRecord();
    // The line may have been alive before anybody here listened to it.
    const { link, deviceId } = getConsole();
    if (link?.state === 'live' && deviceId === null) void askAccess();
  }

  const end = (): void => {
    stop();
    outTimer?.();
    flushTimer?.();
    saver.stop();
  };
  return end;
}

/** Somebody was erased while this page was away: which of the kept events named them cannot be told any more. */
const missedErasure = (record: { readonly seq: number }, { erasedSeq }: Snapshot): boolean => erasedSeq !== undefined && record.seq < erasedSeq;

/** Gathers what has changed and writes it now and then; one write at a time. A cache that fails is dropped, never in the way. */
function cacheSaver(cache: RecordCache) {
  let snapshot: Snapshot | null = null;
  let events: RecordedEvent[] = [];
  let removed: RemovedRow[] = [];
  let position: { epoch: string; seq: number; organisation: Snapshot['organisation'] } | null = null;
  let timer: Cancel | null = null;
  let writing = false;
  let broken = false;

  const write = async (): Promise<void> => {
    timer?.();
    timer = null;
    if (!position || writing) return;
    const change = { snapshot, events, removed, position };
    snapshot = null;
    events = [];
    removed = [];
    position = null;
    writing = true;
    try {
      await cache.save(change);
    } catch (error) {
      broken = true;
      pageLog.warn({ error: String(error) }, 'record could not be kept here; offline start is not available');
      await cache.clear().catch((reason: unknown) => pageLog.warn({ error: String(reason) }, 'kept record could not be cleared'));
    }
    writing = false;
    if (position) schedule();
  };
  const schedule = (): void => {
    if (broken || writing) return;
    if (isShown()) timer ??= after(SAVE_EVERY_MS, () => void write());
    else void write();
  };

  return {
    snapshot(next: Snapshot): void {
      snapshot = next;
      events = [];
      removed = [];
      position = { epoch: next.epoch, seq: next.seq, organisation: next.organisation };
      schedule();
    },
    events(more: readonly RecordedEvent[], gone: readonly RemovedRow[], at: { epoch: string; seq: number; organisation: Snapshot['organisation'] }): void {
      events.push(...more);
      removed.push(...gone);
      position = at;
      schedule();
    },
    stop(): void {
      timer?.();
    },
  };
}
