import { err, ok, type Result } from '../../contract/result.ts';
import { shortText } from '../fields.ts';
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
 * Of the older Táve, for an address that a studio has in a script or an automation of its own. The contract has no event for a
 * change; a call that names a job costs one look at it, and brings its change at once instead of within a quarter of an hour.
 */
const OLD_NAMES: ReadonlyMap<string, VscoEvent> = new Map([['job_updated', 'job.created'], ['job.updated', 'job.created']]);
const isEvent = (text: string): text is VscoEvent => (VSCO_EVENTS as readonly string[]).includes(text);
const eventText = (value: unknown): string | null => shortText(value, 100);

/** A repeat that comes later is looked at once more, which changes nothing; news taken for a repeat would wait for the next look. */
const REPEAT_MS = 1_000;

/** The contract: "only the `targetId`". `id` is what our own looks write (`poll.ts`). */
function idOf(body: Body): string | null {
  return [body['targetId'], body['id']].find((id): id is string => typeof id === 'string' && SAFE_ID.test(id)) ?? null;
}

/**
 * The vendor signs nothing: the proof is the unguessable address, which the intake has matched already. What the body
 * says is believed only as far as "look at this object", read from the source with our own key.
 */
export const verify: WebhookPart['verify'] = (request, _access, { hashing, clock }) => {
  if (request.mediaType !== 'application/json') return err('intake.body_not_json');
  const text = bodyText(request);
  if (!text.ok) return text;
  const body = parseJsonObject(text.value);
  if (!body.ok) return body;
  // The body does not say what happened: each hook has an address of its own that does (`?event=job.created`).
  const event = eventText(body.value['event']) ?? eventText(request.query['event']);
  const id = idOf(body.value);
  // What was made is made once. A change, or a call of which nobody knows what it tells, comes again in the very same bytes:
  // only time tells a repeat from news.
  const once = event !== null && isEvent(event);
  const second = once ? '' : `:${Math.floor(clock.now() / REPEAT_MS)}`;
  const key = id === null ? bodyKey(request.rawBody, hashing) : `${event ?? 'call'}:${id}${second}`;
  return ok({ deliveryKey: key, vendorEvent: event, bodyText: text.value });
};

export function normalise(delivery: StoredDelivery): Result<Normalised, NormaliseError> {
  const body = parseJsonObject(delivery.bodyText);
  if (!body.ok) return err({ code: 'normalise.shape_unknown', message: 'The stored body is not a JSON object.' });
  const id = idOf(body.value);
  // Our own looks say in the body what is to be read; a call says it in its address.
  const event = eventText(body.value['event']) ?? eventText(delivery.vendorEvent);
  if (event === null) {
    if (id === null) return err({ code: 'normalise.shape_unknown', message: 'No targetId was found.' });
    return ok({ kind: 'poll' });
  }
  const known = OLD_NAMES.get(event) ?? event;
  if (!isEvent(known)) return ok({ kind: 'ignored', why: `${event} is not needed for the record` });
  if (id === null) return err({ code: 'normalise.shape_unknown', message: `${event}: no targetId was found.` });
  const hint: Hint = { remoteType: KIND[known], remoteId: id };
  return ok({ kind: 'reread', hints: [hint] });
}
