/**
 * Finding a person's name, address and number in text, and taking them out. One pattern per value, written so that
 * JavaScript and PostgreSQL read it alike: the database finds candidates, this decides. Pure.
 */

/** What stands in place of what was taken out. */
export const ERASED = 'Erased';

/** Every value that was ever held of somebody. */
export interface Person {
  readonly names: readonly string[];
  readonly emails: readonly string[];
  readonly phones: readonly string[];
}

/** Names that the record gives where it knows none, and words that are in many names. */
const NO_NAMES: readonly string[] = ['unnamed contact', ERASED.toLowerCase()];
const NO_PARTS: readonly string[] = ['and', 'the', 'und', 'von', 'van', 'der', 'den', 'del', 'mrs', 'miss'];
/** A shorter or single word is too common to be looked for where nothing ties it to the person. */
const DISTINCT_NAME = /^(?=.{5,})\S+\s+\S/u;
const PHONE_DIGITS = 7;
/** The end of a number, without country and trunk prefix, which are written in many ways. */
const PHONE_END = 9;

const SPECIAL = /[.*+?^${}()|[\]\\/]/;
const hex4 = (unit: number): string => `\\\\u${unit.toString(16).padStart(4, '0')}`;
const percent = (text: string): string => encodeURIComponent(text).replaceAll("'", '%27');

/** As it is, in either case, composed or not, as JSON may escape it, and as an address carries it. */
function characterPattern(character: string): string {
  if (/[A-Za-z0-9]/.test(character)) return character;
  if (/\s/.test(character)) return '(?:\\s|\\+|%20|\\\\u00a0)+';
  if (character === "'" || character === '’') return `(?:'|’|%27|%E2%80%99|\\\\u0027|\\\\u2019|&#0?39;)`;
  const written = new Set([character, character.toLowerCase(), character.toUpperCase()].flatMap((one) => [one.normalize('NFC'), one.normalize('NFD')]));
  const ways = new Set<string>();
  for (const one of written) {
    ways.add([...one].map((part) => (SPECIAL.test(part) ? `\\${part}` : part)).join(''));
    ways.add(percent(one).replaceAll('.', '\\.').replaceAll('*', '\\*').replaceAll('(', '\\(').replaceAll(')', '\\)'));
    ways.add(Array.from({ length: one.length }, (_unit, at) => hex4(one.charCodeAt(at))).join(''));
  }
  return `(?:${[...ways].join('|')})`;
}

const textPattern = (text: string): string =>
  [...text.trim().normalize('NFC').replaceAll(/\s+/g, ' ')].map(characterPattern).join('');

function phonePattern(phone: string): string | null {
  const digits = phone.replaceAll(/\D/g, '');
  if (digits.length < PHONE_DIGITS) return null;
  const end = digits.slice(-PHONE_END);
  const prefix = digits.length > PHONE_END ? '(?:\\+|%2B)?(?:\\d[\\s()./-]*){0,6}' : '\\+?';
  return prefix + [...end].join('[\\s()./-]*');
}

const BOUND = { name: ['(?<![\\p{L}\\p{N}])', '(?![\\p{L}\\p{N}])'], email: ['(?<![\\p{L}\\p{N}._-])', '(?![\\p{L}\\p{N}])'], phone: ['(?<![\\p{L}\\p{N}])', '(?!\\d)'] } as const;
type Kind = keyof typeof BOUND;

interface Value {
  readonly kind: Kind;
  readonly pattern: string;
}

/** Same for two ways of writing the same value. */
export const sameValue = (kind: Kind, value: string): string =>
  kind === 'phone' ? value.replaceAll(/\D/g, '').slice(-PHONE_END) : value.trim().normalize('NFC').toLowerCase().replaceAll(/\s+/g, ' ');

/** A set of values to look for. */
export interface Traces {
  /** Regular expression for PostgreSQL's `~*`: finds at least what {@link finds} does; null = nothing to look for. */
  readonly sql: string | null;
  finds(text: string): boolean;
  /** The text, or everything in the value, with {@link ERASED} in place of what was found. */
  mask<T>(value: T): T;
}

const NOT_TEXT = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?)$/i;
/** Longest text of most fields; what is replaced must not outgrow it. */
const TEXT_LIMIT = 300;

function tracesOf(values: readonly Value[]): Traces {
  const known = values.filter((value) => value.pattern !== '');
  // Longest first: of a name and a part of it the name is taken whole.
  const sorted = [...known].sort((a, b) => b.pattern.length - a.pattern.length);
  const bounded = sorted.map(({ kind, pattern }) => `${BOUND[kind][0]}(?:${pattern})${BOUND[kind][1]}`).join('|');
  const one = bounded === '' ? null : new RegExp(bounded, 'iu');
  const all = bounded === '' ? null : new RegExp(bounded, 'giu');
  const maskText = (text: string): string => {
    if (!all || NOT_TEXT.test(text)) return text;
    const masked = text.replaceAll(all, ERASED);
    return masked.length > Math.max(TEXT_LIMIT, text.length) ? masked.slice(0, Math.max(TEXT_LIMIT, text.length)).toWellFormed() : masked;
  };
  const mask = (value: unknown): unknown => {
    if (typeof value === 'string') return maskText(value);
    if (Array.isArray(value)) return value.map(mask);
    if (value !== null && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mask(inner)]));
    return value;
  };
  return {
    sql: sorted.length === 0 ? null : sorted.map(({ pattern }) => `(?:${pattern})`).join('|'),
    finds: (text) => one !== null && !NOT_TEXT.test(text) && one.test(text),
    mask: <T>(value: T) => mask(value) as T,
  };
}

/** Values that somebody else, who stays, is known by too; as {@link sameValue} gives them. */
export interface Others {
  readonly names: ReadonlySet<string>;
  readonly emails: ReadonlySet<string>;
  readonly phones: ReadonlySet<string>;
}

export interface PersonTraces {
  /** Values that mean nobody else: looked for everywhere. */
  readonly anywhere: Traces;
  /** These, and what is only telling near the person: shared values, short names, parts of the name. */
  readonly near: Traces;
}

/** @param parts whether single words of the name may stand for the person near by, as in a wedding's title */
export function tracesOfPerson(person: Person, others: Others, parts: boolean): PersonTraces {
  const anywhere: Value[] = [];
  const near: Value[] = [];
  const put = (own: boolean, value: Value | null) => {
    if (!value) return;
    (own ? anywhere : near).push(value);
  };
  for (const email of person.emails) if (email.trim() !== '') put(!others.emails.has(sameValue('email', email)), { kind: 'email', pattern: textPattern(email) });
  for (const phone of person.phones) {
    const pattern = phonePattern(phone);
    const written = phone.trim();
    if (pattern !== null) put(!others.phones.has(sameValue('phone', phone)), { kind: 'phone', pattern });
    else if (written !== '') put(false, { kind: 'name', pattern: textPattern(written) });
  }
  const taken = new Set([...others.names].flatMap((name) => name.split(' ')));
  for (const name of person.names) {
    const same = sameValue('name', name);
    if (same === '' || NO_NAMES.includes(same)) continue;
    put(!others.names.has(same) && DISTINCT_NAME.test(same), { kind: 'name', pattern: textPattern(name) });
    if (!parts) continue;
    for (const part of same.split(/[\s,.&/]+/u)) if ([...part].length >= 3 && !taken.has(part) && !NO_PARTS.includes(part)) put(false, { kind: 'name', pattern: textPattern(part) });
  }
  return { anywhere: tracesOf(anywhere), near: tracesOf([...anywhere, ...near]) };
}

/** Whether any text in a stored body tells of the person. A body that is no JSON is looked at as it is. */
export function bodyTells(body: string, traces: Traces): boolean {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return traces.finds(body) || traces.finds(decoded(body));
  }
  const tells = (inner: unknown): boolean =>
    typeof inner === 'string' || typeof inner === 'number' ? traces.finds(String(inner)) : inner !== null && typeof inner === 'object' && Object.entries(inner).some(([key, one]) => traces.finds(key) || tells(one));
  return tells(value);
}

const decoded = (body: string): string => {
  try {
    return decodeURIComponent(body.replaceAll('+', ' '));
  } catch {
    // Not a form: then it was looked at as it stands.
    return '';
  }
};
