import { randomInt } from 'node:crypto';

/**
 * How long and from which seed. The short form runs once; `npm run fuzz -- --minutes=10 --seed=1` goes on with further
 * seeds until its time is over. A failure prints the seed that finds it again.
 */
export const SEED = Number(process.env['WEDSYNC_FUZZ_SEED'] ?? randomInt(1, 2 ** 31 - 1));
const MINUTES = Number(process.env['WEDSYNC_FUZZ_MINUTES'] ?? 0);
/** The longest file has about as many properties as there are endpoints; they share its time. */
const SHARE_MS = (MINUTES * 60_000) / 60;
export const FUZZ_TIMEOUT_MS = 60_000 + SHARE_MS * 2;

/** Runs `round` once, or as long as this property's share of the time lasts, each time with another seed. */
export async function rounds(name: string, round: (seed: number) => Promise<void> | void): Promise<void> {
  const until = performance.now() + SHARE_MS;
  let done = 0;
  do {
    const seed = (SEED + done) % (2 ** 31);
    try {
      await round(seed);
    } catch (error) {
      console.error(`fuzz: ${name} failed in round ${done}; again with WEDSYNC_FUZZ_SEED=${seed}`);
      throw error;
    }
    done += 1;
  } while (performance.now() < until);
  console.log(`fuzz: ${name}: seed ${SEED}, ${done} round${done === 1 ? '' : 's'}`);
}

/** Everything that nobody caught while a test file ran. */
export function watchUnhandled(): { readonly found: unknown[]; stop(): void } {
  const found: unknown[] = [];
  const keep = (reason: unknown) => void found.push(reason);
  process.on('unhandledRejection', keep);
  process.on('uncaughtException', keep);
  return {
    found,
    stop() {
      process.off('unhandledRejection', keep);
      process.off('uncaughtException', keep);
    },
  };
}
