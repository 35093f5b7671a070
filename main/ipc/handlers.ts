import { appHandlers, type AppDeps } from './app.ts';
import { deliveriesHandlers, type DeliveriesDeps } from './deliveries.ts';
import { enquiriesHandlers, type EnquiriesDeps } from './enquiries.ts';
import { feedsHandlers, type FeedsDeps } from './feeds.ts';
import { figuresHandlers, type FiguresDeps } from './figures.ts';
import type { Handlers } from './handle.ts';
import { keptHandlers, type KeptDeps } from './kept.ts';
import { leaveHandlers, type LeaveDeps } from './leave.ts';
import { pairingHandlers, type PairingDeps } from './pairing.ts';
import { personalDataHandlers, type PersonalDataDeps } from './personalData.ts';
import { peopleHandlers, type PeopleDeps } from './people.ts';
import { outboxHandlers, type OutboxDeps } from './outbox.ts';
import { presenceHandlers, type PresenceDeps } from './presence.ts';
import { recordHandlers, type RecordDeps } from './record.ts';
import { serverHandlers, type ServerDeps } from './server.ts';
import { settingsHandlers, type SettingsDeps } from './settings.ts';
import { systemsHandlers, type SystemsDeps } from './systems.ts';
import { windowsHandlers, type WindowsDeps } from './windows.ts';

/** Every channel's handler, by domain. The type makes a forgotten channel a compile error. */
export function allHandlers(deps: AppDeps & DeliveriesDeps & EnquiriesDeps & FeedsDeps & FiguresDeps & KeptDeps & LeaveDeps & OutboxDeps & PairingDeps & PeopleDeps & PersonalDataDeps & PresenceDeps & RecordDeps & ServerDeps & SettingsDeps & SystemsDeps & WindowsDeps): Handlers {
  return { ...appHandlers(deps), ...deliveriesHandlers(deps), ...enquiriesHandlers(deps), ...feedsHandlers(deps), ...figuresHandlers(deps), ...keptHandlers(deps), ...leaveHandlers(deps), ...outboxHandlers(deps), ...pairingHandlers(deps), ...peopleHandlers(deps), ...personalDataHandlers(deps), ...presenceHandlers(deps), ...recordHandlers(deps), ...serverHandlers(deps), ...settingsHandlers(deps), ...systemsHandlers(deps), ...windowsHandlers(deps) };
}
