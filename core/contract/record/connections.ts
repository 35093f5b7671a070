import { z } from 'zod';
import { Instant, ShortText } from '../primitives.ts';
import { rowBase } from './row.ts';

/** The connected systems, as a board shows them. */

/** `paused` by a person, `disabled` because it has failed for too long: either way what comes is held until a person resumes it. */
export const CONNECTION_HEALTH = ['waiting', 'healthy', 'failing', 'paused', 'disabled'] as const;

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
});
export type Connection = z.infer<typeof Connection>;
