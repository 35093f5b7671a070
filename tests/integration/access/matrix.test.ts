import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES, type Role } from '../../../core/contract/access.ts';
import { ACCOUNT_OPEN_HTTP, StartPairingAnswer } from '../../../core/contract/accounts.ts';
import { NEW_ENQUIRY_SETTINGS } from '../../../core/contract/enquiries.ts';
import { FOUNDING_HTTP } from '../../../core/contract/founding.ts';
import { PLATFORM_HTTP } from '../../../core/contract/platform.ts';
import { CommandAnswer, type Command, type CommandType } from '../../../core/contract/commands.ts';
import { DevicesAnswer, EnrolAnswer, ErrorBody, HTTP, MeAnswer, TicketAnswer } from '../../../core/contract/http.ts';
import { COLLECTION_NAMES } from '../../../core/contract/record.ts';
import { COMMANDS, ENDPOINTS, REVOCATIONS, ROOMS, ROWS, TICKETS, type EndpointName, type OpenEndpoint } from '../../../core/domain/access/matrix.ts';
import { DESKTOP_LEAVE_ADDRESS, LeaveAnswer } from '../../../core/contract/systems.ts';
import { RETENTION } from '../../../core/domain/privacy/retention.ts';
import { draftCreated, draftUpdated } from '../../../core/domain/record/drafts.ts';
import { fromSnapshot } from '../../../core/domain/record/state.ts';
import { beginDryRun } from '../../../server/deliveries/dryRuns.ts';
import { startReplay } from '../../../server/deliveries/replays.ts';
import { vendorModule } from '../../../core/vendors/registry.ts';
import { DOCS_ROUTE, DOCUMENT_ROUTE } from '../../../server/api/routes.ts';
import { CLASSIC } from '../../../server/classic/paths.ts';
import { createEnquiryPages } from '../../../server/enquiries/pages.ts';
import { ASK } from '../../../server/enquiries/paths.ts';
import { createFeeds } from '../../../server/feeds/feeds.ts';
import { FEED_ROUTE } from '../../../server/feeds/routes.ts';
import { INCOMPLETE_ROUTE, INTAKE_ROUTE } from '../../../server/intake/intake.ts';
import { LEAVE_PATH } from '../../../server/systems/leave.ts';
import { createConnection } from '../../../server/store/connections.ts';
import { createOrganisation } from '../../../server/store/organisations.ts';
import { GRANTING, grantingVendor } from '../../support/grantingVendor.ts';
import { furnish, letIn, type House } from '../../support/house.ts';
import { invitationFrom, joined } from '../../support/people.ts';
import { PROVIDER_HOSTS, startProvider, type Provider } from '../../support/provider.ts';
import { testApp, type TestApp } from '../../support/serverApp.ts';
import { openTestStore, type TestStore } from '../../support/store.ts';
import { StrictClient } from '../../support/streamClient.ts';

type Headers = { authorization: string };
type Endpoint = Exclude<EndpointName, OpenEndpoint>;

let t: TestStore;
let test: TestApp;
let url: string;
let house: House;
let other: House;
let provider: Provider;
const headers = new Map<Role, Headers>();
const tokens = new Map<Role, string>();
const devices = new Map<Role, string>();
/** Who asks, where what is asked for is theirs alone. */
let asking: Role = 'owner';
let tried = 0;

const of = <V>(map: ReadonlyMap<Role, V>, role: Role): V => {
  const found = map.get(role);
  if (found === undefined) throw new Error(`no ${role}`);
  return found;
};

/** How each endpoint is asked for something that is there. A new endpoint needs its line here. */
const CALLS: Readonly<Record<Endpoint, () => Promise<{ path: string; payload?: object }> | { path: string; payload?: object }>> = {
  me: () => ({ path: HTTP.me.path }),
  tickets: () => ({ path: HTTP.tickets.path, payload: { role: 'staff' } }),
  devices: () => ({ path: HTTP.devices.path }),
  revoke: async () => ({ path: HTTP.revoke.path.replace(':id', (await letIn(t.store, house.organisationId, house.access('vendor'))).deviceId), payload: {} }),
  integrations: () => ({ path: HTTP.integrations.path }),
  deliveries: () => ({ path: HTTP.deliveries.path.replace(':id', t.connections.stripe.connectionId) }),
  history: () => ({ path: HTTP.history.path.replace(':collection', 'connections').replace(':id', t.connections.stripe.connectionId) }),
  record: () => ({ path: `${HTTP.record.path}?at=1` }),
  commands: () => ({ path: HTTP.commands.path, payload: command('alert.acknowledge', house) }),
  lookAtPairing: async () => ({ path: HTTP.lookAtPairing.path.replace(':code', await pairingCode()) }),
  approvePairing: async () => ({ path: HTTP.approvePairing.path.replace(':code', await pairingCode()), payload: {} }),
  denyPairing: async () => ({ path: HTTP.denyPairing.path.replace(':code', await pairingCode()), payload: {} }),
  people: () => ({ path: HTTP.people.path }),
  invite: () => ({ path: HTTP.invite.path, payload: { email: `${randomUUID()}@example.org`, role: 'staff' } }),
  revokeInvitation: async () => ({ path: HTTP.revokeInvitation.path.replace(':id', (await invitationFrom(managing(), `${randomUUID()}@example.org`, 'staff')).id), payload: {} }),
  setRole: async () => ({ path: HTTP.setRole.path.replace(':id', (await newMember()).membershipId), payload: { role: 'staff' } }),
  removeMember: async () => ({ path: HTTP.removeMember.path.replace(':id', (await newMember()).membershipId), payload: {} }),
  resetLink: async () => ({ path: HTTP.resetLink.path.replace(':id', (await newMember()).membershipId), payload: {} }),
  signOn: () => ({ path: HTTP.signOn.path }),
  setSignOn: async () => ({ path: HTTP.setSignOn.path, payload: { issuer: provider.issuer, clientId: 'wedsync', clientSecret: 'provider-secret-0123456789', domain: 'matrix.example' } }),
  removeSignOn: () => ({ path: HTTP.removeSignOn.path }),
  personalData: () => ({ path: HTTP.personalData.path.replace(':id', house.florist) }),
  erasePreview: () => ({ path: HTTP.erasePreview.path.replace(':id', house.florist) }),
  // Somebody of their own for each try: a person is erased once.
  erase: async () => ({ path: HTTP.erase.path.replace(':id', await anyContact()), payload: { confirm: 'To Be Erased', reason: 'asked_by_person' } }),
  readers: () => ({ path: HTTP.readers.path.replace(':id', house.florist) }),
  retention: () => ({ path: HTTP.retention.path }),
  setRetention: () => ({ path: HTTP.setRetention.path, payload: RETENTION }),
  searchDeliveries: () => ({ path: HTTP.searchDeliveries.path }),
  delivery: async () => ({ path: HTTP.delivery.path.replace(':id', await anyDelivery()) }),
  refusals: () => ({ path: HTTP.refusals.path.replace(':id', t.connections.stripe.connectionId) }),
  replays: () => ({ path: HTTP.replays.path }),
  replayState: async () => ({ path: HTTP.replayState.path.replace(':id', await anyReplay()) }),
  previewReplay: async () => ({ path: HTTP.previewReplay.path, payload: { ids: [await anyDelivery()] } }),
  beginDryRun: async () => ({ path: HTTP.beginDryRun.path, payload: { ids: [await anyDelivery()] } }),
  dryRun: async () => ({ path: HTTP.dryRun.path.replace(':id', await anyDryRun()) }),
  cancelDryRun: async () => ({ path: HTTP.cancelDryRun.path.replace(':id', await anyDryRun()), payload: {} }),
  replay: async () => {
    const ids = [await anyDelivery()];
    await endReplays();
    return { path: HTTP.replay.path, payload: { ids } };
  },
  cancelReplay: async () => ({ path: HTTP.cancelReplay.path.replace(':id', await anyReplay()), payload: {} }),
  figures: () => ({ path: HTTP.figures.path }),
  connectionFigures: () => ({ path: HTTP.connectionFigures.path.replace(':id', t.connections.stripe.connectionId) }),
  syncWedding: () => ({ path: HTTP.syncWedding.path.replace(':weddingId', house.here), payload: {} }),
  syncCalendars: () => ({ path: HTTP.syncCalendars.path.replace(':weddingId', house.here), payload: {} }),
  syncTimeline: () => ({ path: HTTP.syncTimeline.path.replace(':weddingId', house.here), payload: {} }),
  calendarConflicts: () => ({ path: HTTP.calendarConflicts.path }),
  weddingStatus: () => ({ path: HTTP.weddingStatus.path.replace(':weddingId', house.here) }),
  syncConnections: () => ({ path: HTTP.syncConnections.path, payload: {} }),
  connectionStatus: () => ({ path: HTTP.connectionStatus.path }),
  syncCrm: () => ({ path: HTTP.syncCrm.path.replace(':crmType', 'vsco-workspace'), payload: {} }),
  feeds: () => ({ path: HTTP.feeds.path }),
  makeFeed: () => ({ path: HTTP.makeFeed.path, payload: { about: { kind: 'house' }, privacy: 'title' } }),
  revokeFeed: async () => ({ path: HTTP.revokeFeed.path.replace(':id', await anyFeed()) }),
  enquiryPage: () => ({ path: HTTP.enquiryPage.path }),
  saveEnquiryPage: async () => ({ path: HTTP.saveEnquiryPage.path, payload: { basedOnVersion: await enquiryVersion(), settings: { ...NEW_ENQUIRY_SETTINGS } } }),
  replaceEnquiryAddress: async () => {
    await openEnquiries();
    return { path: HTTP.replaceEnquiryAddress.path, payload: {} };
  },
  testEvent: () => ({ path: HTTP.testEvent.path.replace(':id', t.connections.stripe.connectionId), payload: {} }),
  deskTurns: () => ({ path: HTTP.deskTurns.path, payload: { run: randomUUID(), waitMs: 0 } }),
  deskMarks: () => ({ path: HTTP.deskMarks.path }),
  deskMark: async () => ({ path: HTTP.deskMark.path, payload: { connectionId: await keptBy(house.organisationId, devices.get(asking) ?? ''), fence: 1, mark: 'm'.repeat(43) } }),
  deskTrial: () => ({ path: HTTP.deskTrial.path, payload: { system: 'calendly', connectionId: null, outcome: 'ok' } }),
  deskAnswer: async () => ({ path: HTTP.deskAnswer.path.replace(':id', await turnOf(house.organisationId, devices.get(asking) ?? '')), payload: NO_KEY }),
  systems: () => ({ path: HTTP.systems.path }),
  system: () => ({ path: HTTP.system.path.replace(':system', 'stripe') }),
  setup: () => ({ path: HTTP.setup.path.replace(':id', t.connections.honeybook.connectionId) }),
  tryOut: () => ({ path: HTTP.tryOut.path, payload: { system: 'honeybook', path: 'bridge', settings: {}, secrets: {} } }),
  connect: () => ({ path: HTTP.connect.path, payload: { system: 'honeybook', path: 'bridge', settings: {}, secrets: {} } }),
  changeConnection: () => ({ path: HTTP.changeConnection.path.replace(':id', t.connections.honeybook.connectionId), payload: { name: 'HoneyBook' } }),
  rotate: () => ({ path: HTTP.rotate.path.replace(':id', t.connections.honeybook.connectionId), payload: { key: 'bearerToken' } }),
  pause: async () => ({ path: HTTP.pause.path.replace(':id', await anyConnection('bridge')), payload: {} }),
  resume: async () => ({ path: HTTP.resume.path.replace(':id', await anyConnection('bridge')), payload: {} }),
  removal: async () => ({ path: HTTP.removal.path.replace(':id', await anyConnection('bridge')) }),
  removeConnection: async () => ({ path: HTTP.removeConnection.path.replace(':id', await anyConnection('bridge')) }),
  look: async () => ({ path: HTTP.look.path.replace(':id', await anyConnection('native', GRANTING)), payload: {} }),
  askLeave: async () => ({ path: HTTP.askLeave.path.replace(':id', await anyConnection('native', GRANTING)), payload: { redirectUri: DESKTOP_LEAVE_ADDRESS } }),
  leaveGiven: async () => ({ path: HTTP.leaveGiven.path, payload: { callbackUrl: await leaveOver() } }),
  importPreview: async () => ({ path: HTTP.importPreview.path.replace(':id', await anyConnection('file', FILED)), payload: { csv: 'Name,Event date\nAmara,2026-11-20\n' } }),
  importRows: async () => ({ path: HTTP.importRows.path.replace(':id', await anyConnection('file', FILED)), payload: { csv: 'Name,Event date\nAmara,2026-11-20\n', columns: { Name: 'name', 'Event date': 'event_date' } } }),
};
const enquiryVersion = async (): Promise<number> => (await createEnquiryPages(t.store.internals).page(house.organisationId, 'https://house.example')).version;
/** The page is open and offers a room, so that it has an address. */
async function openEnquiries(): Promise<void> {
  const room = randomUUID();
  const row = { id: room, kind: 'room' as const, name: room, keys: [room], places: 1, partIds: [] as string[], setUpMinutes: 0, turnaroundMinutes: 0, state: 'active' as const };
  const context = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null } as const;
  await t.store.internals.writer.write(house.organisationId, ({ record }) => record([draftCreated('resource.created', 'resources', null, row, null, context)]));
  const device = { id: randomUUID(), organisationId: house.organisationId, name: 'Test', kind: 'desktop', ...house.access('owner') } as const;
  const saved = await createEnquiryPages(t.store.internals).save(device, { basedOnVersion: await enquiryVersion(), settings: { ...NEW_ENQUIRY_SETTINGS, open: true, roomIds: [room] } }, 'https://house.example');
  if (!saved.ok) throw new Error(saved.error.message);
}
const anyFeed = async (): Promise<string> => {
  const device = { id: randomUUID(), organisationId: house.organisationId, name: 'Test', kind: 'desktop', ...house.access('owner') } as const;
  const made = await createFeeds(t.store.internals).make(device, { about: { kind: 'house' }, privacy: 'busy' }, 'https://house.example');
  if (!made.ok) throw new Error(made.error.message);
  return made.value.feed.id;
};
const anyDelivery = async (): Promise<string> => {
  const { connectionId, system } = t.connections.stripe;
  const made = { organisationId: house.organisationId, connectionId, system, deliveryKey: randomUUID(), vendorEvent: 'payment_intent.succeeded', mediaType: 'application/json', headers: {}, bodyText: '{}', receivedAt: '2026-11-20T12:00:00.000Z' };
  return (await t.store.addDelivery(made)).deliveryId;
};
/** One at a time may run. */
const endReplays = () => t.store.internals.database.system.updateTable('replays').set({ state: 'done' }).where('state', '=', 'running').execute();
const anyReplay = async (): Promise<string> => {
  const lot = { ids: [await anyDelivery()] };
  await endReplays();
  const begun = await startReplay(t.store.internals, house.organisationId, lot, 'test');
  if (!begun.ok) throw new Error(begun.error);
  return begun.value.id;
};
const anyDryRun = async (): Promise<string> => {
  const begun = await beginDryRun(t.store.internals, { organisationId: house.organisationId, lot: { ids: [await anyDelivery()] }, deviceId: randomUUID() });
  if (!begun.ok) throw new Error(begun.error);
  return begun.value.id;
};
/** Connections and their leave. */
const FILED = 'studio-ninja';
const OF_OTHERS = {
  changeConnection: { name: 'Mine' }, rotate: { key: 'bearerToken' }, pause: {}, resume: {}, look: {}, askLeave: { redirectUri: DESKTOP_LEAVE_ADDRESS }, importPreview: { csv: 'a,b\n1,2\n' },
  importRows: { csv: 'a,b\n1,2\n', columns: {} },
};
const anyConnection = async (way: 'native' | 'bridge' | 'file', system = 'honeybook'): Promise<string> => {
  const actor = { kind: 'system', id: null, name: 'test' } as const;
  const settings = { clientId: provider.clientId };
  return (await createConnection(t.store.internals, { organisationId: house.organisationId, system, name: system, path: way, settings, secrets: { clientSecret: provider.clientSecret }, actor })).connectionId;
};
/** Leave that was given over there and is not brought back yet. */
const leaveOver = async (): Promise<string> => {
  const asked = await ask('askLeave', of(headers, 'owner'));
  return provider.visit(LeaveAnswer.parse(asked.json()).authorizeUrl);
};
/** A call that a desktop was asked to make and has taken. */
const RUN = randomUUID();
const NO_KEY = { run: RUN, fence: 1, answer: { outcome: 'refused', code: 'desk.key_missing' } };
const keptBy = async (organisationId: string, deviceId: string): Promise<string> => {
  const actor = { kind: 'system', id: null, name: 'test' } as const;
  return (await createConnection(t.store.internals, { organisationId, system: 'calendly', name: 'Kept', path: 'native', settings: {}, secrets: {}, kept: { deviceId, keys: ['accessToken'] }, actor })).connectionId;
};
const turnOf = async (organisationId: string, deviceId: string): Promise<string> => {
  const connectionId = await keptBy(organisationId, deviceId);
  const [id, at, expiresAt] = [randomUUID(), new Date().toISOString(), new Date(Date.now() + 60_000).toISOString()];
  await t.store.internals.database.system.insertInto('deskTurns').values({ id, organisationId, connectionId, deviceId, fence: 1, ask: JSON.stringify({ kind: 'test' }), settings: {}, state: 'taken', run: RUN, askedAt: at, expiresAt }).execute();
  return id;
};
const anyContact = async (): Promise<string> => {
  const id = randomUUID();
  const made = draftCreated('client.created', 'contacts', null, { id, weddingId: null, name: 'To Be Erased', email: null, phone: null, company: null, role: 'other' }, null, { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null });
  await t.store.internals.writer.write(house.organisationId, ({ record }) => record([made]));
  return id;
};
/** A member of the house, who signed up. */
const newMember = () => joined(managing(), `${randomUUID()}@example.org`, 'staff');
const managing = () => ({ url, headers: of(headers, 'owner') });
const pairingCode = async () => {
  const answer = await test.app.inject({ method: 'POST', url: HTTP.startPairing.path, payload: { device: { name: 'Desk', kind: 'desktop' } } });
  return StartPairingAnswer.parse(answer.json()).userCode;
};
/** Those in whose name something is decided need a name: each one has an account, as far as its role can. */
async function named(deviceId: string, role: Role): Promise<void> {
  if (role === 'platform_admin') return;
  const { membershipId } = await newMember();
  const { system } = t.store.internals.database;
  const { accountId } = await system.selectFrom('memberships').select('accountId').where('id', '=', membershipId).executeTakeFirstOrThrow();
  await system.updateTable('devices').set({ accountId }).where('id', '=', deviceId).execute();
}
const ask = async (name: Endpoint, given: Headers | null, asked?: { path: string; payload?: object }) => {
  tried += 1;
  const call = asked ?? (await CALLS[name]());
  return test.app.inject({ method: HTTP[name].method, url: call.path, ...(given ? { headers: given } : {}), ...(call.payload ? { payload: call.payload } : {}) });
};
const codeOf = (answer: { json: () => unknown }) => ErrorBody.parse(answer.json()).error.code;
const command = (type: CommandType, at: House): Command => {
  const base = { commandId: randomUUID(), basedOnVersion: 1 };
  switch (type) {
    case 'alert.acknowledge':
      return { type, ...base, alertId: at.alert };
    case 'runsheet.item.set_status':
      return { type, ...base, itemId: at.item, status: 'running' };
    case 'connection.pause':
      return { type, ...base, connectionId: troubled(at).connectionId, reason: 'New account' };
    case 'connection.resume':
      return { type, ...base, connectionId: troubled(at).connectionId };
    case 'review.release':
    case 'review.discard':
      return { type, ...base, reviewId: troubled(at).reviewId };
    case 'review.assign':
      return { type, ...base, reviewId: troubled(at).reviewId, weddingId: at.here };
    case 'conflict.override':
      return { type, ...base, conflictId: troubled(at).conflictId, reason: 'Both know' };
    case 'resource.save':
      return { type, ...base, resourceId: troubled(at).resourceId, kind: 'room', name: 'Orangery', places: 1, partIds: [], setUpMinutes: 30, turnaroundMinutes: 60, state: 'active' };
    case 'allocation.save':
      return { type, ...base, allocationId: troubled(at).allocationId, ...ALLOCATION, tags: [], weddingId: null, bookingId: null, resourceId: troubled(at).resourceId, title: 'Drinks', reason: null };
    case 'limit.save':
      return { type, ...base, limitId: troubled(at).limitId, name: 'Music', rule: { kind: 'at_most', ms: 3_600_000 }, resourceIds: null, tags: ['music'], overridableBy: [], state: 'active' };
    case 'rules.save':
      return { type, ...base, houseId: at.organisationId, levels: LEVELS, travel: { usualMinutes: 20, ways: [] } };
    case 'booking.set_status':
      return { type, ...base, collection: 'allocations', id: troubled(at).allocationId, status: 'cancelled', reason: null };
    case 'booking.bring_back':
      return { type, ...base, basedOnVersion: 2, collection: 'allocations', id: troubled(at).cancelledId, reason: null };
    case 'calendar.save':
      return { type, ...base, calendarId: troubled(at).calendarId, direction: 'inbound', privacy: 'full', strategy: 'merge', resourceId: null, everyWedding: false, invite: false, reminders: [] };
    case 'push.retry':
      return { type, ...base, pushId: troubled(at).pushId };
    case 'difference.settle':
      return { type, ...base, differenceId: troubled(at).differenceId, keep: 'ours', reason: null };
    case 'wedding.let_follow':
      return { type, ...base, alertId: troubled(at).leftId, startsAt: ALLOCATION.endsAt, rows: [{ collection: 'allocations', id: troubled(at).leftRowId, basedOnVersion: 1 }], reason: null };
    case 'plan.carry_out':
      return { type, commandId: base.commandId, moves: [{ collection: 'allocations', id: troubled(at).allocationId, basedOnVersion: 1, resourceId: troubled(at).resourceId, startsAt: ALLOCATION.startsAt, endsAt: ALLOCATION.endsAt }], reason: null };
  }
};
/** A connection of each house, and what is held of it. */
interface Troubles { connectionId: string; reviewId: string; conflictId: string; resourceId: string; allocationId: string; limitId: string; calendarId: string; pushId: string; differenceId: string; leftId: string; leftRowId: string; cancelledId: string }
const troubles = new Map<string, Troubles>();
const troubled = ({ organisationId }: House): Troubles => troubles.get(organisationId) ?? { connectionId: randomUUID(), reviewId: randomUUID(), conflictId: randomUUID(), resourceId: randomUUID(), allocationId: randomUUID(), limitId: randomUUID(), calendarId: randomUUID(), pushId: randomUUID(), differenceId: randomUUID(), leftId: randomUUID(), leftRowId: randomUUID(), cancelledId: randomUUID() };
const LEVELS = { definiteWithDefinite: 'block', definiteWithHold: 'block', holdWithHold: 'warn', rankedHolds: 'warn', leadWithAny: 'ignore', closedWithAny: 'block', gaps: 'warn' } as const;
const CALENDAR = { direction: 'none', privacy: 'full', strategy: 'merge', resourceId: null, everyWedding: false, invite: false } as const;
const ALLOCATION = { startsAt: '2026-11-20T12:00:00.000Z', endsAt: '2026-11-20T14:00:00.000Z', status: 'definite', rank: null, holdUntil: null, lockedBecause: null, tags: [], units: 1, setUpMinutes: null, turnaroundMinutes: null } as const;
async function trouble({ organisationId, here }: House): Promise<void> {
  const context = { actor: { kind: 'system', id: null, name: 'test' }, source: null, deliveryId: null } as const;
  const [calendarId, pushId, differenceId, leftId, leftRowId] = [randomUUID(), randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  const [connectionId, reviewId, deliveryId, conflictId, resourceId, allocationId, limitId] = [randomUUID(), randomUUID(), randomUUID(), randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  const at = '2026-11-20T12:00:00.000Z';
  const cancelledId = randomUUID();
  const held = draftCreated('allocation.created', 'allocations', null, { id: cancelledId, ...ALLOCATION, tags: [], status: 'lead', weddingId: null, bookingId: null, resourceId, title: 'Lunch' }, null, context);
  const byPerson = { ...context, actor: { kind: 'person', id: null, name: 'test' } } as const;
  await t.store.internals.writer.write(organisationId, async ({ tx, record }) => {
    await tx.insertInto('pushStates').values({ organisationId, pushId, calendarId, remoteId: 'over-there', etag: null, sequence: 1, base: null }).execute();
    await record([
      draftCreated('connection.created', 'connections', null, { id: connectionId, system: 'stripe', name: 'Stripe', path: 'native', health: 'healthy', healthReason: null, healthSince: at }, null, context),
      draftCreated('review.opened', 'reviewItems', null, { id: reviewId, deliveryId, connectionId, kind: 'held', reason: 'held.deletes', title: 'Stripe: 12 deletions', receivedAt: at, state: 'open' }, null, context),
      draftCreated('conflict.raised', 'conflicts', null, { id: conflictId, weddingId: null, kind: 'overlap', level: 'block', resourceIds: [randomUUID()], members: [{ collection: 'weddings', id: randomUUID() }, { collection: 'weddings', id: randomUUID() }], startsAt: at, endsAt: at, missingMs: 1, missingUnits: 0, raisedAt: at, state: 'open', settledAt: null, settledBy: null, settledBecause: null }, null, context),
      draftCreated('resource.created', 'resources', null, { id: resourceId, kind: 'room', name: 'Orangery', keys: ['orangery'], places: 1, partIds: [], setUpMinutes: 0, turnaroundMinutes: 0, state: 'active' }, null, context),
      draftCreated('allocation.created', 'allocations', null, { id: allocationId, ...ALLOCATION, tags: [], weddingId: null, bookingId: null, resourceId, title: 'Drinks' }, null, context),
      draftCreated('allocation.created', 'allocations', here, { id: leftRowId, ...ALLOCATION, tags: [], status: 'lead', weddingId: here, bookingId: null, resourceId, title: 'Left' }, null, context),
      draftCreated('limit.created', 'limits', null, { id: limitId, name: 'Music', rule: { kind: 'at_most', ms: 7_200_000 }, resourceIds: null, tags: ['music'], overridableBy: [], state: 'active' }, null, context),
      draftCreated('rules.created', 'houseRules', null, { id: organisationId, levels: LEVELS, travel: { usualMinutes: null, ways: [] } }, null, context),
      draftCreated('calendar.found', 'calendars', null, { id: calendarId, connectionId, name: 'Hall', zone: null, colour: null, main: true, mayWrite: true, ...CALENDAR, reminders: [], state: 'active', filling: { state: 'idle', reason: null, done: 0, total: null } }, null, context),
      draftCreated('push.wanted', 'pushes', null, { id: pushId, weddingId: null, calendarId, subject: { collection: 'allocations', id: allocationId }, wish: 'present', state: 'failed', wantedVersion: 1, writtenVersion: null, attempts: 16, reason: 'normalise.reread_failed', nextAttemptAt: null, writtenAt: null }, null, context),
      draftCreated('difference.raised', 'differences', null, { id: differenceId, weddingId: null, calendarId, pushId, subject: { collection: 'allocations', id: allocationId }, fields: [{ name: 'title', base: 'Drinks', ours: 'Drinks', theirs: 'Wine' }], raisedAt: at, state: 'open', kept: null, settledAt: null, settledBy: null }, null, context),
      draftCreated('alert.raised', 'alerts', here, {
        id: leftId, weddingId: here, severity: 'notice', rule: 'left_behind', title: '1 allocation did not move', detail: 'It begins 1 h later now.', raisedAt: at, state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: { collection: 'weddings', id: here },
        stayed: [{ collection: 'allocations', id: leftRowId, startsAt: ALLOCATION.startsAt, endsAt: ALLOCATION.endsAt, callTime: null, of: '2026-11-20T03:17:00.000Z', why: 'theirs' }],
      }, null, context),
    ]);
    await record([held]);
    const cancelled = draftUpdated('allocation.cancelled', 'allocations', null, { ...held.row, seq: 0, updatedAt: at }, { status: 'cancelled' }, null, byPerson);
    if (cancelled) await record([cancelled]);
  });
  troubles.set(organisationId, { connectionId, reviewId, conflictId, resourceId, allocationId, limitId, calendarId, pushId, differenceId, leftId, leftRowId, cancelledId });
}

beforeAll(async () => {
  t = await openTestStore();
  provider = await startProvider();
  provider.allowRedirect(DESKTOP_LEAVE_ADDRESS);
  const granting = grantingVendor(provider.issuer);
  const vendors = (system: string) => (system === GRANTING ? granting : vendorModule(system));
  const boundless = 100_000;
  test = testApp(t.store, { vendors, config: { enrolPerMinute: boundless, apiPerMinute: boundless, signInPerMinute: boundless, managingPerMinute: boundless, egressAllow: PROVIDER_HOSTS } });
  url = await test.listen();
  house = await furnish(t.store, t.organisation.id);
  other = await furnish(t.store, (await createOrganisation(t.store.internals, { name: 'Other House', zone: 'Europe/London', currency: 'GBP', demo: false })).id);
  await trouble(house);
  await trouble(other);
  for (const role of ROLES) {
    const device = await letIn(t.store, house.organisationId, house.access(role));
    headers.set(role, device.headers);
    tokens.set(role, device.token);
    devices.set(role, device.deviceId);
    await named(device.deviceId, role);
  }
});
afterAll(async () => {
  console.log(`access: ${tried} requests and handshakes tried over ${ROLES.length} roles`);
  await test.app.close();
  await t.cleanup();
  await provider.close();
});

it('has every address of the server: in the contract, or open to machines by name', () => {
  const routes = test.app.printRoutes({ commonPrefix: false });
  const known = new Set([...Object.values(HTTP).map(({ path }) => path), INTAKE_ROUTE, INCOMPLETE_ROUTE, FEED_ROUTE, LEAVE_PATH, DOCUMENT_ROUTE, DOCS_ROUTE, ...Object.values(CLASSIC), ...Object.values(ASK), '/api/auth/*', '/healthz', '/readyz', '/metrics', '/', '/index.html', '*']);
  const paths: string[] = [];
  const stack: string[] = [];
  for (const line of routes.split('\n')) {
    const match = /^((?:│ {3}| {4})*)(?:├── |└── )(\S+)(?: \((.+)\))?/.exec(line);
    if (!match) continue;
    const depth = (match[1] ?? '').length / 4;
    stack.length = depth;
    stack.push(match[2] ?? '');
    if (match[3]) paths.push(stack.join(''));
  }
  expect(paths.length).toBeGreaterThan(8);
  expect(paths.filter((path) => !known.has(path))).toEqual([]);
  expect([...Object.keys(ENDPOINTS), ...Object.keys(ACCOUNT_OPEN_HTTP), ...Object.keys(FOUNDING_HTTP), ...Object.keys(PLATFORM_HTTP), 'enrol'].sort()).toEqual(Object.keys(HTTP).sort());
});

describe.each(Object.keys(ENDPOINTS) as Endpoint[])('the endpoint %s', (name) => {
  it.each(ROLES)('for %s', async (role) => {
    asking = role;
    const answer = await ask(name, of(headers, role));
    const allowed = (ENDPOINTS[name] as readonly Role[]).includes(role);
    expect([role, answer.statusCode, allowed ? null : codeOf(answer)]).toEqual(allowed ? [role, 200, null] : [role, 403, 'auth.forbidden']);
  });

  it('for nobody', async () => expect((await ask(name, null)).statusCode).toBe(401));
});

describe.each(ROLES)('%s', (role) => {
  it('is told who it is', async () => {
    expect(MeAnswer.parse((await ask('me', of(headers, role))).json()).access).toEqual(house.access(role));
  });

  it('finds nothing of another organisation', async () => {
    const given = of(headers, role);
    const theirs = await letIn(t.store, other.organisationId, other.access('staff'));
    const theirOwner = { url, headers: (await letIn(t.store, other.organisationId, other.access('owner'))).headers };
    const { membershipId: theirMember } = await joined(theirOwner, `${randomUUID()}@example.org`, 'staff');
    const { id: theirInvitation } = await invitationFrom(theirOwner, `${randomUUID()}@example.org`, 'staff');
    const wanted: [Endpoint, { path: string; payload?: object }][] = [
      ['personalData', { path: HTTP.personalData.path.replace(':id', other.florist) }],
      ['erasePreview', { path: HTTP.erasePreview.path.replace(':id', other.florist) }],
      ['erase', { path: HTTP.erase.path.replace(':id', other.florist), payload: { confirm: 'fern', reason: 'asked_by_person' } }],
      ['readers', { path: HTTP.readers.path.replace(':id', other.florist) }],
      ['deliveries', { path: HTTP.deliveries.path.replace(':id', randomUUID()) }],
      ['delivery', { path: HTTP.delivery.path.replace(':id', randomUUID()) }],
      ['syncWedding', { path: HTTP.syncWedding.path.replace(':weddingId', other.here), payload: {} }],
      ['syncCalendars', { path: HTTP.syncCalendars.path.replace(':weddingId', other.here), payload: {} }],
      ['syncTimeline', { path: HTTP.syncTimeline.path.replace(':weddingId', other.here), payload: {} }],
      ['weddingStatus', { path: HTTP.weddingStatus.path.replace(':weddingId', other.here) }],
      ['refusals', { path: HTTP.refusals.path.replace(':id', troubled(other).connectionId) }],
      ['connectionFigures', { path: HTTP.connectionFigures.path.replace(':id', troubled(other).connectionId) }],
      ['testEvent', { path: HTTP.testEvent.path.replace(':id', troubled(other).connectionId), payload: {} }],
      ['replayState', { path: HTTP.replayState.path.replace(':id', randomUUID()) }],
      // Of somebody else in the same house it is as unknown.
      ['deskAnswer', { path: HTTP.deskAnswer.path.replace(':id', await turnOf(other.organisationId, theirs.deviceId)), payload: NO_KEY }],
      ['deskAnswer', { path: HTTP.deskAnswer.path.replace(':id', await turnOf(house.organisationId, (await letIn(t.store, house.organisationId, house.access('owner'))).deviceId)), payload: NO_KEY }],
      ...(['setup', 'changeConnection', 'rotate', 'pause', 'resume', 'look', 'askLeave', 'importPreview', 'importRows'] as const).map((name): [Endpoint, { path: string; payload?: object }] => [
        name,
        { path: HTTP[name].path.replace(':id', troubled(other).connectionId), ...(name === 'setup' ? {} : { payload: OF_OTHERS[name] }) },
      ]),
      ['removal', { path: HTTP.removal.path.replace(':id', troubled(other).connectionId) }],
      ['removeConnection', { path: HTTP.removeConnection.path.replace(':id', troubled(other).connectionId) }],
      ['cancelReplay', { path: HTTP.cancelReplay.path.replace(':id', randomUUID()), payload: {} }],
      ['setRole', { path: HTTP.setRole.path.replace(':id', theirMember), payload: { role: 'staff' } }],
      ['removeMember', { path: HTTP.removeMember.path.replace(':id', theirMember), payload: {} }],
      ['resetLink', { path: HTTP.resetLink.path.replace(':id', theirMember), payload: {} }],
      ['revokeInvitation', { path: HTTP.revokeInvitation.path.replace(':id', theirInvitation), payload: {} }],
      ['invite', { path: HTTP.invite.path, payload: { email: 'x@example.org', role: 'couple', weddingId: other.here } }],
      ['revoke', { path: HTTP.revoke.path.replace(':id', theirs.deviceId), payload: {} }],
      ['tickets', { path: HTTP.tickets.path, payload: { role: 'couple', weddingId: other.here } }],
      ['tickets', { path: HTTP.tickets.path, payload: { role: 'vendor', weddingId: house.here, contactId: other.florist } }],
      ['tickets', { path: HTTP.tickets.path, payload: { role: 'vendor', weddingId: house.elsewhere, contactId: house.florist } }],
    ];
    for (const [name, asked] of wanted) {
      const answer = await ask(name, given, asked);
      expect([answer.statusCode, codeOf(answer)]).toEqual((ENDPOINTS[name] as readonly Role[]).includes(role) ? [404, 'request.not_found'] : [403, 'auth.forbidden']);
    }
    expect((await ask('me', theirs.headers)).statusCode).toBe(200);
  });

  it.each(Object.keys(COMMANDS) as CommandType[])('decides %s as the matrix says', async (type) => {
    const allowed = (COMMANDS[type] as readonly Role[]).includes(role);
    const payload = (at: House) => ({ path: HTTP.commands.path, payload: command(type, at) });
    const own = await ask('commands', of(headers, role), payload(house));
    if (!allowed) {
      // Who may decide something else is answered as any decision is: never.
      expect([own.statusCode, codeOf(own)]).toEqual([(ENDPOINTS.commands as readonly Role[]).includes(role) ? 200 : 403, 'auth.forbidden']);
      // Under the endpoint too: whoever comes by another way is refused all the same.
      const device = await t.store.authenticate(of(tokens, role));
      if (!device.ok) throw new Error(device.error);
      expect(await t.store.command(house.organisationId, device.value, command(type, house))).toMatchObject({ outcome: 'rejected', error: { code: 'auth.forbidden' } });
      return;
    }
    expect(['accepted', 'rebase']).toContain(CommandAnswer.parse(own.json()).outcome);
    expect(CommandAnswer.parse((await ask('commands', of(headers, role), payload(other))).json())).toMatchObject({ outcome: 'rejected', error: { code: 'request.not_found' } });
  });

  it.each(ROLES)('makes a link for %s as the matrix says', async (wanted) => {
    const { weddingId, contactId } = house.access(wanted);
    const answer = await ask('tickets', of(headers, role), { path: HTTP.tickets.path, payload: { role: wanted, weddingId, contactId } });
    if (!(TICKETS[wanted] as readonly Role[]).includes(role)) return expect([answer.statusCode, codeOf(answer)]).toEqual([403, 'auth.forbidden']);
    const ticket = TicketAnswer.parse(answer.json()).url.split('#enrol=')[1] ?? '';
    const enrolled = await test.app.inject({ method: 'POST', url: HTTP.enrol.path, payload: { ticket, device: { name: 'New', kind: 'tool' } } });
    const token = EnrolAnswer.parse(enrolled.json()).token ?? '';
    expect(MeAnswer.parse((await ask('me', { authorization: `Bearer ${token}` })).json()).access).toEqual(house.access(wanted));
  });

  it.each(ROLES)('revokes a device of %s as the matrix says', async (wanted) => {
    const device = await letIn(t.store, house.organisationId, house.access(wanted));
    const answer = await ask('revoke', of(headers, role), { path: HTTP.revoke.path.replace(':id', device.deviceId), payload: {} });
    const allowed = (REVOCATIONS[wanted] as readonly Role[]).includes(role);
    expect(answer.statusCode).toBe(allowed ? 200 : 403);
    expect((await ask('me', device.headers)).statusCode).toBe(allowed ? 401 : 200);
    await t.store.revokeDevice(house.organisationId, device.deviceId);
  });

  const bound = role === 'vendor' || role === 'couple';
  const rooms: [name: string, wedding: () => string | undefined, allowed: boolean][] = [
    ['of no wedding', () => undefined, (ROOMS[bound ? 'own' : 'organisation'] as readonly Role[]).includes(role)],
    ['of the wedding here', () => house.here, (ROOMS.wedding as readonly Role[]).includes(role)],
    ['of another wedding', () => house.elsewhere, !bound && (ROOMS.wedding as readonly Role[]).includes(role)],
    ['of another organisation’s wedding', () => other.here, !bound && (ROOMS.wedding as readonly Role[]).includes(role)],
  ];
  it.each(rooms)('enters the room %s as the matrix says', async (_name, wedding, allowed) => {
    tried += 1;
    const weddingId = wedding();
    const client = new StrictClient(url, { token: of(tokens, role), ...(weddingId ? { weddingId } : {}) });
    const opened = await client.open();
    expect(opened).toBe(allowed ? 'open' : 'forbidden');
    if (allowed) {
      await expect.poll(() => client.state !== null).toBe(true);
      const { tables } = client.state ?? { tables: fromSnapshot(await t.store.snapshot(house.organisationId)).tables };
      for (const name of COLLECTION_NAMES) if (ROWS[role][name].rows === 'none') expect(tables[name]).toEqual({});
      const weddings = Object.keys(tables.weddings);
      const expected = weddingId === other.here ? [] : weddingId ? [weddingId] : bound ? [house.here] : [house.here, house.elsewhere];
      expect(weddings.sort()).toEqual([...expected].sort());
      if (bound || weddingId) expect(new Set(Object.values(tables.runSheetItems).map((row) => row.weddingId))).toEqual(new Set(expected));
      expect(JSON.stringify(tables)).not.toContain(other.florist);
    }
    client.close();
  });
});

it('lists devices with who they are, and which one asks', async () => {
  const { devices } = DevicesAnswer.parse((await ask('devices', of(headers, 'owner'))).json());
  expect(devices.filter((device) => device.self)).toHaveLength(1);
  for (const role of ROLES) expect(devices.some((device) => device.name === `A ${role}` && device.role === role)).toBe(true);
  expect(devices.every((device) => device.lastSeenAt !== null)).toBe(true);
});

it('refuses tickets that do not fit together', async () => {
  for (const payload of [{ role: 'vendor' }, { role: 'couple' }, { role: 'vendor', weddingId: house.here }, { role: 'staff', weddingId: house.here }, { role: 'king' }, { role: 'staff', scope: 'all' }, { weddingId: 'x' }]) {
    expect((await ask('tickets', of(headers, 'owner'), { path: HTTP.tickets.path, payload })).statusCode).toBe(400);
  }
});
