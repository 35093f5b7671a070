import { z } from 'zod';
import type { Secrets } from '../../../core/ports/ports.ts';
import type { KeyValue } from '../settings.ts';

/** What this desktop keeps of one connection, in the system's keychain. */
export interface KeptKey {
  readonly system: string;
  /** As the server gave it when the key was put here; another one = somebody else has kept it since. */
  readonly fence: number;
  readonly secrets: Readonly<Record<string, string>>;
  /** Where the addresses of the connection led when the secrets were entered; they go nowhere else. */
  readonly addresses: Readonly<Record<string, string>>;
}

const Text = z.record(z.string(), z.string());
const Entry = z.strictObject({ system: z.string(), fence: z.int(), secrets: Text, addresses: Text });
const Index = z.record(z.string(), z.array(z.string()));
const INDEX = 'keptKeys';

/** Keys in the keychain, by server and connection. Which there are is in the desktop's own file, since a keychain is not listed. */
export interface KeptKeys {
  /** Connections that there is, or may be, an entry for. */
  list(): readonly string[];
  /** Null = there is none that can be read. Rejects when the keychain refuses. */
  get(connectionId: string): Promise<KeptKey | null>;
  /** Rejects when the keychain refuses. */
  put(connectionId: string, key: KeptKey): Promise<void>;
  remove(connectionId: string): Promise<void>;
}

export interface KeptKeysOptions {
  readonly secrets: Promise<Secrets>;
  readonly file: KeyValue;
  /** Names the server whose connections are meant; stable where its address is not. */
  readonly server: () => string;
}

export function createKeptKeys({ secrets, file, server }: KeptKeysOptions): KeptKeys {
  const entryOf = (connectionId: string) => `connection-key ${server()} ${connectionId}`;
  const index = () => {
    const read = Index.safeParse(file.get(INDEX));
    return read.success ? read.data : {};
  };
  const write = (change: (ids: readonly string[]) => readonly string[]) => {
    const all = index();
    file.set(INDEX, { ...all, [server()]: [...change(all[server()] ?? [])] });
  };
  return {
    list: () => index()[server()] ?? [],
    async get(connectionId) {
      const text = await (await secrets).get(entryOf(connectionId));
      if (text === null) return null;
      try {
        const entry = Entry.safeParse(JSON.parse(text));
        return entry.success ? entry.data : null;
      } catch {
        // Somebody else's text under our name: there is no key then, and it is asked for again.
        return null;
      }
    },
    async put(connectionId, key) {
      const keychain = await secrets;
      if (!keychain.available) throw new Error('there is no keychain on this machine');
      // First the list, then the entry: what is in the keychain is always on it, and so always found again.
      write((ids) => [...new Set([...ids, connectionId])]);
      await keychain.set(entryOf(connectionId), JSON.stringify(key));
    },
    async remove(connectionId) {
      await (await secrets).delete(entryOf(connectionId));
      write((ids) => ids.filter((id) => id !== connectionId));
    },
  };
}
