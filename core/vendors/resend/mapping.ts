import type { Message } from '../../contract/record/people.ts';
import { err, ok, type Result } from '../../contract/result.ts';
import { emailAddress, instantOfText, known, objectAt, shortText } from '../fields.ts';
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

export function changesOf(event: Body): Result<Normalised, NormaliseError> {
  const type = shortText(event['type'], 100);
  if (type === null) return shapeUnknown('The event has no type.');
  if (!isUnderstood(type)) return ok({ kind: 'ignored', why: `${type} is not needed for the record` });
  const data = objectAt(event, 'data');
  const id = data['email_id'];
  if (typeof id !== 'string' || !/^[\w-]{1,100}$/.test(id)) return shapeUnknown(`${type}: the mail has no id.`);
  const inbound = type === 'email.received';
  const at = instantOfText(event['created_at']) ?? instantOfText(String(event['created_at']).replace(' ', 'T').replace(/\+00$/, '+00:00'));
  const from = personOf(data['from']);
  const list = Array.isArray(data['to']) ? (data['to'] as unknown[]) : [data['to']];
  const to = personOf(list[0]);
  const other = inbound ? from.email : to.email;
  const status = STATUS[type];
  const reason = reasonOf(type, data);
  return ok({
    kind: 'changes',
    changes: [
      {
        kind: 'message',
        remote: { type: 'email', id, version: null },
        wedding: { email: other },
        occurredAt: at,
        fields: {
          channel: 'email', direction: inbound ? 'in' : 'out', status,
          // The event of a received mail carries no text; whoever wants to read it opens the mailbox.
          ...(inbound ? { text: null } : {}),
          ...known({
            fromName: from.name, fromAddress: from.email, toAddress: to.email, subject: shortText(data['subject']), failureReason: reason,
            sentAt: inbound || type === 'email.sent' ? at : null,
          }),
        },
      },
    ],
  });
}
