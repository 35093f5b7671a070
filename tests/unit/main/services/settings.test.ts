import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../../core/contract/settings.ts';
import { createSettings, readSettings } from '../../../../main/services/settings.ts';

describe('readSettings', () => {
  it.each([undefined, null, 'x', 4, [], {}])('falls back to the defaults for %j', (stored) => {
    expect(readSettings(stored)).toEqual(DEFAULT_SETTINGS);
  });
  it('loses only what is unreadable', () => {
    expect(readSettings({ theme: 'dark', density: 'tiny', serverUrl: 'ftp://x', notifications: { enabled: false, minimumSeverity: 'loud' }, keepRunningInTray: 'yes', old: 1 })).toEqual({
      ...DEFAULT_SETTINGS,
      theme: 'dark',
      notifications: { enabled: false, minimumSeverity: 'warning', sound: true },
    });
  });
});

describe('createSettings', () => {
  it('saves, tells and ignores what is unset', () => {
    const disk = new Map<string, unknown>([['settings', { theme: 'dark' }]]);
    const settings = createSettings({ get: (key) => disk.get(key), set: (key, value) => void disk.set(key, value) });
    const told: string[] = [];
    const stop = settings.onChange((next) => told.push(`${next.theme} ${next.density}`));
    settings.change({ density: 'compact', theme: undefined });
    stop();
    settings.setServerUrl('https://wedsync.example');
    expect(told).toEqual(['dark compact']);
    expect(disk.get('settings')).toMatchObject({ theme: 'dark', density: 'compact', serverUrl: 'https://wedsync.example' });
  });
});
