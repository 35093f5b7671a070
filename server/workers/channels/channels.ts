import type { Log } from '../../../core/ports/ports.ts';
import type { VendorModule } from '../../../core/vendors/vendor.ts';
import type { OpenedStore } from '../../store/internals.ts';
import { startRounds } from '../rounds.ts';
import { callableOrigin } from './callableOrigin.ts';
import { attend, LEASE_MS, openFor, type ChannelDeps } from './oneChannel.ts';
import { letGo, readUnwatched, takeDue } from './rows.ts';

const EVERY_MS = 15_000;
const AT_ONCE = 8;
const TAKEN = 40;
const MOST_TURNS = 50;

export interface ChannelsOptions extends Omit<ChannelDeps, 'internals' | 'origin'> {
  readonly store: Pick<OpenedStore, 'internals'>;
  readonly catalogue: readonly VendorModule[];
  /** As configured. */
  readonly publicUrl: string | null;
  readonly log: Log;
}

export interface ChannelWatch {
  /** Looks after what is due now. */
  runNow(): Promise<void>;
  /** Ends after what is in hand; channels stay open. */
  stop(): Promise<void>;
}

async function each<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = [...all];
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, all.length) }, async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one);
  }));
}

/**
 * Keeps a channel open for each calendar that is in use, so that its vendor tells of changes at once; where this server
 * cannot be called, none. Looks go on beside them, as calls get lost. Any number of processes may do so: whoever takes a channel
 * has it for a while.
 */
export function startChannels({ store, catalogue, publicUrl, ...rest }: ChannelsOptions): ChannelWatch {
  const deps: ChannelDeps = { ...rest, internals: store.internals, origin: callableOrigin(publicUrl) };
  const systems = catalogue.filter(({ calendar }) => calendar?.watch !== undefined).map(({ manifest }) => manifest.id);
  const now = () => new Date(deps.clock.now()).toISOString();
  const alone = async (work: Promise<void>, connectionId: string): Promise<void> => {
    try {
      await work;
    } catch (error) {
      // The others have theirs all the same; this one is due again when its lease is over.
      deps.log.error({ err: error, connectionId }, 'a channel of a calendar could not be looked after');
    }
  };

  async function round({ stopped }: { stopped(): boolean }): Promise<void> {
    await letGo(deps.internals, deps.origin, now());
    const unwatched = deps.origin === null ? [] : await readUnwatched(deps.internals, systems);
    await each(unwatched, (watched) => (stopped() ? Promise.resolve() : alone(openFor(deps, watched), watched.connectionId)));
    // A channel that has a successor is stopped at once.
    for (let more = true, left = MOST_TURNS; more && left > 0 && !stopped(); left -= 1) {
      const due = await takeDue(deps.internals, now(), new Date(deps.clock.now() + LEASE_MS).toISOString(), TAKEN);
      await each(due, (held) => alone(attend(deps, held), held.connectionId));
      more = due.length > 0;
    }
  }

  const rounds = startRounds({ everyMs: EVERY_MS, atOnce: true, log: deps.log, failed: 'channels of calendars could not be looked after', work: round });
  return { runNow: () => rounds.turn(), stop: () => rounds.stop() };
}
