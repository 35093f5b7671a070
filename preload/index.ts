import { contextBridge, ipcRenderer } from 'electron';
import type { Bridge } from '../core/contract/ipc.ts';
import { BRIDGE_NAME, type InvokeChannel, type PushChannel } from '../core/contract/ipcNames.ts';

// Named verbs only: the page never holds ipcRenderer, a channel name or an event object.
const ask = (channel: InvokeChannel, input?: unknown) => ipcRenderer.invoke(channel, input);
const listen = <T>(channel: PushChannel, listener: (payload: T) => void): (() => void) => {
  const forward = (_event: unknown, payload: T): void => listener(payload);
  ipcRenderer.on(channel, forward);
  return () => {
    ipcRenderer.removeListener(channel, forward);
  };
};

const bridge: Bridge = {
  boot: () => ask('app:boot'),
  openExternal: (input) => ask('app:open_external', input),
  record: () => ask('record:get'),
  link: () => ask('link:get'),
  retryLink: () => ask('link:retry'),
  integrations: () => ask('api:integrations'),
  deliveries: (input) => ask('api:deliveries', input),
  history: (input) => ask('api:history', input),
  pairingLink: (input) => ask('api:pairing_link', input),
  me: () => ask('api:me'),
  devices: () => ask('api:devices'),
  revokeDevice: (input) => ask('api:revoke_device', input),
  sendCommand: (input) => ask('command:send', input),
  outbox: () => ask('outbox:list'),
  cancelCommand: (input) => ask('outbox:cancel', input),
  resolveCommand: (input) => ask('outbox:resolve', input),
  settings: () => ask('settings:get'),
  changeSettings: (input) => ask('settings:set', input),
  connectServer: (input) => ask('server:connect', input),
  testNotification: () => ask('notifications:test'),
  painted: (input) => ask('board:painted', input),
  openWindow: (input) => ask('window:open', input),
  wall: (input) => ask('window:wall', input),
  present: (input) => ask('presence:say', input),
  people: () => ask('people:list'),
  invite: (input) => ask('people:invite', input),
  withdrawInvitation: (input) => ask('people:withdraw_invitation', input),
  setRole: (input) => ask('people:set_role', input),
  removeMember: (input) => ask('people:remove', input),
  resetLink: (input) => ask('people:reset_link', input),
  signOn: () => ask('sign_on:get'),
  setSignOn: (input) => ask('sign_on:set', input),
  removeSignOn: () => ask('sign_on:remove'),
  lookAtPairing: (input) => ask('pairing:look', input),
  approvePairing: (input) => ask('pairing:approve', input),
  denyPairing: (input) => ask('pairing:deny', input),
  pairing: () => ask('pairing:get'),
  startPairing: (input) => ask('pairing:start', input),
  cancelPairing: () => ask('pairing:cancel'),
  foundHouse: (input) => ask('founding:found', input),
  exportPersonalData: (input) => ask('personal_data:export', input),
  erasePreview: (input) => ask('personal_data:preview', input),
  eraseContact: (input) => ask('personal_data:erase', input),
  readers: (input) => ask('personal_data:readers', input),
  retention: () => ask('retention:get'),
  setRetention: (input) => ask('retention:set', input),
  onSnapshot: (listener) => listen('record:snapshot', listener),
  onPatch: (listener) => listen('record:patch', listener),
  onLink: (listener) => listen('link:status', listener),
  onOutbox: (listener) => listen('outbox:changed', listener),
  onNavigate: (listener) => listen('navigate', listener),
  onBanner: (listener) => listen('banner', listener),
  onSettings: (listener) => listen('settings:changed', listener),
  onWindowShown: (listener) => listen('window:shown', listener),
  onPresence: (listener) => listen('presence:changed', listener),
  onPairing: (listener) => listen('pairing:changed', listener),
};

contextBridge.exposeInMainWorld(BRIDGE_NAME, bridge);
