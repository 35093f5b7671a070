import type { RecordedEvent } from '../../core/contract/events.ts';
import type { Snapshot } from '../../core/contract/record.ts';
import type { Alert } from '../../core/contract/record/attention.ts';
import type { StreamFrame } from '../../core/contract/stream.ts';
import { applyEvents, fromSnapshot, toSnapshot, type RecordState } from '../../core/domain/record/state.ts';
import type { Cursor } from '../../core/link/machine.ts';
import type { Clock } from '../../core/ports/ports.ts';

/** The desktop's copy of the record, in memory. The console keeps the copy that survives a restart. */
export interface RecordService {
  applySnapshot(snapshot: Snapshot): void;
  applyFrame(frame: StreamFrame): void;
  /** Another server: nothing held is true any more. */
  clear(): void;
  snapshot(): Snapshot | null;
  state(): RecordState | null;
  cursor(): Cursor | null;
  openAlerts(): number;
}

export interface RecordOptions {
  readonly clock: Clock;
  readonly onSnapshot: (snapshot: Snapshot) => void;
  readonly onPatch: (frame: StreamFrame) => void;
  /** Each event once, in order, with the record as it stands after the whole frame. */
  readonly onEvent: (event: RecordedEvent, state: RecordState) => void;
  readonly onOpenAlerts: (count: number) => void;
  /** Whether an alert is counted; left out = each is. */
  readonly isNews?: (alert: Alert) => boolean;
}

export function createRecord(options: RecordOptions): RecordService {
  let state: RecordState | null = null;
  let open = 0;
  const count = () => {
    const next = state ? Object.values(state.tables.alerts).filter((alert) => alert.state === 'open' && options.isNews?.(alert) !== false).length : 0;
    if (next !== open) options.onOpenAlerts(next);
    open = next;
  };
  return {
    applySnapshot(snapshot) {
      state = fromSnapshot(snapshot);
      options.onSnapshot(snapshot);
      count();
    },
    applyFrame(frame) {
      // The link gives a frame only on top of what it continues; without a base there is none.
      if (!state) return;
      const before = state.seq;
      state = applyEvents(state, frame.events, frame.upTo, frame.removed);
      options.onPatch(frame);
      if ([...frame.events, ...(frame.removed ?? [])].some(({ collection }) => collection === 'alerts')) count();
      for (const event of frame.events) if (event.seq > before) options.onEvent(event, state);
    },
    clear() {
      state = null;
      count();
    },
    snapshot: () => (state ? toSnapshot(state, new Date(options.clock.now()).toISOString()) : null),
    state: () => state,
    cursor: () => (state ? { epoch: state.epoch, seq: state.seq } : null),
    openAlerts: () => open,
  };
}
