import { z } from 'zod';
import type { Standing } from './calling.ts';
import { textMark } from './ids.ts';

/**
 * A calendar whose place was forgotten over there is read anew, and what was taken away meanwhile is in no answer. So what is known to stand in
 * it is noted with the first page, struck out as it is met, and what is left at the end is asked for, one by one: nothing is believed to be gone
 * because a list did not name it.
 */

/** Of an id so many digits: a calendar of ten thousand entries keeps a hundred kilobytes for as long as it is read anew. */
const DIGITS = 10;
/** Servers and we may see the edge of a span differently by a time zone. */
const EDGE_MS = 2 * 86_400_000;

/** What is still to be met, in a span, UTC milliseconds; `asking` = everything was read, and what is left is asked for. */
export const Anew = z.object({ left: z.string(), from: z.number(), to: z.number().nullable(), asking: z.boolean() });
export type Anew = z.infer<typeof Anew>;

const markOf = (id: string): string => textMark(id).slice(0, DIGITS);
const marksIn = (left: string): readonly string[] => left.match(new RegExp(`.{${DIGITS}}`, 'g')) ?? [];

/** Only what is well within the span has to be met. */
export const within = ({ from, to }: Pick<Anew, 'from' | 'to'>): Pick<Standing, 'from' | 'to'> =>
  ({ from: from + EDGE_MS, to: to === null ? null : to - EDGE_MS });

export const marksOf = (ids: readonly string[]): string => [...new Set(ids.map(markOf))].join('');

export function without(left: string, ids: readonly string[]): string {
  if (left === '') return left;
  const met = new Set(ids.map(markOf));
  return marksIn(left).filter((mark) => !met.has(mark)).join('');
}

export function stillLeft(left: string, ids: readonly string[]): readonly string[] {
  const marks = new Set(marksIn(left));
  return ids.filter((id) => marks.has(markOf(id)));
}

/** Whether what stands from `starts` until `ends` (UTC instants; null = nobody can tell) would have had to be met. */
export function isInside({ from, to }: Pick<Anew, 'from' | 'to'>, starts: string | null, ends: string | null): boolean {
  if (starts === null || ends === null) return true;
  return Date.parse(ends) > from && (to === null || Date.parse(starts) < to);
}
