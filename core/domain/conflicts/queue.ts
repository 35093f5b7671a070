import type { Conflict } from '../../contract/record/taking.ts';

/** Conflicts that somebody has to see to: the hard ones first, then by how soon; what has been is nobody's any more. */
export function openConflicts(conflicts: Iterable<Conflict>, now: number): Conflict[] {
  return [...conflicts]
    .filter(({ state, endsAt }) => state === 'open' && Date.parse(endsAt) > now)
    .sort((a, b) => Number(b.level === 'block') - Number(a.level === 'block') || a.startsAt.localeCompare(b.startsAt) || a.id.localeCompare(b.id));
}

/** Those that somebody has decided to live with and that are still to come, the next first. */
export function acceptedConflicts(conflicts: Iterable<Conflict>, now: number): Conflict[] {
  return [...conflicts].filter(({ state, endsAt }) => state === 'overridden' && Date.parse(endsAt) > now).sort((a, b) => a.startsAt.localeCompare(b.startsAt) || a.id.localeCompare(b.id));
}
