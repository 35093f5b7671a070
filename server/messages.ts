import type { CodedError } from '../core/contract/errors.ts';

/** What the server tells the process that started it, if any. */
export type ServerMessage =
  /** Once, when it listens. `ticket` enrols one device; it and `organisationId` are null while there is no organisation, and then `founding` makes one. */
  | { readonly type: 'ready'; readonly url: string; readonly ticket: string | null; readonly founding: string | null; readonly organisationId: string | null }
  /** Instead of `ready`; the process then ends with code 1. */
  | { readonly type: 'failed'; readonly error: CodedError }
  | { readonly type: 'ticket'; readonly ticket: string | null };

/** What the parent may ask. */
export type ServerOrder = { readonly type: 'stop' } | { readonly type: 'ticket' };
