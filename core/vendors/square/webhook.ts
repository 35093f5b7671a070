import { err, ok, type Result } from '../../contract/result.ts';
import { concatBytes, encodeUtf8 } from '../bytes.ts';
import { objectAt, shortText } from '../fields.ts';
import { whyIgnored } from '../placeless.ts';
import { bodyKey, bodyText, parseJsonObject, verifyHmac } from '../signatures.ts';
import type { Hint, Normalise, Normalised, NormaliseError, WebhookPart } from '../vendor.ts';
import { PLACELESS, SQUARE_EVENTS, type SquareEvent } from './manifest.ts';

type Body = Readonly<Record<string, unknown>>;

/** An invoice's id has a colon in it; nothing here can leave its segment of a path. */
export const SAFE_ID = /^[A-Za-z0-9_:-]{1,64}$/;

const isEvent = (text: string): text is SquareEvent => (SQUARE_EVENTS as readonly string[]).includes(text);
const idOf = (...values: readonly unknown[]): string | null =>
  values.find((value): value is string => typeof value === 'string' && SAFE_ID.test(value)) ?? null;

export const verify: WebhookPart['verify'] = (request, access, { hashing }) => {
  const proof = verifyHmac({
    header: request.headers['x-square-hmacsha256-signature'],
    encoding: 'base64',
    // Square signs the address that it was told to call in front of the body: a call for another connection proves nothing here.
    signed: concatBytes(encodeUtf8(request.url), request.rawBody),
    secrets: [access.secrets['signatureKey'], access.secrets['signatureKeyPrevious']],
    hashing,
  });
  if (!proof.ok) return proof;
  const text = bodyText(request);
  if (!text.ok) return text;
  const body = parseJsonObject(text.value);
  if (!body.ok) return body;
  return ok({
    deliveryKey: idOf(body.value['event_id']) ?? bodyKey(request.rawBody, hashing),
    vendorEvent: shortText(body.value['type'], 100),
    bodyText: text.value,
  });
};

/** Which object to look at. A refund is read as the payment that it belongs to: the money is one row. */
function hintOf(type: SquareEvent, event: Body): Hint | null {
  const data = objectAt(event, 'data');
  const object = objectAt(data, 'object');
  const [kind] = type.split('.') as [string];
  if (kind === 'refund') {
    const payment = idOf(objectAt(object, 'refund')['payment_id']);
    return payment === null ? null : { remoteType: 'payment', remoteId: payment };
  }
  // The object's own id first: the one beside it may carry more than the id.
  const id = idOf(objectAt(object, kind)['id'], data['id']);
  return id === null ? null : { remoteType: kind, remoteId: id };
}

/** Bodies are whole, but name the customer by an id only and come in any order: the source is asked. */
function meaningOf(event: Body): Result<Normalised, NormaliseError> {
  const type = shortText(event['type'], 100);
  if (type === null) return err({ code: 'normalise.shape_unknown', message: 'The event has no type.' });
  if (!isEvent(type)) return ok({ kind: 'ignored', why: whyIgnored(type, PLACELESS) });
  const hint = hintOf(type, event);
  if (hint) return ok({ kind: 'reread', hints: [hint] });
  const refund = objectAt(objectAt(objectAt(event, 'data'), 'object'), 'refund');
  if (refund['unlinked'] === true) return ok({ kind: 'ignored', why: 'The refund belongs to no payment that Square knows' });
  return err({ code: 'normalise.shape_unknown', message: `${type}: the object has no usable id.` });
}

export const normalise: Normalise = (delivery) => {
  const body = parseJsonObject(delivery.bodyText);
  return body.ok ? meaningOf(body.value) : err({ code: 'normalise.shape_unknown', message: 'The stored body is not a JSON object.' });
};
