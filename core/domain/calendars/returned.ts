import type { DIFFERING, Direction, PRIVACIES, PUSHED, Strategy } from '../../contract/record/calendars.ts';

/** What becomes of an entry of ours that somebody has changed in their calendar (CAL-11, XP-04). */

type Privacy = (typeof PRIVACIES)[number];
export type FieldName = (typeof DIFFERING)[number];

/** What an entry says. UTC instants as ISO text; null = nothing stands there, or it is not said. */
export interface Stood {
  readonly startsAt: string;
  readonly endsAt: string;
  readonly title: string | null;
  readonly place: string | null;
  readonly status: 'confirmed' | 'tentative' | 'cancelled';
}

export type Subject = (typeof PUSHED)[number];

export interface Returning {
  /** What stood on both sides last; null = nothing did yet, and then what is ours is what they began from. */
  readonly base: Stood | null;
  /** What is to stand there; null = nothing is any more. */
  readonly ours: Stood | null;
  /** What stands there. */
  readonly theirs: Stood | 'gone';
  readonly strategy: Strategy;
  readonly direction: Direction;
  readonly privacy: Privacy;
  readonly subject: Subject;
  /** The subject must not be moved. */
  readonly locked: boolean;
  /** The subject is cancelled here. */
  readonly cancelled: boolean;
  /** What its title and its place here would be if theirs were taken: false = ours is made of more than the row's own. */
  readonly takes: { readonly title: boolean; readonly place: boolean };
  /** When either side was changed last, by its own clock. UTC milliseconds; null = it does not say. */
  readonly changedAt: { readonly ours: number | null; readonly theirs: number | null };
}

export interface Differing {
  readonly name: FieldName;
  readonly base: string | null;
  readonly ours: string | null;
  readonly theirs: string | null;
}

/**
 * `echo`: both say the same, or nobody has touched it there. `apply`: theirs becomes ours, and `again` = what is left of ours is written.
 * `write_again`: ours is written over theirs. `ask`: a person decides about these, and nothing is written or taken meanwhile.
 */
export type Returned =
  | { readonly kind: 'echo' }
  | { readonly kind: 'apply'; readonly fields: Partial<Stood>; readonly again: boolean }
  | { readonly kind: 'write_again' }
  | { readonly kind: 'ask'; readonly fields: readonly Differing[] };

/** A source that moves a beginning has told of the end too: when something is counts as one. */
const GROUPS = [['startsAt', 'endsAt'], ['title'], ['place'], ['status']] as const satisfies readonly (readonly FieldName[])[];
type Group = (typeof GROUPS)[number];

/** What a reader of this privacy sees, and so may have changed. */
const SHOWN: Readonly<Record<Privacy, readonly FieldName[]>> = {
  full: ['startsAt', 'endsAt', 'title', 'place', 'status'],
  title: ['startsAt', 'endsAt', 'title', 'status'],
  busy: ['startsAt', 'endsAt'],
};

const ECHO: Returned = { kind: 'echo' };
const AGAIN: Returned = { kind: 'write_again' };

const sameTime = (a: string, b: string): boolean => Date.parse(a) === Date.parse(b);
const sameText = (a: string | null, b: string | null): boolean => (a ?? '').trim() === (b ?? '').trim();
function sameField(name: FieldName, a: Stood, b: Stood): boolean {
  if (name === 'startsAt' || name === 'endsAt') return sameTime(a[name], b[name]);
  return name === 'status' ? a.status === b.status : sameText(a[name], b[name]);
}
const same = (group: Group, a: Stood, b: Stood): boolean => group.every((name) => sameField(name, a, b));

const valueOf = (one: Stood | null, name: FieldName): string | null => one?.[name] ?? null;
const told = (names: readonly FieldName[], base: Stood | null, ours: Stood, theirs: Stood): Differing[] =>
  names.filter((name) => !sameField(name, ours, theirs)).map((name) => ({ name, base: valueOf(base, name), ours: valueOf(ours, name), theirs: valueOf(theirs, name) }));

/** What stands on both sides once theirs is known: ours, with all that its readers see as they have it. */
export const agreed = (ours: Stood, theirs: Stood, privacy: Privacy): Stood => ({ ...ours, ...Object.fromEntries(SHOWN[privacy].map((name) => [name, theirs[name]])) });

/** Whether a reader of this privacy sees the same in both. */
export const looksSame = (a: Stood, b: Stood, privacy: Privacy): boolean => SHOWN[privacy].every((name) => sameField(name, a, b));

export function returned(one: Returning): Returned {
  if (one.ours === null) return one.theirs === 'gone' || one.theirs.status === 'cancelled' ? ECHO : stillThere(one, one.theirs);
  if (one.theirs === 'gone' || one.theirs.status === 'cancelled') return one.ours.status === 'cancelled' ? ECHO : goneThere(one, one.ours);
  return changedThere(one, one.ours, one.theirs);
}

/** Nothing of ours is to stand there: what does is on its way out, or somebody has brought it back. */
function stillThere({ base, strategy, direction, privacy, cancelled }: Returning, theirs: Stood): Returned {
  if (base !== null && base.status !== 'cancelled') return looksSame(base, theirs, privacy) ? ECHO : AGAIN;
  if (direction !== 'bidirectional' || strategy === 'local_wins' || !cancelled) return AGAIN;
  return { kind: 'ask', fields: [{ name: 'status', base: 'cancelled', ours: 'cancelled', theirs: theirs.status }] };
}

/** Nobody's wedding is cancelled by a finger that slipped in a calendar. */
function goneThere({ base, strategy, direction, subject, locked }: Returning, ours: Stood): Returned {
  if (direction !== 'bidirectional' || strategy === 'local_wins') return AGAIN;
  const ask: Returned = { kind: 'ask', fields: [{ name: 'status', base: valueOf(base, 'status'), ours: ours.status, theirs: 'cancelled' }] };
  // Nobody's wedding, and nothing of its run sheet.
  if (strategy === 'manual' || subject === 'weddings' || subject === 'runSheetItems' || locked) return ask;
  const untouched = base === null || base.status === 'cancelled' || GROUPS.every((group) => same(group, base, ours));
  return strategy === 'remote_wins' || untouched ? { kind: 'apply', fields: { status: 'cancelled' }, again: false } : ask;
}

function changedThere({ base, strategy, direction, privacy, subject, locked, takes, changedAt }: Returning, ours: Stood, theirs: Stood): Returned {
  const shown = GROUPS.filter((group) => group.some((name) => SHOWN[privacy].includes(name)));
  const from = base ?? ours;
  const touched = shown.filter((group) => !same(group, from, theirs) && !same(group, ours, theirs));
  if (touched.length === 0) return ECHO;
  if (direction !== 'bidirectional' || strategy === 'local_wins') return AGAIN;
  // An item of a run sheet is as sure as its wedding, whatever is said of it over there.
  const mayTake = (group: Group): boolean => {
    if (group[0] === 'status') return subject !== 'runSheetItems';
    return group[0] === 'title' ? takes.title && theirs.title !== null : group[0] !== 'place' || takes.place;
  };
  const open = touched.filter(mayTake);
  // What cannot be said here stays as we say it.
  if (open.length === 0) return AGAIN;
  const ask = (groups: readonly Group[]): Returned => ({ kind: 'ask', fields: told(groups.flat(), base, ours, theirs) });
  if (strategy === 'manual' || locked) return ask(open);

  const take: Group[] = [];
  const doubtful: Group[] = [];
  for (const group of open) {
    // Confirmed is what is confirmed here, where it is held against all that stands in its way.
    if (group[0] === 'status' && theirs.status === 'confirmed') doubtful.push(group);
    else if (strategy === 'remote_wins' || same(group, from, ours)) take.push(group);
    else if (group[0] === 'startsAt' && changedAt.ours !== null && changedAt.theirs !== null && changedAt.ours !== changedAt.theirs) {
      if (changedAt.theirs > changedAt.ours) take.push(group);
    } else doubtful.push(group);
  }
  // One answer for all of it: half of a change that somebody has made is none of theirs.
  if (doubtful.length > 0) return ask([...take, ...doubtful]);
  if (take.length === 0) return AGAIN;
  const fields: Partial<Stood> = Object.fromEntries(take.flat().map((name) => [name, theirs[name]]));
  const after: Stood = { ...ours, ...fields };
  return { kind: 'apply', fields, again: shown.some((group) => !same(group, after, theirs)) };
}
