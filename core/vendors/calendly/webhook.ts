import { err, ok } from '../../contract/result.ts';
import { objectAt, shortText } from '../fields.ts';
import { bodyKey, bodyText, parseJsonObject, verifyTimestampedHmac } from '../signatures.ts';
import type { Normalise, WebhookPart } from '../vendor.ts';
import { CALENDLY_EVENTS, TOLERANCE_SECONDS } from './manifest.ts';
import { inviteeOfUri, pairText } from './uris.ts';

export const verify: WebhookPart['verify'] = (request, access, { hashing, clock }) => {
  const proof = verifyTimestampedHmac({
    header: request.headers['calendly-webhook-signature'],
    rawBody: request.rawBody,
    secrets: [access.secrets['signingKey'], access.secrets['signingKeyPrevious']],
    toleranceSeconds: TOLERANCE_SECONDS,
    nowMs: clock.now(),
    hashing,
  });
  if (!proof.ok) return proof;
  const text = bodyText(request);
  if (!text.ok) return text;
  const body = parseJsonObject(text.value);
  if (!body.ok) return body;
  const event = shortText(body.value['event'], 100);
  const uri = shortText(objectAt(body.value, 'payload')['uri']);
  // Each of these happens to one invitee once: a reschedule makes a new one.
  return ok({
    deliveryKey: event !== null && uri !== null ? `${event}:${uri}` : bodyKey(request.rawBody, hashing),
    vendorEvent: event,
    bodyText: text.value,
  });
};

export const normalise: Normalise = (delivery) => {
  const body = parseJsonObject(delivery.bodyText);
  const event = body.ok ? shortText(body.value['event'], 100) : null;
  if (!body.ok || event === null) return err({ code: 'normalise.shape_unknown', message: 'The call has no event.' });
  if (!(CALENDLY_EVENTS as readonly string[]).includes(event)) return ok({ kind: 'ignored', why: `${event} is not needed for the record` });
  const payload = objectAt(body.value, 'payload');
  const id = inviteeOfUri(event.startsWith('invitee_no_show.') ? payload['invitee'] : payload['uri'], delivery.settings['baseUrl']);
  return id === null
    ? err({ code: 'normalise.shape_unknown', message: `${event}: the invitee is not named by an address of Calendly.` })
    : ok({ kind: 'reread', hints: [{ remoteType: 'invitee', remoteId: pairText(id) }] });
};
