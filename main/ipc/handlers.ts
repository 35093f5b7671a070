import { appHandlers, type AppDeps } from './app.ts';
import type { Handlers } from './handle.ts';
import { outboxHandlers, type OutboxDeps } from './outbox.ts';
import { recordHandlers, type RecordDeps } from './record.ts';
import { serverHandlers, type ServerDeps } from './server.ts';
import { settingsHandlers, type SettingsDeps } from './settings.ts';

/** Every channel's handler, by domain. The type makes a forgotten channel a compile error. */
export function allHandlers(deps: AppDeps & OutboxDeps & RecordDeps & ServerDeps & SettingsDeps): Handlers {
  return { ...appHandlers(deps), ...outboxHandlers(deps), ...recordHandlers(deps), ...serverHandlers(deps), ...settingsHandlers(deps) };
}
