import { z } from 'zod';
import { Instant, ShortText } from '../primitives.ts';
import { rowBase } from './row.ts';

/** The connected systems, as a board shows them. */

/** `paused` by a person, `disabled` because it has failed for too long: either way what comes is held until a person resumes it. */
export const CONNECTION_HEALTH = ['waiting', 'healthy', 'failing', 'paused', 'disabled'] as const;

/** Told no more often than once in so many milliseconds. */
export const READING_TELL_MS = 1_000;

/**
 * How far a long look at a source has come: the first one, or one that begins anew. `reading`: its pages come. `taking`: all of them are here,
 * and what they brought is worked on. `stopped`: its source gives no more for now. `done`: all of it is here.
 */
export const Reading = z.object({
  state: z.enum(['reading', 'taking', 'stopped', 'done']),
  /** Entries that have come so far, and in how many pages; how many of them are worked on. */
  read: z.int().min(0),
  pages: z.int().min(0),
  done: z.int().min(0),
  /** Null = known with the last page. */
  total: z.int().min(0).nullable(),
  since: Instant,
  /** Of what is done. */
  endedAt: Instant.nullable(),
  /** Error code while stopped; null = a person has paused it. */
  reason: z.string().nullable(),
});
export type Reading = z.infer<typeof Reading>;

export const Connection = z.object({
  ...rowBase,
  system: z.string(),
  name: ShortText,
  path: z.enum(['native', 'bridge', 'feed', 'file', 'mail']),
  health: z.enum(CONNECTION_HEALTH),
  /** Error code while failing or disabled; in a person's words while paused. */
  healthReason: z.string().nullable(),
  healthSince: Instant,
  /** It only calls us, and has been silent for much longer than it usually is: milliseconds between two signs of life, and when the last one came. */
  quiet: z.object({ usualMs: z.int().min(0), since: Instant }).nullish(),
  /** The last long look at it; null or left out = there was none. */
  reading: Reading.nullish(),
});
export type Connection = z.infer<typeof Connection>;
