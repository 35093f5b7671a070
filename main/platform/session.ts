import type { Session } from 'electron';
import type { Log } from '../../core/ports/ports.ts';
import { isConsoleUrl } from './console.ts';
import { permissionAllowed } from './permissions.ts';

const OWN_SCHEMES: ReadonlySet<string> = new Set(['data:', 'blob:']);

/**
 * Whether a request of a page may leave its process. The console speaks to nobody but its own files: network and disk
 * are main's business. Developer tools load their own pages, in development only.
 */
export function requestAllowed(url: string, packaged: boolean): boolean {
  if (isConsoleUrl(url)) return true;
  const parsed = URL.parse(url);
  if (!parsed) return false;
  if (OWN_SCHEMES.has(parsed.protocol)) return true;
  return !packaged && parsed.protocol === 'devtools:';
}

/** Locks a session: no permission beyond the list, no device, no download, no request to anywhere else. */
export function lockSession(session: Session, options: { packaged: boolean; log: Log }): void {
  const { log, packaged } = options;
  session.setPermissionRequestHandler((contents, permission, callback, details) => {
    const allowed = permissionAllowed(permission, details.requestingUrl, details.isMainFrame);
    if (!allowed) log.warn({ permission, url: details.requestingUrl.slice(0, 200), contents: contents.id }, 'permission denied');
    callback(allowed);
  });
  session.setPermissionCheckHandler((_contents, permission, requestingOrigin, details) => permissionAllowed(permission, requestingOrigin, details.isMainFrame));
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, callback) => callback({}));
  session.on('will-download', (event, item) => {
    event.preventDefault();
    log.warn({ url: item.getURL().slice(0, 200) }, 'download denied');
  });
  session.webRequest.onBeforeRequest((details, callback) => {
    const allowed = requestAllowed(details.url, packaged);
    if (!allowed) log.warn({ url: details.url.slice(0, 200), type: details.resourceType }, 'request of a page refused');
    callback({ cancel: !allowed });
  });
}
