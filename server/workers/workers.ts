import type { Clock, Http, Ids } from '../../core/ports/ports.ts';
import type { VendorModule } from '../../core/vendors/vendor.ts';
import type { Calls } from '../calls/calls.ts';
import type { Config } from '../config.ts';
import type { Desk } from '../desk/desk.ts';
import type { Figures } from '../figures/counting.ts';
import type { ServerLog } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { startRetention } from '../privacy/worker.ts';
import type { OpenedStore } from '../store/internals.ts';
import { startCalendarDiscovery } from './calendars.ts';
import { startChannels } from './channels/channels.ts';
import { startDeadLetterWatch } from './deadLetters.ts';
import { startDryRunner } from './dryRuns.ts';
import { startHoldWatch } from './holds.ts';
import { startNamesakes } from './namesakes.ts';
import { startNormaliser } from './normalise.ts';
import { startPolls } from './polls.ts';
import { startPushes } from './pushes/pushes.ts';
import { startReadingWatch } from './readingWatch.ts';
import { startReplayer } from './replays.ts';
import { startSilenceWatch } from './silence.ts';

export interface WorkersOptions {
  readonly store: OpenedStore;
  readonly vendors: (system: string) => VendorModule | null;
  readonly catalogue: readonly VendorModule[];
  readonly http: Http;
  readonly calls: Calls;
  readonly figures: Figures;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: ServerLog;
  readonly desk: Desk;
  readonly metrics: Metrics;
  readonly config: Pick<Config, 'publicUrl'>;
}

/**
 * What the role `worker` does by itself: moves stored deliveries on, looks at sources, writes to calendars, runs the jobs.
 * Each looks at once for what was left.
 */
export interface Workers {
  /** Nothing new is begun; settles when what is under way has ended. */
  stop(): Promise<void>;
}

export function startWorkers({ metrics, config, catalogue, ...working }: WorkersOptions): Workers {
  const { store, vendors, clock, ids, log, random } = working;
  const reading = startReadingWatch({ store, clock, log });
  const polls = startPolls({ ...working, looked: (system, outcome) => metrics.looks.inc({ system, outcome }), reading: () => reading.soon() });
  const lookNow = () => polls.wake();
  const normaliser = startNormaliser({ ...working, reread: (system, outcome) => metrics.rereads.inc({ system, outcome }), lookNow });
  const pushes = startPushes(working);
  const discovery = startCalendarDiscovery(working);
  const replayer = startReplayer({ store, log });
  const dryRunner = startDryRunner(working);
  const channels = startChannels({ ...working, catalogue, publicUrl: config.publicUrl, lookNow });
  const deadLetters = startDeadLetterWatch({ store, clock, ids, log });
  const silence = startSilenceWatch({ store, vendors, clock, ids, log });
  const holds = startHoldWatch({ store, clock, log });
  const namesakes = startNamesakes({ store, log });
  const retention = startRetention({ store, clock, log, random });
  return {
    async stop() {
      const inTurn = [polls, reading, channels, discovery, pushes, replayer, dryRunner, normaliser, deadLetters, silence, holds, namesakes, retention];
      for (const one of inTurn) await one.stop();
    },
  };
}
