import type { Contact } from '../../contract/record/people.ts';
import type { Change } from './changes.ts';

/**
 * Several systems may tell of one person. Each is kept with what it has told, field by field, and when; the newest word by the
 * sources' own time stands, whatever order they come in. Nobody takes back what another has told: when the newest word is taken
 * back by whoever said it, the next newest stands again.
 */

export const PERSON_FIELDS = ['name', 'email', 'phone', 'company', 'role'] as const satisfies readonly (keyof Contact)[];
export type PersonField = (typeof PERSON_FIELDS)[number];

/** What was told of a field, and when: milliseconds since the epoch. */
export type Word = readonly [at: number, value: string];
export type Words = Readonly<Partial<Record<PersonField, Word>>>;

/** An object of an outside system that is (part of) a person. */
export interface Teller {
  /** Decides between two words of one moment: the connection's id first. */
  readonly key: string;
  readonly says: Words;
  /** Fields that the house itself knew before any system told of the person: no system's to change. */
  readonly others: readonly string[];
}

export const tellerKey = (connectionId: string | null, remoteType: string, remoteId: string): string =>
  `${connectionId ?? ''}\n${remoteType}\n${remoteId}`;

/** When a fact was told: by its source's own time, else `own` is false and it was read, or came, then. */
export interface ToldAt {
  readonly ms: number;
  readonly own: boolean;
}

const ISO_INSTANT = /^\d{4}-\d\d-\d\dT/;
const instantIn = (text: string | null): number => (text !== null && ISO_INSTANT.test(text) ? Date.parse(text) : Number.NaN);

/** @param readAt, receivedAt in milliseconds since the epoch; null = not read by us, or not known */
export function toldAt(change: Change, readAt: number | null, receivedAt: number | null): ToldAt {
  const own = [change.occurredAt, change.remote.version].map(instantIn).find((ms) => !Number.isNaN(ms));
  return own === undefined ? { ms: readAt ?? receivedAt ?? 0, own: false } : { ms: own, own: true };
}

/** What a system's object says after a fact: fields that it tells empty are its no more. */
export function sayingNow(before: Words, fields: Partial<Contact>, { ms, own }: ToldAt): Words {
  const now = new Map(Object.entries(before) as [PersonField, Word][]);
  for (const field of PERSON_FIELDS) {
    const value = fields[field];
    const held = now.get(field);
    if (value === null) now.delete(field);
    // Without a time of its own a repeat is no news: a source that is looked at every day would have the last word every day.
    else if (value !== undefined && (own || held?.[1] !== value)) now.set(field, [ms, value]);
  }
  return Object.fromEntries(now);
}

function newest(tellers: readonly Teller[], field: PersonField): string | null {
  let best: { key: string; word: Word } | null = null;
  for (const { key, says } of tellers) {
    const word = says[field];
    if (word && (best === null || word[0] > best.word[0] || (word[0] === best.word[0] && key > best.key))) best = { key, word };
  }
  return best?.word[1] ?? null;
}

export type Person = Pick<Contact, PersonField>;

/** A person as all that tell of them say together; who gives no name goes by their address. */
export function personOfAll(tellers: readonly Teller[]): Person {
  const email = newest(tellers, 'email');
  return {
    name: newest(tellers, 'name') ?? email ?? 'Unnamed contact',
    email,
    phone: newest(tellers, 'phone'),
    company: newest(tellers, 'company'),
    role: (newest(tellers, 'role') ?? 'other') as Contact['role'],
  };
}

/**
 * The fields of a row that read otherwise once its tellers say `after` and not `before`, but for those that are the house's own. What
 * is taken back goes only where it is what stands.
 */
export function changedIn(row: Person, before: readonly Teller[], after: readonly Teller[], house: ReadonlySet<string>): Partial<Person> {
  const [was, is] = [personOfAll(before), personOfAll(after)];
  const counts = (field: PersonField) =>
    !house.has(field) && was[field] !== is[field] && (newest(after, field) !== null || row[field] === was[field]);
  return Object.fromEntries(PERSON_FIELDS.filter(counts).map((field) => [field, is[field]]));
}
