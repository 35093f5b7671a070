import { create } from 'zustand';
import type { Access } from '../../core/contract/access.ts';
import type { ErrorCode } from '../../core/contract/errors.ts';
import type { RecordedEvent } from '../../core/contract/events.ts';
import type { Banner } from '../../core/contract/ipc.ts';
import type { OutboxEntry } from '../../core/contract/outbox.ts';
import type { PairingState } from '../../core/contract/pairing.ts';
import type { PresenceList } from '../../core/contract/presence.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../core/contract/settings.ts';
import type { LinkStatus } from '../../core/contract/stream.ts';
import type { RecordState } from '../../core/domain/record/state.ts';
import type { Start } from './backend/backend.ts';

export type Phase = { readonly kind: 'starting' } | { readonly kind: 'pairing'; readonly code: ErrorCode } | { readonly kind: 'failed'; readonly code: ErrorCode } | { readonly kind: 'ready' };

/** An event and when this page got it (milliseconds), so that what is new can be shown as new. */
export interface HeldEvent {
  readonly event: RecordedEvent;
  /** 0 = it was here before: from the cache or a catch-up. */
  readonly receivedAt: number;
}

export interface ConsoleState {
  readonly phase: Phase;
  readonly home: 'desktop' | 'browser';
  readonly start: Start | null;
  /** As what this device was let in; null = not known yet. */
  readonly access: Access | null;
  /** This device's own id; null = not known yet. */
  readonly deviceId: string | null;
  /** Who of the house is where, this device among them; null = not known, since there is no line or it is not for us. */
  readonly presence: PresenceList | null;
  /** Desktop only: its way into its server; null = not known yet. */
  readonly pairing: PairingState | null;
  readonly settings: Settings;
  readonly record: RecordState | null;
  /** Where the shown record came from; `cache` = the server has not spoken yet. */
  readonly origin: 'none' | 'cache' | 'server';
  /** When the cached record was saved. */
  readonly savedAt: string | null;
  /** Newest first. */
  readonly held: readonly HeldEvent[];
  readonly link: LinkStatus | null;
  readonly banners: readonly Banner[];
  /** Decisions kept on this machine, in the order they were made. */
  readonly outbox: readonly OutboxEntry[];
  /** Rows with a decision that is just being written down. */
  readonly deciding: Readonly<Record<string, true>>;
}

export const initialState: ConsoleState = {
  phase: { kind: 'starting' },
  home: 'browser',
  start: null,
  access: null,
  deviceId: null,
  presence: null,
  pairing: null,
  settings: DEFAULT_SETTINGS,
  record: null,
  origin: 'none',
  savedAt: null,
  held: [],
  link: null,
  banners: [],
  outbox: [],
  deciding: {},
};

export const useConsole = create<ConsoleState>(() => initialState);
export const setConsole = useConsole.setState;
export const getConsole = useConsole.getState;
