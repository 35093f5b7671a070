import type { OpenedStore } from '../store/internals.ts';

type Ring = 'desk.asked' | 'desk.answered';

/** Wakes who waits for a turn or for its answer, in this process and in the others. A ring may be lost: whoever waits also looks. */
export interface Bell {
  /** `about` = the device that is asked, or the turn that was answered. */
  ring(what: Ring, about: string): void;
  /** Settles at the next ring about it, or after `ms`. The second part ends the waiting. */
  wait(what: Ring, about: string, ms: number): { readonly rung: Promise<void>; end(): void };
  close(): void;
}

export function createBell(store: Pick<OpenedStore, 'say' | 'onSaid'>): Bell {
  const waiting = new Map<string, Set<() => void>>();
  const here = (what: Ring, about: unknown) => {
    for (const wake of [...(waiting.get(`${what} ${String(about)}`) ?? [])]) wake();
  };
  const forget = [store.onSaid('desk.asked', (about) => here('desk.asked', about)), store.onSaid('desk.answered', (about) => here('desk.answered', about))];
  return {
    ring(what, about) {
      here(what, about);
      store.say(what, about);
    },
    wait(what, about, ms) {
      const key = `${what} ${about}`;
      let end = () => undefined as void;
      const rung = new Promise<void>((resolve) => {
        const own = waiting.get(key) ?? new Set<() => void>();
        const timer = setTimeout(() => end(), ms);
        end = () => {
          clearTimeout(timer);
          own.delete(end);
          if (own.size === 0 && waiting.get(key) === own) waiting.delete(key);
          resolve();
        };
        waiting.set(key, own.add(end));
      });
      return { rung, end: () => end() };
    },
    close() {
      for (const unlisten of forget) unlisten();
      for (const own of [...waiting.values()]) for (const wake of [...own]) wake();
    },
  };
}
