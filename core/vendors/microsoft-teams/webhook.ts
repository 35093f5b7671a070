import { err, ok } from '../../contract/result.ts';
import { decodeBase64 } from '../bytes.ts';
import { shortText } from '../fields.ts';
import { bodyKey, bodyText, parseJsonObject, verifyHmac } from '../signatures.ts';
import type { Normalise, StoredDelivery, WebhookPart, WebhookReply } from '../vendor.ts';
import { changesOf, messageId } from './mapping.ts';

/** Teams shows it below the message; without an answer within seconds it shows an error. */
const NOTED: WebhookReply = { status: 200, mediaType: 'application/json', body: JSON.stringify({ type: 'message', text: 'Noted.' }) };

const keyOf = (token: string | undefined): Uint8Array | undefined => decodeBase64(token?.trim() ?? '') ?? undefined;

export const verify: WebhookPart['verify'] = (request, access, { hashing }) => {
  const proof = verifyHmac({
    header: request.headers['authorization'],
    prefix: 'HMAC ',
    encoding: 'base64',
    signed: request.rawBody,
    secrets: [keyOf(access.secrets['securityToken']), keyOf(access.secrets['securityTokenPrevious'])],
    hashing,
  });
  if (!proof.ok) return proof;
  const text = bodyText(request);
  if (!text.ok) return text;
  const body = parseJsonObject(text.value);
  if (!body.ok) return body;
  return ok({
    deliveryKey: messageId(body.value) ?? bodyKey(request.rawBody, hashing),
    vendorEvent: shortText(body.value['type'], 100),
    bodyText: text.value,
    reply: NOTED,
  });
};

export const normalise = (delivery: StoredDelivery): ReturnType<Normalise> => {
  const body = parseJsonObject(delivery.bodyText);
  return body.ok ? changesOf(body.value) : err({ code: 'normalise.shape_unknown', message: 'The stored body is not a JSON object.' });
};
