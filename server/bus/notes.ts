import { z } from 'zod';

/**
 * What processes on one record tell each other. Positions and names only, never what happened: whoever hears of it reads
 * it from the record, so a note that is lost, late, doubled or out of order does no harm.
 */
const Note = z.discriminatedUnion('about', [
  z.object({ about: z.literal('events'), from: z.string(), at: z.iso.datetime(), heads: z.array(z.tuple([z.guid(), z.int().min(1)])).min(1) }),
  z.object({ about: z.literal('deliveries'), from: z.string() }),
  z.object({ about: z.literal('connection'), from: z.string(), connectionId: z.guid() }),
  z.object({ about: z.literal('revoked'), from: z.string(), deviceId: z.guid() }),
  z.object({ about: z.literal('said'), from: z.string(), topic: z.string(), body: z.unknown() }),
]);
export type Note = z.infer<typeof Note>;

/** PostgreSQL carries a little less than 8000 bytes in one announcement; Redis is held to the same. */
export const NOTE_LIMIT = 7_500;
/** Heads of logs in one note: with ids and positions as long as they get, it stays below {@link NOTE_LIMIT}. */
export const HEADS_LIMIT = 100;

export function readNote(payload: string | undefined): Note | null {
  try {
    return Note.parse(JSON.parse(payload ?? ''));
  } catch {
    return null;
  }
}
