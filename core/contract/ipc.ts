import { z } from 'zod';
import { InvitationRevoked, InviteAnswer, InviteRequest, MembershipEnded, PairingDecided, PairingView, PeopleAnswer, ResetLinkAnswer, RoleAnswer, RoleRequest, SignOnAnswer, SignOnRequest } from './accounts.ts';
import { Command } from './commands.ts';
import { Place } from './deepLink.ts';
import { DeliveryPage, DeliveryWhole, Lot, RefusalsAnswer, Replay, ReplayOrder, ReplayPreview, ReplaysAnswer, TestEventAnswer } from './deliveries.ts';
import { DeliverySearch } from './deliveryPlace.ts';
import { DryRun, DryRunPage, DryRunQuery } from './dryRuns.ts';
import type { CodedError } from './errors.ts';
import { EnquiryPageAnswer, SaveEnquiryPage } from './enquiries.ts';
import { FeedsAnswer, MadeFeed, MakeFeedRequest, RevokedFeed } from './feeds.ts';
import { ConnectionFiguresAnswer, FiguresAnswer, FigureWindow } from './figures.ts';
import { HouseFields } from './founding.ts';
import { DeliveriesAnswer, HistoryAnswer, DevicesAnswer, IntegrationsAnswer, MeAnswer, RevokeAnswer, TicketAnswer, TicketRequest } from './http.ts';
import type { InvokeChannel, PushChannel } from './ipcNames.ts';
import { ByCode, PairingState, PairWith } from './pairing.ts';
import { PresenceList, PresencePlace } from './presence.ts';
import { OutboxChoice, OutboxEntry, QueuedAnswer } from './outbox.ts';
import { EraseAnswer, ErasePreview, EraseRequest, ReadersAnswer, Retention, RetentionAnswer } from './personalData.ts';
import { Id, Instant, Seq } from './primitives.ts';
import type { Result } from './result.ts';
import { COLLECTION_NAMES, Snapshot, type CollectionName } from './record.ts';
import { Severity } from './record/row.ts';
import { Settings, SettingsPatch } from './settings.ts';
import { LinkStatus, StreamFrame } from './stream.ts';
import { ChangeConnectionRequest, ConnectAnswer, ConnectionAnswer, ConnectRequest, ImportAnswer, ImportPreview, ImportPreviewRequest, ImportRequest, LookAnswer, Removal, RemovedAnswer, RemoveQuery, RotateRequest, Setup, SystemFace, SystemsAnswer, TryAnswer, TryRequest } from './systems.ts';
import { OpenWindow, WallAction, WallState } from './windows.ts';

/** What the console needs once, at its start. */
export const Boot = z.object({
  app: z.object({ version: z.string(), electron: z.string(), platform: z.enum(['linux', 'darwin', 'win32', 'other']), packaged: z.boolean() }),
  server: z.object({ mode: z.enum(['embedded', 'client']), url: z.string().nullable() }),
  /** Where this device's token is kept: the OS keychain, or only in memory because there is none. */
  secrets: z.enum(['keychain', 'memory_only']),
  settings: Settings,
  link: LinkStatus,
  /** Where to open, when started by a link or a notification. */
  place: Place.nullable(),
});
export type Boot = z.infer<typeof Boot>;

/** Shown inside the console when a native notification could not be shown, or when something about this machine needs saying. */
export const Banner = z.object({
  id: Id,
  kind: z.enum(['toast_failed', 'secrets_unavailable', 'server_failed', 'window']),
  severity: Severity,
  title: z.string(),
  detail: z.string(),
  place: Place.nullable(),
  at: Instant,
});
export type Banner = z.infer<typeof Banner>;

/** What became of a native notification: shown; suppressed on purpose, and why; or failed, and why. */
export const NotificationOutcome = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('shown') }),
  z.object({ outcome: z.literal('suppressed'), why: z.enum(['disabled', 'below_threshold', 'already_acknowledged', 'catching_up', 'grouped', 'window_focused', 'done_here']) }),
  z.object({ outcome: z.literal('failed'), why: z.enum(['unsupported', 'no_daemon', 'timeout', 'error']) }),
]);
export type NotificationOutcome = z.infer<typeof NotificationOutcome>;

type Shape = { readonly input: z.ZodType; readonly output: z.ZodType };
const none = z.undefined();
const ById = z.strictObject({ id: Id });

const ContactId = z.strictObject({ contactId: Id });
const ByConnection = z.strictObject({ connectionId: Id });

/** Console asks, main answers with a {@link Result}: data or a coded error, never a thrown one. */
export const INVOKE = {
  'app:boot': { input: none, output: Boot },
  'app:open_external': { input: z.strictObject({ url: z.string().max(2000) }), output: z.boolean() },
  'record:get': { input: none, output: Snapshot.nullable() },
  'link:get': { input: none, output: LinkStatus },
  'link:retry': { input: none, output: z.boolean() },
  'api:integrations': { input: none, output: IntegrationsAnswer },
  'api:history': { input: z.strictObject({ collection: z.enum(COLLECTION_NAMES as [CollectionName, ...CollectionName[]]), id: Id, before: Seq.nullable() }), output: HistoryAnswer },
  'api:deliveries': { input: z.strictObject({ connectionId: Id }), output: DeliveriesAnswer },
  'api:pairing_link': { input: TicketRequest, output: TicketAnswer },
  'api:me': { input: none, output: MeAnswer },
  'api:devices': { input: none, output: DevicesAnswer },
  'api:revoke_device': { input: z.strictObject({ deviceId: Id }), output: RevokeAnswer },
  /** Answered when the decision is durable on this machine; what became of it comes with `outbox:changed`. */
  'command:send': { input: Command, output: QueuedAnswer },
  'outbox:list': { input: none, output: z.array(OutboxEntry) },
  'outbox:cancel': { input: z.strictObject({ commandId: Id }), output: z.boolean() },
  'outbox:resolve': { input: OutboxChoice, output: z.boolean() },
  'settings:get': { input: none, output: Settings },
  'settings:set': { input: SettingsPatch, output: Settings },
  'server:connect': { input: z.strictObject({ url: z.url({ protocol: /^https?$/ }).nullable(), ticket: z.string().max(200).nullable() }), output: z.boolean() },
  'notifications:test': { input: none, output: NotificationOutcome },
  /** The console painted everything up to `seq`; used for measuring the last hop. */
  'board:painted': { input: z.strictObject({ seq: z.int().min(0), at: z.number() }), output: z.boolean() },
  'window:open': { input: OpenWindow, output: z.boolean() },
  'window:wall': { input: WallAction, output: WallState },
  /** Where this window is; answered with who else is where, null = not known. */
  'presence:say': { input: PresencePlace, output: PresenceList.nullable() },
  'people:list': { input: none, output: PeopleAnswer },
  'people:invite': { input: InviteRequest, output: InviteAnswer },
  'people:withdraw_invitation': { input: ById, output: InvitationRevoked },
  'people:set_role': { input: RoleRequest.extend({ id: Id }), output: RoleAnswer },
  'people:remove': { input: ById, output: MembershipEnded },
  'people:reset_link': { input: ById, output: ResetLinkAnswer },
  'sign_on:get': { input: none, output: SignOnAnswer },
  'sign_on:set': { input: SignOnRequest, output: SignOnAnswer },
  'sign_on:remove': { input: none, output: SignOnAnswer },
  'pairing:look': { input: ByCode, output: PairingView },
  'pairing:approve': { input: ByCode, output: PairingDecided },
  'pairing:deny': { input: ByCode, output: PairingDecided },
  /** This desktop's own pairing with a server. Main asks and waits; what becomes of it comes with `pairing:changed`. */
  'pairing:get': { input: none, output: PairingState },
  'pairing:start': { input: PairWith, output: PairingState },
  'pairing:cancel': { input: none, output: PairingState },
  /** The first organisation of this desktop's server; the line comes to life by itself then. */
  'founding:found': { input: HouseFields, output: z.boolean() },
  'personal_data:export': { input: ContactId, output: z.object({ saved: z.boolean() }) },
  'personal_data:preview': { input: ContactId, output: ErasePreview },
  'personal_data:erase': { input: ContactId.extend({ request: EraseRequest }), output: EraseAnswer },
  'personal_data:readers': { input: ContactId, output: ReadersAnswer },
  'retention:get': { input: none, output: RetentionAnswer },
  'retention:set': { input: Retention, output: RetentionAnswer },
  'systems:list': { input: none, output: SystemsAnswer },
  'systems:face': { input: z.strictObject({ system: z.string().max(60) }), output: SystemFace },
  'systems:try': { input: TryRequest, output: TryAnswer },
  'systems:connect': { input: ConnectRequest, output: ConnectAnswer },
  'systems:setup': { input: ByConnection, output: Setup },
  'systems:change': { input: ByConnection.extend({ request: ChangeConnectionRequest }), output: ConnectAnswer },
  'systems:rotate': { input: ByConnection.extend({ request: RotateRequest }), output: ConnectAnswer },
  'systems:removal': { input: ByConnection, output: Removal },
  'systems:remove': { input: ByConnection.extend({ request: RemoveQuery }), output: RemovedAnswer },
  'systems:look': { input: ByConnection, output: LookAnswer },
  'systems:preview_import': { input: ByConnection.extend({ request: ImportPreviewRequest }), output: ImportPreview },
  'systems:import': { input: ByConnection.extend({ request: ImportRequest }), output: ImportAnswer },
  /** The same with the key kept in this desktop's keychain: main tries it out, and the server hears of its name only. */
  'kept:try': { input: TryRequest, output: TryAnswer },
  'kept:connect': { input: ConnectRequest, output: ConnectAnswer },
  'kept:change': { input: ByConnection.extend({ system: z.string().max(60), request: ChangeConnectionRequest }), output: ConnectAnswer },
  'kept:to_vault': { input: ByConnection.extend({ evenIfUntested: z.boolean() }), output: ConnectAnswer },
  /** Opens the vendor's page in the system's browser and waits until leave was given there, at most five minutes. */
  'leave:give': { input: ByConnection, output: ConnectionAnswer },
  'leave:cancel': { input: none, output: z.boolean() },
  'deliveries:search': { input: DeliverySearch, output: DeliveryPage },
  'deliveries:look': { input: ById, output: DeliveryWhole },
  'replay:preview': { input: Lot, output: ReplayPreview },
  'replay:dry_run': { input: Lot, output: DryRun },
  'replay:dry_run_page': { input: DryRunQuery.extend({ id: Id }).strict(), output: DryRunPage },
  'replay:cancel_dry_run': { input: ById, output: DryRun },
  'replay:start': { input: ReplayOrder, output: Replay },
  'replay:list': { input: none, output: ReplaysAnswer },
  'replay:state': { input: ById, output: Replay },
  'replay:cancel': { input: ById, output: Replay },
  'connection:send_test': { input: ById, output: TestEventAnswer },
  'connection:refusals': { input: ById, output: RefusalsAnswer },
  'figures:all': { input: z.strictObject({ window: FigureWindow }), output: FiguresAnswer },
  'figures:connection': { input: z.strictObject({ id: Id, window: FigureWindow }), output: ConnectionFiguresAnswer },
  /** As a table, where the person says; `id` null = of all connections. */
  'figures:save': { input: z.strictObject({ id: Id.nullable(), window: FigureWindow }), output: z.object({ saved: z.boolean() }) },
  'feeds:list': { input: none, output: FeedsAnswer },
  'feeds:make': { input: MakeFeedRequest, output: MadeFeed },
  'feeds:revoke': { input: ById, output: RevokedFeed },
  'enquiries:page': { input: none, output: EnquiryPageAnswer },
  'enquiries:save': { input: SaveEnquiryPage, output: EnquiryPageAnswer },
  'enquiries:replace': { input: none, output: EnquiryPageAnswer },
} as const satisfies Record<InvokeChannel, Shape>;

/** Main tells, console listens. */
export const PUSH = {
  'record:snapshot': Snapshot,
  'record:patch': StreamFrame,
  'link:status': LinkStatus,
  'outbox:changed': z.array(OutboxEntry),
  navigate: Place,
  banner: Banner,
  'settings:changed': Settings,
  /** Whether this window can be seen; some desktops put a window away without telling its page. */
  'window:shown': z.boolean(),
  'presence:changed': PresenceList.nullable(),
  'pairing:changed': PairingState,
} as const satisfies Record<PushChannel, z.ZodType>;

export type InvokeInput<C extends InvokeChannel> = z.infer<(typeof INVOKE)[C]['input']>;
export type InvokeOutput<C extends InvokeChannel> = z.infer<(typeof INVOKE)[C]['output']>;
export type PushPayload<C extends PushChannel> = z.infer<(typeof PUSH)[C]>;
export type IpcResult<T> = Result<T, CodedError>;

/** What the preload puts on `window.wedsync`: named verbs only; listeners get data, never the event, and can be removed. */
export interface Bridge {
  boot(): Promise<IpcResult<Boot>>;
  openExternal(input: { url: string }): Promise<IpcResult<boolean>>;
  record(): Promise<IpcResult<Snapshot | null>>;
  link(): Promise<IpcResult<LinkStatus>>;
  retryLink(): Promise<IpcResult<boolean>>;
  integrations(): Promise<IpcResult<IntegrationsAnswer>>;
  history(input: InvokeInput<'api:history'>): Promise<IpcResult<HistoryAnswer>>;
  deliveries(input: { connectionId: string }): Promise<IpcResult<DeliveriesAnswer>>;
  pairingLink(input: TicketRequest): Promise<IpcResult<TicketAnswer>>;
  me(): Promise<IpcResult<MeAnswer>>;
  devices(): Promise<IpcResult<DevicesAnswer>>;
  revokeDevice(input: { deviceId: string }): Promise<IpcResult<RevokeAnswer>>;
  sendCommand(input: Command): Promise<IpcResult<QueuedAnswer>>;
  outbox(): Promise<IpcResult<OutboxEntry[]>>;
  cancelCommand(input: { commandId: string }): Promise<IpcResult<boolean>>;
  resolveCommand(input: OutboxChoice): Promise<IpcResult<boolean>>;
  settings(): Promise<IpcResult<Settings>>;
  changeSettings(input: SettingsPatch): Promise<IpcResult<Settings>>;
  connectServer(input: { url: string | null; ticket: string | null }): Promise<IpcResult<boolean>>;
  testNotification(): Promise<IpcResult<NotificationOutcome>>;
  painted(input: { seq: number; at: number }): Promise<IpcResult<boolean>>;
  openWindow(input: OpenWindow): Promise<IpcResult<boolean>>;
  wall(input: WallAction): Promise<IpcResult<WallState>>;
  present(input: PresencePlace): Promise<IpcResult<PresenceList | null>>;
  people(): Promise<IpcResult<PeopleAnswer>>;
  invite(input: InviteRequest): Promise<IpcResult<InviteAnswer>>;
  withdrawInvitation(input: { id: string }): Promise<IpcResult<InvokeOutput<'people:withdraw_invitation'>>>;
  setRole(input: InvokeInput<'people:set_role'>): Promise<IpcResult<InvokeOutput<'people:set_role'>>>;
  removeMember(input: { id: string }): Promise<IpcResult<InvokeOutput<'people:remove'>>>;
  resetLink(input: { id: string }): Promise<IpcResult<ResetLinkAnswer>>;
  signOn(): Promise<IpcResult<SignOnAnswer>>;
  setSignOn(input: SignOnRequest): Promise<IpcResult<SignOnAnswer>>;
  removeSignOn(): Promise<IpcResult<SignOnAnswer>>;
  lookAtPairing(input: { code: string }): Promise<IpcResult<PairingView>>;
  approvePairing(input: { code: string }): Promise<IpcResult<PairingDecided>>;
  denyPairing(input: { code: string }): Promise<IpcResult<PairingDecided>>;
  pairing(): Promise<IpcResult<PairingState>>;
  startPairing(input: { url: string }): Promise<IpcResult<PairingState>>;
  cancelPairing(): Promise<IpcResult<PairingState>>;
  foundHouse(input: HouseFields): Promise<IpcResult<boolean>>;
  exportPersonalData(input: { contactId: string }): Promise<IpcResult<{ saved: boolean }>>;
  erasePreview(input: { contactId: string }): Promise<IpcResult<ErasePreview>>;
  eraseContact(input: { contactId: string; request: EraseRequest }): Promise<IpcResult<EraseAnswer>>;
  readers(input: { contactId: string }): Promise<IpcResult<ReadersAnswer>>;
  retention(): Promise<IpcResult<RetentionAnswer>>;
  setRetention(input: Retention): Promise<IpcResult<RetentionAnswer>>;
  systems(): Promise<IpcResult<InvokeOutput<'systems:list'>>>;
  system(input: { system: string }): Promise<IpcResult<SystemFace>>;
  tryOut(input: InvokeInput<'systems:try'>): Promise<IpcResult<TryAnswer>>;
  connectSystem(input: ConnectRequest): Promise<IpcResult<ConnectAnswer>>;
  connectionSetup(input: { connectionId: string }): Promise<IpcResult<Setup>>;
  changeConnection(input: InvokeInput<'systems:change'>): Promise<IpcResult<ConnectAnswer>>;
  rotateSecret(input: InvokeInput<'systems:rotate'>): Promise<IpcResult<ConnectAnswer>>;
  removal(input: { connectionId: string }): Promise<IpcResult<Removal>>;
  removeConnection(input: InvokeInput<'systems:remove'>): Promise<IpcResult<RemovedAnswer>>;
  lookNow(input: { connectionId: string }): Promise<IpcResult<InvokeOutput<'systems:look'>>>;
  previewImport(input: InvokeInput<'systems:preview_import'>): Promise<IpcResult<ImportPreview>>;
  takeImport(input: InvokeInput<'systems:import'>): Promise<IpcResult<ImportAnswer>>;
  tryKept(input: InvokeInput<'kept:try'>): Promise<IpcResult<TryAnswer>>;
  connectKept(input: ConnectRequest): Promise<IpcResult<ConnectAnswer>>;
  changeKept(input: InvokeInput<'kept:change'>): Promise<IpcResult<ConnectAnswer>>;
  moveToVault(input: InvokeInput<'kept:to_vault'>): Promise<IpcResult<ConnectAnswer>>;
  giveLeave(input: { connectionId: string }): Promise<IpcResult<InvokeOutput<'leave:give'>>>;
  cancelLeave(): Promise<IpcResult<boolean>>;
  searchDeliveries(input: DeliverySearch): Promise<IpcResult<DeliveryPage>>;
  delivery(input: { id: string }): Promise<IpcResult<DeliveryWhole>>;
  previewReplay(input: Lot): Promise<IpcResult<ReplayPreview>>;
  beginDryRun(input: Lot): Promise<IpcResult<DryRun>>;
  dryRun(input: DryRunQuery & { id: string }): Promise<IpcResult<DryRunPage>>;
  cancelDryRun(input: { id: string }): Promise<IpcResult<DryRun>>;
  replay(input: ReplayOrder): Promise<IpcResult<Replay>>;
  replays(): Promise<IpcResult<ReplaysAnswer>>;
  replayState(input: { id: string }): Promise<IpcResult<Replay>>;
  cancelReplay(input: { id: string }): Promise<IpcResult<Replay>>;
  testEvent(input: { id: string }): Promise<IpcResult<TestEventAnswer>>;
  refusals(input: { id: string }): Promise<IpcResult<RefusalsAnswer>>;
  figures(input: { window: FigureWindow }): Promise<IpcResult<FiguresAnswer>>;
  connectionFigures(input: { id: string; window: FigureWindow }): Promise<IpcResult<ConnectionFiguresAnswer>>;
  saveFigures(input: { id: string | null; window: FigureWindow }): Promise<IpcResult<{ saved: boolean }>>;
  feeds(): Promise<IpcResult<FeedsAnswer>>;
  makeFeed(input: MakeFeedRequest): Promise<IpcResult<MadeFeed>>;
  revokeFeed(input: { id: string }): Promise<IpcResult<RevokedFeed>>;
  enquiryPage(): Promise<IpcResult<EnquiryPageAnswer>>;
  saveEnquiryPage(input: SaveEnquiryPage): Promise<IpcResult<EnquiryPageAnswer>>;
  replaceEnquiryAddress(): Promise<IpcResult<EnquiryPageAnswer>>;
  onSnapshot(listener: (snapshot: Snapshot) => void): () => void;
  onPatch(listener: (frame: StreamFrame) => void): () => void;
  onLink(listener: (status: LinkStatus) => void): () => void;
  onOutbox(listener: (entries: OutboxEntry[]) => void): () => void;
  onNavigate(listener: (place: Place) => void): () => void;
  onBanner(listener: (banner: Banner) => void): () => void;
  onSettings(listener: (settings: Settings) => void): () => void;
  onWindowShown(listener: (shown: boolean) => void): () => void;
  onPresence(listener: (list: PresenceList | null) => void): () => void;
  onPairing(listener: (state: PairingState) => void): () => void;
}
