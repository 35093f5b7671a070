import { sql } from 'kysely';
import type { Contact } from '../../core/contract/record/people.ts';
import { sameValue, tracesOfPerson, type Others, type Person, type PersonTraces } from '../../core/domain/privacy/traces.ts';
import type { Tx } from '../store/database.ts';
import { accountsOf, type PersonAccounts } from './personAccounts.ts';

/** Somebody as the record knows them: one entry, or several of the same name and address. */
export interface Held {
  /** As the log has it last; it may have been deleted since. */
  readonly contact: Contact;
  /** All entries of the person, the one asked for first. */
  readonly ids: readonly string[];
  readonly traces: PersonTraces;
  /** Addresses and numbers that entries of other people have too. */
  readonly shared: number;
  /** Addresses of nobody else, lower case. */
  readonly emails: readonly string[];
  readonly accounts: PersonAccounts;
}

interface Values {
  readonly name?: unknown;
  readonly email?: unknown;
  readonly phone?: unknown;
}

/** Null when the organisation's log knows no such contact. */
export async function personOf(tx: Tx, organisationId: string, contactId: string): Promise<Held | null> {
  const last = await sql<{ row: Contact }>`
    select "row" from events where organisation_id = ${organisationId} and row_id = ${contactId} and collection = 'contacts' order by seq desc limit 1
  `.execute(tx);
  const contact = last.rows[0]?.row;
  if (!contact) return null;
  const email = contact.email === null ? null : sameValue('email', contact.email);
  const name = sameValue('name', contact.name);
  const everybody = await tx.selectFrom('contacts').select(['id', 'name', 'email', 'phone', 'weddingId']).where('organisationId', '=', organisationId).execute();
  const same = everybody.filter((one) => one.id !== contactId && email !== null && one.email !== null && sameValue('email', one.email) === email && sameValue('name', one.name) === name);
  const ids = [contactId, ...same.map((one) => one.id)];
  const staying = everybody.filter((one) => !ids.includes(one.id));
  const others: Others = {
    // A name that somebody else of another wedding has too is no less theirs; it is only looked for near them.
    names: new Set(staying.map((one) => sameValue('name', one.name))),
    emails: new Set(staying.flatMap((one) => (one.email === null ? [] : [sameValue('email', one.email)]))),
    phones: new Set(staying.flatMap((one) => (one.phone === null ? [] : [sameValue('phone', one.phone)]))),
  };
  const held = await sql<{ row: Values; before: Values | null }>`
    select "row", before from events where organisation_id = ${organisationId} and row_id = any(${ids}::uuid[]) and collection = 'contacts'
  `.execute(tx);
  const values = held.rows.flatMap(({ row, before }) => (before ? [row, before] : [row]));
  const own = (person: Person): string[] => [...new Set(person.emails.map((one) => sameValue('email', one)))].filter((one) => !others.emails.has(one));
  const accounts = await accountsOf(tx, organisationId, ids, own(valuesOf(values)));
  // People sign in under names and addresses that the entry need not have.
  const person = valuesOf([...values, ...accounts.accounts]);
  const traces = tracesOfPerson(person, others, contact.role === 'couple');
  const shared = person.emails.filter((one) => others.emails.has(sameValue('email', one))).length + person.phones.filter((one) => others.phones.has(sameValue('phone', one))).length;
  return { contact, ids, traces, shared, emails: own(person), accounts };
}

function valuesOf(all: readonly Values[]): Person {
  const texts = (pick: (values: Values) => unknown) => [...new Set(all.map(pick).filter((value) => typeof value === 'string'))];
  const names = texts((values) => values.name);
  const emails = texts((values) => values.email);
  // Where a source tells no name, the address stands in its place.
  return { names: names.filter((name) => !name.includes('@')), emails: [...emails, ...names.filter((name) => name.includes('@'))], phones: texts((values) => values.phone) };
}
