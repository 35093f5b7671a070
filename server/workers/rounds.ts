import type { Log } from '../../core/ports/ports.ts';

export interface Rounds {
  /** Does this after what is in hand; left out = one round. Nothing once it is stopped. Rejects as the work does. */
  turn(work?: () => Promise<void>): Promise<void>;
  /** For work of many steps: no further one is begun. */
  stopped(): boolean;
  /** Ends after what is in hand. */
  stop(): Promise<void>;
}

export interface RoundsOptions {
  readonly everyMs: number;
  /** One round, as soon as this is called and then every so often, never two at a time. */
  readonly work: (rounds: Pick<Rounds, 'stopped'>) => Promise<void>;
  /** Also right at the beginning, for what was due while nothing ran. */
  readonly atOnce: boolean;
  readonly log: Log;
  /** Said when a round fails; the next one comes all the same. */
  readonly failed: string;
}

/** Looks at something again and again beside everything else; it keeps no process alive. */
export function startRounds({ everyMs, work, atOnce, log, failed }: RoundsOptions): Rounds {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  const isStopped = () => stopped;

  const turn = (own: () => Promise<void> = () => work({ stopped: isStopped })): Promise<void> => {
    const mine = running.then(() => (stopped ? undefined : own()));
    running = mine.catch((error: unknown) => log.error({ err: error }, failed));
    return mine;
  };
  const bySelf = () => void turn().catch(() => undefined);
  const timer = setInterval(bySelf, everyMs);
  timer.unref();
  if (atOnce) bySelf();

  return {
    turn,
    stopped: isStopped,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
