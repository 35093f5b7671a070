import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Timers } from '../core/link/link.ts';
import type { Clock, Log, Secrets } from '../core/ports/ports.ts';
import { embeddedServerEnvironment } from './environment.ts';
import { forkServer } from './platform/serverProcess.ts';
import type { Banners } from './services/banners.ts';
import type { Companion } from './services/companion.ts';
import { createEnrolment } from './services/enrolment.ts';
import { createEmbeddedServer } from './services/server/embedded.ts';
import { WORDS } from './words.ts';

export interface DesktopServerOptions {
  readonly programDirectory: string;
  /** Folder of the embedded server's record. */
  readonly dataDirectory: string;
  readonly secrets: Promise<Secrets>;
  readonly banners: Pick<Banners, 'show'>;
  readonly companion: () => Pick<Companion, 'embeddedReady' | 'embeddedLost' | 'embeddedFailed'>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
}

/** How this desktop is let in, and the server of its own that it runs when it is given no other. Trouble is told in a banner. */
export function desktopServer({ programDirectory, dataDirectory, secrets, banners, companion, clock, timers, log }: DesktopServerOptions) {
  const enrolment = createEnrolment({
    secrets,
    fetch: (url, init) => fetch(url, init),
    deviceName: hostname(),
    log,
    onMemoryOnly: () => {
      const { secretsTitle: title, secretsBody: detail } = WORDS.banners;
      banners.show({ kind: 'secrets_unavailable', severity: 'notice', title, detail, place: { view: 'settings' } });
    },
  });
  const embedded = createEmbeddedServer({
    fork: () => forkServer({ script: join(programDirectory, '..', 'server', 'index.js'), env: embeddedServerEnvironment(process.env, dataDirectory), log }),
    clock,
    timers,
    log,
    onReady: (server) => companion().embeddedReady(server),
    onLost: () => companion().embeddedLost(),
    onFailed: (error) => {
      companion().embeddedFailed();
      banners.show({ kind: 'server_failed', severity: 'critical', title: WORDS.banners.serverTitle, detail: error.message, place: { view: 'settings' } });
    },
  });
  return { enrolment, embedded };
}
