import { ok } from '../../core/contract/result.ts';
import type { SettingsService } from '../services/settings.ts';
import type { WallFeed } from '../services/wallFeed.ts';
import type { NotificationService } from '../services/notifications.ts';
import type { Handlers } from './handle.ts';

export interface SettingsDeps {
  readonly settings: SettingsService;
  readonly wallFeed: WallFeed;
  readonly notifications: NotificationService;
}

export function settingsHandlers({ settings, notifications, wallFeed }: SettingsDeps): Pick<Handlers, 'settings:get' | 'settings:set' | 'notifications:test'> {
  return {
    'settings:get': (_input, from) => ok(from.kind === 'wall' ? wallFeed.settings() : settings.get()),
    'settings:set': (patch) => ok(settings.change(patch)),
    'notifications:test': async () => ok(await notifications.test()),
  };
}
