import { execFile } from 'node:child_process';

const BOUND_MS = 1_500;
const ASK = ['--session', '--dest=org.freedesktop.DBus', '--print-reply', '/org/freedesktop/DBus', 'org.freedesktop.DBus.NameHasOwner', 'string:org.kde.StatusNotifierWatcher'] as const;

/**
 * Whether a tray icon would be seen. On Linux an icon is accepted also where no panel shows it, and a program that hides
 * there is lost to its user; so the session bus is asked, and no answer counts as no tray.
 */
export function trayHostPresent(platform: NodeJS.Platform): Promise<boolean> {
  if (platform !== 'linux') return Promise.resolve(true);
  return new Promise((resolve) => {
    execFile('dbus-send', ASK, { timeout: BOUND_MS, encoding: 'utf8' }, (error, stdout) => resolve(!error && /boolean true/.test(stdout)));
  });
}
