import { err, ok } from '../../contract/result.ts';
import { shortText } from '../fields.ts';
import { bodyKey, bodyText, parseJsonObject, verifyTimestampedHmac } from '../signatures.ts';
import type { Normalise, StoredDelivery, WebhookPart } from '../vendor.ts';
import { TOLERANCE_SECONDS } from './manifest.ts';
import { changesOf } from './mapping.ts';

export const verify: WebhookPart['verify'] = (request, access, { hashing, clock }) => {
  const proof = verifyTimestampedHmac({
    header: request.headers['stripe-signature'],
    rawBody: request.rawBody,
    secrets: [access.secrets['signingSecret'], access.secrets['signingSecretPrevious']],
    toleranceSeconds: TOLERANCE_SECONDS,
    nowMs: clock.now(),
    hashing,
  });
  if (!proof.ok) return proof;
  const text = bodyText(request);
  if (!text.ok) return text;
  const body = parseJsonObject(text.value);
  if (!body.ok) return body;
  const id = body.value['id'];
  return ok({
    // A signed body without a usable id is kept under the hash of its bytes and quarantined later, rather than lost.
    deliveryKey: typeof id === 'string' && /^[\w-]{1,255}$/.test(id) ? id : bodyKey(request.rawBody, hashing),
    vendorEvent: shortText(body.value['type'], 100),
    bodyText: text.value,
  });
};

export const normalise = (delivery: StoredDelivery): ReturnType<Normalise> => {
  const body = parseJsonObject(delivery.bodyText);
  return body.ok ? changesOf(body.value) : err({ code: 'normalise.shape_unknown', message: 'The stored body is not a JSON object.' });
};
