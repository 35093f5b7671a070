import { err, ok } from '../../contract/result.ts';
import { shortText } from '../fields.ts';
import { channelTokens } from '../settings.ts';
import { verifyToken } from '../signatures.ts';
import type { Normalise, StoredDelivery, WebhookPart } from '../vendor.ts';

const SAFE = /^[\w.=+/:-]{1,200}$/;

/** A notice has no body: who, what and the secret of the channel are all in its headers. */
export const verify: WebhookPart['verify'] = ({ headers }, access, { hashing }) => {
  const proof = verifyToken(headers['x-goog-channel-token'], channelTokens(access.secrets), hashing);
  if (!proof.ok) return proof;
  const [channel, number, state] = [
    headers['x-goog-channel-id'] ?? '',
    headers['x-goog-message-number'] ?? '',
    headers['x-goog-resource-state'] ?? '',
  ];
  if (channel === '' || number === '' || state === '') return err('intake.signature_missing');
  if (!SAFE.test(channel) || !/^\d{1,18}$/.test(number) || !/^[a-z_]{1,40}$/.test(state)) return err('intake.signature_malformed');
  const resource = headers['x-goog-resource-id'] ?? '';
  const bodyText = JSON.stringify({ channel, number, state, resource: SAFE.test(resource) ? resource : null });
  // `sync` only says that the channel has been opened.
  return ok({ deliveryKey: `${channel}.${number}`, vendorEvent: state, bodyText, ...(state === 'sync' ? { nothing: true } : {}) });
};

export const normalise = ({ vendorEvent }: StoredDelivery): ReturnType<Normalise> => {
  if (vendorEvent === 'exists' || vendorEvent === 'not_exists') return ok({ kind: 'poll' });
  return ok({ kind: 'ignored', why: `${shortText(vendorEvent, 60) ?? 'a notice without a state'} is no change of the calendar` });
};
