import { ERASURES, EVENT_TYPES, type Actor, type RecordedEvent } from '../../contract/events.ts';
import type { AnyRow, CollectionName } from '../../contract/record.ts';
import type { EventDraft } from '../record/drafts.ts';
import { ERASED, type PersonTraces } from './traces.ts';

/** What of an event may be rewritten; its place, id, type and times never are. */
export interface Rewritable {
  readonly seq: number;
  readonly rowId: string;
  readonly collection: CollectionName;
  readonly type: RecordedEvent['type'];
  readonly weddingId: string | null;
  readonly row: Readonly<Record<string, unknown>>;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly actor: unknown;
  readonly source: unknown;
}

/** How near a row is to the person: it is their own entry, tied to them, or of somebody else. */
export type Nearness = 'own' | 'near' | 'far';

/** Somebody who signed in and decided things: their devices, their names, and the rows that they decided about. */
export interface Acting {
  readonly devices: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
  readonly rows: ReadonlySet<string>;
}
export const NOBODY: Acting = { devices: new Set(), names: new Set(), rows: new Set() };

/** A single word is nobody's alone in a text; who decided is known by the device. */
const withoutActor = (actor: unknown, { devices }: Acting): unknown => (actor !== null && typeof actor === 'object' && 'id' in actor && devices.has(String(actor.id)) ? { ...actor, name: ERASED } : actor);
const withoutDecider = <T extends Readonly<Record<string, unknown>> | null>(values: T, { names }: Acting): T =>
  values !== null && names.has(String(values['acknowledgedBy'])) ? { ...values, acknowledgedBy: ERASED } : values;

/** Fields of a contact that are about the person, and what they become. */
const OWN_FIELDS: Readonly<Record<string, unknown>> = { name: ERASED, email: null, phone: null, company: null, consents: null };

const ownFields = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, key in OWN_FIELDS && value !== null ? OWN_FIELDS[key] : value]));

const withoutRemoteId = (source: unknown): unknown => (source !== null && typeof source === 'object' && 'remoteId' in source ? { ...source, remoteId: null } : source);

/** The event without the person; the same object when nothing of them is in it. */
export function rewritten(event: Rewritable, nearness: Nearness, traces: PersonTraces, acting: Acting = NOBODY): Rewritable {
  const masks = nearness === 'far' ? traces.anywhere : traces.near;
  let { row, before, source } = event;
  if (acting.rows.has(event.rowId)) {
    row = withoutDecider(row, acting);
    before = withoutDecider(before, acting);
  }
  if (nearness === 'own') {
    row = { ...ownFields(row), source: withoutRemoteId(row['source']) };
    before = before === null ? null : ownFields(before);
    source = withoutRemoteId(source);
  }
  const next = { ...event, row: masks.mask(row), before: masks.mask(before), actor: masks.mask(withoutActor(event.actor, acting)), source: masks.mask(source) };
  return JSON.stringify(next) === JSON.stringify(event) ? event : next;
}

/** The facts that tell everybody that the row is now as its last, rewritten event has it. A deleted row stays deleted. */
export function erasureDrafts(last: Rewritable, actor: Actor): EventDraft[] {
  const { seq: _seq, updatedAt: _updatedAt, ...kept } = last.row as unknown as AnyRow;
  const draft = (type: RecordedEvent['type'], step: number): EventDraft =>
    ({ type, collection: last.collection, row: { ...kept, version: kept.version + step }, before: {}, weddingId: last.weddingId, occurredAt: null, actor, source: null, deliveryId: null }) as unknown as EventDraft;
  const erased = draft(ERASURES[last.collection], 1);
  return EVENT_TYPES[last.type].change === 'deleted' ? [erased, draft(last.type, 2)] : [erased];
}
