import { COLLECTION_NAMES, type CollectionName, type RowOf } from '../../core/contract/record.ts';

/**
 * The SQL type of every field of every collection. A field added to the contract does not compile until it is here,
 * and not pass the tests until a migration adds its column.
 */
const FIELDS = {
  weddings: { title: 'text', date: 'date', zone: 'text', startsAt: 'timestamptz', endsAt: 'timestamptz', room: 'text', roomId: 'uuid', status: 'text', guestCount: 'bigint' },
  contacts: { weddingId: 'uuid', name: 'text', email: 'text', phone: 'text', company: 'text', role: 'text', consents: 'jsonb' },
  bookings: {
    weddingId: 'uuid', title: 'text', trade: 'text', vendorName: 'text', vendorId: 'uuid', contactId: 'uuid', status: 'text', startsAt: 'timestamptz', endsAt: 'timestamptz',
    callTime: 'timestamptz', place: 'text', amountMinor: 'bigint', currency: 'text', lines: 'jsonb',
  },
  payments: {
    weddingId: 'uuid', bookingId: 'uuid', description: 'text', payerName: 'text', status: 'text', amountMinor: 'bigint', refundedMinor: 'bigint',
    currency: 'text', paidAt: 'timestamptz', failureReason: 'text',
  },
  runSheetItems: { weddingId: 'uuid', title: 'text', startsAt: 'timestamptz', endsAt: 'timestamptz', place: 'text', owner: 'text', status: 'text' },
  messages: {
    weddingId: 'uuid', contactId: 'uuid', channel: 'text', direction: 'text', fromName: 'text', fromAddress: 'text', toAddress: 'text', subject: 'text',
    text: 'text', status: 'text', failureReason: 'text', sentAt: 'timestamptz',
  },
  documents: { weddingId: 'uuid', bookingId: 'uuid', title: 'text', kind: 'text', status: 'text', url: 'text', sharedAt: 'timestamptz' },
  calendarEvents: {
    weddingId: 'uuid', bookingId: 'uuid', calendar: 'text', title: 'text', startsAt: 'timestamptz', endsAt: 'timestamptz', allDay: 'boolean', zone: 'text',
    place: 'text', status: 'text', busy: 'boolean', calendarId: 'uuid', resourceId: 'uuid', copyOf: 'jsonb',
  },
  weatherNotices: {
    weddingId: 'uuid', place: 'text', kind: 'text', severity: 'text', headline: 'text', detail: 'text', startsAt: 'timestamptz', endsAt: 'timestamptz', state: 'text',
  },
  resources: {
    kind: 'text', name: 'text', keys: 'jsonb', places: 'bigint', partIds: 'jsonb', setUpMinutes: 'bigint', turnaroundMinutes: 'bigint', state: 'text',
    moveFeeMinor: 'bigint', moveFeeDays: 'bigint', extraHourMinor: 'bigint',
  },
  allocations: {
    weddingId: 'uuid', bookingId: 'uuid', resourceId: 'uuid', title: 'text', startsAt: 'timestamptz', endsAt: 'timestamptz', status: 'text', rank: 'bigint',
    holdUntil: 'timestamptz', lockedBecause: 'text', tags: 'jsonb', units: 'bigint', setUpMinutes: 'bigint', turnaroundMinutes: 'bigint',
  },
  limits: { name: 'text', rule: 'jsonb', resourceIds: 'jsonb', tags: 'jsonb', overridableBy: 'jsonb', state: 'text' },
  houseRules: { levels: 'jsonb', travel: 'jsonb' },
  conflicts: {
    weddingId: 'uuid', kind: 'text', limitId: 'uuid', level: 'text', resourceIds: 'jsonb', members: 'jsonb', startsAt: 'timestamptz', endsAt: 'timestamptz', missingMs: 'bigint',
    missingUnits: 'bigint', raisedAt: 'timestamptz', state: 'text', settledAt: 'timestamptz', settledBy: 'text', settledBecause: 'text',
  },
  calendars: {
    connectionId: 'uuid', name: 'text', zone: 'text', colour: 'text', main: 'boolean', mayWrite: 'boolean', direction: 'text', privacy: 'text', strategy: 'text', resourceId: 'uuid',
    everyWedding: 'boolean', runSheet: 'boolean', invite: 'boolean', reminders: 'jsonb', state: 'text', filling: 'jsonb', unread: 'jsonb', twinId: 'uuid', waits: 'jsonb',
    role: 'text', categories: 'jsonb', titleTemplate: 'text', descriptionTemplate: 'text', categoryWord: 'text',
  },
  pushes: {
    weddingId: 'uuid', calendarId: 'uuid', subject: 'jsonb', wish: 'text', state: 'text', wantedVersion: 'bigint', writtenVersion: 'bigint', attempts: 'bigint', reason: 'text',
    nextAttemptAt: 'timestamptz', writtenAt: 'timestamptz', answer: 'jsonb',
  },
  differences: {
    weddingId: 'uuid', calendarId: 'uuid', pushId: 'uuid', subject: 'jsonb', fields: 'jsonb', raisedAt: 'timestamptz', state: 'text', kept: 'text', settledAt: 'timestamptz', settledBy: 'text',
  },
  alerts: {
    weddingId: 'uuid', severity: 'text', rule: 'text', title: 'text', detail: 'text', raisedAt: 'timestamptz', state: 'text', acknowledgedAt: 'timestamptz',
    acknowledgedBy: 'text', subject: 'jsonb', stayed: 'jsonb', doneBy: 'text',
  },
  reviewItems: { deliveryId: 'uuid', connectionId: 'uuid', kind: 'text', reason: 'text', title: 'text', subject: 'text', about: 'jsonb', lot: 'jsonb', receivedAt: 'timestamptz', state: 'text' },
  connections: { system: 'text', name: 'text', path: 'text', health: 'text', healthReason: 'text', healthSince: 'timestamptz', quiet: 'jsonb', reading: 'jsonb' },
} as const satisfies { [C in CollectionName]: Record<Exclude<keyof RowOf<C>, 'id' | 'version' | 'seq' | 'updatedAt' | 'source'>, string> };

const BASE = { id: 'uuid', version: 'bigint', seq: 'bigint', updatedAt: 'timestamptz', source: 'jsonb' } as const;

/** `runSheetItems` -> `run_sheet_items`. */
export const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export interface Projection {
  readonly table: string;
  /** Field names as in the contract. */
  readonly fields: readonly string[];
  /** Takes `$1` = a JSON array of rows with snake-case keys, `organisation_id` among them. */
  readonly upsertSql: string;
}

function projection(collection: CollectionName): Projection {
  const types: Record<string, string> = { ...BASE, ...FIELDS[collection] };
  const fields = Object.keys(types);
  const columns = fields.map(snake);
  const table = snake(collection);
  const upsertSql =
    `insert into ${table} (organisation_id, ${columns.join(', ')}) ` +
    `select r.organisation_id, ${columns.map((column) => `r.${column}`).join(', ')} ` +
    `from jsonb_to_recordset($1::jsonb) as r(organisation_id uuid, ${fields.map((field) => `${snake(field)} ${types[field] ?? 'text'}`).join(', ')}) ` +
    `on conflict (organisation_id, id) do update set ${columns.filter((column) => column !== 'id').map((column) => `${column} = excluded.${column}`).join(', ')}`;
  return { table, fields, upsertSql };
}

export const PROJECTIONS = Object.fromEntries(COLLECTION_NAMES.map((name) => [name, projection(name)])) as Record<CollectionName, Projection>;
