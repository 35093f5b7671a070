import type { PresenceList, PresencePlace } from '../../core/contract/presence.ts';

/** Nobody has touched keyboard or mouse for this long: idle, whatever the windows show. */
export const IDLE_AFTER_MS = 120_000;

export interface PresenceOptions {
  /** Ids of the pages of all console windows that are open. */
  readonly pages: () => readonly number[];
  /** Where the person is now, whenever that changes. */
  readonly tell: (place: PresencePlace) => void;
  readonly push: (list: PresenceList | null) => void;
}

/** One place for the whole desktop, out of its windows and what the machine knows of its person. */
export interface PresenceService {
  /** A window says where it is; answered with who else is where. */
  said(page: number, place: PresencePlace): PresenceList | null;
  /** Nobody at the machine (locked, asleep), or how long since it was last touched. */
  machine(state: { readonly locked: boolean; readonly idleMs: number }): void;
  /** The server told who is where; null = not known any more. */
  heard(list: PresenceList | null): void;
}

export function createPresence(options: PresenceOptions): PresenceService {
  const places = new Map<number, { readonly place: PresencePlace; readonly order: number }>();
  let order = 0;
  let machine = { locked: false, idleMs: 0 };
  let told = '';
  let list: PresenceList | null = null;

  const tell = (): void => {
    const open = new Set(options.pages());
    for (const page of places.keys()) if (!open.has(page)) places.delete(page);
    const newest = [...places.values()].sort((a, b) => Number(a.place.state === 'away') - Number(b.place.state === 'away') || b.order - a.order)[0];
    if (!newest) return;
    const { place } = newest;
    // Somebody may look at a window without touching it; then only the machine's idle time says that nobody is there.
    const state = machine.locked || place.state === 'away' ? 'away' : machine.idleMs >= IDLE_AFTER_MS ? 'idle' : 'here';
    const next: PresencePlace = { ...place, state };
    const key = JSON.stringify(next);
    if (key === told) return;
    told = key;
    options.tell(next);
  };

  return {
    said(page, place) {
      order += 1;
      places.set(page, { place, order });
      tell();
      return list;
    },
    machine(next) {
      machine = next;
      tell();
    },
    heard(next) {
      list = next;
      options.push(next);
    },
  };
}
