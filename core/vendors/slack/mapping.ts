import { err, ok, type Result } from '../../contract/result.ts';
import type { Change } from '../../domain/record/changes.ts';
import { instantOfSeconds, known, longText, objectAt, shortText } from '../fields.ts';
import type { Normalised, NormaliseError } from '../vendor.ts';

type Body = Readonly<Record<string, unknown>>;

/** Ordinary messages that only carry more than text. */
const PLAIN = ['file_share', 'thread_broadcast', 'me_message', 'bot_message'];

const shapeUnknown = (message: string): Result<never, NormaliseError> => err({ code: 'normalise.shape_unknown', message });
const ignored = (why: string): Result<Normalised, NormaliseError> => ok({ kind: 'ignored', why });

/** `message`, `message_changed`, `channel_rename`: the inner event, by its subtype where that says more. */
export function eventName(body: Body): string | null {
  const event = objectAt(body, 'event');
  const type = shortText(event['type'], 100);
  const subtype = shortText(event['subtype'], 100);
  if (type !== 'message' || subtype === null || PLAIN.includes(subtype)) return type ?? shortText(body['type'], 100);
  return subtype;
}

const stamp = (value: unknown): string | null => (typeof value === 'string' && /^\d{9,12}\.\d{1,9}$/.test(value) ? value : null);
const timeOf = (ts: string): string | null => instantOfSeconds(Math.floor(Number(ts) * 1000) / 1000);
const idOf = (value: unknown): string | null => (typeof value === 'string' && /^[A-Z0-9]{3,40}$/.test(value) ? value : null);

/** Their markup as text: `<https://x|label>`, `<@U1>`, `<#C1|name>` and the three entities that they escape. */
function plainText(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const unwrapped = value.replace(/<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>/g, (_whole, sign: string, target: string, label?: string) => {
    if (sign !== '') return sign === '!' ? (label ?? `@${target}`) : `${sign}${label ?? target}`;
    return label === undefined || label === target ? target : `${label} (${target})`;
  });
  return longText(unwrapped.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'));
}

/** What was said, or that files came without a word. */
function said(message: Body): string | null {
  const files = Array.isArray(message['files']) ? (message['files'] as unknown[]) : [];
  const names = files
    .flatMap((file) => (typeof file === 'object' && file !== null ? [shortText((file as Body)['name'])] : []))
    .filter((name) => name !== null);
  return longText([plainText(message['text']), ...names].filter((part) => part !== null).join('\n'));
}

/** By a robot: ours, or another app's. Its words are no message of a person. */
function isRobot(message: Body, body: Body): boolean {
  if (message['bot_id'] !== undefined || message['subtype'] === 'bot_message') return true;
  const granted = Array.isArray(body['authorizations']) ? (body['authorizations'] as unknown[]) : [];
  return granted.some(
    (one) => typeof one === 'object' && one !== null && (one as Body)['is_bot'] === true && (one as Body)['user_id'] === message['user'],
  );
}

function nameOf(message: Body): string | null {
  const profile = objectAt(message, 'user_profile');
  return shortText(profile['real_name']) ?? shortText(profile['display_name']) ?? shortText(profile['name']) ?? shortText(message['username']);
}

function messageChange(channel: string, ts: string, version: string, message: Body, text: string | null, at: string | null): Change {
  const thread = stamp(message['thread_ts']);
  return {
    kind: 'message',
    remote: { type: 'message', id: `${channel}:${ts}`, version },
    // An answer belongs where the message belongs that it answers.
    wedding: { remote: thread !== null && thread !== ts ? { type: 'message', id: `${channel}:${thread}` } : null },
    occurredAt: at,
    fields: {
      channel: 'slack',
      direction: 'in',
      toAddress: channel,
      text,
      ...known({ fromName: nameOf(message), fromAddress: idOf(message['user']), sentAt: timeOf(ts) }),
    },
  };
}

const one = (change: Change): Result<Normalised, NormaliseError> => ok({ kind: 'changes', changes: [change] });

export function changesOf(body: Body): Result<Normalised, NormaliseError> {
  const name = eventName(body);
  if (body['type'] !== 'event_callback')
    return name === null ? shapeUnknown('The call has no type.') : ignored(`${name} is not needed for the record`);
  if (name !== 'message' && name !== 'message_changed' && name !== 'message_deleted')
    return ignored(`${name ?? 'an event without a type'} is not needed for the record`);
  const event = objectAt(body, 'event');
  const channel = idOf(event['channel']);
  const told = stamp(event['event_ts']) ?? stamp(event['ts']);
  if (channel === null || told === null) return shapeUnknown(`${name}: the channel or the time is missing.`);

  if (name === 'message') {
    if (isRobot(event, body)) return ignored('written by an app');
    const ts = stamp(event['ts']);
    if (ts === null) return shapeUnknown('message: it has no time.');
    return one(messageChange(channel, ts, ts, event, said(event), timeOf(ts)));
  }
  const before = objectAt(event, 'previous_message');
  if (name === 'message_deleted') {
    if (isRobot(before, body)) return ignored('written by an app');
    const ts = stamp(event['deleted_ts']) ?? stamp(before['ts']);
    // What was taken back over there is not kept here either.
    return ts === null
      ? shapeUnknown('message_deleted: which message it was is missing.')
      : one(messageChange(channel, ts, told, before, null, timeOf(told)));
  }
  const message = objectAt(event, 'message');
  const ts = stamp(message['ts']);
  if (ts === null) return shapeUnknown('message_changed: the message is missing.');
  if (isRobot(message, body)) return ignored('written by an app');
  // Slack also tells a change when it has added a preview of a link.
  if (message['text'] === before['text'] && stamp(objectAt(message, 'edited')['ts']) === stamp(objectAt(before, 'edited')['ts']))
    return ignored('its words are the same');
  return one(messageChange(channel, ts, told, message, said(message), timeOf(told)));
}
