import { err, ok, type Result } from '../../contract/result.ts';
import { emailAddress, instantOfText, known, objectAt, shortText } from '../fields.ts';
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
  readonly name: string | null;
  readonly phone: string | null;
  readonly company: string | null;
  /** The address that the rest of the record may know them by. */
  readonly clue: string | null;
  readonly at: string | null;
}

function person({ id, email, name, phone, company, clue, at }: Said): Meant {
  if (typeof id !== 'string' || !ID.test(id)) return shapeUnknown('The person has no id.');
  if (email === null) return shapeUnknown('The person has no address.');
  return ok({
    kind: 'changes',
    changes: [
      {
        kind: 'contact',
        remote: { type: 'member', id, version: at },
        wedding: { email: clue },
        occurredAt: at,
        fields: { email, ...known({ name, phone, company }) },
      },
    ],
  });
}

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
  if (!(MAILCHIMP_EVENTS as readonly string[]).includes(type))
    return ok({ kind: 'ignored', why: `${type}: who leaves a mailing list stays in the record` });
  const at = firedAt(form['fired_at']);
  if (at === null) return shapeUnknown(`${type}: fired_at is no time.`);
  if (type === 'upemail') {
    const [email, clue] = [emailAddress(form['data[new_email]']), emailAddress(form['data[old_email]'])];
    return person({ id: form['data[new_id]'], email, name: null, phone: null, company: null, clue, at });
  }
  const email = emailAddress(form['data[email]']) ?? emailAddress(form['data[merges][EMAIL]']);
  const name = fullName(form['data[merges][FNAME]'], form['data[merges][LNAME]']);
  const [phone, company] = [shortText(form['data[merges][PHONE]']), shortText(form['data[merges][COMPANY]'])];
  return person({ id: form['data[id]'], email, name, phone, company, clue: email, at });
}

/** A member of the list, as it was read. */
export function memberChanges(member: Body): Meant {
  const status = shortText(member['status'], 40);
  if (status === null) return shapeUnknown('The member has no status.');
  if (status !== 'subscribed') return ok({ kind: 'ignored', why: `${status}: only subscribed people are taken over` });
  const fields = objectAt(member, 'merge_fields');
  const email = emailAddress(member['email_address']);
  const name = shortText(member['full_name']) ?? fullName(fields['FNAME'], fields['LNAME']);
  const at = instantOfText(member['last_changed']);
  return person({
    id: member['unique_email_id'] ?? member['id'],
    email,
    name,
    phone: merged(fields, 'PHONE'),
    company: merged(fields, 'COMPANY'),
    clue: email,
    at,
  });
}
