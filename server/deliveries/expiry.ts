import { DRY_RUN_MINUTES } from '../../core/contract/dryRuns.ts';

/** When a dry run that is worked out, worked on or handed to the workers now ends to stand. */
export const expiryOf = (now: number): string => new Date(now + DRY_RUN_MINUTES * 60_000).toISOString();
