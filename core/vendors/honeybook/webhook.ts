import { err, ok } from '../../contract/result.ts';
import { encodeHex, encodeUtf8 } from '../bytes.ts';
import { bodyKey, bodyText, verifyBearer } from '../signatures.ts';
import type { StoredDelivery, VendorModule } from '../vendor.ts';
import { HONEYBOOK_FIELDS, readBody, RECORD_FIELD, type HoneybookBody } from './fields.ts';
import { changesOf, isTrigger } from './mapping.ts';

export const verify: VendorModule['webhook']['verify'] = (request, access, { hashing }) => {
  const proof = verifyBearer(request.headers['authorization'], [access.secrets['bearerToken'], access.secrets['bearerTokenPrevious']], hashing);
  if (!proof.ok) return proof;
  const text = bodyText(request.rawBody);
  if (!text.ok) return text;
  const body = readBody(text.value, request.mediaType);
  if (!body.ok) return body;
  const stable = stableText(body.value);
  return ok({
    deliveryKey: recordKey(body.value) ?? (stable === '' ? bodyKey(request.rawBody, hashing) : `sha256:${encodeHex(hashing.sha256(encodeUtf8(stable)))}`),
    vendorEvent: body.value.trigger?.slice(0, 100).toWellFormed() ?? null,
    bodyText: text.value,
  });
};

/** Which record in which state: only when the Zap sends both the id and the time of the change. */
function recordKey(body: HoneybookBody): string | null {
  if (!body.trigger || !isTrigger(body.trigger) || !body.updated_at) return null;
  const id = body[RECORD_FIELD[body.trigger]];
  return id ? `${body.trigger}:${id}:${body.updated_at}` : null;
}

/** Our fields in our order, so that a replay with another field order or other extras is still the same delivery. */
function stableText(body: HoneybookBody): string {
  return HONEYBOOK_FIELDS.filter((name) => body[name] !== undefined)
    .map((name) => `${name}=${JSON.stringify(body[name])}`)
    .join('\n');
}

export const normalise = (delivery: StoredDelivery): ReturnType<VendorModule['webhook']['normalise']> => {
  const body = readBody(delivery.bodyText, delivery.mediaType);
  return body.ok ? changesOf(body.value) : err({ code: 'normalise.shape_unknown', message: 'The stored body is neither a JSON object nor a form.' });
};
