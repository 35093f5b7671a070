import { PRESENCE_LISTED, PRESENCE_STATES, type PresenceEntry, type PresenceList, type PresenceState } from '../../contract/presence.ts';

/** One page or desktop as a server process knows it. */
export interface Present extends Omit<PresenceEntry, 'since'> {
  readonly page: string;
  /** Milliseconds of a steady clock: when it was last said anything of, and when its state began. */
  readonly saidAt: number;
  readonly sinceAt: number;
}

const rank = (state: PresenceState): number => PRESENCE_STATES.indexOf(state);

/** Which of two pages of one device speaks for it: where somebody is, and of those the one last used. */
export const isForemost = (a: Present, b: Present): boolean => (rank(a.state) === rank(b.state) ? a.saidAt > b.saidAt : rank(a.state) < rank(b.state));

/**
 * The list to be told: one entry for each device, those who are here first, then by name, so that the same people make
 * the same list. A page that is known twice, because it came back by another line, counts as it was last heard.
 * `wall` turns a steady time into an instant.
 */
export function presenceList(present: Iterable<Present>, wall: (steady: number) => string): PresenceList {
  const pages = new Map<string, Present>();
  for (const one of present) {
    const key = `${one.deviceId} ${one.page}`;
    const known = pages.get(key);
    if (!known || one.saidAt > known.saidAt) pages.set(key, one);
  }
  const devices = new Map<string, Present>();
  for (const one of pages.values()) {
    const known = devices.get(one.deviceId);
    if (!known || isForemost(one, known)) devices.set(one.deviceId, one);
  }
  const name = (one: Present): string => one.person ?? one.device;
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  const all = [...devices.values()].sort((a, b) => rank(a.state) - rank(b.state) || compare(name(a), name(b)) || compare(a.deviceId, b.deviceId));
  return {
    total: all.length,
    entries: all.slice(0, PRESENCE_LISTED).map(({ deviceId, device, kind, role, person, view, weddingId, state, sinceAt }) => ({ deviceId, device, kind, role, person, view, weddingId, state, since: wall(sinceAt) })),
  };
}

/** At most two letters that stand for a name: of its first and last word. */
export function initials(name: string): string {
  const words = name.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? [];
  const [first, last] = [words[0], words.length > 1 ? words.at(-1) : undefined];
  const letter = (word: string | undefined): string => (word === undefined ? '' : ([...word.normalize('NFC')][0] ?? '').toLocaleUpperCase());
  return letter(first) + letter(last) || '?';
}
