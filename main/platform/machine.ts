import { net, powerMonitor } from 'electron';
import type { Timers } from '../../core/link/link.ts';

export interface MachineEvents {
  suspended(): void;
  resumed(): void;
  networkChanged(online: boolean): void;
  /** Every few seconds, and at once when the screen is locked or unlocked: whether somebody can be at the machine. */
  person(state: { readonly locked: boolean; readonly idleMs: number }): void;
}

/** Electron has no event for the network in main; asking it is cheap. */
const NETWORK_EVERY_MS = 3_000;

/** Tells of sleep, waking and the network. After `ready` only. */
export function watchMachine(timers: Timers, events: MachineEvents): () => void {
  let locked = false;
  const person = () => events.person({ locked, idleMs: powerMonitor.getSystemIdleTime() * 1000 });
  const lock = () => {
    locked = true;
    person();
  };
  const unlock = () => {
    locked = false;
    person();
  };
  // Before the link is put to sleep, so that the others are told in time where the system allows it.
  powerMonitor.on('suspend', lock);
  powerMonitor.on('resume', unlock);
  powerMonitor.on('lock-screen', lock);
  powerMonitor.on('unlock-screen', unlock);
  powerMonitor.on('suspend', events.suspended);
  powerMonitor.on('resume', events.resumed);
  let online = net.isOnline();
  let cancel = (): void => undefined;
  const look = () => {
    const now = net.isOnline();
    if (now !== online) events.networkChanged(now);
    online = now;
    person();
    cancel = timers.after(NETWORK_EVERY_MS, look);
  };
  look();
  return () => {
    cancel();
    powerMonitor.removeListener('suspend', lock);
    powerMonitor.removeListener('resume', unlock);
    powerMonitor.removeListener('lock-screen', lock);
    powerMonitor.removeListener('unlock-screen', unlock);
    powerMonitor.removeListener('suspend', events.suspended);
    powerMonitor.removeListener('resume', events.resumed);
  };
}
