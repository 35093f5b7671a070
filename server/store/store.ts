import type { Access } from '../../core/contract/access.ts';
import type { Command, CommandAnswer, Unasked } from '../../core/contract/commands.ts';
import type { Actor, RecordedEvent } from '../../core/contract/events.ts';
import type { Priority } from '../../core/contract/deliveries.ts';
import type { DeliveryView, DeviceView, IntegrationView } from '../../core/contract/http.ts';
import type { CollectionName, Organisation, Snapshot } from '../../core/contract/record.ts';
import type { Result } from '../../core/contract/result.ts';
import type { ConnectionAccess, Origin } from '../../core/vendors/vendor.ts';
import type { Gauges } from './queue.ts';

/**
 * Everything the rest of the server may ask of the database. Times are UTC instants as ISO text. Implemented once
 * (`openStore`), on the embedded database and on PostgreSQL alike.
 */

/** A connection as the intake needs it: found by its unguessable key, secrets opened. */
export interface IntakeConnection extends ConnectionAccess {
  readonly organisationId: string;
  readonly system: string;
  readonly paused: boolean;
  /** Somebody has removed it: nothing is taken any more, and there are no secrets. */
  readonly removed?: true;
}

export interface NewDelivery {
  readonly organisationId: string;
  readonly connectionId: string;
  readonly system: string;
  readonly deliveryKey: string;
  readonly vendorEvent: string | null;
  readonly mediaType: string;
  /** Allow-listed headers only, sensitive ones already removed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyText: string;
  readonly receivedAt: string;
  /** Webhook unless it says otherwise. */
  readonly origin?: Origin;
  /** Normal unless it says otherwise. */
  readonly priority?: Priority;
}

export interface StoredReceipt {
  readonly deliveryId: string;
  readonly duplicate: boolean;
}

/**
 * Something refused or repeated that must leave a trace. Lines with the same key within the same minute are one line
 * with a count, so that a storm cannot fill the disk.
 */
export interface AuditLine {
  readonly organisationId: string | null;
  readonly at: string;
  /** `intake.refused`, `intake.duplicate`, `device.enrolled`, `device.refused`, `command.rejected`, ... */
  readonly action: string;
  /** Who or what: device id, or remote address. */
  readonly actor: string;
  /** What it was about: connection id, or system name. */
  readonly subject: string;
  /** Error code or `ok`. */
  readonly outcome: string;
}

/** A device that was let in, and as whom; it is the subject of `core/domain/access`. */
export interface Device extends Access {
  readonly id: string;
  readonly organisationId: string;
  readonly name: string;
  readonly kind: 'desktop' | 'browser' | 'tool';
  /** Name of the account behind it; null or left out = it was let in without one. */
  readonly person?: string | null;
}

/** A calendar that could not be asked, and whose it is. */
export interface NotAsked extends Unasked {
  readonly whose: string;
}

/** What came of asking calendars before a decision; see `server/asking`. */
export interface AskedFirst {
  readonly unasked: readonly NotAsked[];
  /** How far the log reached before anybody was asked: an entry that came behind it has been seen by nobody. Null = nobody was. */
  readonly since: number | null;
}
export const NOBODY_ASKED: AskedFirst = { unasked: [], since: null };

/** Who acts by a device, as the log says it: the person where one is known. */
export const actorOf = ({ id, name, person }: Pick<Device, 'id' | 'name' | 'person'>): Actor => ({ kind: 'person', id, name: person ?? name });

/** Told after a commit that added events, in log order per organisation. */
export interface Committed {
  readonly organisationId: string;
  readonly events: readonly RecordedEvent[];
  readonly committedAt: string;
}

/** A point in a log: a position, or an instant (ISO, UTC) and with it the last event recorded by then. */
export type Point = { readonly seq: number } | { readonly instant: string };

export interface Store {
  /** Identifies this log; changes with a new or restored database. */
  readonly epoch: string;
  organisation(id: string): Promise<Organisation | null>;

  /** Looks the key's hash up; answers from memory after the first time, until the connection changes. */
  intakeConnection(system: string, intakeKey: string): Promise<IntakeConnection | null>;
  /** Group commit: the promise settles after the commit that holds the delivery. Rejects when the database does. */
  addDelivery(delivery: NewDelivery): Promise<StoredReceipt>;
  audit(line: AuditLine): void;

  headSeq(organisationId: string): Promise<number>;
  /** Events after `seq`, ascending, at most `limit`. */
  readEvents(organisationId: string, afterSeq: number, limit: number): Promise<RecordedEvent[]>;
  snapshot(organisationId: string): Promise<Snapshot>;
  /** What happened to one row, newest first, below `before` (null = all), at most `limit`. */
  history(organisationId: string, collection: CollectionName, id: string, before: number | null, limit: number): Promise<RecordedEvent[]>;
  /** The record as it stood at a position or an instant; null = the log does not go that far. */
  recordAt(organisationId: string, point: Point): Promise<Snapshot | null>;
  /** `wants`: asked each time whether an organisation matters to this listener; left out = all do. What nobody wants is not even read. */
  onCommitted(listener: (committed: Committed) => void, wants?: (organisationId: string) => boolean): () => void;
  /** Told when deliveries wait to be worked on. */
  onDeliveries(listener: () => void): () => void;

  /** Mints a one-use ticket, valid as long as `ticketLifeMs` says, and returns it in clear; only its hash is stored. Without a grant it is for an owner. */
  mintTicket(organisationId: string, grant?: Access): Promise<string>;
  /** What a ticket for this wedding, and for this contact of it, may be about; null = there is no such wedding or contact in it. */
  scopeOf(organisationId: string, weddingId: string, contactId: string | null): Promise<{ readonly bookingIds: readonly string[] } | null>;
  /** Uses the ticket up. The token is returned in clear once; only its hash is stored. */
  enrol(ticket: string, device: { name: string; kind: Device['kind'] }): Promise<Result<{ device: Device; token: string }, 'auth.ticket_invalid'>>;
  authenticate(token: string): Promise<Result<Device, 'auth.invalid' | 'auth.revoked'>>;
  /** Every device that is let in, the one last seen first. */
  devices(organisationId: string): Promise<readonly Omit<DeviceView, 'self'>[]>;
  /** Voids the device's token for good, and ends the browser's session behind it. False when there is no such device, or it was revoked already. */
  revokeDevice(organisationId: string, deviceId: string): Promise<boolean>;
  /** Told after a device was revoked, by this process or another one on the same record. */
  onRevoked(listener: (deviceId: string) => void): () => void;
  /** Told after a device was given another role, by this process or another one on the same record: its lines must begin anew. */
  onDeviceChanged(listener: (deviceId: string) => void): () => void;

  /** A passing word to the other processes on this record: of no transaction, heard at most once. JSON below 7 kB. */
  say(topic: string, body: unknown): void;
  /** Told what another process said. It is not checked: parse it. */
  onSaid(topic: string, listener: (body: unknown) => void): () => void;

  integrations(organisationId: string): Promise<IntegrationView[]>;
  deliveries(organisationId: string, connectionId: string): Promise<DeliveryView[]>;
  /**
   * Decides and records a person's command in one transaction; repeating a commandId repeats its answer. `asked`: what came of
   * asking the calendars that it is about; left out = it is about none.
   */
  command(organisationId: string, device: Device, command: Command, asked?: AskedFirst): Promise<CommandAnswer>;

  /** A cheap query; rejects when the database cannot answer. */
  ping(): Promise<void>;
  /** Counters for /metrics. */
  gauges(): Promise<Gauges>;
  close(): Promise<void>;
}
