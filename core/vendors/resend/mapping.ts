import type { Message } from '../../contract/record/people.ts';
import { err, ok, type Result } from '../../contract/result.ts';
import type { Change } from '../../domain/record/changes.ts';
import { emailAddress, instantOfText, known, longText, objectAt, shortText } from '../fields.ts';
import type { Normalised, NormaliseError } from '../vendor.ts';
import { RESEND_EVENTS } from './manifest.ts';

type Body = Readonly<Record<string, unknown>>;
type ResendEvent = (typeof RESEND_EVENTS)[number];

/** How far the mail has got. That somebody complained says that it arrived. */
const STATUS: Readonly<Record<ResendEvent, Message['status']>> = {
  'email.scheduled': 'queued', 'email.sent': 'sent', 'email.delivery_delayed': 'sent', 'email.delivered': 'delivered',
  'email.opened': 'read', 'email.clicked': 'read', 'email.complained': 'delivered',
  'email.bounced': 'failed', 'email.failed': 'failed', 'email.suppressed': 'failed', 'email.received': 'received',
};

const shapeUnknown = (message: string): Result<never, NormaliseError> => err({ code: 'normalise.shape_unknown', message });
const isUnderstood = (type: string): type is ResendEvent => (RESEND_EVENTS as readonly string[]).includes(type);

/** `Name <a@b.c>` or `a@b.c`. */
function personOf(value: unknown): { name: string | null; email: string | null } {
  const text = shortText(value) ?? '';
  const parts = /^(.*?)<([^<>]+)>$/.exec(text);
  return { name: parts ? shortText((parts[1] ?? '').replace(/^[\s"']+|[\s"']+$/g, '')) : null, email: emailAddress(parts ? parts[2] : text) };
}

function reasonOf(type: ResendEvent, data: Body): string | null {
  if (type === 'email.complained') return 'They marked it as spam';
  if (type === 'email.delivery_delayed') return 'Their mail server did not take it yet';
  if (type === 'email.bounced') return shortText(objectAt(data, 'bounce')['message']) ?? 'Their mail server refused it';
  if (type === 'email.suppressed') return shortText(objectAt(data, 'suppressed')['message']) ?? 'The address had bounced before';
  if (type === 'email.failed') return shortText(objectAt(data, 'failed')['reason']) ?? 'It could not be sent';
  return null;
}

const timeOf = (value: unknown): string | null => instantOfText(value) ?? instantOfText(String(value).replace(' ', 'T').replace(/\+00$/, '+00:00'));
/** Documented as UUIDs; an id goes into an address. */
export const SAFE_ID = /^[\w-]{1,64}$/;
/** Of a mail that came in: read it, since the event has no text. */
export const RECEIVED = 'received';

/** A mail that came in, with or without its text. @param told an event's data, or the mail as it was read */
export function received(id: string, told: Body, at: string | null, text: string | null): Change {
  const from = personOf(told['from']);
  const to = personOf(Array.isArray(told['to']) ? (told['to'] as unknown[])[0] : told['to']);
  return {
    kind: 'message',
    remote: { type: 'email', id, version: null },
    wedding: { email: from.email },
    occurredAt: at,
    fields: {
      channel: 'email', direction: 'in', status: 'received', text,
      ...known({ fromName: from.name, fromAddress: from.email, toAddress: to.email, subject: shortText(told['subject']), sentAt: at }),
    },
  };
}

export const receivedOf = (id: string, mail: Body): Change => received(id, mail, timeOf(mail['created_at']), longText(mail['text']));

/** @param texts whether the texts of received mails are fetched */
export function changesOf(event: Body, texts: boolean): Result<Normalised, NormaliseError> {
  const type = shortText(event['type'], 100);
  if (type === null) return shapeUnknown('The event has no type.');
  if (!isUnderstood(type)) return ok({ kind: 'ignored', why: `${type} is not needed for the record` });
  const data = objectAt(event, 'data');
  const id = data['email_id'];
  if (typeof id !== 'string' || !SAFE_ID.test(id)) return shapeUnknown(`${type}: the mail has no id.`);
  const at = timeOf(event['created_at']);
  if (type === 'email.received') return ok(texts ? { kind: 'reread', hints: [{ remoteType: RECEIVED, remoteId: id }] } : { kind: 'changes', changes: [received(id, data, at, null)] });
  const from = personOf(data['from']);
  const to = personOf(Array.isArray(data['to']) ? (data['to'] as unknown[])[0] : data['to']);
  return ok({
    kind: 'changes',
    changes: [
      {
        kind: 'message',
        remote: { type: 'email', id, version: null },
        wedding: { email: to.email },
        occurredAt: at,
        fields: {
          channel: 'email', direction: 'out', status: STATUS[type],
          ...known({
            fromName: from.name, fromAddress: from.email, toAddress: to.email, subject: shortText(data['subject']), failureReason: reasonOf(type, data),
            sentAt: type === 'email.sent' ? at : null,
          }),
        },
      },
    ],
  });
}
