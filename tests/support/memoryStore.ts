import { createHash, randomBytes } from 'node:crypto';
import type { Access } from '../../core/contract/access.ts';
import type { Command, CommandAnswer } from '../../core/contract/commands.ts';
import type { RecordedEvent } from '../../core/contract/events.ts';
import type { DeliveryView, IntegrationView } from '../../core/contract/http.ts';
import type { Organisation } from '../../core/contract/record.ts';
import { err, ok } from '../../core/contract/result.ts';
import { applyEvents, emptyTables, toSnapshot, type RecordState } from '../../core/domain/record/state.ts';
import { createIds } from '../../server/ports.ts';
import type { AuditLine, Committed, Device, IntakeConnection, NewDelivery, Store } from '../../server/store/store.ts';

export interface MemoryStore extends Store {
  readonly stored: NewDelivery[];
  /** Aggregated as the interface promises: one line per key and minute, with a count. */
  readonly auditLines: (AuditLine & { count: number })[];
  addOrganisation(fields?: Partial<Organisation>): Organisation;
  addConnection(connection: IntakeConnection & { intakeKey: string }): void;
  addIntegration(organisationId: string, view: IntegrationView, deliveries?: DeliveryView[]): void;
  revoke(deviceId: string): void;
  /** Appends to the log and tells listeners; `tell: false` = as if another process had done it. */
  commit(organisationId: string, events: ((seq: number) => RecordedEvent)[], options?: { tell?: boolean }): void;
  /** Every following addDelivery waits for this. */
  beforeCommit: (() => Promise<void>) | null;
  /** Read and write calls wait this long, at random up to it. */
  latencyMs: number;
  down: boolean;
}

/** A double of the store that keeps its promises in memory, for tests of what lies above it. */
export function memoryStore(): MemoryStore {
  const ids = createIds();
  const organisations = new Map<string, { organisation: Organisation; state: RecordState; log: RecordedEvent[] }>();
  const connections = new Map<string, IntakeConnection>();
  const integrations = new Map<string, IntegrationView[]>();
  const deliveries = new Map<string, DeliveryView[]>();
  const seen = new Map<string, string>();
  const tickets = new Map<string, Access & { organisationId: string }>();
  const revoked = new Set<(deviceId: string) => void>();
  const devices = new Map<string, { device: Device; revoked: boolean; lastSeenAt: string }>();
  const answers = new Map<string, CommandAnswer>();
  const committed = new Set<(committed: Committed) => void>();
  const epoch = ids.next();

  const of = (organisationId: string) => {
    const found = organisations.get(organisationId);
    if (!found) throw new Error(`no organisation ${organisationId}`);
    return found;
  };
  const pause = async () => {
    if (store.down) throw new Error('the database is gone');
    if (store.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, Math.random() * store.latencyMs));
  };

  const store: MemoryStore = {
    epoch,
    stored: [],
    auditLines: [],
    beforeCommit: null,
    latencyMs: 0,
    down: false,

    addOrganisation(fields = {}) {
      const organisation: Organisation = { id: ids.next(), name: 'Harrow House', zone: 'Europe/London', currency: 'GBP', demo: false, ...fields };
      organisations.set(organisation.id, { organisation, log: [], state: { epoch, seq: 0, organisation, tables: emptyTables() } });
      return organisation;
    },
    addConnection: ({ intakeKey, ...connection }) => void connections.set(`${connection.system}/${intakeKey}`, connection),
    addIntegration(organisationId, view, list = []) {
      integrations.set(organisationId, [...(integrations.get(organisationId) ?? []), view]);
      deliveries.set(view.connection.id, list);
    },
    revoke(deviceId) {
      // The silent way, as if the other process could not be heard; `revokeDevice` tells.
      for (const entry of devices.values()) if (entry.device.id === deviceId) entry.revoked = true;
    },
    commit(organisationId, makers, { tell = true } = {}) {
      const entry = of(organisationId);
      const events = makers.map((make, i) => make(entry.log.length + 1 + i));
      entry.log.push(...events);
      entry.state = applyEvents(entry.state, events, entry.log.length);
      if (tell) for (const listener of committed) listener({ organisationId, events, committedAt: new Date().toISOString() });
    },

    organisation: async (id) => organisations.get(id)?.organisation ?? null,
    async intakeConnection(system, key) {
      await pause();
      return connections.get(`${system}/${key}`) ?? null;
    },
    async addDelivery(delivery) {
      await pause();
      await store.beforeCommit?.();
      const key = `${delivery.connectionId}\n${delivery.deliveryKey}`;
      const known = seen.get(key);
      if (known) return { deliveryId: known, duplicate: true };
      const deliveryId = ids.next();
      seen.set(key, deliveryId);
      store.stored.push(delivery);
      return { deliveryId, duplicate: false };
    },
    audit(line) {
      const keyOf = ({ organisationId, at, action, actor, subject, outcome }: AuditLine) => JSON.stringify([organisationId, at.slice(0, 16), action, actor, subject, outcome]);
      const same = store.auditLines.find((old) => keyOf(old) === keyOf(line));
      if (same) same.count += 1;
      else store.auditLines.push({ ...line, count: 1 });
    },
    async headSeq(organisationId) {
      await pause();
      return of(organisationId).log.length;
    },
    async readEvents(organisationId, afterSeq, limit) {
      await pause();
      return of(organisationId).log.slice(afterSeq, afterSeq + limit);
    },
    async snapshot(organisationId) {
      await pause();
      return toSnapshot(of(organisationId).state, new Date().toISOString());
    },
    async history(organisationId, collection, id, before, limit) {
      await pause();
      return of(organisationId).log.filter((event) => event.collection === collection && event.row.id === id && (before === null || event.seq < before)).reverse().slice(0, limit);
    },
    async recordAt(organisationId, point) {
      await pause();
      const { organisation, log } = of(organisationId);
      const seq = 'seq' in point ? point.seq : (log.findLast((event) => event.recordedAt <= point.instant)?.seq ?? 0);
      if (seq > log.length) return null;
      const empty = { epoch, seq: 0, organisation, tables: emptyTables() };
      return toSnapshot(applyEvents(empty, log.slice(0, seq), seq), 'instant' in point ? point.instant : new Date().toISOString());
    },
    onCommitted(listener) {
      committed.add(listener);
      return () => committed.delete(listener);
    },
    onDeliveries: () => () => undefined,

    async mintTicket(organisationId, grant = { role: 'owner', weddingId: null, contactId: null, bookingIds: [] }) {
      const ticket = randomBytes(24).toString('base64url');
      tickets.set(ticket, { organisationId, ...grant });
      return ticket;
    },
    async scopeOf(organisationId, weddingId, contactId) {
      const { weddings, contacts, bookings } = of(organisationId).state.tables;
      if (!weddings[weddingId]) return null;
      if (contactId === null) return { bookingIds: [] };
      const bookingIds = Object.values(bookings).filter((row) => row.weddingId === weddingId && row.contactId === contactId).map((row) => row.id);
      return contacts[contactId] && (bookingIds.length > 0 || contacts[contactId].weddingId === weddingId) ? { bookingIds } : null;
    },
    devices: async (organisationId) =>
      [...devices.values()]
        .filter((entry) => entry.device.organisationId === organisationId && !entry.revoked)
        .map(({ device: { id, name, kind, role, weddingId }, lastSeenAt }) => ({ id, name, kind, role, weddingId, lastSeenAt })),
    async revokeDevice(organisationId, deviceId) {
      const entry = [...devices.values()].find(({ device }) => device.id === deviceId && device.organisationId === organisationId);
      if (!entry || entry.revoked) return false;
      entry.revoked = true;
      for (const listener of revoked) listener(deviceId);
      return true;
    },
    onRevoked(listener) {
      revoked.add(listener);
      return () => revoked.delete(listener);
    },
    onDeviceChanged: () => () => undefined,
    say: () => undefined,
    onSaid: () => () => undefined,
    async enrol(ticket, { name, kind }) {
      const grant = tickets.get(ticket);
      if (grant === undefined) return err('auth.ticket_invalid');
      tickets.delete(ticket);
      const device: Device = { id: ids.next(), name, kind, ...grant };
      const token = randomBytes(32).toString('base64url');
      devices.set(createHash('sha256').update(token).digest('hex'), { device, revoked: false, lastSeenAt: new Date().toISOString() });
      return ok({ device, token });
    },
    async authenticate(token) {
      await pause();
      const entry = devices.get(createHash('sha256').update(token).digest('hex'));
      if (!entry) return err('auth.invalid');
      return entry.revoked ? err('auth.revoked') : ok(entry.device);
    },
    integrations: async (organisationId) => integrations.get(organisationId) ?? [],
    deliveries: async (_organisationId, connectionId) => deliveries.get(connectionId) ?? [],
    async command(_organisationId, _device, command: Command) {
      const answer = answers.get(command.commandId) ?? { outcome: 'rejected', commandId: command.commandId, error: { code: 'command.not_possible', message: 'no such row', retryable: false } };
      answers.set(command.commandId, answer);
      return answer;
    },
    async ping() {
      if (store.down) throw new Error('the database is gone');
    },
    gauges: async () => ({ deliveriesWaiting: 1, deliveriesHeld: 4, deliveriesParked: 2, deliveriesQuarantined: 3, deliveriesDead: 5, oldestWaitingSeconds: 6, oldestDeadSeconds: 7, databaseBytes: 4096, breakers: [{ system: 'stripe', operation: 'poll', state: 'open', count: 1 }] }),
    close: async () => undefined,
  };
  return store;
}
