import { err, ok } from '../../contract/result.ts';
import { parseForm } from '../forms.ts';
import { bodyKey, bodyText, parseJsonObject } from '../signatures.ts';
import type { Normalise, StoredDelivery, WebhookPart, WebhookReply } from '../vendor.ts';
import { changesOf, isInbound, messageSid, messageStatus } from './mapping.ts';
import { provenByTwilio } from './proof.ts';

const FORM = 'application/x-www-form-urlencoded';
/** Twilio does what the answer says: nothing. */
const NO_ANSWER: WebhookReply = { status: 200, mediaType: 'text/xml', body: '<?xml version="1.0" encoding="UTF-8"?><Response/>' };

export const verify: WebhookPart['verify'] = (request, access, { hashing }) => {
  const proof = provenByTwilio(request, [access.secrets['authToken'], access.secrets['authTokenPrevious']], hashing);
  if (!proof.ok) return proof;
  const text = bodyText(request);
  if (!text.ok) return text;
  const unknown = bodyKey(request.rawBody, hashing);
  if (request.mediaType !== FORM) {
    const body = parseJsonObject(text.value);
    return body.ok
      ? ok({ deliveryKey: unknown, vendorEvent: 'json', bodyText: text.value, reply: { status: 200, mediaType: 'text/plain', body: '' } })
      : body;
  }
  const fields = parseForm(text.value) ?? {};
  const sid = messageSid(fields);
  const status = isInbound(fields) ? 'received' : messageStatus(fields);
  return ok({
    deliveryKey: sid === null || status === 'unknown' ? unknown : `${sid}.${status}`,
    vendorEvent: sid === null ? null : `message.${status}`,
    bodyText: text.value,
    reply: NO_ANSWER,
  });
};

export const normalise = (delivery: StoredDelivery): ReturnType<Normalise> => {
  if (delivery.mediaType !== FORM) return ok({ kind: 'ignored', why: 'a call with JSON is about something else than messages' });
  const fields = parseForm(delivery.bodyText);
  return fields ? changesOf(fields, delivery.receivedAt) : err({ code: 'normalise.shape_unknown', message: 'The stored body is not a form.' });
};
