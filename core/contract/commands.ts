import { z } from 'zod';
import { CodedError } from './errors.ts';
import { Id, Seq } from './primitives.ts';
import { RecordedEvent } from './events.ts';

/**
 * A person's decision. `commandId` makes it safe to send twice: the second answer equals the first.
 * `basedOnVersion` is the row's version the person saw.
 */
export const Command = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('alert.acknowledge'), commandId: Id, alertId: Id, basedOnVersion: z.int().min(1) }),
  z.strictObject({ type: z.literal('runsheet.item.set_status'), commandId: Id, itemId: Id, basedOnVersion: z.int().min(1), status: z.enum(['planned', 'running', 'done', 'skipped']) }),
]);
export type Command = z.infer<typeof Command>;
export type CommandType = Command['type'];

/** accepted = recorded; rejected = it will never be; rebase = somebody else was first, here is what stands. */
export const CommandAnswer = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('accepted'), commandId: Id, seq: Seq }),
  z.object({ outcome: z.literal('rejected'), commandId: Id, error: CodedError }),
  z.object({ outcome: z.literal('rebase'), commandId: Id, latest: RecordedEvent.nullable() }),
]);
export type CommandAnswer = z.infer<typeof CommandAnswer>;
