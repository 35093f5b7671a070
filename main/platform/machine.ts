import { net, powerMonitor } from 'electron';
import type { Timers } from '../../core/link/link.ts';

export interface MachineEvents {
  suspended(): void;
  resumed(): void;
  networkChanged(online: boolean): void;
}

/** Electron has no event for the network in main; asking it is cheap. */
const NETWORK_EVERY_MS = 3_000;

/** Tells of sleep, waking and the network. After `ready` only. */
export function watchMachine(timers: Timers, events: MachineEvents): () => void {
  powerMonitor.on('suspend', events.suspended);
  powerMonitor.on('resume', events.resumed);
  let online = net.isOnline();
  let cancel = (): void => undefined;
  const look = () => {
    const now = net.isOnline();
    if (now !== online) events.networkChanged(now);
    online = now;
    cancel = timers.after(NETWORK_EVERY_MS, look);
  };
  look();
  return () => {
    cancel();
    powerMonitor.removeListener('suspend', events.suspended);
    powerMonitor.removeListener('resume', events.resumed);
  };
}
