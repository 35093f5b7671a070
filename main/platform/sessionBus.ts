import { execFile } from 'node:child_process';

const BOUND_MS = 1_500;

/** Whether somebody on the desktop's session bus holds this name (Linux). No bus, no tool or no answer in time counts as nobody. */
export function nameHasOwner(name: string): Promise<boolean> {
  const ask = ['--session', '--dest=org.freedesktop.DBus', '--print-reply', '/org/freedesktop/DBus', 'org.freedesktop.DBus.NameHasOwner', `string:${name}`];
  return new Promise((resolve) => {
    execFile('dbus-send', ask, { timeout: BOUND_MS, encoding: 'utf8' }, (error, stdout) => resolve(!error && /boolean true/.test(stdout)));
  });
}

/**
 * Whether a tray icon would be seen. On Linux an icon is accepted also where no panel shows it, and a program that hides
 * there is lost to its user; so the session bus is asked, and no answer counts as no tray.
 */
export function trayHostPresent(platform: NodeJS.Platform): Promise<boolean> {
  return platform === 'linux' ? nameHasOwner('org.kde.StatusNotifierWatcher') : Promise.resolve(true);
}

/** Whether anything shows notifications. Electron does not say on Linux why one failed; the bus knows. */
export function notificationDaemonPresent(platform: NodeJS.Platform): Promise<boolean> {
  return platform === 'linux' ? nameHasOwner('org.freedesktop.Notifications') : Promise.resolve(true);
}
