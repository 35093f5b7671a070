import { err, ok, type Result } from '../../contract/result.ts';
import { objectAt, shortText } from '../fields.ts';
import { bodyKey, bodyText, parseJsonObject } from '../signatures.ts';
import type { Hint, Normalised, NormaliseError, StoredDelivery, WebhookPart } from '../vendor.ts';
import { VSCO_EVENTS, type VscoEvent } from './manifest.ts';

type Body = Readonly<Record<string, unknown>>;

/** What an id may look like before it goes into an address: ULIDs are documented; nothing that could leave its path segment. */
export const SAFE_ID = /^[A-Za-z0-9_-]{1,64}$/;

const KIND: Readonly<Record<VscoEvent, string>> = {
  'contact.created': 'contact',
  'job.created': 'job',
  'order.booked': 'order',
  'payment.created': 'payment',
};
/**
 * Studios that come from Tave may have something of their own that calls with its old name. The contract has no event for a
 * change; a call that names a job costs one look at it, and brings its change at once instead of within a quarter of an hour.
 */
const OLD_NAMES: ReadonlyMap<string, VscoEvent> = new Map([['job_updated', 'job.created'], ['job.updated', 'job.created']]);
const isEvent = (text: string): text is VscoEvent => (VSCO_EVENTS as readonly string[]).includes(text);

/** The body is undocumented. These places are tried in this order (README: "What the call may look like"). */
const HOLDERS = ['data', 'object', 'resource', 'payload'] as const;

function idOf(body: Body): string | null {
  const candidates = [...HOLDERS.map((holder) => objectAt(body, holder)['id']), body['resourceId'], body['id']];
  return candidates.find((id): id is string => typeof id === 'string' && SAFE_ID.test(id)) ?? null;
}

function eventOf(body: Body): string | null {
  const candidates = [body['event'], body['eventType'], objectAt(body, 'hook')['event']];
  return candidates.map((value) => shortText(value, 100)).find((event) => event !== null) ?? null;
}

function modifiedOf(body: Body): string | null {
  return (
    [...HOLDERS.map((holder) => objectAt(body, holder)['modified']), body['modified']]
      .map((value) => shortText(value, 40))
      .find((time) => time !== null) ?? null
  );
}

/**
 * The vendor signs nothing: the proof is the unguessable address, which the intake has matched already. What the body
 * says is believed only as far as "look at this object", read from the source with our own key.
 */
export const verify: WebhookPart['verify'] = (request, _access, { hashing }) => {
  if (request.mediaType !== 'application/json') return err('intake.body_not_json');
  const text = bodyText(request);
  if (!text.ok) return text;
  const body = parseJsonObject(text.value);
  if (!body.ok) return body;
  const event = eventOf(body.value);
  const id = idOf(body.value);
  const modified = modifiedOf(body.value);
  const key = event && id ? `${event}:${id}${modified ? `:${modified}` : ''}` : bodyKey(request.rawBody, hashing);
  return ok({ deliveryKey: key, vendorEvent: event, bodyText: text.value });
};

export function normalise(delivery: StoredDelivery): Result<Normalised, NormaliseError> {
  const body = parseJsonObject(delivery.bodyText);
  if (!body.ok) return err({ code: 'normalise.shape_unknown', message: 'The stored body is not a JSON object.' });
  const event = eventOf(body.value);
  if (event === null) return err({ code: 'normalise.shape_unknown', message: 'No event was found in event, eventType or hook.event.' });
  const known = OLD_NAMES.get(event) ?? event;
  if (!isEvent(known)) return ok({ kind: 'ignored', why: `${event} is not needed for the record` });
  const id = idOf(body.value);
  if (id === null) {
    const tried = HOLDERS.map((holder) => `${holder}.id`).join(', ');
    return err({ code: 'normalise.shape_unknown', message: `${event}: no id was found in ${tried}, resourceId or id.` });
  }
  const hint: Hint = { remoteType: KIND[known], remoteId: id };
  return ok({ kind: 'reread', hints: [hint] });
}
