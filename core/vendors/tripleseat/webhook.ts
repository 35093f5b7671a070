import { err, ok, type Result } from '../../contract/result.ts';
import { objectAt, shortText } from '../fields.ts';
import { bodyKey, bodyText, parseJsonObject, verifyHmac } from '../signatures.ts';
import type { Normalise, Normalised, NormaliseError, WebhookPart } from '../vendor.ts';
import { TRIPLESEAT_EVENTS, type TripleseatEvent } from './manifest.ts';

type Body = Readonly<Record<string, unknown>>;

export const SAFE_ID = /^\d{1,18}$/;

const isEvent = (text: string): text is TripleseatEvent => (TRIPLESEAT_EVENTS as readonly string[]).includes(text);
const kindOf = (trigger: TripleseatEvent): 'lead' | 'event' => (trigger.includes('LEAD') ? 'lead' : 'event');

function idOf(body: Body, kind: string): string | null {
  const values = [objectAt(body, 'object')['id'], objectAt(body, kind)['id'], objectAt(objectAt(body, 'object'), kind)['id']];
  return values.map((value) => (typeof value === 'number' || typeof value === 'string' ? String(value) : '')).find((id) => SAFE_ID.test(id)) ?? null;
}

export const verify: WebhookPart['verify'] = (request, access, { hashing }) => {
  const proof = verifyHmac({
    header: request.headers['x-signature'],
    // Which of the two is not documented.
    encoding: 'either',
    signed: request.rawBody,
    secrets: [access.secrets['signingKey'], access.secrets['signingKeyPrevious']],
    hashing,
  });
  if (!proof.ok) return proof;
  const text = bodyText(request);
  if (!text.ok) return text;
  const body = parseJsonObject(text.value);
  if (!body.ok) return body;
  // Deliveries have no id of their own and are repeated as they were: two changes of one event within a second differ.
  return ok({
    deliveryKey: bodyKey(request.rawBody, hashing),
    vendorEvent: shortText(body.value['webhook_trigger_type'], 100),
    bodyText: text.value,
  });
};

function meaningOf(body: Body, receivedAt: string): Result<Normalised, NormaliseError> {
  const trigger = shortText(body['webhook_trigger_type'], 100);
  if (trigger === null) return err({ code: 'normalise.shape_unknown', message: 'The call has no webhook_trigger_type.' });
  if (!isEvent(trigger)) return ok({ kind: 'ignored', why: `${trigger} is not needed for the record` });
  const kind = kindOf(trigger);
  const id = idOf(body, kind);
  if (id === null) return err({ code: 'normalise.shape_unknown', message: `${trigger}: no id was found in object or ${kind}.` });
  if (trigger !== 'DELETE_EVENT') return ok({ kind: 'reread', hints: [{ remoteType: kind, remoteId: id }] });
  // What is deleted cannot be read any more: the call itself is the last word.
  const occurredAt = Number.isNaN(Date.parse(receivedAt)) ? null : new Date(receivedAt).toISOString();
  return ok({
    kind: 'changes',
    changes: [{ kind: 'booking', remote: { type: 'event', id, version: null }, wedding: {}, occurredAt, fields: { status: 'cancelled' } }],
  });
}

export const normalise: Normalise = (delivery) => {
  const body = parseJsonObject(delivery.bodyText);
  return body.ok
    ? meaningOf(body.value, delivery.receivedAt)
    : err({ code: 'normalise.shape_unknown', message: 'The stored body is not a JSON object.' });
};
