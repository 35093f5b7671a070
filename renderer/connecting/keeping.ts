import type { Keeper, SystemFace, SystemField, SystemSummary } from '../../core/contract/systems.ts';

/** Where the key of a connection is kept: `here` = in the keychain of this computer, `there` = on the one that keeps it already. */
export type Place = 'here' | 'there' | 'vault';
type Path = SystemSummary['paths'][number];

/** Secrets that calls are made with; those that prove what comes in are the server's in any case. */
export const isCallSecret = (field: SystemField, path: Path): boolean => field.sensitive && !field.proof && (field.paths.length === 0 || field.paths.includes(path));

/** Whether there is a key that could be kept in one place or another. */
export const hasKey = (face: SystemFace, path: Path): boolean => path === 'native' && face.fields.some((field) => isCallSecret(field, path));

export type NotHere = 'browser' | 'no_keychain' | 'leave' | 'both';

/** Why the key cannot be kept on this computer; null = it can. */
export function notHere(face: SystemFace, path: Path, home: 'desktop' | 'browser', keychain: boolean): NotHere | null {
  if (face.unkeepable === 'leave' || face.unkeepable === 'both') return face.unkeepable;
  if (!hasKey(face, path) || home === 'browser') return 'browser';
  return keychain ? null : 'no_keychain';
}

/** The places that there are to choose from, the usual one first. */
export function placesOf(keeper: Keeper | null, why: NotHere | null): Place[] {
  const others = keeper !== null && !keeper.self && keeper.state !== 'withdrawn';
  return [...(others ? (['there'] as const) : []), ...(why === null ? (['here'] as const) : []), 'vault'];
}

/** Where it is now, as far as that can be chosen. */
export function placeNow(keeper: Keeper | null, places: readonly Place[]): Place {
  const now: Place = keeper === null ? 'vault' : keeper.self ? 'here' : 'there';
  return places.includes(now) ? now : (places[0] ?? 'vault');
}
