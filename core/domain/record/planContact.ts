import type { Contact } from '../../contract/record/people.ts';
import type { Change } from './changes.ts';
import { consentOf, mergedConsents } from './consent.ts';
import { draftCreated, draftUpdated, type DraftContext, type EventDraft } from './drafts.ts';
import type { Mapping, View } from './view.ts';

interface Tools {
  readonly view: View;
  readonly mapped: Mapping | null;
  readonly origin: DraftContext;
  /** It is older than what is held of the object: nothing of it counts but what goes by its own time. */
  readonly late: boolean;
  weddingId(): string | null;
  newId(): string;
  push(draft: EventDraft | null): void;
  /** `others`: fields that another source has told of the same person. */
  remember(id: string, others?: readonly string[]): void;
}

/** The same person told by another system is one contact: same address, same wedding (or none yet on one side). */
function knownPerson(sameAddress: readonly Contact[], weddingId: string | null): Contact | null {
  const same = sameAddress.filter((contact) => weddingId === null || contact.weddingId === null || contact.weddingId === weddingId);
  const [only] = same;
  return only && same.length === 1 ? only : null;
}

/** A second source fills what the first left open and overwrites nothing, however often it repeats itself. */
const without = (fields: Partial<Contact>, others: readonly string[]): Partial<Contact> => Object.fromEntries(Object.entries(fields).filter(([key]) => !others.includes(key)));
const knownIn = (known: Contact): string[] => (['name', 'email', 'phone', 'company', 'role'] as const).filter((key) => known[key] !== null);

/**
 * A person, as a source tells of them. Whether they may be mailed is true of their address: it is told to every contact that
 * has it, and a new one is given what is known of it.
 */
export function planContact(change: Extract<Change, { kind: 'contact' }>, { view, mapped, origin, late, weddingId, newId, push, remember }: Tools): void {
  const { fields, occurredAt: at } = change;
  const email = (fields.email ?? (change.knownOnly === true ? change.wedding.email : null))?.toLowerCase() ?? null;
  const same = email === null ? [] : view.contactsByEmail(email).map((contact) => view.row('contacts', contact.id) ?? contact);
  const told = consentOf(change.consent, origin.source);
  const consentsOf = (row: Pick<Contact, 'consents'> | null) => mergedConsents(row?.consents, told, ...same.map(({ consents }) => consents));
  const andConsents = (row: Contact): Partial<Contact> => {
    const consents = consentsOf(row);
    return consents === null ? {} : { consents };
  };
  const tellOthers = (except: string | null): void => {
    if (told.length === 0) return;
    for (const row of same) if (row.id !== except) push(draftUpdated('client.updated', 'contacts', row.weddingId, row, { consents: mergedConsents(row.consents, told) }, at, origin));
  };

  const current = mapped ? view.row('contacts', mapped.id) : null;
  if (late || change.knownOnly === true) {
    tellOthers(current?.id ?? null);
    if (current && told.length > 0) push(draftUpdated('client.updated', 'contacts', current.weddingId, current, { consents: mergedConsents(current.consents, told) }, at, origin));
    return;
  }
  if (current) {
    tellOthers(current.id);
    const others = mapped?.told?.others;
    // Whoever came second takes nobody away whom the first still knows.
    const type = change.deleted && others === undefined ? 'client.deleted' : 'client.updated';
    push(draftUpdated(type, 'contacts', current.weddingId, current, { ...without(fields, others ?? []), ...andConsents(current) }, at, origin));
    return remember(current.id);
  }
  if (change.deleted) return tellOthers(null);
  const wedding = weddingId();
  const known = knownPerson(same, wedding);
  tellOthers(known?.id ?? null);
  if (known) {
    push(
      draftUpdated('client.updated', 'contacts', known.weddingId ?? wedding, known, { ...without(fields, knownIn(known)), ...andConsents(known), ...(known.weddingId === null ? { weddingId: wedding } : {}) }, at, origin),
    );
    return remember(known.id, knownIn(known));
  }
  const id = newId();
  const { name, phone, company, role } = fields;
  const row = { id, weddingId: wedding, name: name ?? fields.email ?? 'Unnamed contact', email: fields.email ?? null, phone: phone ?? null, company: company ?? null, role: role ?? 'other', consents: consentsOf(null) } as const;
  push(draftCreated('client.created', 'contacts', wedding, row, at, origin));
  remember(id);
}
