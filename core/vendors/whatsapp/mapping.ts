import type { Message } from '../../contract/record/people.ts';
import { err, ok, type Result } from '../../contract/result.ts';
import type { Change } from '../../domain/record/changes.ts';
import type { ToldConsent } from '../../domain/record/consent.ts';
import { numberConsent } from '../consents.ts';
import { instantOfSeconds, known, longText, lookUp, objectAt, shortText } from '../fields.ts';
import type { Normalised, NormaliseError } from '../vendor.ts';

type Body = Readonly<Record<string, unknown>>;

const STATUS: Readonly<Record<string, Message['status']>> = { sent: 'sent', delivered: 'delivered', read: 'read', played: 'read', failed: 'failed' };
const ID = /^[\x21-\x7e]{1,300}$/;

const shapeUnknown = (message: string): Result<never, NormaliseError> => err({ code: 'normalise.shape_unknown', message });

/** The objects of a list; none where there is no list, null where it is something else. */
function objectsIn(value: unknown): Body[] | null {
  if (value === undefined) return [];
  return Array.isArray(value) && value.every((one) => typeof one === 'object' && one !== null) ? (value as Body[]) : null;
}

/** Numbers come in full, without the plus. */
const number = (value: unknown): string | null =>
  typeof value === 'string' && /^\+?[\d ()-]{5,30}$/.test(value) ? `+${value.replace(/\D/g, '')}` : null;
const timeOf = (value: unknown): string | null => (typeof value === 'string' && /^\d{9,11}$/.test(value) ? instantOfSeconds(Number(value)) : null);

/** One field `messages` or `user_preferences` of a delivery: what came in, how far things have got and what people chose, many of each. */
export interface Batch {
  readonly preferences: readonly Body[];
  readonly business: Body;
  readonly people: readonly Body[];
  readonly messages: readonly Body[];
  readonly statuses: readonly Body[];
}

/** The parts of a delivery that are about messages; null = it is not built as documented. */
export function batchesOf(body: Body): Batch[] | null {
  const batches: Batch[] = [];
  for (const entry of objectsIn(body['entry']) ?? [null]) {
    const changes = entry === null ? null : objectsIn(entry['changes']);
    if (changes === null) return null;
    for (const change of changes) {
      if (change['field'] !== 'messages' && change['field'] !== 'user_preferences') continue;
      const value = objectAt(change, 'value');
      const [people, messages, statuses] = [objectsIn(value['contacts']), objectsIn(value['messages']), objectsIn(value['statuses'])];
      const preferences = objectsIn(value['user_preferences']);
      if (!people || !messages || !statuses || !preferences) return null;
      batches.push({ business: objectAt(value, 'metadata'), people, messages, statuses, preferences });
    }
  }
  return batches;
}

/** What the same facts have in common however they are packed: the ids of the messages, and the statuses. */
export function factsOf(batches: readonly Batch[]): string[] {
  const name = (id: unknown, what: unknown): string[] =>
    typeof id === 'string' && ID.test(id) ? [`${id} ${typeof what === 'string' ? what : ''}`] : [];
  return batches
    .flatMap(({ messages, statuses, preferences }) => [
      ...messages.flatMap(({ id }) => name(id, 'message')),
      ...statuses.flatMap(({ id, status }) => name(id, status)),
      ...preferences.flatMap(({ wa_id: id, category, value, timestamp }) => name(id, [category, value, timestamp].join(' '))),
    ])
    .sort();
}

const WORDLESS: Readonly<Record<string, string>> = {
  image: '(picture)',
  video: '(video)',
  audio: '(voice message)',
  document: '(document)',
  sticker: '(sticker)',
  location: '(place)',
  contacts: '(contact)',
  order: '(order)',
};

function textOf(message: Body, type: string): string | null {
  const of = objectAt(message, type);
  const reply = objectAt(of, 'button_reply')['title'] ?? objectAt(of, 'list_reply')['title'];
  const words = longText(of['body']) ?? longText(of['caption']) ?? longText(of['text']) ?? longText(reply);
  const name = shortText(of['filename']) ?? shortText(of['name']);
  const what = lookUp(WORDLESS, type);
  return longText(
    [words, name === null ? (words === null ? (what ?? null) : null) : `${what ?? ''} ${name}`].filter((part) => part !== null).join('\n'),
  );
}

function received(message: Body, { business, people }: Batch): Change | string | null {
  const type = shortText(message['type'], 40) ?? '';
  const [id, from] = [message['id'], number(message['from'])];
  if (typeof id !== 'string' || !ID.test(id) || from === null) return 'A message has no id or no sender.';
  // A thumb under a message is no message.
  if (type === 'reaction') return null;
  const person = people.find((one) => one['wa_id'] === message['from']) ?? people[0];
  const answered = objectAt(message, 'context')['id'];
  const at = timeOf(message['timestamp']);
  return {
    kind: 'message',
    remote: { type: 'message', id, version: null },
    wedding: { phone: from, remote: typeof answered === 'string' && ID.test(answered) ? { type: 'message', id: answered } : null },
    occurredAt: at,
    fields: {
      channel: 'whatsapp',
      direction: 'in',
      status: 'received',
      fromAddress: from,
      text: textOf(message, type),
      ...known({
        fromName: person ? shortText(objectAt(person, 'profile')['name']) : null,
        toAddress: number(business['display_phone_number']),
        sentAt: at,
      }),
    },
  };
}

function told(status: Body, { business }: Batch): Change | string | null {
  const [id, to, word] = [status['id'], number(status['recipient_id']), shortText(status['status'], 40) ?? ''];
  if (typeof id !== 'string' || !ID.test(id)) return 'A status names no message.';
  const stage = lookUp(STATUS, word);
  if (word === 'deleted' || word === 'warning') return null;
  if (!stage) return `${word || 'nothing'} is no known status.`;
  const at = timeOf(status['timestamp']);
  const problem = objectsIn(status['errors'])?.[0] ?? {};
  const reason =
    shortText(objectAt(problem, 'error_data')['details']) ?? shortText(problem['title']) ?? shortText(problem['message']) ?? 'Not delivered';
  return {
    kind: 'message',
    remote: { type: 'message', id, version: null },
    wedding: { phone: to },
    occurredAt: at,
    fields: {
      channel: 'whatsapp',
      direction: 'out',
      status: stage,
      ...known({
        toAddress: to,
        fromAddress: number(business['display_phone_number']),
        failureReason: stage === 'failed' ? reason : null,
        sentAt: stage === 'sent' ? at : null,
      }),
    },
  };
}

const PREFERENCE: Readonly<Record<string, ToldConsent['state']>> = { stop: 'withdrawn', resume: 'given' };

/** Somebody has stopped or resumed what a business sends to many; other choices are not told of. */
function chosen(preference: Body): Change | string | null {
  if (preference['category'] !== 'marketing_messages') return null;
  const [from, state] = [number(preference['wa_id']), lookUp(PREFERENCE, shortText(preference['value'], 40))];
  const { timestamp } = preference;
  const at = timeOf(typeof timestamp === 'number' ? String(timestamp) : timestamp);
  if (from === null || state === undefined || at === null) return 'A preference names no number, no choice or no time.';
  return numberConsent(from, { channel: 'whatsapp', state, at });
}

export function changesOf(body: Body): Result<Normalised, NormaliseError> {
  if (body['object'] !== 'whatsapp_business_account')
    return ok({ kind: 'ignored', why: `${shortText(body['object'], 60) ?? 'a call without an object'} is not WhatsApp` });
  const batches = batchesOf(body);
  if (!batches) return shapeUnknown('The delivery is not built as documented.');
  if (batches.length === 0) return ok({ kind: 'ignored', why: 'it is about neither messages nor preferences' });
  const changes: Change[] = [];
  for (const batch of batches) {
    for (const one of [...batch.messages.map((message) => received(message, batch)), ...batch.statuses.map((status) => told(status, batch)), ...batch.preferences.map(chosen)]) {
      if (typeof one === 'string') return shapeUnknown(one);
      if (one !== null) changes.push(one);
    }
  }
  return changes.length === 0 ? ok({ kind: 'ignored', why: 'nothing in it is a message of a person' }) : ok({ kind: 'changes', changes });
}
