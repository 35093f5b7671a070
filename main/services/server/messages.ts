import { z } from 'zod';
import { CodedError } from '../../../core/contract/errors.ts';

/** What the embedded server tells its parent. Anything else is logged and ignored. */
export const ServerMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), url: z.url({ protocol: /^https?$/ }), ticket: z.string().nullable(), founding: z.string().nullish() }),
  z.object({ type: z.literal('failed'), error: CodedError }),
  z.object({ type: z.literal('ticket'), ticket: z.string().nullable() }),
]);
export type ServerMessage = z.infer<typeof ServerMessage>;

/** What the parent tells the embedded server. */
export type ServerOrder = { readonly type: 'stop' } | { readonly type: 'ticket' };
