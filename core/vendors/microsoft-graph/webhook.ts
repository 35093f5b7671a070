import { err, ok } from '../../contract/result.ts';
import { encodeUtf8 } from '../bytes.ts';
import { lookUp, objectAt, shortText } from '../fields.ts';
import { channelTokens } from '../settings.ts';
import { bodyKey, bodyText, parseJsonObject, verifyToken } from '../signatures.ts';
import type { ChannelNews } from '../calendars.ts';
import type { Normalise, StoredDelivery, WebhookPart, WebhookReply } from '../vendor.ts';

type Item = Readonly<Record<string, unknown>>;

const ACCEPTED: WebhookReply = { status: 202, mediaType: 'text/plain', body: '' };
const CHANGES = ['created', 'updated', 'deleted', 'missed'];
/** What Microsoft says of the subscription itself, and what becomes of the channel then. */
const LIFECYCLE: Readonly<Record<string, ChannelNews['state']>> = { reauthorizationRequired: 'ending', subscriptionRemoved: 'gone' };
const KNOWN = [...CHANGES, ...Object.keys(LIFECYCLE)];
const MARKUP: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Before it sends anything, Graph asks for its token back as plain text; whatever else stands in it is made harmless. */
export const handshake: NonNullable<WebhookPart['handshake']> = ({ method, query }) => {
  const token = query['validationToken'];
  if (method !== 'POST' || token === undefined) return null;
  if (token === '' || token.length > 2000 || /\p{Cc}/u.test(token)) return { status: 400, mediaType: 'text/plain', body: '' };
  return { status: 200, mediaType: 'text/plain', body: token.replace(/[&<>"']/g, (sign) => MARKUP[sign] ?? '') };
};

/** What is kept of a notice: no secret, and no address that nobody follows. */
function kept(item: Item): Record<string, string | null> {
  const data = objectAt(item, 'resourceData');
  return {
    subscription: shortText(item['subscriptionId'], 100), change: shortText(item['lifecycleEvent'], 40) ?? shortText(item['changeType'], 40),
    id: shortText(data['id'], 300), etag: shortText(data['@odata.etag'], 100), expires: shortText(item['subscriptionExpirationDateTime'], 40),
  };
}

export const verify: WebhookPart['verify'] = (request, access, { hashing }) => {
  const secrets = channelTokens(access.secrets);
  if (secrets.length === 0) return err('intake.secret_missing');
  const text = bodyText(request);
  if (!text.ok) return text;
  const body = parseJsonObject(text.value);
  if (!body.ok) return body;
  const list = Array.isArray(body.value['value']) ? (body.value['value'] as unknown[]) : [];
  const items = list.filter((item): item is Item => typeof item === 'object' && item !== null);
  const ours = items
    .filter((item) => verifyToken(typeof item['clientState'] === 'string' ? item['clientState'] : undefined, secrets, hashing).ok)
    .map(kept);
  // A wrong item is dropped unseen; refused, it would be sent again for hours.
  if (ours.length === 0)
    return ok({ deliveryKey: bodyKey(request.rawBody, hashing), vendorEvent: null, bodyText: '{}', nothing: true, reply: ACCEPTED });
  const facts = ours.map((item) => JSON.stringify(item)).sort();
  return ok({
    deliveryKey: bodyKey(encodeUtf8(facts.join('\n')), hashing),
    vendorEvent: ours.map((item) => item['change']).find((change) => KNOWN.includes(change ?? '')) ?? ours[0]?.['change'] ?? null,
    bodyText: JSON.stringify({ items: ours }),
    reply: ACCEPTED,
  });
};

/** Whatever it is about, looking brings it: nothing was told while a subscription was not there. */
export const normalise = ({ vendorEvent, bodyText: text }: StoredDelivery): ReturnType<Normalise> => {
  if (!KNOWN.includes(vendorEvent ?? '')) {
    return ok({ kind: 'ignored', why: `${vendorEvent ?? 'a notice without a kind'} is no change of the calendar` });
  }
  const body = parseJsonObject(text);
  const items = body.ok && Array.isArray(body.value['items']) ? (body.value['items'] as unknown[]) : [];
  const channels = items.flatMap((one): ChannelNews[] => {
    const item = objectAt({ one }, 'one');
    const [remoteId, state] = [shortText(item['subscription'], 100), lookUp(LIFECYCLE, shortText(item['change'], 40))];
    return remoteId === null || state === undefined ? [] : [{ remoteId, state }];
  });
  return ok({ kind: 'poll', ...(channels.length > 0 ? { channels } : {}) });
};
