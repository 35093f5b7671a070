import type { RecordedEvent } from '../../core/contract/events.ts';
import type { Snapshot } from '../../core/contract/record.ts';
import type { StreamFrame } from '../../core/contract/stream.ts';
import { applyEvents, fromSnapshot } from '../../core/domain/record/state.ts';
import { openPlace } from '../app/routes.ts';
import type { Backend } from './backend/backend.ts';
import { EVENTS_KEPT, type RecordCache } from './cache.ts';
import { pageLog } from './pageLog.ts';
import { getConsole, setConsole, type HeldEvent } from './store.ts';

/** At most one repaint per this many milliseconds while frames pour in; a lone frame is shown at once. */
const GATHER_MS = 32;
const SAVE_EVERY_MS = 750;

/** Runs the page's life with its backend: cache first, then the server's word; frames in, cache out. Returns what ends it. */
export async function startSession(backend: Backend, cache: RecordCache): Promise<() => void> {
  setConsole({ home: backend.home });

  const kept = await cache.load();
  if (kept) {
    setConsole({ record: fromSnapshot(kept.snapshot), origin: 'cache', savedAt: kept.snapshot.at, held: kept.events.map((event) => ({ event, receivedAt: 0 })) });
  }

  const booted = await backend.boot();
  if (!booted.ok) {
    const code = booted.error.code;
    const pairing = code.startsWith('auth.');
    if (!pairing) pageLog.error({ code, message: booted.error.message }, 'start refused');
    setConsole({ phase: { kind: pairing ? 'pairing' : 'failed', code } });
    return () => undefined;
  }
  setConsole({ phase: { kind: 'ready' }, start: booted.value, settings: booted.value.settings, link: booted.value.link });
  if (booted.value.place) openPlace(booted.value.place);

  const saver = cacheSaver(cache);
  let waiting: StreamFrame[] = [];
  let flushTimer: ReturnType<typeof setTimeout> | null = null;
  let lastFlush = 0;
  let asking = false;

  const takeSnapshot = (snapshot: Snapshot): void => {
    const { record, origin, held } = getConsole();
    // Main may answer a question with what a push has already overtaken.
    if (origin === 'server' && record && record.epoch === snapshot.epoch && snapshot.seq < record.seq) return;
    const keepEvents = record?.epoch === snapshot.epoch;
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

  const flush = (): void => {
    flushTimer = null;
    lastFlush = performance.now();
    const frames = waiting;
    waiting = [];
    const { record, held, link, origin } = getConsole();
    // On the desktop the cached copy may belong to another log: frames only build on what main has given.
    const usable = record && (backend.home === 'browser' || origin === 'server') ? record : null;
    if (!usable) return void askRecord();
    const events: RecordedEvent[] = [];
    let seq = usable.seq;
    for (const frame of frames) {
      if (frame.upTo <= seq) continue;
      if (frame.after > seq) {
        void askRecord();
        break;
      }
      for (const event of frame.events) if (event.seq > seq) events.push(event);
      seq = frame.upTo;
    }
    if (seq === usable.seq) return;
    const receivedAt = link?.state === 'live' || link?.state === undefined ? Date.now() : 0;
    const fresh: HeldEvent[] = events.map((event) => ({ event, receivedAt })).reverse();
    const next = applyEvents(usable, events, seq);
    setConsole({ record: next, origin: 'server', held: [...fresh, ...held].slice(0, EVENTS_KEPT) });
    saver.events(events, { epoch: next.epoch, seq: next.seq, organisation: next.organisation });
  };

  const stop = backend.open(kept ? { epoch: kept.snapshot.epoch, seq: kept.snapshot.seq } : null, {
    snapshot(snapshot) {
      waiting = waiting.filter((frame) => frame.upTo > snapshot.seq);
      takeSnapshot(snapshot);
    },
    frame(frame) {
      waiting.push(frame);
      if (flushTimer !== null) return;
      const since = performance.now() - lastFlush;
      if (since >= GATHER_MS) flush();
      else flushTimer = setTimeout(flush, GATHER_MS - since);
    },
    link: (link) => setConsole({ link }),
    navigate: openPlace,
    banner: (banner) => setConsole((state) => ({ banners: [banner, ...state.banners.filter((other) => other.id !== banner.id)].slice(0, 5) })),
    settings: (settings) => setConsole({ settings }),
  });
  if (backend.home === 'desktop') await askRecord();

  return () => {
    stop();
    if (flushTimer !== null) clearTimeout(flushTimer);
    saver.stop();
  };
}

/** Gathers what has changed and writes it now and then; one write at a time. A cache that fails is dropped, never in the way. */
function cacheSaver(cache: RecordCache) {
  let snapshot: Snapshot | null = null;
  let events: RecordedEvent[] = [];
  let position: { epoch: string; seq: number; organisation: Snapshot['organisation'] } | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let writing = false;
  let broken = false;

  const write = async (): Promise<void> => {
    timer = null;
    if (!position || writing) return;
    const change = { snapshot, events, position };
    snapshot = null;
    events = [];
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
    if (!broken && timer === null && !writing) timer = setTimeout(() => void write(), SAVE_EVERY_MS);
  };

  return {
    snapshot(next: Snapshot): void {
      snapshot = next;
      events = [];
      position = { epoch: next.epoch, seq: next.seq, organisation: next.organisation };
      schedule();
    },
    events(more: readonly RecordedEvent[], at: { epoch: string; seq: number; organisation: Snapshot['organisation'] }): void {
      events.push(...more);
      position = at;
      schedule();
    },
    stop(): void {
      if (timer !== null) clearTimeout(timer);
    },
  };
}
