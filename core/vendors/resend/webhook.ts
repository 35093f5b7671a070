import { err, ok } from '../../contract/result.ts';
import { shortText } from '../fields.ts';
import { bodyText, parseJsonObject, verifyStandardWebhook } from '../signatures.ts';
import type { Normalise, StoredDelivery, WebhookPart } from '../vendor.ts';
import { TOLERANCE_SECONDS } from './manifest.ts';
import { changesOf } from './mapping.ts';

export const verify: WebhookPart['verify'] = (request, access, { hashing, clock }) => {
  const proof = verifyStandardWebhook({
    id: request.headers['svix-id'],
    timestamp: request.headers['svix-timestamp'],
    signature: request.headers['svix-signature'],
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
  // The id is under the signature, and stays the same when the event is sent again.
  return body.ok
    ? ok({ deliveryKey: request.headers['svix-id'] ?? '', vendorEvent: shortText(body.value['type'], 100), bodyText: text.value })
    : body;
};

export const normalise = (delivery: StoredDelivery): ReturnType<Normalise> => {
  const body = parseJsonObject(delivery.bodyText);
  return body.ok ? changesOf(body.value, delivery.settings['receivedTexts'] === 'yes') : err({ code: 'normalise.shape_unknown', message: 'The stored body is not a JSON object.' });
};
