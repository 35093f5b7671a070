import { renameSync } from 'node:fs';
import { join } from 'node:path';
import Store from 'electron-store';
import type { Log } from '../../core/ports/ports.ts';
import type { KeyValue } from '../services/settings.ts';

const NAME = 'settings';

/**
 * The desktop's own small file (settings, window places) in `directory`. A file that cannot be read is set aside, never
 * overwritten, and a new one is begun: a broken setting must not stop anybody from working.
 */
export function openStorage(directory: string, log: Log): KeyValue {
  const options = { name: NAME, cwd: directory, accessPropertiesByDotNotation: false, clearInvalidConfig: false } as const;
  const open = (): Store => new Store(options);
  let store: Store;
  try {
    store = open();
  } catch (error) {
    const aside = join(directory, `${NAME}.unreadable-${Date.now()}.json`);
    log.error({ error, aside }, 'settings file is unreadable and was set aside');
    renameSync(join(directory, `${NAME}.json`), aside);
    store = open();
  }
  return {
    get: (key) => store.get(key),
    set: (key, value) => {
      try {
        store.set(key, value);
      } catch (error) {
        // A full or read-only disk: what was chosen holds for this run.
        log.error({ error, key }, 'setting could not be saved');
      }
    },
  };
}
