import { z } from 'zod';
import { Id, Instant, ShortText, Zone } from '../primitives.ts';
import { CategoryWord, Template, WRITTEN_KINDS } from './entryTemplates.ts';
import { rowBase } from './row.ts';
import { TRADES } from './trade.ts';

/** Calendars that are kept elsewhere, what is to stand in them because of us, and where both sides say something else. */

/** `inbound`: what stands there takes its resource's time here. `outbound`: what takes its resource's time here stands there. */
export const DIRECTIONS = ['none', 'inbound', 'outbound', 'bidirectional'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** What happens to an entry of ours that somebody has changed over there (CAL-11). `merge` goes field by field against what stood on both sides last. */
export const STRATEGIES = ['local_wins', 'remote_wins', 'merge', 'manual'] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** How much of an entry its readers see: all; when and what; that somebody is taken. */
export const PRIVACIES = ['full', 'title', 'busy'] as const;

/** What a person may say of a calendar. */
export const CalendarFields = {
  direction: z.enum(DIRECTIONS),
  privacy: z.enum(PRIVACIES),
  strategy: z.enum(STRATEGIES),
  /** Whose calendar it is: the room, vendor, member of the crew whose time it tells of; null = nobody's yet, then nothing is written and nothing takes time. */
  resourceId: Id.nullable(),
  /** Every wedding of the house is written, whatever room it has: the house's own calendar. */
  everyWedding: z.boolean(),
  /** Run sheets are written as well: those of weddings that stand there, and of any wedding what its resource is in charge of. Null = no; left out of a decision = as it was. */
  runSheet: z.boolean().nullish(),
  /** Which part its owner plays. With every wedding: what is booked of this trade is written as well. Here and below null = none, left out of a decision = as it was. */
  role: z.enum(TRADES).nullish(),
  /** Which kinds are written; null = all. Run sheets are chosen by themselves. */
  categories: z.array(z.enum(WRITTEN_KINDS)).max(WRITTEN_KINDS.length).nullish(),
  /** Instead of what entries are called and say otherwise; only with the privacy `full`. Null or empty = as always. See `entryTemplates.ts`. */
  titleTemplate: Template.nullish(),
  descriptionTemplate: Template.nullish(),
  /** The category that its entries have over there, where a calendar has such; null = whatever they have, empty = none. */
  categoryWord: CategoryWord.nullish(),
  /** The calendar may mail its invitations to the people of a booking. */
  invite: z.boolean(),
  /** Minutes before the start. */
  reminders: z.array(z.int().min(0).max(40_320)).max(5),
} as const;

/** How a calendar is filled the first time, or filled anew. `done` and `total` count entries; `total` null = not counted yet. */
export const CalendarFilling = z.object({
  state: z.enum(['idle', 'filling', 'failing']),
  /** Error code while failing. */
  reason: z.string().nullable(),
  done: z.int().min(0),
  total: z.int().min(0).nullable(),
});

/** One calendar of a connection. Which one it is over there stands in its mapping (`remoteType` `calendar`): an address is no fact for everybody. */
export const Calendar = z.object({
  ...rowBase,
  connectionId: Id,
  name: ShortText,
  /** Null = it does not say. */
  zone: Zone.nullable(),
  /** `#rrggbb`. */
  colour: z.string().regex(/^#[0-9a-f]{6}$/).nullable(),
  /** The account's main one. */
  main: z.boolean(),
  /** Null = it does not say, and a try will tell. */
  mayWrite: z.boolean().nullable(),
  ...CalendarFields,
  /** `gone`: over there nobody finds it any more. */
  state: z.enum(['active', 'gone']),
  filling: CalendarFilling,
  /** It is looked at and could not be read the last time: why, as an error code, and since when. Null or left out = it could. */
  unread: z.object({ reason: z.string(), since: Instant }).nullish(),
  /** Another calendar here is the same one over there, and both are written: every entry stands there twice. Null or left out = there is none. */
  twinId: Id.nullish(),
  /** What is to stand in it waits for this computer, which keeps the key, since then. Null or left out = it waits for none. */
  waits: z.object({ computer: ShortText, since: Instant }).nullish(),
});
export type Calendar = z.infer<typeof Calendar>;

/** Whose rows are written into calendars. */
export const PUSHED = ['weddings', 'bookings', 'allocations', 'runSheetItems'] as const;
export const PushSubject = z.object({ collection: z.enum(PUSHED), id: Id });

/** What somebody who was invited has said. */
export const ANSWERS = ['accepted', 'tentative', 'declined'] as const;
export type Said = (typeof ANSWERS)[number];

/**
 * One of our rows in one calendar: the second of the two promises (recorded; on their calendar).
 * `queued`: will be written. `written`: what is wanted stands there, or is gone from there. `failed`: it is not tried again by itself.
 * `differs`: both sides were changed and a person is asked ({@link Difference}).
 */
export const Push = z.object({
  ...rowBase,
  weddingId: Id.nullable(),
  calendarId: Id,
  subject: PushSubject,
  wish: z.enum(['present', 'absent']),
  state: z.enum(['queued', 'written', 'failed', 'differs']),
  /** Version of the subject's row that is to stand there, and that does; null = none yet. */
  wantedVersion: z.int().min(1),
  writtenVersion: z.int().min(1).nullable(),
  /** In a row without success. */
  attempts: z.int().min(0),
  /** Error code of the last attempt; null = it went well, or there was none. */
  reason: z.string().nullable(),
  /** Null = not because of time. */
  nextAttemptAt: Instant.nullable(),
  writtenAt: Instant.nullable(),
  /** What whom we have invited to it has answered, and when we heard of it. `past`: it was about another time than it has now. Null or left out = nothing. */
  answer: z.object({ said: z.enum(ANSWERS), since: Instant, past: z.literal(true).optional() }).nullish(),
});
export type Push = z.infer<typeof Push>;

export const DIFFERING = ['startsAt', 'endsAt', 'title', 'place', 'status'] as const;

/** An entry of ours was changed over there, and its calendar's strategy asks a person (XP-04). */
export const Difference = z.object({
  ...rowBase,
  weddingId: Id.nullable(),
  calendarId: Id,
  pushId: Id,
  subject: PushSubject,
  /** `base`: what stood on both sides last. Instants as ISO text. A deletion over there is `status` with theirs `cancelled`. */
  fields: z.array(z.object({ name: z.enum(DIFFERING), base: z.string().nullable(), ours: z.string().nullable(), theirs: z.string().nullable() })).min(1).max(DIFFERING.length),
  raisedAt: Instant,
  state: z.enum(['open', 'settled']),
  /** Null while open, or when both sides came to say the same by themselves. */
  kept: z.enum(['ours', 'theirs']).nullable(),
  settledAt: Instant.nullable(),
  settledBy: ShortText.nullable(),
});
export type Difference = z.infer<typeof Difference>;
