import type { Access } from '../../../core/contract/access.ts';
import type { Command, CommandAnswer } from '../../../core/contract/commands.ts';
import { calendarRows, KEPT, playCalendars } from './calendars.ts';
import { leftRows, settledBy, toldAnew } from './leftBehind.ts';
import { clashingRows } from './conflicts.ts';
import { limitRows } from './limits.ts';
import { manyRows, playTaking, timelineRows } from './timeline.ts';
import { codedError, type CodedError } from '../../../core/contract/errors.ts';
import type { RecordedEvent } from '../../../core/contract/events.ts';
import type { PresenceEntry, PresenceList } from '../../../core/contract/presence.ts';
import { err, ok } from '../../../core/contract/result.ts';
import { sceneDeliveries, strayPayment, stuckItems } from './deliveries.ts';
import { sceneEnquiries } from './enquiries.ts';
import { sceneFeeds } from './feeds.ts';
import { sceneFigures } from './figures.ts';
import { scenePairing, scenePeople } from './people.ts';
import { scenePersonalData } from './personalData.ts';
import { sceneSystems } from './systems.ts';
import { viewSnapshot } from '../../../core/domain/access/view.ts';
import { EMPTY_QUEUE } from '../../../core/domain/intake/queue.ts';
import { changedFields } from '../../../core/domain/record/history.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../../core/contract/settings.ts';
import type { LinkStatus } from '../../../core/contract/stream.ts';
import type { Snapshot } from '../../../core/contract/record.ts';
import type { Connection } from '../../../core/contract/record/connections.ts';
import type { Allocation } from '../../../core/contract/record/taking.ts';
import type { Result } from '../../../core/contract/result.ts';
import { createOutbox } from '../../../core/link/outboxRunner.ts';
import type { Backend, Listeners } from '../../../renderer/state/backend/backend.ts';
import { fixtureId, fixtureSnapshot, HONEYBOOK, STRIPE, VSCO, WEDDING_A } from '../fixtures/record.ts';

/** Three others: one here, one idle on the same wedding, one away. */
function presence(start: number): PresenceList {
  const one = (index: number, device: string, kind: 'desktop' | 'browser', person: string | null, place: Pick<PresenceEntry, 'view' | 'weddingId' | 'state'>): PresenceEntry => ({ deviceId: fixtureId(12, index), device, kind, role: 'coordinator', person, since: new Date(start - index * 240_000).toISOString(), ...place });
  return {
    total: 4,
    entries: [
      one(1, 'Front desk', 'desktop', null, { view: 'day', weddingId: null, state: 'here' }),
      one(3, 'orangery-tablet', 'browser', 'Siobhán Ní Dhomhnaill', { view: 'day', weddingId: WEDDING_A, state: 'here' }),
      one(4, 'office-2', 'desktop', 'نועה ברקוביץ׳', { view: 'day', weddingId: WEDDING_A, state: 'idle' }),
      one(5, 'Browser on iPhone', 'browser', null, { view: 'settings', weddingId: null, state: 'away' }),
    ],
  };
}

/** A backend that plays a scene chosen in the address (`?scene=offline&theme=dark`); only ever bundled into the harness page. */

export const SCENES = ['day', 'quiet', 'empty', 'loading', 'offline', 'stripe_failing', 'banner', 'unpaired', 'lost', 'vendor', 'couple', 'not_let_in', 'stuck', 'clashing', 'crowded', 'timeline', 'timeline_many', 'timeline_staff', 'calendars', 'calendars_staff', 'left_behind', 'left_behind_staff', 'limits'] as const;
export type Scene = (typeof SCENES)[number];

const OWNER: Access = { role: 'owner', weddingId: null, contactId: null, bookingIds: [] };
/** The first vendor that has a contact, or the couple, of the first wedding. */
function accessOf(scene: Scene, full: Snapshot): Access {
  const booking = full.rows.bookings.find((row) => row.weddingId === WEDDING_A && row.contactId !== null) ?? full.rows.bookings[0];
  if (scene === 'timeline_staff' || scene === 'calendars_staff' || scene === 'left_behind_staff') return { ...OWNER, role: 'staff' };
  if (scene === 'couple') return { ...OWNER, role: 'couple', weddingId: WEDDING_A };
  return scene === 'vendor' && booking ? { role: 'vendor', weddingId: WEDDING_A, contactId: booking.contactId, bookingIds: [booking.id] } : OWNER;
}

export interface Harness {
  /** A payment of the given amount arrives. */
  pay(minor: number): void;
  /** One more delivery, which changes nothing of the record. */
  comeIn(): void;
  /** No dry run stands any more. */
  endDryRuns(): void;
  /** From now on this delivery would change something else than a dry run has shown. */
  changeMeanwhile(deliveryId: string): void;
  raise(severity: 'critical' | 'emergency'): void;
  /** `unasked`: a calendar could not be asked, and only a reason goes past it. */
  answerCommandsWith(outcome: 'accepted' | 'rebase' | 'rejected' | 'unasked'): void;
  /** From now on the page hears so much later what has become of its decisions: after what they changed in the record. */
  tellOutboxAfter(ms: number): void;
  /** The first delivery of a connection arrives. */
  deliver(connectionId: string): void;
  /** From now on no figures are to be had, or again. */
  loseFigures(away: boolean): void;
  /** Somebody else moves what takes time, by its occupancy. */
  shift(occupancy: string, minutes: number): void;
  /** Somebody else takes time by hand. */
  take(given: Pick<Allocation, 'id' | 'resourceId' | 'title' | 'weddingId' | 'startsAt' | 'endsAt' | 'status'>): void;
  /** A calendar has been filled so far. */
  fill(calendarId: string, done: number, total: number | null): void;
  /** A source has been read so far. */
  read(connectionId: string, reading: Connection['reading']): void;
  /** What is queued for a calendar comes through (null), or is given up with this code. */
  reach(calendarId: string, reason: string | null): void;
  readonly painted: number[];
  readonly commands: unknown[];
}

export function sceneBackend(scene: Scene, theme: Settings['theme'], home: 'desktop' | 'browser'): { backend: Backend; harness: Harness } {
  const start = Date.now();
  const iso = (at: number): string => new Date(at).toISOString();
  const full = fixtureSnapshot({ now: start, alerts: scene === 'quiet' ? 0 : scene === 'crowded' ? 400 : 40 });
  const access = accessOf(scene, full);
  let snapshot: Snapshot = viewSnapshot({ subject: { organisationId: full.organisation.id, ...access }, weddingId: null }, full);
  if (scene === 'empty') snapshot = { ...full, rows: { weddings: [], contacts: [], bookings: [], payments: [], runSheetItems: [], messages: [], documents: [], calendarEvents: [], weatherNotices: [], resources: [], allocations: [], limits: [], houseRules: [], conflicts: [], calendars: [], pushes: [], differences: [], alerts: [], reviewItems: [], connections: [] } };
  if (scene === 'stripe_failing') snapshot = { ...full, rows: { ...full.rows, connections: full.rows.connections.map((row) => (row.id === STRIPE ? { ...row, health: 'failing' as const, healthReason: 'normalise.reread_failed', healthSince: iso(start - 180_000) } : row)) } };

  if (scene === 'crowded') snapshot = { ...full, rows: { ...full.rows, weddings: full.rows.weddings.flatMap((row, each) => [row, ...Array.from({ length: 60 }, (_, index) => ({ ...row, id: fixtureId(1, 1000 + each * 100 + index), title: `${row.title} ${index + 1}` }))]) } };
  if (scene === 'clashing') snapshot = { ...full, rows: { ...full.rows, ...clashingRows(full, start) } };
  if (scene === 'timeline' || scene === 'timeline_staff') snapshot = { ...full, rows: { ...full.rows, ...timelineRows(full, start) } };
  if (scene === 'calendars' || scene === 'calendars_staff') snapshot = { ...full, rows: { ...full.rows, ...calendarRows(full, start) } };
  if (scene === 'left_behind' || scene === 'left_behind_staff') snapshot = { ...full, rows: { ...full.rows, ...leftRows(full, start) } };
  if (scene === 'limits') snapshot = { ...full, rows: { ...full.rows, ...limitRows(full, start) } };
  if (scene === 'timeline_many') snapshot = { ...full, rows: { ...full.rows, ...manyRows(full, start) } };
  if (scene === 'stuck') snapshot = { ...full, rows: { ...full.rows, payments: [...full.rows.payments, strayPayment(start)], reviewItems: [...full.rows.reviewItems, ...stuckItems(start)] } };
  const queue = scene === 'stuck' ? { ...EMPTY_QUEUE, waiting: 1, held: 42, parked: 1, quarantined: 1, dead: 1, oldestDeadAt: iso(start - 28 * 60_000), oldestWaitingAt: iso(start - 63 * 60_000) } : EMPTY_QUEUE;
  const deliveries = sceneDeliveries(start, scene === 'empty' ? 'none' : scene === 'offline' ? 'away' : 'some');

  let settings: Settings = { ...DEFAULT_SETTINGS, theme, wall: { ...DEFAULT_SETTINGS.wall, theme: theme === 'dark' ? 'dark' : 'light' } };
  let listeners: Listeners | null = null;
  let seq = snapshot.seq;
  let outcome: 'accepted' | 'rebase' | 'rejected' | 'unasked' = 'accepted';
  let outboxLate = 0;
  let figuresAway = scene === 'offline';
  const painted: number[] = [];
  /** What has happened since the console was opened. */
  const lived: RecordedEvent[] = [];
  const commands: unknown[] = [];
  const bare = scene === 'loading' || scene === 'lost';

  const link = (): LinkStatus => {
    const base = { seq, headSeq: seq, attempt: 0, reason: null, retryAt: null, confirmedAt: iso(Date.now()), since: iso(start - 600_000) };
    if (scene === 'offline' || scene === 'lost') return { ...base, state: 'offline', reason: 'transport_lost', attempt: 4, confirmedAt: scene === 'lost' ? null : iso(start - 720_000), since: iso(start - 720_000), retryAt: iso(Date.now() + 7000) };
    if (scene === 'loading') return { ...base, state: 'connecting', confirmedAt: null };
    return { ...base, state: 'live' };
  };

  type Rest<T> = T extends unknown ? Omit<T, 'seq' | 'id' | 'recordedAt' | 'occurredAt' | 'actor' | 'deliveryId'> : never;
  /** Of what is recorded together, as one commit is. */
  let commitAt: string | null = null;
  const emit = (event: Rest<RecordedEvent>, actor: RecordedEvent['actor']): void => {
    const at = commitAt ?? iso(Date.now());
    const after = seq;
    seq += 1;
    const whole = { ...event, row: { ...event.row, seq, updatedAt: at }, seq, id: fixtureId(10, seq), recordedAt: at, occurredAt: at, actor, deliveryId: null } as RecordedEvent;
    lived.push(whole);
    listeners?.frame({ after, upTo: seq, events: [whole], committedAt: at });
    listeners?.link(link());
  };

  const taking = playTaking(snapshot.rows, snapshot.organisation.zone, emit);
  const calendars = playCalendars(snapshot.rows, taking.row, emit);
  const connections = new Map(snapshot.rows.connections.map((row) => [row.id, row]));
  const putConnection = (row: Connection, before: Connection | null): void => {
    connections.set(row.id, row);
    const common = { collection: 'connections', weddingId: null, source: null, row } as const;
    const actor = { kind: 'person', id: null, name: 'Front desk' } as const;
    if (before === null) emit({ ...common, type: 'connection.created', before: null }, actor);
    else emit({ ...common, type: 'connection.health_changed', before: { health: before.health } }, actor);
  };
  const dropConnection = (row: Connection): void => {
    connections.delete(row.id);
    emit({ collection: 'connections', weddingId: null, source: null, row: { ...row, version: row.version + 1 }, type: 'connection.removed', before: {} }, { kind: 'person', id: null, name: 'Front desk' });
  };
  /** Pausing and resuming, and what a first delivery does, change the played record. */
  const setHealth = (id: string, health: Connection['health']): void => {
    const row = connections.get(id);
    if (row) putConnection({ ...row, version: row.version + 1, health, healthSince: iso(Date.now()) }, row);
  };

  const answerTo = async (command: Command): Promise<Result<CommandAnswer, CodedError>> => {
    commands.push(command);
    await new Promise((resolve) => setTimeout(resolve, 150));
    const { commandId } = command;
    if (outcome === 'rejected') return ok<CommandAnswer>({ outcome: 'rejected', commandId, error: codedError(command.type === 'plan.carry_out' ? 'conflict.would_clash' : 'command.not_possible', 'already resolved') });
    if (outcome === 'unasked' && 'reason' in command && command.reason === null) {
      // As long as somebody needs to see that it takes a while.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return ok<CommandAnswer>({ outcome: 'rejected', commandId, error: codedError('conflict.source_not_asked', 'it did not answer'), unasked: [{ calendarId: KEPT.orangery, lookedAt: iso(start - 2 * 3_600_000), why: 'no_answer' }] });
    }
    if (outcome === 'rebase') return ok<CommandAnswer>({ outcome: 'rebase', commandId, latest: null });
    const alert = command.type === 'alert.acknowledge' ? snapshot.rows.alerts.find((row) => row.id === command.alertId) : undefined;
    if (alert) emit({ type: 'alert.acknowledged', collection: 'alerts', weddingId: alert.weddingId, source: null, before: { state: 'open' }, row: { ...alert, version: alert.version + 1, source: null, state: 'acknowledged', acknowledgedAt: iso(Date.now()), acknowledgedBy: 'Front desk' } }, { kind: 'person', id: null, name: 'Front desk' });
    const stray = command.type === 'review.assign' ? snapshot.rows.payments.find((row) => row.id === fixtureId(5, 700)) : undefined;
    if (stray && command.type === 'review.assign') emit({ type: 'payment.completed', collection: 'payments', weddingId: command.weddingId, source: null, before: { weddingId: null }, row: { ...stray, version: stray.version + 1, weddingId: command.weddingId } }, { kind: 'person', id: null, name: 'Front desk' });
    const item = command.type === 'review.release' || command.type === 'review.discard' || command.type === 'review.assign' ? snapshot.rows.reviewItems.find((row) => row.id === command.reviewId) : undefined;
    if (item) emit({ type: 'review.resolved', collection: 'reviewItems', weddingId: null, source: null, before: { state: 'open' }, row: { ...item, version: item.version + 1, source: null, state: 'resolved' } }, { kind: 'person', id: null, name: 'Front desk' });
    commitAt = iso(Date.now());
    const isDecided = taking.decide(command);
    commitAt = null;
    if (!isDecided) return ok<CommandAnswer>({ outcome: 'rebase', commandId, latest: null });
    taking.follow(command, snapshot.rows.alerts);
    calendars.decide(command);
    const anew = toldAnew(command, snapshot.rows.alerts, Date.now());
    if (anew) emit({ type: 'alert.raised', collection: 'alerts', weddingId: anew.weddingId, source: null, before: null, row: anew }, { kind: 'system', id: null, name: 'WedSync' });
    const over = settledBy(command, snapshot.rows.alerts);
    if (over) emit({ type: 'alert.resolved', collection: 'alerts', weddingId: over.weddingId, source: null, before: { state: 'open' }, row: over }, { kind: 'system', id: null, name: 'WedSync' });
    if (command.type === 'connection.pause') setHealth(command.connectionId, 'paused');
    if (command.type === 'connection.resume') setHealth(command.connectionId, 'healthy');
    return ok<CommandAnswer>({ outcome: 'accepted', commandId, seq });
  };
  /** The real outbox on a journal that forgets. */
  const outbox = createOutbox({
    journal: { load: async () => [], append: async () => undefined, rewrite: async () => undefined },
    clock: { now: () => Date.now() },
    random: { next: () => Math.random() },
    timers: {
      after(ms, callback) {
        const timer = setTimeout(callback, ms);
        return () => clearTimeout(timer);
      },
    },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    server: () => 'embedded',
    send: answerTo,
    onChange: (entries) => {
      if (outboxLate === 0) listeners?.outbox(entries);
      else setTimeout(() => listeners?.outbox(entries), outboxLate);
    },
  });
  void outbox.start();
  outbox.line(link().state === 'live');

  const backend: Backend = {
    home,
    personalData: scenePersonalData,
    enquiries: sceneEnquiries(scene === 'offline' ? 'away' : scene === 'empty' ? 'new' : 'open', start, home === 'browser'),
    feeds: sceneFeeds(start, scene === 'offline' ? 'away' : scene === 'empty' ? 'none' : 'some', home === 'browser'),
    delivered: { ...deliveries.calls, ...sceneFigures(start, () => [...connections.values()], () => figuresAway) },
    systems: sceneSystems({ drop: dropConnection, connections: () => [...connections.values()], put: (row, created) => putConnection(row, created ? null : connections.get(row.id) ?? null), now: () => iso(Date.now()) }),
    people: scenePeople(start, scene === 'quiet' ? 'none' : 'some'),
    pairing: scenePairing(start, scene === 'not_let_in' ? 'auth_revoked' : null, (state) => listeners?.pairing(state)),
    openExternal: async () => ok(true),
    async boot() {
      if (scene === 'unpaired') return err(codedError('auth.missing', 'no cookie'));
      return ok({ appVersion: '0.1.0', electronVersion: home === 'desktop' ? '45.3.4' : null, serverVersion: '0.1.0', server: { mode: home === 'desktop' ? 'embedded' : 'page', url: null }, tokenKept: home === 'desktop' ? 'keychain' : 'cookie', settings, link: link(), place: null, access, keptIsForeign: false });
    },
    open(_cursor, given) {
      listeners = given;
      if (!bare) given.snapshot(snapshot);
      given.link(link());
      if (scene === 'banner') {
        given.banner({ id: fixtureId(11, 1), kind: 'toast_failed', severity: 'emergency', title: 'Kings Lane String Quartet has cancelled', detail: 'Ceremony music, today. A replacement is needed.', place: { view: 'day', weddingId: WEDDING_A, alertId: fixtureId(6, 0) }, at: iso(start) });
      }
      const beat = setInterval(() => given.link(link()), 4000);
      return () => clearInterval(beat);
    },
    record: async () => ok(bare ? null : { ...snapshot, seq }),
    retryLink: async () => ok(true),
    integrations: async () =>
      ok({
        at: iso(Date.now()),
        integrations: snapshot.rows.connections.map((connection, index) => ({ connection, lastDeliveryAt: connection.id === HONEYBOOK ? null : iso(start - (index + 1) * 95_000), last24h: { accepted: [1284, 312, 0][index] ?? 0, duplicates: [17, 2, 0][index] ?? 0, refused: [1, 0, 0][index] ?? 0, waiting: 0, needReview: [1, 0, 0][index] ?? 0 }, queue: EMPTY_QUEUE })),
        queue,
      }),
    history: async (collection, id) => {
      const row = snapshot.rows.weddings.find((each) => collection === 'weddings' && each.id === id);
      const since = lived.filter((event) => event.collection === collection && event.row.id === id).reverse();
      if (since.length > 0 && !row) return ok({ at: iso(Date.now()), entries: since.map((event) => ({ event, changed: changedFields(event) })), before: null });
      // Of other rows the played server says nothing, so the inspector shows what is held.
      if (!row) return err(codedError('server.unreachable', 'nothing to tell'));
      const base = { id, weddingId: id, deliveryId: null, collection: 'weddings' as const, actor: { kind: 'person' as const, id: null, name: 'Ines' }, source: null };
      const at = (minutes: number) => ({ occurredAt: iso(start - minutes * 60_000), recordedAt: iso(start - minutes * 60_000) });
      const events: RecordedEvent[] = [
        { ...base, ...at(40), seq: 9, type: 'wedding.updated', before: { guestCount: 90 }, row },
        { ...base, ...at(4000), seq: 2, type: 'wedding.created', before: null, row: { ...row, guestCount: 90 } },
      ];
      return ok({ at: iso(Date.now()), entries: [...since, ...events].map((event) => ({ event, changed: changedFields(event) })), before: null });
    },
    deliveries: async (connectionId) =>
      ok({
        at: iso(Date.now()),
        deliveries: connectionId === HONEYBOOK ? [] : Array.from({ length: 12 }, (_, index) => ({ id: fixtureId(9, index), receivedAt: iso(start - index * 340_000), vendorKey: `evt_1Pq${(index * 104_729).toString(36)}Zk4`, vendorEvent: connectionId === VSCO ? 'order.updated' : (['payment_intent.succeeded', 'charge.refunded', 'payment_intent.payment_failed'][index % 3] ?? null), state: index === 3 ? ('parked' as const) : ('processed' as const), reason: index === 3 ? 'normalise.no_wedding_matched' : null, attempts: 1 })),
      }),
    sendCommand: (command) => outbox.queue(command),
    outbox: () => outbox.list(),
    cancelCommand: (commandId) => outbox.cancel(commandId),
    resolveCommand: (choice) => outbox.resolve(choice),
    async changeSettings(patch) {
      settings = { ...settings, ...Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) };
      return ok(settings);
    },
    connectServer: async () => err(codedError('server.unreachable', 'no such server', true)),
    pairingLink: async () => ok({ url: 'http://127.0.0.1:4317/#enrol=a-ticket-for-the-photograph', expiresAt: new Date(Date.now() + 900_000).toISOString() }),
    me: async () => ok({ organisation: snapshot.organisation, access, device: { id: fixtureId(12, 1), name: 'Front desk', kind: home }, server: { version: '0.1.0', protocol: 2, time: iso(Date.now()) } }),
    devices: async () =>
      ok({
        at: iso(Date.now()),
        devices: [
          { id: fixtureId(12, 1), name: 'Front desk', kind: home, role: 'owner', weddingId: null, lastSeenAt: iso(start), self: true },
          { id: fixtureId(12, 2), name: 'Browser on iPad', kind: 'browser', role: 'vendor', weddingId: WEDDING_A, lastSeenAt: iso(start - 5_400_000), self: false },
        ],
      }),
    revokeDevice: async (deviceId) => ok({ deviceId }),
    testNotification: async () => ok({ outcome: 'failed', why: 'no_daemon' }),
    present: async () => ok(scene === 'loading' || scene === 'lost' || scene === 'offline' ? null : presence(start)),
    openWindow: async () => err(codedError('window.too_many', 'eight are open')),
    wall: async () => ok({ open: true, displays: 1 }),
    async painted(at) {
      painted.push(at);
      return ok(true);
    },
  };

  let count = 0;
  const harness: Harness = {
    painted,
    commands,
    comeIn: deliveries.deliver,
    shift: (occupancy, minutes) => taking.shift(occupancy, minutes),
    take: ({ id, ...given }) => {
      const rest = { bookingId: null, rank: null, holdUntil: null, lockedBecause: null, units: 1, setUpMinutes: null, turnaroundMinutes: null, reason: null } as const;
      taking.decide({ type: 'allocation.save', commandId: id, allocationId: id, basedOnVersion: null, ...rest, tags: [], ...given });
    },
    fill: calendars.fill,
    read: (id, reading) => {
      const row = connections.get(id);
      if (!row) return;
      const after = { ...row, version: row.version + 1, reading };
      connections.set(id, after);
      emit({ collection: 'connections', weddingId: null, source: null, row: after, type: 'connection.reading', before: { reading: row.reading ?? null } }, { kind: 'system', id: null, name: 'WedSync' });
    },
    reach: calendars.reach,
    endDryRuns: deliveries.endDryRuns,
    changeMeanwhile: deliveries.changeMeanwhile,
    loseFigures: (away) => {
      figuresAway = away;
    },
    deliver: (connectionId) => setHealth(connectionId, 'healthy'),
    answerCommandsWith(next) {
      outcome = next;
    },
    tellOutboxAfter(ms) {
      outboxLate = ms;
    },
    pay(minor) {
      count += 1;
      emit({ type: 'payment.completed', collection: 'payments', weddingId: WEDDING_A, source: { system: 'stripe', connectionId: STRIPE, remoteId: `pi_live${count}` }, before: null, row: { id: fixtureId(5, 500 + count), version: 1, seq: 0, updatedAt: '', source: { system: 'stripe', connectionId: STRIPE, remoteId: `pi_live${count}` }, weddingId: WEDDING_A, bookingId: null, description: 'Bar pre-payment', payerName: 'Jonathan Blackwood-Smythe', status: 'completed', amountMinor: minor, refundedMinor: 0, currency: 'GBP', paidAt: iso(Date.now()), failureReason: null } }, { kind: 'vendor', id: null, name: 'Stripe' });
    },
    raise(severity) {
      count += 1;
      emit({ type: 'alert.raised', collection: 'alerts', weddingId: WEDDING_A, source: null, before: null, row: { id: fixtureId(6, 500 + count), version: 1, seq: 0, updatedAt: '', source: null, weddingId: WEDDING_A, severity, rule: 'booking_cancelled', title: `Maison Vasseur Traiteur has cancelled (${count})`, detail: 'Catering, today. A replacement is needed.', raisedAt: iso(Date.now()), state: 'open', acknowledgedAt: null, acknowledgedBy: null, subject: null } }, { kind: 'vendor', id: null, name: 'HoneyBook' });
    },
  };
  return { backend, harness };
}
