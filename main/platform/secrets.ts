import type { Log, Secrets } from '../../core/ports/ports.ts';

/** The part of keytar's interface that is used. */
export interface Keytar {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
}

export interface KeychainOptions {
  /** Loads the native module; rejects where it has no binary. */
  readonly load: () => Promise<Keytar>;
  /** Name under which the entries appear in the system's keychain. */
  readonly service: string;
  /** Milliseconds for the probe and for each later call. */
  readonly timeoutMs: number;
  readonly log: Log;
}

const PROBE = 'probe';

const within = async <T>(ms: number, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`the keychain did not answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

/** Where there is no keychain: nothing is stored anywhere. Who needs the value in this run keeps it in memory. */
export const noKeychain: Secrets = { available: false, get: () => Promise.resolve(null), set: () => Promise.resolve(), delete: () => Promise.resolve() };

/**
 * Opens the OS keychain. Never rejects and never takes longer than the bound: a missing native binary, a missing
 * session bus or a locked keyring that nobody unlocks gives {@link noKeychain}, and the reason goes to the log.
 * The probe writes, because a locked or read-only keychain answers reads.
 */
export async function openKeychain(options: KeychainOptions): Promise<Secrets> {
  const { load, service, timeoutMs, log } = options;
  let keytar: Keytar;
  try {
    keytar = await within(timeoutMs, load());
    await within(
      timeoutMs,
      (async () => {
        await keytar.setPassword(service, PROBE, 'probe');
        const read = await keytar.getPassword(service, PROBE);
        await keytar.deletePassword(service, PROBE);
        if (read !== 'probe') throw new Error('the keychain did not give back what was stored');
      })(),
    );
  } catch (error) {
    log.warn({ error }, 'no keychain on this machine; credentials stay in memory only');
    return noKeychain;
  }
  return {
    available: true,
    get: (name) => within(timeoutMs, keytar.getPassword(service, name)),
    set: (name, value) => within(timeoutMs, keytar.setPassword(service, name, value)),
    delete: async (name) => {
      await within(timeoutMs, keytar.deletePassword(service, name));
    },
  };
}

/** Loaded only when asked for, so that a missing binary cannot stop the program from starting. */
export async function loadKeytar(): Promise<Keytar> {
  const module: { default?: unknown } & Record<string, unknown> = await import('keytar/keytar.js');
  const found = (typeof module['getPassword'] === 'function' ? module : module.default) as Keytar;
  return { getPassword: found.getPassword.bind(found), setPassword: found.setPassword.bind(found), deletePassword: found.deletePassword.bind(found) };
}
