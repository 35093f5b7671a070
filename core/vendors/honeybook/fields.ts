import { err, ok, type Result } from '../../contract/result.ts';
import { shortText } from '../fields.ts';
import { parseForm } from '../forms.ts';
import { parseJsonObject } from '../signatures.ts';

/**
 * The field names that we ask a Zap or scenario to send: our contract, since HoneyBook has none for outsiders. All are
 * text or numbers on one level. Other fields are welcome and stay in the stored body.
 */
export const HONEYBOOK_FIELDS = [
  'trigger',
  'updated_at',
  'client_id',
  'client_name',
  'client_email',
  'client_phone',
  'project_id',
  'project_name',
  'project_type',
  'project_date',
  'project_stage',
  'project_location',
  'vendor_name',
  'trade',
  'payment_id',
  'payment_name',
  'amount',
  'currency',
  'paid_at',
  'meeting_id',
  'meeting_title',
  'meeting_starts_at',
  'meeting_ends_at',
  'meeting_location',
] as const;
export type HoneybookField = (typeof HONEYBOOK_FIELDS)[number];
export type HoneybookBody = Readonly<Partial<Record<HoneybookField, string>>>;

/** The id field that names the record a trigger is about. */
export const RECORD_FIELD = {
  client_created: 'client_id',
  new_inquiry: 'project_id',
  project_booked: 'project_id',
  project_stage_changed: 'project_id',
  payment_paid: 'payment_id',
  meeting_scheduled: 'meeting_id',
} as const;

/** Reads our fields out of either media type; empty ones are as good as absent, since a Zap sends every mapped field. */
export function readBody(text: string, mediaType: string): Result<HoneybookBody, 'intake.body_not_json'> {
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
  const body: Partial<Record<HoneybookField, string>> = {};
  for (const name of HONEYBOOK_FIELDS) {
    const value = shortText(holder[name]);
    if (value !== null) body[name] = value;
  }
  return ok(body);
}
