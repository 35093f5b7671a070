import type { Message } from '../../contract/record/people.ts';
import { err, ok, type Result } from '../../contract/result.ts';
import type { Change } from '../../domain/record/changes.ts';
import type { ToldConsent } from '../../domain/record/consent.ts';
import { numberConsent } from '../consents.ts';
import { known, longText, lookUp, shortText } from '../fields.ts';
import type { Normalised, NormaliseError } from '../vendor.ts';

type Fields = Readonly<Record<string, string>>;

const SID = /^[A-Z]{2}[0-9a-f]{32}$/;
const STATUS: Readonly<Record<string, Message['status']>> = {
  accepted: 'queued',
  scheduled: 'queued',
  queued: 'queued',
  sending: 'queued',
  sent: 'sent',
  partially_delivered: 'sent',
  delivered: 'delivered',
  read: 'read',
  undelivered: 'failed',
  failed: 'failed',
  canceled: 'failed',
};
/** What people meet most; others keep their number, which Twilio explains. */
const REASON: Readonly<Record<string, string>> = {
  '21610': 'They have asked not to be texted (STOP)',
  '30003': 'The phone was off or out of reach',
  '30004': 'They have blocked the number',
  '30005': 'The number does not exist',
  '30006': 'It is a landline or cannot take texts',
  '30007': 'The carrier took it for spam',
  '63016': 'WhatsApp: outside of the 24 hours, a template is needed',
};

export const messageSid = (fields: Fields): string | null =>
  [fields['MessageSid'], fields['SmsSid'], fields['SmsMessageSid']].find((sid) => sid !== undefined && SID.test(sid)) ?? null;

/** What the call says of its message, in Twilio's word; an inbound one says `received` or nothing. */
export function messageStatus(fields: Fields): string {
  const told = (fields['MessageStatus'] || fields['SmsStatus'] || 'received').toLowerCase();
  return /^[a-z_-]{1,30}$/.test(told) ? told : 'unknown';
}

/** Whose message it is: only an inbound one has a text, even an empty one. */
export const isInbound = (fields: Fields): boolean =>
  fields['MessageStatus'] === undefined && (fields['Body'] !== undefined || fields['NumMedia'] !== undefined);

const address = (value: string | undefined): string | null => shortText((value ?? '').replace(/^(?:whatsapp|messenger|rcs):/, ''));

function attachments(fields: Fields): string | null {
  const count = /^[1-9]\d?$/.test(fields['NumMedia'] ?? '') ? Number(fields['NumMedia']) : 0;
  return count === 0 ? null : count === 1 ? '(1 attachment)' : `(${count} attachments)`;
}

/** Twilio's own mark of a message that stops or resumes its texts: there where a messaging service has Advanced Opt-Out. */
const OPT_OUT: Readonly<Record<string, ToldConsent['state']>> = { STOP: 'withdrawn', START: 'given' };

/** Said of the number, for whoever has it. @param cameAt Twilio tells no time */
function consentOf(fields: Fields, from: string | null, channel: 'text' | 'whatsapp', cameAt: string): Change[] {
  const state = lookUp(OPT_OUT, (fields['OptOutType'] ?? '').toUpperCase());
  return state === undefined || from === null ? [] : [numberConsent(from, { channel, state, at: cameAt })];
}

export function changesOf(fields: Fields, cameAt: string): Result<Normalised, NormaliseError> {
  const id = messageSid(fields);
  if (id === null) {
    if (fields['CallSid'] !== undefined) return ok({ kind: 'ignored', why: 'calls are not kept' });
    return err({ code: 'normalise.shape_unknown', message: 'The call names no message.' });
  }
  const [from, to] = [address(fields['From']), address(fields['To'])];
  const channel = /^whatsapp:/.test(fields['From'] ?? fields['To'] ?? '') ? 'whatsapp' : 'sms';
  const remote = { type: 'message', id, version: null };
  if (isInbound(fields)) {
    const text = longText([longText(fields['Body']), attachments(fields)].filter((part) => part !== null).join('\n'));
    const said = {
      channel,
      direction: 'in',
      status: 'received',
      text,
      ...known({ fromName: shortText(fields['ProfileName']), fromAddress: from, toAddress: to }),
    } as const;
    const message: Change = { kind: 'message', remote, wedding: { phone: from }, occurredAt: null, fields: said };
    return ok({ kind: 'changes', changes: [message, ...consentOf(fields, from, channel === 'sms' ? 'text' : 'whatsapp', cameAt)] });
  }
  const told = messageStatus(fields);
  const status = lookUp(STATUS, told);
  if (told === 'receiving' || told === 'received') return ok({ kind: 'ignored', why: 'the message itself comes in a call of its own' });
  if (!status) return err({ code: 'normalise.shape_unknown', message: `${told} is no known status.` });
  const code = /^\d{3,6}$/.test(fields['ErrorCode'] ?? '') ? (fields['ErrorCode'] ?? '') : null;
  const why = code === null ? 'Not delivered' : (lookUp(REASON, code) ?? `Twilio error ${code}`);
  const reason = status !== 'failed' ? null : told === 'canceled' ? 'Cancelled before it was sent' : why;
  const said = { channel, direction: 'out', status, ...known({ fromAddress: from, toAddress: to, failureReason: reason }) } as const;
  return ok({ kind: 'changes', changes: [{ kind: 'message', remote, wedding: { phone: to }, occurredAt: null, fields: said }] });
}
