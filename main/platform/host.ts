import type { Timers } from '../../core/link/link.ts';
import type { Clock, Random } from '../../core/ports/ports.ts';

/** Core's ports on this host. */
export const clock: Clock = { now: () => Date.now() };
export const random: Random = { next: () => Math.random() };
export const timers: Timers = {
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
