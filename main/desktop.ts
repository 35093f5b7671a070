import { createHash, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { app, nativeTheme, session as sessions } from 'electron';
import { io } from 'socket.io-client';
import type { Boot } from '../core/contract/ipc.ts';
import type { Place } from '../core/contract/deepLink.ts';
import { isNews } from '../core/domain/day/openAlerts.ts';
import { forgetErased, forgetErasedUntil } from '../core/link/outboxErasures.ts';
import { createOutbox } from '../core/link/outboxRunner.ts';
import type { Log, Secrets } from '../core/ports/ports.ts';
import { vendorModule } from '../core/vendors/registry.ts';
import { NO_TRACE, openTrace } from './diagnostics/trace.ts';
import type { Environment } from './environment.ts';
import { handleInvocations, type Caller } from './ipc/handle.ts';
import { allHandlers } from './ipc/handlers.ts';
import { pushTo } from './ipc/send.ts';
import { serveConsole } from './platform/appProtocol.ts';
import { createDeepLinks } from './platform/deepLinks.ts';
import { watchDisplays } from './platform/displays.ts';
import { focusTokens } from './platform/focusToken.ts';
import { clock, random, timers } from './platform/host.ts';
import { appIcon, hasIcons } from './platform/icons.ts';
import { watchMachine } from './platform/machine.ts';
import { setMenu } from './platform/menu.ts';
import { openExternal } from './platform/openExternal.ts';
import { fileSaver } from './platform/saveFile.ts';
import { sessionBus, trayHostPresent } from './platform/sessionBus.ts';
import { lockSession } from './platform/session.ts';
import { openStorage } from './platform/storage.ts';
import { systemToasts } from './platform/toasts.ts';
import { createTray, type TrayIcon } from './platform/tray.ts';
import { endInOrder } from './desktopEnd.ts';
import { startKept } from './desktopKept.ts';
import { desktopServer } from './desktopServer.ts';
import { startWall } from './desktopWall.ts';
import { startWindows } from './desktopWindows.ts';
import { createApi } from './services/api.ts';
import { createBanners } from './services/banners.ts';
import { createCompanion, type Companion } from './services/companion.ts';
import { createLeave } from './services/leave.ts';
import { calmStatus, serverLinks } from './services/link.ts';
import { createNotifications } from './services/notifications.ts';
import { openFileJournal } from './services/outbox/journal.ts';
import { createPresence } from './services/presence.ts';
import { createPairing } from './services/pairing.ts';
import { createRecord, type RecordService } from './services/record.ts';
import { createSeen } from './services/seen.ts';
import { createWallFeed } from './services/wallFeed.ts';
import { createSettings } from './services/settings.ts';
import { WORDS } from './words.ts';

export interface Desktop {
  show(): void;
  /** Takes a link from outside; it is only parsed. */
  openLink(link: string): void;
}

export interface DesktopOptions {
  readonly environment: Environment;
  readonly log: Log;
  readonly logDirectory: string;
  readonly secrets: Promise<Secrets>;
  /** Folder of the built main program; its neighbours are the built console, preload and server. */
  readonly programDirectory: string;
}

const platform = (): Boot['app']['platform'] => (process.platform === 'linux' || process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'other');
/** The console sets up its listeners around its first call; what waited for it is pushed a moment after. */
const AFTER_BOOT_MS = 250;

/** Everything after `ready`: makes the parts, gives each only what it needs, and opens the window. */
export function startDesktop(options: DesktopOptions): Desktop {
  const { environment, log, programDirectory } = options;
  const userData = app.getPath('userData');
  const icons = join(app.getAppPath(), 'resources', 'icons');
  if (!hasIcons(icons)) log.error({ icons }, 'icons are missing');
  const storage = openStorage(userData, log);
  const settings = createSettings(storage);
  const newId = randomUUID;

  // Window and page
  const session = sessions.defaultSession;
  setMenu(process.platform, app.isPackaged, () => wall.open());
  lockSession(session, { packaged: app.isPackaged, log });
  serveConsole(session, join(programDirectory, '..', 'renderer'), log);
  let tray: TrayIcon | null = null;
  let trayVisible = false;
  const windows = startWindows({
    programDirectory,
    icon: appIcon(icons),
    session,
    storage,
    clock,
    timers,
    log,
    others: () => wall.window.contents().length,
    keepRunning: () => settings.get().keepRunningInTray && trayVisible,
    say: (title, body) => void notifications.say(title, body),
    onLoading: () => {
      deepLinks.loading();
      banners.loading();
    },
  });
  const wall = startWall({
    programDirectory,
    icon: appIcon(icons),
    settings,
    storage,
    windows,
    clock,
    timers,
    log,
    say: (title, detail) => banners.show({ kind: 'window', severity: 'notice', title, detail, place: null }),
    onChange: () => tray?.show(companion.status()),
  });
  const push = pushTo(windows.contents);
  const pushMain = pushTo(windows.mainContents);
  const go = (place: Place) => {
    windows.open('main');
    pushMain('navigate', place);
  };
  const deepLinks = createDeepLinks({ log, go });
  const banners = createBanners({ clock, newId, push: (banner) => push('banner', banner) });
  const applyTheme = () => {
    nativeTheme.themeSource = settings.get().theme;
  };
  applyTheme();
  let namedOnWall = settings.get().wall.coupleNames;
  settings.onChange((next) => {
    applyTheme();
    push('settings:changed', next);
    wall.push('settings:changed', wallFeed.settings());
    const snapshot = next.wall.coupleNames === namedOnWall ? null : record.snapshot();
    namedOnWall = next.wall.coupleNames;
    if (snapshot) wall.push('record:snapshot', wallFeed.snapshot(snapshot));
  });

  // Record, alerts
  const trace = environment.trace ? openTrace({ clock, directory: options.logDirectory, onFailure: (error) => log.error({ error }, 'no trace can be written') }) : NO_TRACE;
  const bus = sessionBus(process.env, log);
  const focus = focusTokens({ env: process.env, executable: process.execPath, args: process.argv.slice(1), log });
  const toasts = systemToasts({ iconPath: appIcon(icons), bus, mayFocus: focus.use });
  /** As the server knows this device. */
  let self: string | null = null;
  let live = false;
  const notifications = createNotifications({
    toasts,
    clock,
    timers,
    log,
    settings: () => settings.get().notifications,
    looking: () => windows.looking(),
    self: () => self,
    banner: banners.show,
    open: go,
    seen: (alertId) => void seen(alertId),
  });
  const seen = createSeen({
    state: () => record.state(),
    newId,
    queue: (command) => outbox.queue(command),
    failed: (alertId, error) => {
      const alert = record.state()?.tables.alerts[alertId];
      log.error({ alertId, code: error.code }, 'an alert that was seen is not acknowledged');
      banners.show({ kind: 'toast_failed', severity: 'warning', title: WORDS.toasts.notSeenTitle, detail: WORDS.toasts.notSeen(alert?.title ?? ''), place: { view: 'day', weddingId: alert?.weddingId ?? null, alertId } });
    },
  });
  const wallFeed = createWallFeed({ settings: settings.get, titleOf: (id) => record.state()?.tables.weddings[id]?.title ?? null });
  const record: RecordService = createRecord({
    clock,
    onSnapshot: (snapshot) => {
      push('record:snapshot', snapshot);
      forgetErasedUntil(outbox, snapshot);
      wall.push('record:snapshot', wallFeed.snapshot(snapshot));
    },
    onPatch: (frame) => {
      push('record:patch', frame);
      wall.push('record:patch', wallFeed.frame(frame));
      trace.sent(frame);
    },
    onEvent: (event, state) => void notifications.consider(event, state),
    isNews: (alert) => isNews(alert, self),
    onOpenAlerts: (count) => {
      // False where the desktop has no badges; there the tray and the board say it.
      app.setBadgeCount(count);
    },
  });

  // Server, pairing, link
  const pushStatus = calmStatus(timers, (status) => {
    push('link:status', status);
    wall.push('link:status', status);
  });
  const serverData = join(userData, 'server');
  const { enrolment, embedded } = desktopServer({ programDirectory, dataDirectory: serverData, secrets: options.secrets, banners, companion: () => companion, clock, timers, log });
  const api = createApi({ fetch: (url, init) => fetch(url, init), session: () => companion.session(), onRefused: (error) => companion.refused(error) });
  const outboxJournal = openFileJournal({ file: join(userData, 'outbox.jsonl'), log });
  // The embedded server's address changes from start to start; its record does not.
  const serverName = () => {
    const { mode, url } = companion.server();
    return mode === 'embedded' || url === null ? 'embedded' : url;
  };
  const kept = startKept({ api, secrets: options.secrets, file: storage, server: serverName, session: () => companion.session(), egressAllow: environment.egressAllow, vendors: vendorModule, newId, clock, timers, random, log });
  const outbox = createOutbox({
    journal: outboxJournal,
    clock,
    timers,
    random,
    log,
    server: serverName,
    send: (command) => api.command(command),
    onChange: (entries) => push('outbox:changed', [...entries]),
  });
  const companion: Companion = createCompanion({
    clock,
    timers,
    random,
    log,
    enrolment,
    record,
    embedded,
    embeddedKey: `embedded ${createHash('sha256').update(serverData).digest('hex').slice(0, 12)}`,
    link: serverLinks({ io, clock, timers, random, log, appVersion: app.getVersion(), page: newId() }),
    me: (as) => api.me(as),
    onFrame: (frame) => {
      trace.received(frame);
      forgetErased(outbox, frame.events);
    },
    onStatus: (status) => {
      pushStatus(status);
      outbox.line(status.state === 'live' || status.state === 'catching_up');
      if (status.state === 'live' && !live) void api.self().then((answer) => answer.ok && (self = answer.value.device.id));
      live = status.state === 'live';
      tray?.show(status);
      pairing.linkChanged();
      kept.listener.wake();
    },
    onPresence: (list) => presence.heard(list),
    saveServerUrl: (url) => void settings.setServerUrl(url),
  });
  const pairing = createPairing({
    clock,
    timers,
    fetch: (url, init) => fetch(url, init),
    deviceName: hostname(),
    log,
    companion: () => companion,
    onChange: (state) => push('pairing:changed', state),
  });
  const presence = createPresence({
    pages: () => windows.contents().map((contents) => contents.id),
    tell: companion.present,
    push: (list) => push('presence:changed', list),
  });

  // The page's questions
  const boot = async (from: Caller): Promise<Boot> => {
    const isMain = windows.isMain(from.pageId);
    const isWall = from.kind === 'wall';
    if (isMain) timers.after(AFTER_BOOT_MS, banners.ready);
    return {
      app: { version: app.getVersion(), electron: process.versions.electron, platform: platform(), packaged: app.isPackaged },
      server: isWall ? { mode: companion.server().mode, url: null } : companion.server(),
      secrets: (await options.secrets).available ? 'keychain' : 'memory_only',
      settings: isWall ? wallFeed.settings() : settings.get(),
      link: companion.status(),
      place: isMain ? deepLinks.ready() : null,
    };
  };
  const leave = createLeave({ api: api.leave, openExternal, timers, log });
  const handlers = allHandlers({ boot, openExternal, record, companion, trace, api, keeping: kept.keeping, leave, outbox, pairing, presence, settings, notifications, wallFeed, windows, wallWindow: wall.window, saveFile: fileSaver(log) });
  handleInvocations({ handlers, kindOf: (id) => (windows.has(id) ? 'console' : wall.window.has(id) ? 'wall' : null), log });

  // Start: the window first
  windows.open('main');
  windows.restore();
  wall.window.restore();
  void outbox.start();
  companion.start(environment.serverUrl ?? settings.get().serverUrl, environment.enrolTicket, environment.foundingToken);
  const unwatchDisplays = watchDisplays(timers, () => {
    windows.displaysChanged();
    wall.window.displaysChanged();
  });
  const unwatch = watchMachine(timers, { suspended: companion.suspended, resumed: companion.resumed, networkChanged: companion.networkChanged, person: presence.machine });
  void trayHostPresent(process.platform, bus).then((present) => {
    tray = createTray({ icons, log, onOpen: () => windows.open('main'), onWall: wall.toggle, wallOpen: () => wall.window.state().open, onQuit: () => app.quit() });
    trayVisible = present && tray !== null;
    tray?.show(companion.status());
    log.info({ trayVisible }, 'tray');
  });

  // End
  endInOrder({
    timers,
    log,
    quitting: () => {
      windows.quitting();
      wall.window.quitting();
    },
    stop: () => {
      toasts.dismissAll();
      focus.stop();
      unwatch();
      unwatchDisplays();
      outbox.stop();
      kept.listener.stop();
      leave.cancel();
    },
    over: () => Promise.all([companion.stop(), outboxJournal.close()]),
    last: () => {
      tray?.destroy();
      bus.close();
      trace.close();
    },
  });

  return {
    show: () => windows.open('main'),
    openLink: (link) => {
      if (deepLinks.take(link)) windows.open('main');
    },
  };
}
