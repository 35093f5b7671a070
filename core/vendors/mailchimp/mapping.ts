import { err, ok, type Result } from '../../contract/result.ts';
import type { Change } from '../../domain/record/changes.ts';
import type { ToldConsent } from '../../domain/record/consent.ts';
import { emailAddress, instantOfText, known, objectAt, shortText } from '../fields.ts';
import { textMark } from '../ids.ts';
import type { Normalised, NormaliseError } from '../vendor.ts';
import { wallTimeToInstant } from '../wallTime.ts';
import { MAILCHIMP_EVENTS } from './manifest.ts';

type Body = Readonly<Record<string, unknown>>;
type Meant = Result<Normalised, NormaliseError>;

const shapeUnknown = (message: string): Result<never, NormaliseError> => err({ code: 'normalise.shape_unknown', message });
const ID = /^[A-Za-z0-9_-]{4,100}$/;

interface Said {
  readonly id: unknown;
  readonly email: string | null;
  readonly fields?: { readonly name: string | null; readonly phone: string | null; readonly company: string | null };
  /** The address that the rest of the record may know them by. */
  readonly clue: string | null;
  readonly at: string | null;
  readonly consent?: ToldConsent | null;
}

function person({ id, email, fields, clue, at, consent }: Said): Meant {
  if (typeof id !== 'string' || !ID.test(id)) return shapeUnknown('The person has no id.');
  if (email === null) return shapeUnknown('The person has no address.');
  const remote = { type: 'member', id, version: at };
  return changed({ kind: 'contact', remote, wedding: { email: clue }, occurredAt: at, fields: { email, ...known(fields ?? {}) }, ...(consent ? { consent } : {}) });
}

/** Said of an address: whoever has it is told, and nobody is made of it. */
function ofAddress(email: string | null, at: string, state: ToldConsent['state']): Meant {
  if (email === null) return shapeUnknown('The person has no address.');
  return changed({ kind: 'contact', remote: { type: 'address', id: textMark(email), version: null }, wedding: { email }, occurredAt: at, fields: {}, consent: { state, at }, knownOnly: true });
}

const changed = (change: Change): Meant => ok({ kind: 'changes', changes: [change] });

const fullName = (first: unknown, last: unknown): string | null =>
  shortText([shortText(first), shortText(last)].filter((part) => part !== null).join(' '));
/** An address as merge field is an object; a phone or a company is text. */
const merged = (fields: Body, name: string): string | null => shortText(fields[name]);

/** `fired_at` is a time of day without a zone; it is meant in UTC. */
const firedAt = (value: string | undefined): string | null => wallTimeToInstant((value ?? '').replace(' ', 'T'), 'UTC');

/** A form of the webhook: `type`, `fired_at`, `data[...]`. */
export function formChanges(form: Readonly<Record<string, string>>): Meant {
  const type = shortText(form['type'], 60);
  if (type === null) return shapeUnknown('The call has no type.');
  if (!(MAILCHIMP_EVENTS as readonly string[]).includes(type)) return ok({ kind: 'ignored', why: `${type}: not about a person` });
  const at = firedAt(form['fired_at']);
  if (at === null) return shapeUnknown(`${type}: fired_at is no time.`);
  if (type === 'upemail') {
    const [email, clue] = [emailAddress(form['data[new_email]']), emailAddress(form['data[old_email]'])];
    return person({ id: form['data[new_id]'], email, clue, at });
  }
  const email = emailAddress(form['data[email]']) ?? emailAddress(form['data[merges][EMAIL]']);
  if (type === 'cleaned') return ofAddress(email, at, 'unreachable');
  // Somebody who leaves is kept by the address alone, so that no other list brings them back unnoticed.
  if (type === 'unsubscribe') return person({ id: form['data[id]'], email, clue: email, at, consent: { state: 'withdrawn', at } });
  const name = fullName(form['data[merges][FNAME]'], form['data[merges][LNAME]']);
  const [phone, company] = [shortText(form['data[merges][PHONE]']), shortText(form['data[merges][COMPANY]'])];
  return person({ id: form['data[id]'], email, fields: { name, phone, company }, clue: email, at, consent: type === 'subscribe' ? { state: 'given', at } : null });
}

/** A member of the list, as it was read. */
export function memberChanges(member: Body): Meant {
  const status = shortText(member['status'], 40);
  if (status === null) return shapeUnknown('The member has no status.');
  const email = emailAddress(member['email_address']);
  const at = instantOfText(member['last_changed']);
  const id = member['unique_email_id'] ?? member['id'];
  switch (status) {
    case 'subscribed': {
      const fields = objectAt(member, 'merge_fields');
      const name = shortText(member['full_name']) ?? fullName(fields['FNAME'], fields['LNAME']);
      // A list only shows that they are on it. What counts is when they said so: it takes back no later withdrawal.
      const since = instantOfText(member['timestamp_opt']) ?? instantOfText(member['timestamp_signup']);
      const said = { name, phone: merged(fields, 'PHONE'), company: merged(fields, 'COMPANY') };
      return person({ id, email, fields: said, clue: email, at, consent: since === null ? null : { state: 'given', at: since } });
    }
    case 'unsubscribed':
      if (at === null) return shapeUnknown('The member has no time.');
      return person({ id, email, clue: email, at, consent: { state: 'withdrawn', at } });
    case 'cleaned':
    case 'archived':
      if (at === null) return shapeUnknown('The member has no time.');
      return ofAddress(email, at, status === 'cleaned' ? 'unreachable' : 'withdrawn');
    default:
      return ok({ kind: 'ignored', why: `${status}: neither on the list nor off it` });
  }
}
