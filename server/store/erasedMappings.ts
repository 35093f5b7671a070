import { createHash } from 'node:crypto';

const ERASED = 'erased:';

/** It is the hash of one. */
export const isErasedId = (remoteId: string): boolean => remoteId.startsWith(ERASED);

/**
 * Under which id an erased object of a vendor is known here: a hash, so that a later delivery about it is recognised
 * while the id itself, which may be an address, is gone.
 */
export const erasedRemoteId = (connectionId: string, remoteType: string, remoteId: string): string =>
  `${ERASED}${createHash('sha256').update(`${connectionId}\n${remoteType}\n${remoteId}`).digest('hex')}`;
