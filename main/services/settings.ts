import { DEFAULT_SETTINGS, Settings, type SettingsPatch } from '../../core/contract/settings.ts';

/** A small store of plain values on disk. */
export interface KeyValue {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}

export interface SettingsService {
  get(): Settings;
  change(patch: SettingsPatch): Settings;
  /** null = run the embedded server. */
  setServerUrl(url: string | null): Settings;
  onChange(listener: (settings: Settings) => void): () => void;
}

const KEY = 'settings';
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is unreadable falls back to its default, field by field: one bad value must not reset the others. */
export function readSettings(stored: unknown): Settings {
  const raw = isRecord(stored) ? stored : {};
  const notifications = isRecord(raw['notifications']) ? raw['notifications'] : {};
  return Settings.parse({ ...DEFAULT_SETTINGS, ...raw, notifications: { ...DEFAULT_SETTINGS.notifications, ...notifications } });
}

export function createSettings(store: KeyValue): SettingsService {
  const listeners = new Set<(settings: Settings) => void>();
  let current = readSettings(store.get(KEY));
  const put = (next: unknown): Settings => {
    current = readSettings(next);
    store.set(KEY, current);
    for (const listener of listeners) listener(current);
    return current;
  };
  return {
    get: () => current,
    change: (patch) => put({ ...current, ...Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) }),
    setServerUrl: (serverUrl) => put({ ...current, serverUrl }),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
