import { err, ok } from '../../contract/result.ts';
import { concatBytes, encodeUtf8 } from '../bytes.ts';
import { shortText } from '../fields.ts';
import { parseForm } from '../forms.ts';
import { bodyKey, bodyText, parseJsonObject, verifyHmac, verifyWindow } from '../signatures.ts';
import type { Normalise, StoredDelivery, WebhookPart, WebhookReply } from '../vendor.ts';
import { TOLERANCE_SECONDS } from './manifest.ts';
import { changesOf, eventName } from './mapping.ts';

const FORM = 'application/x-www-form-urlencoded';
/** What a shortcut or a command shows to whoever used it: nothing. */
const NO_ANSWER: WebhookReply = { status: 200, mediaType: 'text/plain', body: '' };

export const verify: WebhookPart['verify'] = (request, access, { hashing, clock }) => {
  const stamp = request.headers['x-slack-request-timestamp'] ?? '';
  const proof = verifyHmac({
    header: request.headers['x-slack-signature'],
    prefix: 'v0=',
    encoding: 'hex',
    signed: concatBytes(encodeUtf8(`v0:${stamp}:`), request.rawBody),
    secrets: [access.secrets['signingSecret'], access.secrets['signingSecretPrevious']],
    hashing,
  });
  if (!proof.ok) return proof;
  const inTime = verifyWindow(stamp, TOLERANCE_SECONDS, clock.now());
  if (!inTime.ok) return inTime;
  const text = bodyText(request);
  if (!text.ok) return text;
  const key = bodyKey(request.rawBody, hashing);
  // Buttons, shortcuts and commands; they have no id of their own.
  if (request.mediaType === FORM) return ok({ deliveryKey: key, vendorEvent: 'interaction', bodyText: text.value, reply: NO_ANSWER });
  const body = parseJsonObject(text.value);
  if (!body.ok) return body;
  const { type, challenge, event_id: id } = body.value;
  if (type === 'url_verification' && typeof challenge === 'string' && /^[\x21-\x7e]{1,300}$/.test(challenge)) {
    return ok({
      deliveryKey: key,
      vendorEvent: type,
      bodyText: text.value,
      nothing: true,
      reply: { status: 200, mediaType: 'text/plain', body: challenge },
    });
  }
  return ok({ deliveryKey: typeof id === 'string' && /^\w{1,255}$/.test(id) ? id : key, vendorEvent: eventName(body.value), bodyText: text.value });
};

export const normalise = (delivery: StoredDelivery): ReturnType<Normalise> => {
  if (delivery.mediaType === FORM) {
    const payload = parseJsonObject(parseForm(delivery.bodyText)?.['payload'] ?? '');
    const what = payload.ok ? shortText(payload.value['type'], 60) : null;
    return ok({ kind: 'ignored', why: `${what ?? 'a command'}: buttons and commands are not used yet` });
  }
  const body = parseJsonObject(delivery.bodyText);
  return body.ok ? changesOf(body.value) : err({ code: 'normalise.shape_unknown', message: 'The stored body is not a JSON object.' });
};
