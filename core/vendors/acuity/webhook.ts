import { err, ok } from '../../contract/result.ts';
import { shortText } from '../fields.ts';
import { parseForm } from '../forms.ts';
import { bodyKey, bodyText, verifyHmac } from '../signatures.ts';
import type { Normalise, WebhookPart } from '../vendor.ts';
import { ACUITY_EVENTS } from './manifest.ts';

export const SAFE_ID = /^\d{1,18}$/;

/** A repeat that comes later is read once more, which changes nothing; news taken for a repeat would wait for the next look. */
const REPEAT_MS = 1_000;

/** Calls say `scheduled`, subscriptions `appointment.scheduled`. */
function eventOf(action: string | undefined): string | null {
  const text = shortText(action, 100);
  return text === null || text.includes('.') ? text : `appointment.${text}`;
}

export const verify: WebhookPart['verify'] = (request, access, { hashing, clock }) => {
  const proof = verifyHmac({
    header: request.headers['x-acuity-signature'],
    encoding: 'base64',
    signed: request.rawBody,
    secrets: [access.secrets['apiKey'], access.secrets['apiKeyPrevious']],
    hashing,
  });
  if (!proof.ok) return proof;
  const text = bodyText(request);
  if (!text.ok) return text;
  const fields = parseForm(text.value);
  const event = eventOf(fields?.['action']);
  // A second move of one appointment is told in the very same bytes as the first: only time tells a repeat from news.
  const second = Math.floor(clock.now() / REPEAT_MS);
  const id = fields?.['id'] ?? '';
  const key = event !== null && SAFE_ID.test(id) ? `${event}:${id}:${second}` : bodyKey(request.rawBody, hashing);
  return ok({ deliveryKey: key, vendorEvent: event, bodyText: text.value });
};

export const normalise: Normalise = (delivery) => {
  const fields = parseForm(delivery.bodyText);
  const event = eventOf(fields?.['action']);
  if (!fields || event === null) return err({ code: 'normalise.shape_unknown', message: 'The call has no action.' });
  if (!(ACUITY_EVENTS as readonly string[]).includes(event)) return ok({ kind: 'ignored', why: `${event} is not needed for the record` });
  const id = fields['id'] ?? '';
  if (!SAFE_ID.test(id)) return err({ code: 'normalise.shape_unknown', message: `${event}: the id is not a number.` });
  return ok({ kind: 'reread', hints: [{ remoteType: 'appointment', remoteId: id }] });
};
