import type { Log } from '../../core/ports/ports.ts';

/** A turn that takes longer goes on beside the others; so many at the same time. */
const PATIENCE_MS = 100;
const BESIDE = 4;
/** The caller has other things to see to while it waits for a free place. */
const LOOK_MS = 4_000;

/** Organisations' own turns, each once at a time. A record may be held by somebody else for long; the others do not wait with it. */
export interface Turns {
  /** Whether it is this organisation's turn at the moment. */
  has(organisationId: string): boolean;
  count(): number;
  /** True when there is room for one more; false after a while without. */
  room(): Promise<boolean>;
  /** What `work` gave; 0 when it goes on by itself. Rejects only with what was waited for here. */
  take(organisationId: string): Promise<number>;
  /** Settles when all have ended. */
  ended(): Promise<void>;
}

/** @param wentOn - called when a turn that went on by itself has ended well; one that failed is left for the next look */
export function createTurns({ work, wentOn, log }: { readonly work: (organisationId: string) => Promise<number>; readonly wentOn: () => void; readonly log: Log }): Turns {
  const running = new Map<string, Promise<void>>();
  const after = <T>(ms: number, value: T) => {
    let timer: NodeJS.Timeout | undefined;
    return { late: new Promise<T>((resolve) => (timer = setTimeout(() => resolve(value), ms))), clear: () => clearTimeout(timer) };
  };
  return {
    has: (organisationId) => running.has(organisationId),
    count: () => running.size,
    async room() {
      if (running.size < BESIDE) return true;
      const { late, clear } = after(LOOK_MS, undefined);
      await Promise.race([...running.values(), late]);
      clear();
      return running.size < BESIDE;
    },
    async take(organisationId) {
      let here = true;
      const mine = work(organisationId);
      const end = (tell: () => void) => {
        running.delete(organisationId);
        if (!here) tell();
      };
      running.set(organisationId, mine.then(
        () => end(wentOn),
        (error: unknown) => end(() => log.error({ err: error, organisationId }, 'the turn of an organisation failed')),
      ));
      const { late, clear } = after(PATIENCE_MS, 0);
      try {
        return await Promise.race([mine, late]);
      } finally {
        clear();
        here = false;
      }
    },
    async ended() {
      await Promise.all(running.values());
    },
  };
}
