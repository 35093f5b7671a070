import { err, ok, type Result } from '../../contract/result.ts';
import { crc32, decodeBase64, encodeUtf8 } from '../bytes.ts';
import { SAFE_SEGMENT } from '../calls.ts';
import { objectAt, shortText } from '../fields.ts';
import { whyIgnored } from '../placeless.ts';
import { bodyKey, bodyText, parseJsonObject } from '../signatures.ts';
import type { Hint, Normalise, Normalised, NormaliseError, VerifyError, WebhookPart, WebhookRequest } from '../vendor.ts';
import { PLACELESS, PAYPAL_EVENTS, type PaypalEvent } from './manifest.ts';

type Body = Readonly<Record<string, unknown>>;

/** The host is PayPal's own or one under it, with nothing before it or beside it that could name another. */
const CERTIFICATE_URL = /^https:\/\/(?:[a-z0-9-]+\.)*paypal\.com(?::443)?\/[A-Za-z0-9/_.-]{1,300}$/i;
/** Ids and times stand between bars in what is signed. */
const PART = /^[A-Za-z0-9:.+_-]{1,100}$/;
const SIGNATURE_BYTES = { least: 128, most: 1024 } as const;
const PREFIX = 'paypal-';
const HEADERS = ['transmission-id', 'transmission-time', 'transmission-sig', 'cert-url', 'auth-algo'] as const;

const isEvent = (text: string): text is PaypalEvent => (PAYPAL_EVENTS as readonly string[]).includes(text);
const safe = (...values: readonly unknown[]): string | null =>
  values.find((value): value is string => typeof value === 'string' && SAFE_SEGMENT.test(value)) ?? null;

export const evidence: NonNullable<WebhookPart['evidence']> = (request) => {
  const url = request.headers['paypal-cert-url'] ?? '';
  return CERTIFICATE_URL.test(url) && !url.includes('..') ? { url } : null;
};

interface Transmission {
  readonly id: string;
  readonly time: string;
  readonly signature: Uint8Array;
}

function transmissionOf(request: WebhookRequest): Result<Transmission, VerifyError> {
  const given = HEADERS.map((name) => request.headers[`${PREFIX}${name}`]?.trim() ?? '');
  if (given.some((value) => value === '')) return err('intake.signature_missing');
  const [id, time, sig, , algorithm] = given as [string, string, string, string, string];
  const signature = decodeBase64(sig);
  const fits = signature !== null && signature.length >= SIGNATURE_BYTES.least && signature.length <= SIGNATURE_BYTES.most;
  // Only this algorithm is documented; another one would have to be looked at first.
  if (!fits || !PART.test(id) || !PART.test(time) || algorithm.toUpperCase() !== 'SHA256WITHRSA' || evidence(request) === null)
    return err('intake.signature_malformed');
  return ok({ id, time, signature });
}

export const verify: WebhookPart['verify'] = (request, access, { hashing, certificates, clock }) => {
  const webhookIds = [access.secrets['webhookId'], access.secrets['webhookIdPrevious']].filter((id): id is string => id !== undefined && id !== '');
  if (webhookIds.length === 0) return err('intake.secret_missing');
  const sent = transmissionOf(request);
  if (!sent.ok) return sent;
  if (!request.evidence) return err('intake.evidence_missing');
  const { id, time, signature } = sent.value;
  const sum = crc32(request.rawBody);
  let proven = false;
  for (const webhookId of webhookIds) {
    if (certificates.provenBy(request.evidence, 'paypal.com', encodeUtf8(`${id}|${time}|${webhookId}|${sum}`), signature, clock.now())) proven = true;
  }
  if (!proven) return err('intake.signature_wrong');
  const text = bodyText(request);
  if (!text.ok) return text;
  const body = parseJsonObject(text.value);
  if (!body.ok) return body;
  return ok({
    deliveryKey: safe(body.value['id']) ?? bodyKey(request.rawBody, hashing),
    vendorEvent: shortText(body.value['event_type'], 100),
    bodyText: text.value,
  });
};

function hintOf(type: PaypalEvent, event: Body): Hint | null {
  const resource = objectAt(event, 'resource');
  const invoice = type.startsWith('INVOICING.');
  const id = invoice ? safe(resource['id'], objectAt(resource, 'invoice')['id']) : safe(resource['id']);
  if (id === null) return null;
  if (invoice) return { remoteType: 'invoice', remoteId: id };
  // What comes with a refund is the refund; its capture is found through it.
  return { remoteType: type === 'PAYMENT.CAPTURE.REFUNDED' || event['resource_type'] === 'refund' ? 'refund' : 'capture', remoteId: id };
}

/** Neither a capture nor a refund names the payer, and events come in any order: the source is asked. */
function meaningOf(event: Body): Result<Normalised, NormaliseError> {
  const type = shortText(event['event_type'], 100);
  if (type === null) return err({ code: 'normalise.shape_unknown', message: 'The event has no event_type.' });
  // An approved order is a promise; the money is its capture.
  if (!isEvent(type)) return ok({ kind: 'ignored', why: whyIgnored(type, PLACELESS) });
  const hint = hintOf(type, event);
  return hint ? ok({ kind: 'reread', hints: [hint] }) : err({ code: 'normalise.shape_unknown', message: `${type}: the resource has no usable id.` });
}

export const normalise: Normalise = (delivery) => {
  const body = parseJsonObject(delivery.bodyText);
  return body.ok ? meaningOf(body.value) : err({ code: 'normalise.shape_unknown', message: 'The stored body is not a JSON object.' });
};
