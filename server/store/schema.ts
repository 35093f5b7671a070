import type { ColumnType, Generated } from 'kysely';
import type { Access } from '../../core/contract/access.ts';
import type { CollectionName, RowOf } from '../../core/contract/record.ts';
import type { Told } from '../../core/domain/record/told.ts';
import type { AccountTables, DeviceHolder } from './accountTables.ts';
import type { CalendarTables } from './calendarTables.ts';
import type { DeliveryTables } from './deliveryTables.ts';
import type { EnquiryTables } from './enquiryTables.ts';

/**
 * The tables as Kysely sees them: camel case here, snake case in the database. Instants are ISO text with
 * milliseconds, dates `YYYY-MM-DD`, bigint a number, jsonb the value itself when read and JSON text when written.
 */

type Projection<C extends CollectionName> = RowOf<C> & { organisationId: string };
type Projections = { [C in CollectionName]: Projection<C> };

export interface OrganisationsTable {
  id: string;
  name: string;
  zone: string;
  currency: string;
  demo: boolean;
  lastSeq: Generated<number>;
  createdAt: string;
  /** Position of the newest erasure; null = there was none. */
  erasedSeq: Generated<number | null>;
  /** What was chosen instead of the standard; null = nothing. */
  retention: Generated<unknown>;
}

export interface DevicesTable extends Access, DeviceHolder {
  id: string;
  organisationId: string;
  name: string;
  kind: 'desktop' | 'browser' | 'tool';
  tokenHash: Uint8Array;
  createdAt: string;
  lastSeenAt: string | null;
  revokedAt: string | null;
}

export interface TicketsTable extends Access {
  hash: Uint8Array;
  organisationId: string;
  expiresAt: string;
  usedAt: string | null;
}

export interface ConnectionAccessTable {
  id: string;
  organisationId: string;
  system: string;
  intakeKeyHash: Uint8Array;
  intakeKeySealed: string;
  settings: Record<string, string>;
  secretsSealed: string;
  paused: Generated<boolean>;
  /** When its calendars are to be listed next; null = now. */
  calendarsAt: Generated<string | null>;
  /** They were not listed because the desktop that keeps the key was not there. */
  calendarsWait: Generated<boolean>;
  /** Consecutive failed re-reads. */
  failures: Generated<number>;
  /** Where the next poll goes on. */
  cursor: Generated<string | null>;
  /** What a long look has counted, as `server/workers/lookReading.ts` has it; null = none is under way. */
  reading: Generated<unknown>;
  nextPollAt: Generated<string | null>;
  /** When the last look began that read its source to the end; null = there was none yet. */
  lookedAt: Generated<string | null>;
  /** How often somebody has asked for a look and waits for it; up to which of them a look has ended, and was answered whole. */
  lookAsked: Generated<number>;
  lookEnded: Generated<number>;
  lookAnswered: Generated<number>;
  /** The last look has left something for the next one. */
  lookGoesOn: Generated<boolean>;
  /** What the circuit breaker remembers. */
  breaker: Generated<unknown>;
  /** What its people were told of its troubles. */
  told: Generated<unknown>;
  /** What the brake remembers of its destructive facts. */
  brake: Generated<unknown>;
  /** Of the unguessable part of its mail address. */
  mailKeyHash: Generated<Uint8Array | null>;
  /** Until when the access lasts that was given by leave (OAuth). */
  leaveUntil: Generated<string | null>;
  /** The vendor has taken it back. */
  leaveEnded: Generated<boolean>;
  /** A process renews it and has until then. */
  leaveRenewingUntil: Generated<string | null>;
  /** The device in whose keychain the secrets of its calls are; null = they are here. */
  keptBy: Generated<string | null>;
  /** Raised with each change of the keeper. */
  keptFence: Generated<number>;
  /** Names of the secrets that are there. */
  keptKeys: Generated<string[]>;
  /** What says that another connection uses the same key; null = the keeper has not told it yet. */
  keptMark: Generated<string | null>;
  /** Something was left undone because the keeper was not there. */
  keptWaits: Generated<boolean>;
  /** The longest silence of a source that only calls us, as far as it ended by itself. */
  longestSilenceMs: Generated<number>;
  /** Error code of the last time that leave was asked for and not given. */
  /** What leave was given for. */
  leaveScope: Generated<string | null>;
  leaveRefused: Generated<string | null>;
  /** In the shape of `core/domain/intake/forwarding.ts`. */
  forwarding: Generated<unknown>;
  /** Removed by a person; only the hashes of its addresses are left of its access. */
  removedAt: Generated<string | null>;
  createdAt: string;
}

/** Desktops that keep keys, and until when each listens for turns. */
export interface DesksTable {
  deviceId: string;
  organisationId: string;
  listeningUntil: string;
  /** It lists and writes calendars too. */
  calendars: Generated<boolean>;
  /** It is told with a look what was written. */
  written: Generated<boolean>;
}

/** A call that a desktop is asked to make; see `core/contract/desk.ts`. */
export interface DeskTurnsTable {
  id: string;
  organisationId: string;
  connectionId: string;
  deviceId: string;
  fence: number;
  ask: unknown;
  settings: Record<string, string>;
  state: Generated<'open' | 'taken' | 'answered'>;
  run: Generated<string | null>;
  answer: Generated<unknown>;
  askedAt: string;
  expiresAt: string;
}

/** Leave that was asked for and not given yet. */
export interface LeaveRequestsTable {
  stateHash: Uint8Array;
  organisationId: string;
  connectionId: string;
  sealed: string;
  expiresAt: string;
}

/** The answer to a write that named a key; null while the write runs. */
export interface IdempotencyKeysTable {
  organisationId: string;
  deviceId: string;
  keyHash: Uint8Array;
  requestHash: Uint8Array;
  begunAt: string;
  status: number | null;
  answerSealed: string | null;
}

export interface AuditTable {
  organisationId: string | null;
  minute: string;
  action: string;
  actor: string;
  subject: string;
  outcome: string;
  count: number;
  lastAt: string;
  /** Place in the organisation's chain, from 1; null while the line's minute is open. */
  position: Generated<number | null>;
  hash: Generated<Uint8Array | null>;
}

/** The end of each chain over the audit log. */
export interface AuditChainsTable {
  organisationId: string | null;
  position: number;
  hash: Uint8Array;
  /** Lines up to this position were let go; 0 = none. */
  cutPosition: Generated<number>;
  cutHash: Generated<Uint8Array | null>;
}

export interface EventsTable {
  organisationId: string;
  seq: number;
  id: string;
  type: string;
  collection: CollectionName;
  rowId: string;
  weddingId: string | null;
  occurredAt: string;
  recordedAt: string;
  actor: unknown;
  source: unknown;
  deliveryId: string | null;
  before: unknown;
  row: unknown;
}

/** What waits for something that is named and not known yet: a row, or (no collection, no field) a parked delivery. */
export interface OpenLinksTable {
  organisationId: string;
  localId: string;
  field: string;
  connectionId: string;
  remoteType: string;
  remoteId: string;
  collection: CollectionName | null;
  /** What is named is here and is of no wedding yet. */
  targetId: string | null;
  createdAt: string;
}

export interface MappingsTable {
  organisationId: string;
  connectionId: string;
  remoteType: string;
  remoteId: string;
  collection: CollectionName;
  localId: string;
  remoteVersion: string | null;
  /** `Told` of `core/domain/record/told.ts`; null = only the version is known. */
  told: ColumnType<Told | null, string | null | undefined, string | null>;
  lastWrittenBy: 'vendor' | 'here';
  updatedAt: string;
  /** The object is of somebody who was erased; `remoteId` is then a hash. */
  erasedAt: Generated<string | null>;
}

/** Where a row stood before it followed its wedding by itself. */
export interface FollowedRowsTable {
  organisationId: string;
  rowId: string;
  fromStart: string;
  toStart: string;
  stood: unknown;
  became: unknown;
}

/** Who was erased: ids and times only. */
export interface ErasuresTable {
  organisationId: string;
  contactId: string;
  erasedAt: string;
  reason: string;
}

export interface CommandsTable {
  organisationId: string;
  commandId: string;
  deviceId: string;
  type: string;
  answer: unknown;
  decidedAt: string;
  /** Why it was decided although a calendar could not be asked, in the person's words. */
  reason: Generated<string | null>;
}

export interface Schema extends Projections, AccountTables, CalendarTables, DeliveryTables, EnquiryTables {
  meta: { key: string; value: string };
  organisations: OrganisationsTable;
  devices: DevicesTable;
  tickets: TicketsTable;
  connectionAccess: ConnectionAccessTable;
  leaveRequests: LeaveRequestsTable;
  desks: DesksTable;
  deskTurns: DeskTurnsTable;
  audit: AuditTable;
  auditChains: AuditChainsTable;
  events: EventsTable;
  mappings: MappingsTable;
  followedRows: FollowedRowsTable;
  openLinks: OpenLinksTable;
  commands: CommandsTable;
  erasures: ErasuresTable;
  idempotencyKeys: IdempotencyKeysTable;
}
