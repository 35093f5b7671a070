import { io } from 'socket.io-client';
import { codedError } from '../../../core/contract/errors.ts';
import { HTTP } from '../../../core/contract/http.ts';
import type { PresencePlace } from '../../../core/contract/presence.ts';
import { err, ok } from '../../../core/contract/result.ts';
import { DEFAULT_SETTINGS, Settings, SettingsPatch } from '../../../core/contract/settings.ts';
import { STREAM_PATH } from '../../../core/contract/stream.ts';
import { SHOWS_PARAMETER, WALL_HASH } from '../../../core/contract/windows.ts';
import { createLink, type Link } from '../../../core/link/link.ts';
import { forgetErased, forgetErasedUntil } from '../../../core/link/outboxErasures.ts';
import { createOutbox } from '../../../core/link/outboxRunner.ts';
import { socketIoTransport } from '../../../core/link/socketIoTransport.ts';
import { afterEvenHidden } from '../../components/timers.ts';
import { openPageJournal } from '../outboxJournal.ts';
import { pageLog } from '../pageLog.ts';
import type { Backend, Listeners } from './backend.ts';
import { browserName, takeDoor } from './door.ts';
import { browserPairing, browserPeople } from './people.ts';
import { browserDeliveries } from './deliveries.ts';
import { browserEnquiries } from './enquiries.ts';
import { browserFeeds } from './feeds.ts';
import { browserPersonalData } from './personalData.ts';
import { browserSystems } from './systems.ts';
import { rememberAccess } from './remembered.ts';
import { exchange } from './http.ts';
import { sharedOutbox, type PageOutbox } from './sharedOutbox.ts';

const SETTINGS_KEY = 'wedsync.settings';

const readSettings = (): Settings => {
  try {
    const parsed = Settings.safeParse(JSON.parse(localStorage.getItem(SETTINGS_KEY) ?? 'null'));
    return parsed.success ? parsed.data : DEFAULT_SETTINGS;
  } catch (error) {
    // Storage may be switched off, or hold what somebody else wrote: defaults are always right.
    pageLog.warn({ error: String(error) }, 'settings could not be read');
    return DEFAULT_SETTINGS;
  }
};

/** Takes a pairing ticket out of the address, so that it stays neither in the history nor on the screen. */
function takeTicket(): string | null {
  const match = /^#enrol=([A-Za-z0-9._~-]{20,200})$/.exec(location.hash);
  if (!match) return null;
  history.replaceState(null, '', `${location.pathname}${location.search}#/day`);
  return match[1] ?? null;
}

const host = {
  clock: { now: () => Date.now() },
  random: { next: () => Math.random() },
  log: pageLog,
  timers: { after: afterEvenHidden },
};

/** The console in a plain browser: the page owns the link; the token is an HttpOnly cookie that scripts cannot see. */
export function browserBackend(): Backend {
  let link: Link | null = null;
  let place: PresencePlace | null = null;
  let outbox: PageOutbox | null = null;
  const closed = () => Promise.resolve(err(codedError('outbox.not_kept', 'this page is closing')));
  const desktopOnly = () => Promise.resolve(err(codedError('command.not_possible', 'only in the desktop app')));

  return {
    home: 'browser',
    people: browserPeople(),
    personalData: browserPersonalData(),
    systems: browserSystems(),
    delivered: browserDeliveries(),
    feeds: browserFeeds(),
    enquiries: browserEnquiries(),
    pairing: browserPairing,
    openExternal(url) {
      window.open(url, '_blank', 'noopener');
      return Promise.resolve(ok(true));
    },
    async boot() {
      const ticket = takeTicket();
      takeDoor();
      const enrolled = ticket ? await exchange('POST', HTTP.enrol.path, HTTP.enrol.success, { ticket, device: { name: browserName(), kind: 'browser' } }) : null;
      const me = await exchange('GET', HTTP.me.path, HTTP.me.success);
      // An unreachable server is no reason to hide the board that is kept here; only a refusal is.
      // A link that was opened a second time does no harm where its cookie is still good; else its own refusal says more.
      if (!me.ok && me.error.code !== 'server.unreachable') return enrolled && !enrolled.ok ? enrolled : me;
      const version = me.ok ? me.value.server.version : null;
      return ok({ appVersion: version, electronVersion: null, serverVersion: version, server: { mode: 'page', url: location.origin }, tokenKept: 'cookie', settings: readSettings(), link: null, place: null, ...(me.ok ? { deviceId: me.value.device.id } : {}), ...rememberAccess(me.ok ? me.value : null) });
    },
    open(cursor, listeners: Listeners) {
      const opened = createLink({
        transport: socketIoTransport((url, options) => io(url, options), { url: location.origin, path: STREAM_PATH, log: pageLog }),
        ...host,
        client: { app: 'console', version: '1', kind: 'browser' },
        token: () => Promise.resolve(undefined),
        cursor,
        onSnapshot: (snapshot) => {
          listeners.snapshot(snapshot);
          if (outbox) forgetErasedUntil(outbox, snapshot);
        },
        onFrame: (frame) => {
          listeners.frame(frame);
          if (outbox) forgetErased(outbox, frame.events);
        },
        onStatus: (status) => {
          outbox?.line(status.state === 'live' || status.state === 'catching_up');
          listeners.link(status);
        },
        onPresence: listeners.presence,
        page: crypto.randomUUID(),
      });
      link = opened;
      if (place) opened.present(place);
      outbox = sharedOutbox(
        (onChange) =>
          createOutbox({
            ...host,
            journal: openPageJournal(),
            server: () => location.origin,
            send: (command) => exchange('POST', HTTP.commands.path, HTTP.commands.success, command),
            onChange,
          }),
        listeners.outbox,
      );
      const online = () => opened.networkChanged(true);
      const offline = () => opened.networkChanged(false);
      const frozen = () => opened.suspended();
      const thawed = () => opened.resumed();
      window.addEventListener('online', online);
      window.addEventListener('offline', offline);
      document.addEventListener('freeze', frozen);
      document.addEventListener('resume', thawed);
      opened.start();
      return () => {
        window.removeEventListener('online', online);
        window.removeEventListener('offline', offline);
        document.removeEventListener('freeze', frozen);
        document.removeEventListener('resume', thawed);
        opened.stop();
        link = null;
        outbox?.stop();
        outbox = null;
      };
    },
    record: () => Promise.resolve(ok(null)),
    retryLink() {
      link?.retryNow();
      return Promise.resolve(ok(link !== null));
    },
    integrations: () => exchange('GET', HTTP.integrations.path, HTTP.integrations.success),
    history(collection, id, before) {
      const path = HTTP.history.path.replace(':collection', collection).replace(':id', encodeURIComponent(id));
      return exchange('GET', before === null ? path : `${path}?before=${before}`, HTTP.history.success);
    },
    deliveries: (connectionId) => exchange('GET', HTTP.deliveries.path.replace(':id', encodeURIComponent(connectionId)), HTTP.deliveries.success),
    pairingLink: (request) => exchange('POST', HTTP.tickets.path, HTTP.tickets.success, request),
    me: () => exchange('GET', HTTP.me.path, HTTP.me.success),
    devices: () => exchange('GET', HTTP.devices.path, HTTP.devices.success),
    revokeDevice: (deviceId) => exchange('POST', HTTP.revoke.path.replace(':id', encodeURIComponent(deviceId)), HTTP.revoke.success, {}),
    sendCommand: (command) => outbox?.queue(command) ?? closed(),
    outbox: () => outbox?.list() ?? Promise.resolve(ok([])),
    cancelCommand: (commandId) => outbox?.cancel(commandId) ?? closed(),
    resolveCommand: (choice) => outbox?.resolve(choice) ?? closed(),
    changeSettings(patch) {
      const checked = SettingsPatch.safeParse(patch);
      if (!checked.success) return Promise.resolve(err(codedError('request.invalid', checked.error.message)));
      const known = Object.fromEntries(Object.entries(checked.data).filter(([, value]) => value !== undefined));
      const next: Settings = { ...readSettings(), ...known };
      try {
        localStorage.setItem(SETTINGS_KEY, JSON.stringify(next));
      } catch (error) {
        // The choice still holds for this page; only the next visit will not know it.
        pageLog.warn({ error: String(error) }, 'settings could not be kept');
      }
      return Promise.resolve(ok(next));
    },
    connectServer: desktopOnly,
    testNotification: desktopOnly,
    painted: () => Promise.resolve(ok(true)),
    openWindow({ path, shows }) {
      window.open(`${location.pathname}?${SHOWS_PARAMETER}=${shows}#/${path}`, '_blank', shows === 'details' ? 'popup,width=480,height=720' : 'popup');
      return Promise.resolve(ok(true));
    },
    wall({ action }) {
      if (action === 'open') window.open(`${location.pathname}${WALL_HASH}`, '_blank');
      return action === 'open' ? Promise.resolve(ok({ open: true, displays: 0 })) : desktopOnly();
    },
    present(next) {
      // The page may know where it is before it has a line.
      place = next;
      link?.present(next);
      return Promise.resolve(ok(null));
    },
  };
}
