import type { Access } from '../../../core/contract/access.ts';
import type { Command } from '../../../core/contract/commands.ts';
import type { Place } from '../../../core/contract/deepLink.ts';
import type { CodedError } from '../../../core/contract/errors.ts';
import type { DeliveriesAnswer, HistoryAnswer, DevicesAnswer, IntegrationsAnswer, MeAnswer, RevokeAnswer, TicketAnswer, TicketRequest } from '../../../core/contract/http.ts';
import type { Banner, NotificationOutcome } from '../../../core/contract/ipc.ts';
import type { OutboxChoice, OutboxEntry, QueuedAnswer } from '../../../core/contract/outbox.ts';
import type { PairingState } from '../../../core/contract/pairing.ts';
import type { PresenceList, PresencePlace } from '../../../core/contract/presence.ts';
import type { CollectionName, Snapshot } from '../../../core/contract/record.ts';
import type { Result } from '../../../core/contract/result.ts';
import type { Settings, SettingsPatch } from '../../../core/contract/settings.ts';
import type { LinkStatus, StreamFrame } from '../../../core/contract/stream.ts';
import type { OpenWindow, WallAction, WallState } from '../../../core/contract/windows.ts';
import type { DeliveryCalls } from './deliveries.ts';
import type { EnquiryCalls } from '../../../core/contract/calls/enquiries.ts';
import type { FeedCalls } from '../../../core/contract/calls/feeds.ts';
import type { PeopleCalls } from '../../../core/contract/calls/people.ts';
import type { PairingCalls } from './people.ts';
import type { PersonalDataCalls } from './personalData.ts';
import type { SystemsCalls } from './systems.ts';

export type Answer<T> = Promise<Result<T, CodedError>>;

/** What the console knows about its home once it has started. */
export interface Start {
  readonly appVersion: string | null;
  readonly electronVersion: string | null;
  readonly serverVersion: string | null;
  readonly server: { readonly mode: 'embedded' | 'client' | 'page'; readonly url: string | null };
  /** Where this device's token is kept. */
  readonly tokenKept: 'keychain' | 'memory_only' | 'cookie';
  readonly settings: Settings;
  readonly link: LinkStatus | null;
  readonly place: Place | null;
  /** As what this device was let in; null = not known yet. */
  readonly access: Access | null;
  /** Left out = not known yet. */
  readonly deviceId?: string;
  /** The record kept here was given to somebody else and must go before anything builds on it. */
  readonly keptIsForeign: boolean;
}

export interface Cursor {
  readonly epoch: string;
  readonly seq: number;
}

export interface Listeners {
  snapshot(snapshot: Snapshot): void;
  frame(frame: StreamFrame): void;
  link(status: LinkStatus): void;
  navigate(place: Place): void;
  banner(banner: Banner): void;
  settings(settings: Settings): void;
  /** All kept decisions, whenever one of them changes. */
  outbox(entries: readonly OutboxEntry[]): void;
  /** Who of the house is where; null = not known any more. */
  presence(list: PresenceList | null): void;
  /** Desktop only: this desktop's way into its server. */
  pairing(state: PairingState): void;
}

/**
 * Everything the console asks of the world outside the page. Two homes implement it: the desktop (through the bridge) and a
 * plain browser (through HTTP and the stream). Refusals are coded; a rejected promise is a bug.
 */
export interface Backend {
  readonly home: 'desktop' | 'browser';
  readonly people: PeopleCalls;
  readonly personalData: PersonalDataCalls;
  readonly systems: SystemsCalls;
  readonly delivered: DeliveryCalls;
  readonly feeds: FeedCalls;
  readonly enquiries: EnquiryCalls;
  /** Desktop only. */
  readonly pairing: PairingCalls;
  /** An address for the system's browser, or for another tab. */
  openExternal(url: string): Answer<boolean>;
  /** `auth.*` = this browser is not paired. */
  boot(): Answer<Start>;
  /** Begins to deliver; `cursor` is the last event the page holds. Returns what ends it. */
  open(cursor: Cursor | null, listeners: Listeners): () => void;
  /** The whole record again; null = the home has none yet. In a browser the link sends one by itself. */
  record(): Answer<Snapshot | null>;
  retryLink(): Answer<boolean>;
  integrations(): Answer<IntegrationsAnswer>;
  /** Everything that happened to one row, newest first; `before` = the page's last position, null = from the newest. */
  history(collection: CollectionName, id: string, before: number | null): Answer<HistoryAnswer>;
  deliveries(connectionId: string): Answer<DeliveriesAnswer>;
  /** A link that lets one more browser in: an own one, a colleague's, or that of a vendor or a couple. */
  pairingLink(request: TicketRequest): Answer<TicketAnswer>;
  /** This device, as the server knows it. */
  me(): Answer<MeAnswer>;
  devices(): Answer<DevicesAnswer>;
  revokeDevice(deviceId: string): Answer<RevokeAnswer>;
  /** Answers when the decision is durable here. What became of it is told through `outbox`. */
  sendCommand(command: Command): Answer<QueuedAnswer>;
  outbox(): Answer<readonly OutboxEntry[]>;
  /** Takes back what was never sent. */
  cancelCommand(commandId: string): Answer<boolean>;
  resolveCommand(choice: OutboxChoice): Answer<boolean>;
  changeSettings(patch: SettingsPatch): Answer<Settings>;
  /** Desktop only. */
  connectServer(url: string | null, ticket: string | null): Answer<boolean>;
  /** Desktop only. */
  testNotification(): Answer<NotificationOutcome>;
  /** Everything up to `seq` is on the screen; `at` in milliseconds since the epoch. */
  painted(seq: number, at: number): Answer<boolean>;
  /** One more window on the same record; `window.too_many` = there are as many as may be. */
  openWindow(input: OpenWindow): Answer<boolean>;
  /** In a browser a wall display is a page like any other, which only its own window can close. */
  wall(input: WallAction): Answer<WallState>;
  /** Where this page's person is. Answers with who else is where, where that is known at once. */
  present(place: PresencePlace): Answer<PresenceList | null>;
}
