import { z } from 'zod';
import { PairingCode } from './accounts.ts';
import { ErrorCode } from './errors.ts';
import { Instant } from './primitives.ts';

/** A desktop that asks a server to be let in by a code. The secret of it stays in main; pages see what people may see. */

export const PairingStep = z.discriminatedUnion('step', [
  z.object({ step: z.literal('idle') }),
  /** The server is being asked for a code. */
  z.object({ step: z.literal('asking'), server: z.string() }),
  /** The code is shown, and somebody who is let in has to approve it. */
  z.object({ step: z.literal('waiting'), server: z.string(), userCode: z.string(), url: z.string(), urlComplete: z.string(), expiresAt: Instant }),
  /** Approved: the desktop is changing over to that server. */
  z.object({ step: z.literal('joining'), server: z.string() }),
  /** `auth.pairing_denied` = refused by a person, `auth.pairing_invalid` = nobody approved in time. */
  z.object({ step: z.literal('failed'), server: z.string(), code: ErrorCode }),
]);
export type PairingStep = z.infer<typeof PairingStep>;

/** Why the server that this desktop belongs to does not let it in. */
export const NotLetIn = z.enum(['auth_missing', 'auth_invalid', 'auth_revoked']);
export type NotLetIn = z.infer<typeof NotLetIn>;

export const PairingState = z.object({
  /** The server that this desktop belongs to now; the built-in one has no address until it runs. */
  server: z.object({ mode: z.enum(['embedded', 'client']), url: z.string().nullable() }),
  /** Set = that server does not let this desktop in, and nothing can be done before it does. */
  needed: NotLetIn.nullable(),
  /** That server has no organisation yet, and this desktop may make it. */
  mayFound: z.boolean(),
  pairing: PairingStep,
});
export type PairingState = z.infer<typeof PairingState>;

/** The address of a server, as a person types it. */
export const PairWith = z.strictObject({ url: z.url({ protocol: /^https?$/ }) });
export const ByCode = z.strictObject({ code: PairingCode });
