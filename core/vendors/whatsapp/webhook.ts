import { err, ok } from '../../contract/result.ts';
import { encodeUtf8 } from '../bytes.ts';
import { bodyKey, bodyText, parseJsonObject, verifyHmac, verifyToken } from '../signatures.ts';
import type { Normalise, StoredDelivery, WebhookPart } from '../vendor.ts';
import { batchesOf, changesOf, factsOf } from './mapping.ts';

/** Meta asks for its challenge back whenever the address or the token is entered over there. */
export const handshake: NonNullable<WebhookPart['handshake']> = ({ method, query }, access, { hashing }) => {
  if (method !== 'GET' || query['hub.mode'] === undefined) return null;
  const challenge = query['hub.challenge'] ?? '';
  const known = verifyToken(query['hub.verify_token'], [access.secrets['verifyToken']], hashing).ok;
  if (!known || query['hub.mode'] !== 'subscribe' || !/^[\w-]{1,200}$/.test(challenge)) return { status: 403, mediaType: 'text/plain', body: '' };
  return { status: 200, mediaType: 'text/plain', body: challenge };
};

export const verify: WebhookPart['verify'] = (request, access, { hashing }) => {
  const proof = verifyHmac({
    header: request.headers['x-hub-signature-256'],
    prefix: 'sha256=',
    encoding: 'hex',
    signed: request.rawBody,
    secrets: [access.secrets['appSecret'], access.secrets['appSecretPrevious']],
    hashing,
  });
  if (!proof.ok) return proof;
  const text = bodyText(request);
  if (!text.ok) return text;
  const body = parseJsonObject(text.value);
  if (!body.ok) return body;
  const batches = batchesOf(body.value) ?? [];
  const facts = factsOf(batches);
  const named = facts.length > 0 && facts.length === batches.reduce((sum, batch) => sum + batch.messages.length + batch.statuses.length + batch.preferences.length, 0);
  return ok({
    // The same facts in another order or another wrapping are the same delivery; one with anything unnamed is its bytes.
    deliveryKey: named ? `facts:${bodyKey(encodeUtf8(facts.join('\n')), hashing)}` : bodyKey(request.rawBody, hashing),
    vendorEvent: batches.length === 0 ? null : batches.every(({ preferences }) => preferences.length > 0) ? 'user_preferences' : 'messages',
    bodyText: text.value,
  });
};

export const normalise = (delivery: StoredDelivery): ReturnType<Normalise> => {
  const body = parseJsonObject(delivery.bodyText);
  return body.ok ? changesOf(body.value) : err({ code: 'normalise.shape_unknown', message: 'The stored body is not a JSON object.' });
};
