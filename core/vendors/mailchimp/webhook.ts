import { err, ok } from '../../contract/result.ts';
import { shortText } from '../fields.ts';
import { parseForm } from '../forms.ts';
import { bodyKey, bodyText, verifyTimestampedHmac } from '../signatures.ts';
import type { Normalise, StoredDelivery, WebhookPart, WebhookReply } from '../vendor.ts';
import { TOLERANCE_SECONDS } from './manifest.ts';
import { formChanges } from './mapping.ts';

const HERE: WebhookReply = { status: 200, mediaType: 'text/plain', body: '' };

/** The address is tried before it is saved: by GET, or by a call without anything in it. */
export const handshake: NonNullable<WebhookPart['handshake']> = ({ method, rawBody }) => (method !== 'POST' || rawBody.length === 0 ? HERE : null);

export const verify: WebhookPart['verify'] = (request, access, { hashing, clock }) => {
  const secrets = [access.secrets['signingSecret'], access.secrets['signingSecretPrevious']];
  // Not every account signs. The unguessable address is the proof there; a secret that is known is insisted upon.
  if (secrets.some((secret) => secret !== undefined && secret !== '')) {
    const header = request.headers['x-mailchimp-signature'];
    const proof = verifyTimestampedHmac({
      header,
      rawBody: request.rawBody,
      secrets,
      toleranceSeconds: TOLERANCE_SECONDS,
      nowMs: clock.now(),
      hashing,
    });
    if (!proof.ok) return proof;
  }
  const text = bodyText(request);
  if (!text.ok) return text;
  // A call has no id; sent again it has the same bytes, its time among them.
  return ok({ deliveryKey: bodyKey(request.rawBody, hashing), vendorEvent: shortText(parseForm(text.value)?.['type'], 60), bodyText: text.value });
};

export const normalise = (delivery: StoredDelivery): ReturnType<Normalise> => {
  const form = parseForm(delivery.bodyText);
  return form ? formChanges(form) : err({ code: 'normalise.shape_unknown', message: 'The stored body is not a form.' });
};
