import type { HouseRules } from '../../contract/record/taking.ts';
import { NO_TRAVEL, VENUE_RULES, type ClashRules, type Travel } from './model.ts';
import { resourceKey } from './occupancies.ts';

/** A venue's own rules, as whoever judges needs them: the server, the preview and the solver ask here and nowhere else. */

/** What a house asks of two that are near each other. */
export interface HouseTerms {
  readonly rules: ClashRules;
  readonly travel: Travel;
}

/** Of a house that has said nothing. */
export const PLAIN_TERMS: HouseTerms = { rules: VENUE_RULES, travel: NO_TRAVEL };

type Said = Pick<HouseRules, 'levels' | 'travel'>;
const MINUTE_MS = 60_000;

/** Whether any way is counted at all; where none is, nobody has to know where anything is. */
export const countsTravel = (said: Pick<HouseRules, 'travel'> | null | undefined): boolean => said !== null && said !== undefined && (said.travel.usualMinutes !== null || said.travel.ways.length > 0);

/** The same whichever way it goes, and however its places are spelled. */
export const wayKey = (from: string, to: string): string => [resourceKey(from), resourceKey(to)].sort().join('\n');

/**
 * How long it takes from one place to another. A way that is named counts as it was named. Of any other the usual minutes do, except between
 * two rooms of this house: what is the name of one of its rooms is in the house, everything else is an address of its own.
 * @param rooms keys of the house's rooms, as `resourceKey` writes them
 */
function travelOf({ travel: { usualMinutes, ways } }: Said, rooms: ReadonlySet<string>): Travel {
  const named = new Map(ways.map(({ from, to, minutes }) => [wayKey(from, to), minutes * MINUTE_MS]));
  const usualMs = (usualMinutes ?? 0) * MINUTE_MS;
  const keys = new Map<string, string>();
  const keyOf = (place: string): string => {
    const known = keys.get(place);
    if (known !== undefined) return known;
    const key = resourceKey(place);
    keys.set(place, key);
    return key;
  };
  return (from, to) => {
    const [one, other] = [keyOf(from), keyOf(to)];
    if (one === other || one === '' || other === '') return 0;
    const way = named.get(one < other ? `${one}\n${other}` : `${other}\n${one}`);
    return way ?? (rooms.has(one) && rooms.has(other) ? 0 : usualMs);
  };
}

/** @param rooms keys of the house's rooms; only looked at where ways are counted */
export function termsOf(said: Said | null | undefined, rooms: Iterable<string>): HouseTerms {
  if (said === null || said === undefined) return PLAIN_TERMS;
  return { rules: said.levels, travel: countsTravel(said) ? travelOf(said, new Set(rooms)) : NO_TRAVEL };
}

/** What is wrong with the ways: one that is named twice, that goes nowhere, or whose places have no name. Null = nothing. */
export function wrongWay(ways: HouseRules['travel']['ways']): { readonly why: 'twice' | 'nowhere' | 'unnamed'; readonly from: string; readonly to: string } | null {
  const seen = new Set<string>();
  for (const { from, to } of ways) {
    const [one, other] = [resourceKey(from), resourceKey(to)];
    if (one === '' || other === '') return { why: 'unnamed', from, to };
    if (one === other) return { why: 'nowhere', from, to };
    const key = wayKey(from, to);
    if (seen.has(key)) return { why: 'twice', from, to };
    seen.add(key);
  }
  return null;
}
