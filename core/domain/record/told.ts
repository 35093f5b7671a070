import type { Change } from './changes.ts';
import type { Teller, Words } from './tellers.ts';
import { isStale } from './versions.ts';

/**
 * What an object's source has told so far, field by field. Many facts tell only a part of their object, and facts come in any
 * order: an older one must not undo what a newer one said, and must not be lost either where it alone speaks.
 */
export interface Told {
  /** By version: the fields that were last told with it. */
  readonly at: Readonly<Record<string, readonly string[]>>;
  /** What is not newer than this does not count any more: the object was taken away then. */
  readonly floor?: string;
  /** Of a person: what this object's source says of them, field by field, for others may tell of the same person (`tellers.ts`). */
  readonly says?: Words;
  /** Of a person whom the house itself had entered: the fields that it knew, which are no system's to change. */
  readonly others?: readonly string[];
  /** What a person has set otherwise here: by field what the source had told of it last. It counts again once it tells something else. */
  readonly kept?: Readonly<Record<string, unknown>>;
  /** When the object was last read at its source, in milliseconds since the epoch. */
  readonly readAt?: number;
}

/** How a mapping stands; see {@link heard}. */
export interface Standing {
  readonly remoteVersion: string | null;
  readonly told: Told | null;
}

export const tellerOf = (key: string, told: Told | null | undefined): Teller => ({ key, says: told?.says ?? {}, others: told?.others ?? [] });

const NOTHING: Told = { at: {} };

/** What is left of a fact, and how its mapping stands after it. */
export interface Heard {
  /** Null = it says nothing that counts: it is old news. */
  readonly change: Change | null;
  readonly standing: Standing;
}

/** The other objects that a fact names count like its fields. */
const LINKS = { contactRemote: 'contactId', bookingRemote: 'bookingId' } as const;
const linksIn = (change: Change): (keyof typeof LINKS)[] => (['contactRemote', 'bookingRemote'] as const).filter((name) => (change as Partial<Record<typeof name, unknown>>)[name] !== undefined);

/** An enquiry says only where a booking begins; its state is told by others. */
function names(change: Change): string[] {
  const begins = change.kind === 'booking' && change.begins === true;
  const fields = Object.entries(change.fields).flatMap(([name, value]) => (value === undefined || (begins && name === 'status') ? [] : [name]));
  return [...fields, ...linksIn(change).map((name) => LINKS[name])];
}

/** It says that the object was taken away. */
export const isGone = (change: Change): boolean => 'deleted' in change && change.deleted === true;
const newest = (a: string, b: string | undefined): string => (b === undefined || isStale(b, a) ? a : b);

/** Fields told at an earlier version are told with this one from now on. */
function telling(told: Told, fields: readonly string[], version: string): Told {
  const now = new Set(fields);
  const left = Object.entries(told.at).flatMap(([at, own]): [string, readonly string[]][] => {
    const still = own.filter((field) => !now.has(field));
    return at === version || still.length === 0 ? [] : [[at, still]];
  });
  const same = (told.at[version] ?? []).filter((field) => !now.has(field));
  const all = [...same, ...fields].sort();
  return { ...told, at: Object.fromEntries(all.length === 0 ? left : [...left, [version, all]]) };
}

/**
 * Holds a fact against what was told before. With versions the newest word on each field counts, whatever the order of
 * arrival; without, the last to arrive, except that what was read at the source earlier gives way to what was read later.
 *
 * @param before null = nothing was heard of the object yet
 * @param readAt when the object was read at its source; null = the fact came by itself
 */
export function heard(change: Change, before: Standing | null, readAt: number | null): Heard {
  const { version } = change.remote;
  const held = before?.remoteVersion ?? null;
  // A mapping from before fields were followed: what is not newer than it was heard whole.
  const legacy = before !== null && before.told === null && held !== null;
  let told: Told = before?.told ?? (legacy ? { at: {}, floor: held } : NOTHING);
  const nothing: Heard = { change: null, standing: before ?? { remoteVersion: null, told: null } };

  const sameVersion = version === null || held === null || (!isStale(version, held) && !isStale(held, version));
  if (readAt !== null && told.readAt !== undefined && sameVersion && readAt < told.readAt) return nothing;
  if (readAt !== null) told = { ...told, readAt };
  if (version === null) return { change, standing: { remoteVersion: held, told: told === NOTHING ? null : told } };

  const { floor } = told;
  const below = floor !== undefined && (legacy ? isStale(version, floor) : !isStale(floor, version));
  if (below) return nothing;
  const stale = isStale(version, held);
  if (isGone(change)) {
    const left = Object.fromEntries(Object.entries(told.at).filter(([at]) => isStale(version, at)));
    const gone: Told = { ...told, at: left, floor: newest(version, floor) };
    return stale ? { change: null, standing: { remoteVersion: held, told: gone } } : { change, standing: { remoteVersion: version, told: gone } };
  }
  if (!stale) return { change, standing: { remoteVersion: version, told: telling(told, names(change), version) } };

  const versionOf = new Map(Object.entries(told.at).flatMap(([at, fields]) => fields.map((field) => [field, at] as const)));
  const fresh = names(change).filter((field) => isStale(versionOf.get(field) ?? null, version) || !versionOf.has(field));
  const counts = new Set(fresh);
  const fields = Object.fromEntries(Object.entries(change.fields).filter(([name]) => counts.has(name)));
  const old = Object.fromEntries(linksIn(change).filter((name) => !counts.has(LINKS[name])).map((name) => [name, undefined]));
  return { change: { ...change, ...old, fields }, standing: { remoteVersion: held, told: telling(told, fresh, version) } };
}

/** When something is counts as one: a source that has moved its beginning has also moved its end. */
const WHEN: readonly string[] = ['date', 'startsAt', 'endsAt', 'callTime'];
const KEPT_GROUPS: readonly (readonly string[])[] = [WHEN, ['room'], ['place'], ['vendorName'], ['status']];

const INSTANT = /^\d{4}-\d{2}-\d{2}T/;
const sameValue = (a: unknown, b: unknown): boolean =>
  typeof a === 'string' && typeof b === 'string' && INSTANT.test(a) && INSTANT.test(b) ? Date.parse(a) === Date.parse(b) : JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/**
 * How a mapping stands once a person has set `fields` of its row otherwise. `before` is the row as it was: what the source
 * had told, unless a person had set it before.
 */
export function keeping({ remoteVersion, told }: Standing, fields: readonly string[], before: Readonly<Record<string, unknown>>): Told {
  const set = KEPT_GROUPS.filter((group) => group.some((name) => fields.includes(name))).flat();
  const now = Object.fromEntries(set.filter((name) => name in before).map((name) => [name, before[name]]));
  // A mapping from before fields were followed: what is not newer than it was heard whole.
  const start: Told = told ?? (remoteVersion === null ? NOTHING : { at: {}, floor: remoteVersion });
  return { ...start, kept: { ...now, ...start.kept } };
}

/** Takes out of a fact what its source has told before and a person has set otherwise since. What it tells anew counts, and the person's word no longer. */
export function unlessKept({ change, standing }: Heard): Heard {
  const kept = standing.told?.kept;
  if (change === null || standing.told === null || kept === undefined) return { change, standing };
  const fields: Record<string, unknown> = { ...change.fields };
  const left: Record<string, unknown> = { ...kept };
  const told = names(change);
  for (const group of KEPT_GROUPS) {
    const ours = group.filter((name) => name in kept);
    const said = ours.filter((name) => told.includes(name));
    if (said.every((name) => sameValue(fields[name], kept[name]))) {
      for (const name of said) delete fields[name];
      continue;
    }
    for (const name of ours) {
      if (!said.includes(name)) fields[name] = kept[name];
      delete left[name];
    }
  }
  const { kept: _kept, ...rest } = standing.told;
  const next: Told = Object.keys(left).length === 0 ? rest : { ...rest, kept: left };
  return { change: { ...change, fields }, standing: { ...standing, told: next } };
}
