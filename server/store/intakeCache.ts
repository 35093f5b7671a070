import type { IntakeConnection } from './store.ts';

/** Connections as the intake knows them, in memory, so that a webhook costs no look-up. */
export interface IntakeCache {
  get(key: string): IntakeConnection | undefined;
  /** Call before the look-up and hand its value to `keep`: what changed while the database was asked is then not kept. */
  moment(): number;
  keep(key: string, found: IntakeConnection, moment: number): void;
  /** The connection has changed. */
  forget(connectionId: string): void;
  /** Changes made by other processes cannot be heard for now: everything is looked up. */
  distrust(): void;
  trust(): void;
}

export function createIntakeCache(): IntakeCache {
  const known = new Map<string, IntakeConnection>();
  let changes = 0;
  let trusted = true;
  return {
    get: (key) => known.get(key),
    moment: () => changes,
    keep(key, found, moment) {
      if (trusted && moment === changes) known.set(key, found);
    },
    forget(connectionId) {
      changes += 1;
      for (const [key, one] of known) if (one.connectionId === connectionId) known.delete(key);
    },
    distrust() {
      changes += 1;
      trusted = false;
      known.clear();
    },
    trust() {
      changes += 1;
      trusted = true;
    },
  };
}
