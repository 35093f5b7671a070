import type { Contact } from '../../contract/record/people.ts';
import type { Change } from './changes.ts';
import { consentOf, isNumberOnly, isOfNumber, mergedConsents } from './consent.ts';
import { draftCreated, draftUpdated, type DraftContext, type EventDraft } from './drafts.ts';
import { changedIn, PERSON_FIELDS, personOfAll, sayingNow, tellerKey, type Teller, type ToldAt, type Words } from './tellers.ts';
import { isGone, tellerOf, type Told } from './told.ts';
import type { Mapping, View } from './view.ts';

/** What a person's object remembers besides the versions of its fields. */
export type Says = Required<Pick<Told, 'says'>> & Pick<Told, 'others'>;

interface Tools {
  readonly view: View;
  readonly mapped: Mapping | null;
  readonly origin: DraftContext;
  /** It is older than what is held of the object: nothing of it counts but what goes by its own time. */
  readonly late: boolean;
  /** What was told of the object, as it stands after this fact (`heard`). */
  readonly told: Told | null;
  readonly at: ToldAt;
  weddingId(): string | null;
  newId(): string;
  push(draft: EventDraft | null): void;
  remember(id: string, says: Says): void;
}

type ContactChange = Extract<Change, { kind: 'contact' }>;

/** The same person told by another system is one contact: same address, same wedding (or none yet on one side). */
function knownPerson(sameAddress: readonly Contact[], weddingId: string | null): Contact | null {
  const same = sameAddress.filter((contact) => weddingId === null || contact.weddingId === null || contact.weddingId === weddingId);
  const [only] = same;
  return only && same.length === 1 ? only : null;
}

const knownIn = (known: Contact): string[] => PERSON_FIELDS.filter((key) => known[key] !== null);
const isTelling = ({ says }: Teller): boolean => Object.keys(says).length > 0;

/** Its words after this fact; of what was taken away, those that were told since. */
function wordsAfter({ fields, ...change }: ContactChange, before: Words, { late, told, at }: Pick<Tools, 'late' | 'told' | 'at'>): Words {
  if (!late) return isGone({ fields, ...change }) ? {} : sayingNow(before, fields, at);
  const since = new Set(Object.values(told?.at ?? {}).flat());
  return Object.fromEntries(Object.entries(before).filter(([field]) => since.has(field)));
}

/**
 * A person, as their systems tell of them (`tellers.ts`). Whether they may be mailed is true of their address, whether they may be
 * texted of their number: it is told to every contact that has it, and a new one is given what is known of it.
 */
export function planContact(change: ContactChange, given: Tools): void {
  // A number that speaks for itself says nothing better of its person than anybody else does.
  const tools: Tools = change.consent && isOfNumber(change.consent) ? { ...given, at: { ms: 0, own: true } } : given;
  const { view, mapped, origin, late, told, newId, push, remember } = tools;
  const { fields, occurredAt } = change;
  const email = (fields.email ?? (change.knownOnly === true ? change.wedding.email : null))?.toLowerCase() ?? null;
  const same = email === null ? [] : view.contactsByEmail(email).map((contact) => view.row('contacts', contact.id) ?? contact);
  const consents = consentOf(change.consent, origin.source);
  const phone = fields.phone ?? (change.knownOnly === true ? change.wedding.phone : null) ?? null;
  const sameNumber = phone === null ? [] : view.contactsByPhone(phone).map((contact) => view.row('contacts', contact.id) ?? contact);
  /** Everybody of whom what is said now is true. */
  const meant = change.consent && isOfNumber(change.consent) ? sameNumber : same;
  const consentsOf = (row: Pick<Contact, 'consents'> | null) =>
    mergedConsents(
      row?.consents,
      consents,
      ...same.map((one) => one.consents?.filter((said) => !isOfNumber(said))),
      ...sameNumber.map((one) => one.consents?.filter(isOfNumber)),
    );
  const andConsents = (row: Contact): Partial<Contact> => {
    const all = consentsOf(row);
    return all === null ? {} : { consents: all };
  };
  const consentsOnly = (row: Contact): Partial<Contact> => (consents.length === 0 ? {} : { consents: mergedConsents(row.consents, consents) });
  const tellOthers = (except: string | null): void => {
    if (consents.length === 0) return;
    for (const row of meant) if (row.id !== except) push(draftUpdated('client.updated', 'contacts', row.weddingId, row, { consents: mergedConsents(row.consents, consents) }, occurredAt, origin));
  };

  const key = tellerKey(origin.source?.connectionId ?? null, change.remote.type, change.remote.id);
  const others = (row: Contact): Teller[] => view.tellers(row.id).filter((one) => one.key !== key);
  /** How a person reads once this object says something else than it did. */
  const retold = (row: Contact, before: Teller | null, says: Words) => {
    const around = others(row);
    // Whom no system ever told of was entered by the house.
    const own = before === null && around.length === 0 ? knownIn(row) : [];
    const house = [...new Set([...own, ...[...around, ...(before ? [before] : [])].flatMap((one) => one.others)])].sort();
    const after: Teller = { key, says, others: house };
    return {
      fields: changedIn(row, before ? [...around, before] : around, [...around, after], new Set(house)),
      said: { says, ...(house.length > 0 ? { others: house } : {}) },
      /** Somebody else knows them still. */
      known: house.length > 0 || around.some(isTelling),
    };
  };

  const current = mapped ? view.row('contacts', mapped.id) : null;
  // Taken away before what is held was told: what only came before that goes with it.
  const goneLate = late && mapped !== null && told !== (mapped.told ?? null) && isGone(change);
  if ((late && !goneLate) || change.knownOnly === true) {
    tellOthers(current?.id ?? null);
    if (current) push(draftUpdated('client.updated', 'contacts', current.weddingId, current, consentsOnly(current), occurredAt, origin));
    return;
  }
  if (current) {
    tellOthers(current.id);
    const before = tellerOf(key, told);
    const { fields: changed, said, known } = retold(current, before, wordsAfter(change, before.says, tools));
    const gone = change.deleted === true && !late && !known;
    const type = gone ? 'client.deleted' : 'client.updated';
    push(draftUpdated(type, 'contacts', current.weddingId, current, { ...(gone ? {} : changed), ...andConsents(current) }, occurredAt, origin));
    return remember(current.id, said);
  }
  // Whoever asks not to be texted is known by the number alone: nobody new is made of them where somebody has it.
  if (change.deleted || (meant === sameNumber && sameNumber.length > 0)) return tellOthers(null);
  const wedding = tools.weddingId();
  const says = sayingNow({}, fields, tools.at);
  const [byNumber] = email === null || same.length === 0 ? sameNumber.filter(isNumberOnly) : [];
  const known = knownPerson(same, wedding) ?? byNumber ?? null;
  tellOthers(known?.id ?? null);
  if (known) {
    const { fields: changed, said } = retold(known, null, says);
    const found = known.weddingId === null ? { weddingId: wedding } : {};
    push(draftUpdated('client.updated', 'contacts', known.weddingId ?? wedding, known, { ...changed, ...andConsents(known), ...found }, occurredAt, origin));
    return remember(known.id, said);
  }
  const id = newId();
  const row = { id, weddingId: wedding, ...personOfAll([{ key, says, others: [] }]), consents: consentsOf(null) };
  push(draftCreated('client.created', 'contacts', wedding, row, occurredAt, origin));
  remember(id, { says });
}
