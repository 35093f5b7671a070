import { isConsoleUrl } from './console.ts';

/**
 * What the console's page may use of the browser, and why. Whatever is not here is denied, also what a later Chromium
 * adds. The denied ones are listed so that somebody who misses one finds the reason.
 */
export const PERMISSIONS: Readonly<Record<string, { readonly allowed: boolean; readonly reason: string }>> = {
  'clipboard-sanitized-write': { allowed: true, reason: 'copy buttons: ids, intake addresses; plain text only' },
  'clipboard-read': { allowed: false, reason: 'pasting works without it; reading would see passwords' },
  'deprecated-sync-clipboard-read': { allowed: false, reason: 'same as clipboard-read' },
  notifications: { allowed: false, reason: 'alerts are shown by main, which knows whether they appeared' },
  media: { allowed: false, reason: 'no camera or microphone feature exists' },
  mediaKeySystem: { allowed: false, reason: 'no protected media' },
  'display-capture': { allowed: false, reason: 'no screen sharing' },
  geolocation: { allowed: false, reason: 'the venue is known' },
  midi: { allowed: false, reason: 'not used' },
  midiSysex: { allowed: false, reason: 'not used' },
  pointerLock: { allowed: false, reason: 'not used; can hide what is clicked' },
  fullscreen: { allowed: false, reason: 'the window manager does it; a page must not cover the screen' },
  openExternal: { allowed: false, reason: 'addresses leave only through the checked door in main' },
  'window-management': { allowed: false, reason: 'windows are placed by main' },
  'idle-detection': { allowed: false, reason: 'nobody is watched' },
  'storage-access': { allowed: false, reason: 'there is no third party' },
  'top-level-storage-access': { allowed: false, reason: 'there is no third party' },
  'speaker-selection': { allowed: false, reason: 'sounds use the default output' },
  'keyboardLock': { allowed: false, reason: 'system keys stay with the system' },
  fileSystem: { allowed: false, reason: 'files are chosen and read by main' },
  hid: { allowed: false, reason: 'no devices' },
  serial: { allowed: false, reason: 'no devices' },
  usb: { allowed: false, reason: 'no devices' },
  'background-sync': { allowed: false, reason: 'main owns the link' },
  unknown: { allowed: false, reason: 'what is not known is not granted' },
};

/** @param from address or origin of the frame that asks */
export function permissionAllowed(permission: string, from: string, isMainFrame: boolean): boolean {
  const rule = Object.hasOwn(PERMISSIONS, permission) ? PERMISSIONS[permission] : undefined;
  return rule?.allowed === true && isMainFrame && isConsoleUrl(from);
}
