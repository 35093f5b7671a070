import { z } from 'zod';
import { asAddress, fromAddress } from './addressText.ts';
import { RESOURCE_KINDS } from './record/taking.ts';
import { err, ok, type Result } from './result.ts';

/** The place `Calendar & conflicts`: the queue, and what of the timeline is shown. */

export const CALENDAR_SCALES = ['day', 'week', 'month'] as const;
export type CalendarScale = (typeof CALENDAR_SCALES)[number];
/** Per cent of the scale. */
export const CALENDAR_ZOOMS = ['150', '200', '300', '400', '600'] as const;
export const FIND_MOST = 100;

export const CalendarPlace = z.object({
  view: z.literal('conflicts'),
  /** The one that is open in the queue; null = none. */
  conflictId: z.uuid().nullable(),
  /** Left out: as the console chooses. */
  scale: z.enum(CALENDAR_SCALES).optional(),
  /** A day within what is shown, `20261120`, where the venue is; left out = today. */
  on: z.string().regex(/^\d{8}$/).optional(),
  /** Only resources of this kind. */
  kind: z.enum(RESOURCE_KINDS).optional(),
  /** Only resources with this in their name, as it was typed. */
  find: z.string().min(1).max(FIND_MOST).refine((text) => text === text.trim()).optional(),
  /** Left out = 100. */
  zoom: z.enum(CALENDAR_ZOOMS).optional(),
  /** Only resources where something clashes. */
  only: z.literal('clashing').optional(),
  /** What is chosen on the timeline: a wedding, a booking or an allocation. */
  taking: z.uuid().optional(),
});
export type CalendarPlace = z.infer<typeof CalendarPlace>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const WORDS: readonly string[] = ['scale', 'zoom', 'on', 'kind', 'only', 'find', 'taking'];

/** `conflicts[/ID][/scale/week][/zoom/200][/on/20261120][/kind/room][/only/clashing][/find/006e006f][/taking/ID]`. @param parts what follows the first word */
export function parseCalendar(parts: readonly string[]): Result<CalendarPlace, 'unknown_place' | 'bad_id'> {
  const named = parts.length % 2 === 1;
  const conflictId = named ? (parts[0] ?? null) : null;
  if (conflictId !== null && !UUID.test(conflictId)) return err('bad_id');
  const found: Record<string, string> = {};
  for (let at = named ? 1 : 0; at < parts.length; at += 2) {
    const [word, value] = [parts[at] ?? '', parts[at + 1] ?? ''];
    if (!WORDS.includes(word) || word in found) return err('unknown_place');
    // Nothing typed is no text: it is refused like any other that is none.
    found[word] = word === 'find' ? (fromAddress(value) ?? '') : value;
  }
  const place = CalendarPlace.safeParse({ view: 'conflicts', conflictId, ...found });
  return place.success ? ok(place.data) : err('bad_id');
}

/** Inverse of {@link parseCalendar}. */
export function formatCalendar({ conflictId, scale, zoom, on, kind, only, find, taking }: CalendarPlace): string {
  const typed = find === undefined ? undefined : asAddress(find);
  const told = { scale, zoom, on, kind, only, find: typed, taking };
  const pairs = Object.entries(told).flatMap(([word, value]) => (value === undefined ? [] : [word, value]));
  return ['conflicts', ...(conflictId === null ? [] : [conflictId]), ...pairs].join('/');
}
