import { err, ok, type Result } from '../../contract/result.ts';
import { instantOfText, known, longText, objectAt, shortText } from '../fields.ts';
import type { Normalised, NormaliseError } from '../vendor.ts';

type Body = Readonly<Record<string, unknown>>;

const PLACE = /^[\x21-\x7e]{1,280}$/;
const NUMBER = /^[\w.:-]{1,80}$/;

const placeOf = (body: Body): string | null => {
  const id = objectAt(body, 'conversation')['id'];
  return typeof id === 'string' && PLACE.test(id) ? id : null;
};

/** A message's number counts within its conversation. */
export function messageId(body: Body): string | null {
  const [place, id] = [placeOf(body), body['id']];
  return place !== null && typeof id === 'string' && NUMBER.test(id) ? `${place}:${id}` : null;
}

const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&nbsp;': ' ', '&amp;': '&' };

/** Words without the markup that Teams wraps them in, and without the name that was called. */
function plainText(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const words = value.replace(/<at>[^<]*<\/at>/gi, ' ').replace(/<(?:br|\/p|\/div|\/li)[^<>]*>/gi, '\n').replace(/<\/?[a-z][^<>]*>/gi, '');
  return longText(words.replace(/&(?:lt|gt|quot|#39|nbsp|amp);/g, (entity) => ENTITIES[entity] ?? entity).replace(/[ \u00a0]{2,}/g, ' '));
}

export function changesOf(body: Body): Result<Normalised, NormaliseError> {
  const type = shortText(body['type'], 100);
  if (type === null) return err({ code: 'normalise.shape_unknown', message: 'The call has no type.' });
  if (type !== 'message') return ok({ kind: 'ignored', why: `${type} is not needed for the record` });
  const [id, place] = [messageId(body), placeOf(body)];
  if (id === null || place === null) return err({ code: 'normalise.shape_unknown', message: 'The message has no id or no conversation.' });
  // The conversation of an answer ends in the number of the message that it answers.
  const root = /;messageid=([\w.:-]{1,80})$/.exec(place)?.[1];
  const at = instantOfText(body['timestamp']);
  const data = objectAt(body, 'channelData');
  return ok({
    kind: 'changes',
    changes: [
      {
        kind: 'message',
        remote: { type: 'message', id, version: null },
        wedding: { remote: root !== undefined && root !== body['id'] ? { type: 'message', id: `${place}:${root}` } : null },
        occurredAt: at,
        fields: {
          channel: 'teams',
          direction: 'in',
          status: 'received',
          text: plainText(body['text']),
          ...known({
            fromName: shortText(objectAt(body, 'from')['name']),
            toAddress: shortText(objectAt(data, 'channel')['id']) ?? shortText(data['teamsChannelId']),
            sentAt: at,
          }),
        },
      },
    ],
  });
}
