import type { App, WebContents } from 'electron';
import type { Log } from '../../core/ports/ports.ts';
import { isConsoleUrl } from '../platform/console.ts';

/** The part of a navigation event that is used. */
interface Preventable {
  preventDefault(): void;
}

export interface NavigationOptions {
  readonly log: Log;
  /** Hands an address to the system's browser after checking it. */
  readonly openExternal: (url: string) => Promise<unknown>;
}

/**
 * Guards one web contents, whatever created it: it never leaves its page, opens no window and holds no guest. The
 * console moves by its own state, so even an address of its own is not navigated to. A link to the outside goes to the
 * system's browser, and only from a person's click (`window.open`), never from a redirect or a frame.
 */
export function guardNavigation(contents: Pick<WebContents, 'on' | 'setWindowOpenHandler'>, { log, openExternal }: NavigationOptions): void {
  const deny = (kind: string) => (event: Preventable & { readonly url: string }) => {
    event.preventDefault();
    log.warn({ kind, url: event.url.slice(0, 200) }, 'navigation denied');
  };
  contents.on('will-navigate', deny('will-navigate'));
  contents.on('will-frame-navigate', deny('will-frame-navigate'));
  contents.on('will-redirect', deny('will-redirect'));
  contents.on('will-attach-webview', (event, webPreferences, params) => {
    event.preventDefault();
    delete webPreferences.preload;
    log.warn({ kind: 'will-attach-webview', url: (params['src'] ?? '').slice(0, 200) }, 'navigation denied');
  });
  contents.setWindowOpenHandler(({ url }) => {
    log.info({ kind: 'window.open', url: url.slice(0, 200) }, 'window denied');
    if (!isConsoleUrl(url)) {
      openExternal(url).catch((error: unknown) => log.warn({ error }, 'the system did not open the address'));
    }
    return { action: 'deny' };
  });
}

/** Every web contents of the program, also those that nobody meant to create. */
export function guardAllContents(app: Pick<App, 'on'>, options: NavigationOptions): void {
  app.on('web-contents-created', (_event, contents) => guardNavigation(contents, options));
}
