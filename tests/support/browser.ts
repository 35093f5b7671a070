import { chromium, type Browser } from 'playwright';

/**
 * A plain browser for the console, without the desktop: Debian's Chromium, or the one that `CHROMIUM` names. It looks
 * nothing up by itself; the sandbox is off because tests run as root.
 */
export const launchBrowser = (more: readonly string[] = []): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', ...more],
  });
