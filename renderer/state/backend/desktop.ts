import type { Bridge } from '../../../core/contract/ipc.ts';
import { ok } from '../../../core/contract/result.ts';
import type { Backend, Listeners } from './backend.ts';
import { desktopPairing, desktopPeople } from './people.ts';
import { desktopDeliveries } from './deliveries.ts';
import { desktopEnquiries } from './enquiries.ts';
import { desktopFeeds } from './feeds.ts';
import { desktopPersonalData } from './personalData.ts';
import { desktopSystems } from './systems.ts';

/** The console inside the desktop app: main owns the link and the token; the page sees only the bridge. */
export function desktopBackend(bridge: Bridge): Backend {
  return {
    home: 'desktop',
    people: desktopPeople(bridge),
    personalData: desktopPersonalData(bridge),
    systems: desktopSystems(bridge),
    delivered: desktopDeliveries(bridge),
    feeds: desktopFeeds(bridge),
    enquiries: desktopEnquiries(bridge),
    pairing: desktopPairing(bridge),
    openExternal: (url) => bridge.openExternal({ url }),
    async boot() {
      const boot = await bridge.boot();
      if (!boot.ok) return boot;
      const { app, server, secrets, settings, link, place } = boot.value;
      return ok({ appVersion: app.version, electronVersion: app.electron, serverVersion: null, server, tokenKept: secrets, settings, link, place, access: null, keptIsForeign: false });
    },
    open(_cursor, listeners: Listeners) {
      const stops = [
        bridge.onSnapshot(listeners.snapshot),
        bridge.onPatch(listeners.frame),
        bridge.onLink(listeners.link),
        bridge.onNavigate(listeners.navigate),
        bridge.onBanner(listeners.banner),
        bridge.onSettings(listeners.settings),
        bridge.onOutbox(listeners.outbox),
        bridge.onPresence(listeners.presence),
        bridge.onPairing(listeners.pairing),
      ];
      return () => stops.forEach((stop) => stop());
    },
    record: () => bridge.record(),
    retryLink: () => bridge.retryLink(),
    integrations: () => bridge.integrations(),
    history: (collection, id, before) => bridge.history({ collection, id, before }),
    deliveries: (connectionId) => bridge.deliveries({ connectionId }),
    pairingLink: (request) => bridge.pairingLink(request),
    me: () => bridge.me(),
    devices: () => bridge.devices(),
    revokeDevice: (deviceId) => bridge.revokeDevice({ deviceId }),
    sendCommand: (command) => bridge.sendCommand(command),
    outbox: () => bridge.outbox(),
    cancelCommand: (commandId) => bridge.cancelCommand({ commandId }),
    resolveCommand: (choice) => bridge.resolveCommand(choice),
    changeSettings: (patch) => bridge.changeSettings(patch),
    connectServer: (url, ticket) => bridge.connectServer({ url, ticket }),
    testNotification: () => bridge.testNotification(),
    painted: (seq, at) => bridge.painted({ seq, at }),
    openWindow: (input) => bridge.openWindow(input),
    wall: (input) => bridge.wall(input),
    present: (place) => bridge.present(place),
  };
}
