import { z } from 'zod';
import type { ErrorCode } from '../contract/errors.ts';
import { readCursor } from './ids.ts';

/** What a look at a CalDAV account remembers. Names from outside are never keys of an object: lists here, maps in memory. */

/** Occurrence as it stood when told: its part of a series (null = the entry itself), mark of its fields, start and end in UTC milliseconds. */
const Occurrence = z.tuple([z.string().nullable(), z.string(), z.number(), z.number()]);
export type Occurrence = z.infer<typeof Occurrence>;

/** Path, ETag, whether it repeats, what was told of it. */
const Item = z.tuple([z.string(), z.string(), z.boolean(), z.array(Occurrence)]);

/** Since when, and how often, there was nothing where there had been something. */
const Missing = z.object({ since: z.number(), looks: z.number() }).nullable();
export type Missing = z.infer<typeof Missing>;

const CalendarShape = z.object({
  path: z.string(),
  /** Mark of what all its entries carry (name, zone): another one makes all of them news. */
  told: z.string(),
  token: z.string().nullable(),
  ctag: z.string().nullable(),
  /** False = it has said that it cannot tell changes since a point. */
  syncs: z.boolean(),
  /** When everything was compared last; 0 = never. */
  comparedAt: z.number(),
  missing: Missing,
  /** Read because it is in use, and not by its name. */
  inUse: z.boolean().default(false),
  /** Nothing but what we have written there is read. */
  oursOnly: z.boolean().default(false),
  /** It is being taken out of the record. */
  leaving: z.boolean(),
  items: z.array(Item),
  /** Entries still to be read, and what stands when all of them are. */
  pending: z
    .object({
      read: z.array(z.string()),
      token: z.string().nullable(),
      ctag: z.string().nullable(),
      told: z.string(),
      comparedAt: z.number(),
      more: z.boolean(),
    })
    .nullable(),
});

/** What may be the trouble of one calendar alone. */
export const OWN_TROUBLES = ['normalise.forbidden', 'normalise.reread_refused', 'normalise.shape_unknown', 'normalise.reread_failed'] as const satisfies readonly ErrorCode[];

const Shape = z.object({
  /** Marks of what was entered: of the account, and of the choice of calendars. */
  account: z.string(),
  choice: z.string(),
  homes: z.array(z.object({ origin: z.string(), host: z.string(), secure: z.boolean(), path: z.string() })),
  /** Counts the pages that brought something: a state that comes back is another delivery. */
  generation: z.number(),
  /** Calendars of this look that are still to be read, by path. */
  todo: z.array(z.string()),
  /** Calendars that this look has passed over, and when it was left with them; 0 = it was not. */
  unread: z.array(z.object({ path: z.string(), calendarRef: z.string(), code: z.enum(OWN_TROUBLES) })).default([]),
  leftAt: z.number().default(0),
  calendars: z.array(CalendarShape),
});

export interface HeldItem {
  readonly etag: string;
  readonly repeats: boolean;
  readonly told: readonly Occurrence[];
}

export type HeldCalendar = Omit<z.infer<typeof CalendarShape>, 'items'> & { items: Map<string, HeldItem> };
export type Pending = NonNullable<HeldCalendar['pending']>;
export type LookState = Omit<z.infer<typeof Shape>, 'calendars'> & { calendars: Map<string, HeldCalendar> };

export const newState = (account: string, choice: string, now: number): LookState => {
  // Counting on from the second keeps keys of a look that begins anew apart from those of the one before.
  return { account, choice, homes: [], generation: Math.floor(now / 1000), todo: [], unread: [], leftAt: 0, calendars: new Map() };
};

export const newCalendar = (path: string): HeldCalendar => {
  return { path, told: '', token: null, ctag: null, syncs: true, comparedAt: 0, missing: null, inUse: false, oursOnly: false, leaving: false, items: new Map(), pending: null };
};

/** Paths are kept without their calendar's: they are most of what is kept. */
const within = (calendar: string, path: string): string =>
  path.startsWith(calendar) && path.length > calendar.length ? path.slice(calendar.length) : path;
const whole = (calendar: string, name: string): string => (name.startsWith('/') ? name : `${calendar}${name}`);

/** Null = there is none, or none of ours: everything is read again. */
export function stateOf(cursor: string | null): LookState | null {
  const parsed = Shape.safeParse(readCursor(cursor));
  if (!parsed.success) return null;
  const calendars = parsed.data.calendars.map((calendar): [string, HeldCalendar] => {
    const pending = calendar.pending && { ...calendar.pending, read: calendar.pending.read.map((name) => whole(calendar.path, name)) };
    const items = calendar.items.map(([name, etag, repeats, told]): [string, HeldItem] => [whole(calendar.path, name), { etag, repeats, told }]);
    return [calendar.path, { ...calendar, pending, items: new Map(items) }];
  });
  return { ...parsed.data, calendars: new Map(calendars) };
}

export function cursorOf(state: LookState): string {
  const calendars = [...state.calendars.values()].map(({ path: calendar, pending, items, ...held }) => {
    return {
      path: calendar, ...held, pending: pending && { ...pending, read: pending.read.map((path) => within(calendar, path)) },
      items: [...items].map(([path, { etag, repeats, told }]) => [within(calendar, path), etag, repeats, told]),
    };
  });
  return JSON.stringify({ ...state, calendars });
}

