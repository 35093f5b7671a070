export const STORM_LIMIT = 4;
export const STORM_WINDOW_MS = 10_000;

/** Counts toasts: more than {@link STORM_LIMIT} within {@link STORM_WINDOW_MS} is a storm, in which nobody can read them one by one. */
export function createStorm(): { admit(now: number): boolean } {
  let shown: number[] = [];
  return {
    admit(now) {
      shown = shown.filter((at) => now - at < STORM_WINDOW_MS && at <= now);
      if (shown.length >= STORM_LIMIT) return false;
      shown.push(now);
      return true;
    },
  };
}
