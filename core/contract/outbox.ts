import { z } from 'zod';
import { Command, CommandAnswer } from './commands.ts';
import { Id, Instant, Seq } from './primitives.ts';

/**
 * Decisions that this machine keeps until the server has answered them. `queued` = never sent, or refused unread;
 * `sending` = a request is under way; `unknown` = sent without an answer, so it may be recorded already and is asked
 * again; the others are what the server said.
 */
export const OUTBOX_STATES = ['queued', 'sending', 'unknown', 'rebase', 'accepted', 'rejected'] as const;
export const OutboxEntry = z.object({
  command: Command,
  /** Whose record it is about: the server's origin, or `embedded`. It is sent nowhere else. */
  server: z.string().max(300),
  queuedAt: Instant,
  state: z.enum(OUTBOX_STATES),
  attempts: z.int().min(0),
  /** Some attempt ended without an answer. */
  maybeRecorded: z.boolean(),
  answer: CommandAnswer.nullable(),
  answeredAt: Instant.nullable(),
  /** When the next attempt is due; null = as soon as it is its turn. */
  retryAt: Instant.nullable(),
});
export type OutboxEntry = z.infer<typeof OutboxEntry>;

/** One line of the journal. Replaying all of them gives the entries. */
export const OutboxRecord = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('queued'), command: Command, server: z.string().max(300), at: Instant }),
  z.object({ kind: z.literal('sending'), commandId: Id, at: Instant }),
  /** `maybeRecorded` false = the server said that it did not take it (too busy, not signed in). */
  z.object({ kind: z.literal('not_answered'), commandId: Id, at: Instant, maybeRecorded: z.boolean(), retryAt: Instant }),
  z.object({ kind: z.literal('answered'), commandId: Id, at: Instant, answer: CommandAnswer }),
  z.object({ kind: z.literal('removed'), commandId: Id, at: Instant }),
  /** The person decided again over what stands now: the old one goes and the new one is queued, in one step. */
  z.object({ kind: z.literal('replaced'), commandId: Id, at: Instant, command: Command }),
  /** Somebody was erased: of these rows (null = of any) nothing is kept from before that place in the log. */
  z.object({ kind: z.literal('erased'), rowIds: z.array(Id).nullable(), before: Seq, at: Instant }),
  /** A whole entry, as a compacted journal begins. */
  z.object({ kind: z.literal('kept'), entry: OutboxEntry }),
]);
export type OutboxRecord = z.infer<typeof OutboxRecord>;

/** What a person chose for a decision that somebody else's was before. `basedOnVersion` is what they see now. */
export const OutboxChoice = z.discriminatedUnion('choice', [
  z.strictObject({ choice: z.literal('send_again'), commandId: Id, newCommandId: Id, basedOnVersion: z.int().min(1) }),
  z.strictObject({ choice: z.literal('drop'), commandId: Id }),
]);
export type OutboxChoice = z.infer<typeof OutboxChoice>;

/** Kept durably on this machine; the server has not spoken yet. */
export const QueuedAnswer = z.object({ outcome: z.literal('queued'), commandId: Id });
export type QueuedAnswer = z.infer<typeof QueuedAnswer>;
