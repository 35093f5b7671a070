import { err, ok, type Result } from '../contract/result.ts';
import { longText, shortText } from './fields.ts';
import { parseForm } from './forms.ts';
import { parseJsonObject } from './signatures.ts';

/**
 * The field names that a Zap or scenario sends: our contract, since the systems behind it have none for outsiders. All are
 * text or numbers on one level. Other fields are welcome and stay in the stored body. The order is part of delivery keys:
 * new names go to the end.
 */
export const BRIDGE_FIELDS = [
  'trigger', 'updated_at',
  'client_id', 'client_name', 'client_email', 'client_phone',
  'project_id', 'project_name', 'project_type', 'project_date', 'project_stage', 'project_location',
  'vendor_name', 'trade',
  'payment_id', 'payment_name', 'amount', 'currency', 'paid_at',
  'meeting_id', 'meeting_title', 'meeting_starts_at', 'meeting_ends_at', 'meeting_location',
  'event', 'source_id', 'client_first_name', 'client_last_name', 'client_company', 'client_role',
  'project_status', 'project_starts_at', 'project_ends_at', 'call_time', 'venue', 'guest_count', 'notes',
  'payment_status', 'refunded_amount',
  'document_id', 'document_title', 'document_kind', 'document_status', 'document_url',
  'message_id', 'message_channel', 'message_direction', 'message_from', 'message_to', 'message_subject', 'message_text', 'message_sent_at',
] as const;
export type BridgeField = (typeof BRIDGE_FIELDS)[number];
export type BridgeBody = Readonly<Partial<Record<BridgeField, string>>>;

/** What a trigger is about; `_gone` = taken away over there. */
export const BRIDGE_KINDS = [
  'client',
  'client_gone',
  'lead',
  'booking',
  'stage',
  'payment',
  'meeting',
  'document',
  'message',
  'calendar',
  'calendar_gone',
  'wedding',
] as const;
export type BridgeKind = (typeof BRIDGE_KINDS)[number];

interface Wanted {
  /** The id field that names the record. */
  readonly record: BridgeField;
  readonly required: readonly BridgeField[];
  readonly optional: readonly BridgeField[];
}

const PERSON = ['client_id', 'client_phone', 'client_first_name', 'client_last_name', 'client_company'] as const;
const JOB = [
  'project_name',
  'project_type',
  'project_date',
  'project_location',
  'venue',
  'project_starts_at',
  'project_ends_at',
  'call_time',
  'amount',
  'currency',
] as const;
const OWNER = ['vendor_name', 'trade'] as const;
const WHO = ['client_id', 'client_name', 'project_id', 'project_date'] as const;

/**
 * What a trigger of each kind asks for. Everything may also name `updated_at` (the change's own time) and `source_id` (in place
 * of the record's id).
 */
export const WANTED: Readonly<Record<BridgeKind, Wanted>> = {
  client: { record: 'client_id', required: ['client_name', 'client_email'], optional: [...PERSON, 'client_role', ...OWNER] },
  client_gone: { record: 'client_id', required: ['client_id'], optional: ['client_email'] },
  lead: {
    record: 'project_id',
    required: ['project_id', 'client_name', 'client_email'],
    optional: [...PERSON, ...JOB, 'guest_count', 'notes', 'message_text', ...OWNER],
  },
  booking: {
    record: 'project_id',
    required: ['project_id', 'client_name', 'client_email'],
    optional: [...PERSON, ...JOB, 'project_status', ...OWNER],
  },
  stage: {
    record: 'project_id',
    required: ['project_id', 'project_stage'],
    optional: ['project_status', 'client_name', 'client_email', ...PERSON, ...JOB, ...OWNER],
  },
  payment: {
    record: 'payment_id',
    required: ['payment_id', 'amount', 'currency'],
    optional: ['paid_at', 'payment_name', 'payment_status', 'refunded_amount', 'client_email', ...WHO],
  },
  meeting: {
    record: 'meeting_id',
    required: ['meeting_id', 'meeting_title', 'meeting_starts_at'],
    optional: ['meeting_ends_at', 'meeting_location', 'client_email', ...WHO, ...OWNER],
  },
  document: {
    record: 'document_id',
    required: ['document_id', 'document_title'],
    optional: ['document_kind', 'document_status', 'document_url', 'client_email', ...WHO],
  },
  message: {
    record: 'message_id',
    required: ['message_id', 'message_text'],
    optional: [
      'message_channel',
      'message_direction',
      'message_from',
      'message_to',
      'message_subject',
      'message_sent_at',
      'client_email',
      'client_phone',
      ...WHO,
    ],
  },
  calendar: {
    record: 'meeting_id',
    required: ['meeting_id', 'meeting_title', 'meeting_starts_at', 'meeting_ends_at'],
    optional: ['meeting_location', 'client_email', ...WHO],
  },
  calendar_gone: { record: 'meeting_id', required: ['meeting_id'], optional: [] },
  wedding: {
    record: 'project_id',
    required: ['project_id', 'project_name', 'project_date', 'project_starts_at', 'project_ends_at'],
    optional: ['client_email', 'venue', 'guest_count', 'project_status'],
  },
};

/** Of a field that may be long; the others are short. */
const LENGTH: Readonly<Partial<Record<BridgeField, number>>> = { document_url: 2000 };
const LONG_TEXT: readonly BridgeField[] = ['message_text', 'notes'];

/** Reads our fields out of either media type; empty ones are as good as absent, since a Zap sends every mapped field. */
export function readBridgeBody(text: string, mediaType: string): Result<BridgeBody, 'intake.body_not_json'> {
  let holder: Readonly<Record<string, unknown>>;
  if (mediaType === 'application/x-www-form-urlencoded') {
    const form = parseForm(text);
    if (!form) return err('intake.body_not_json');
    holder = form;
  } else {
    const json = parseJsonObject(text);
    if (!json.ok) return json;
    holder = json.value;
  }
  const body: Partial<Record<BridgeField, string>> = {};
  for (const name of BRIDGE_FIELDS) {
    const given = holder[name];
    const value = LONG_TEXT.includes(name) ? longText(typeof given === 'number' ? String(given) : given) : shortText(given, LENGTH[name]);
    if (value !== null) body[name] = value;
  }
  return ok(body);
}
