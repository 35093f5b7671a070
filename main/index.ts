import { join } from 'node:path';
import { app, dialog } from 'electron';
import { watchCrashes } from './diagnostics/crash.ts';
import { openLines } from './diagnostics/lines.ts';
import { createLog } from './diagnostics/log.ts';
import { readEnvironment } from './environment.ts';
import { declareConsoleScheme } from './platform/appProtocol.ts';
import { linkInArguments } from './platform/deepLinks.ts';
import { clock } from './platform/host.ts';
import { openExternal } from './platform/openExternal.ts';
import { loadKeytar, openKeychain } from './platform/secrets.ts';
import { startDesktop, type Desktop } from './desktop.ts';
import { guardAllContents } from './windows/navigation.ts';
import { WORDS } from './words.ts';

/**
 * Composition root, in phases. Before `ready`: what Electron only takes then, and what must already stand when anything
 * goes wrong. At `ready`: the window first, everything else beside it.
 */
const environment = readEnvironment(process.env);
const KEYCHAIN_BOUND_MS = 3_000;

if (!environment.ok) {
  process.stderr.write(`${WORDS.start.environment}\n${environment.error}\n`);
  app.exit(2);
} else if (!app.requestSingleInstanceLock()) {
  // The first instance was told of our arguments and comes to the front.
  app.exit(0);
} else {
  const directory = join(app.getPath('userData'), 'logs');
  const toStderr = (line: string) => void process.stderr.write(`${line}\n`);
  const log = createLog({
    clock,
    lines: openLines({
      directory,
      name: 'desktop.jsonl',
      maxBytes: 2_000_000,
      keep: 4,
      onFailure: (error) => toStderr(`no log can be written: ${String(error)}`),
    }),
    mirror: app.isPackaged ? null : toStderr,
  });
  watchCrashes({
    app,
    log,
    giveUp: () => {
      if (app.isReady()) dialog.showErrorBox(WORDS.product, WORDS.start.crashed);
      app.exit(1);
    },
  });
  // Chromium refuses to run as root inside its sandbox; test machines start with the switch, nobody else should.
  if (app.commandLine.hasSwitch('no-sandbox')) log.warn({}, 'started with --no-sandbox: pages are not sandboxed in this run');
  else app.enableSandbox();
  declareConsoleScheme();
  guardAllContents(app, { log, openExternal });
  if (app.isPackaged) app.setAsDefaultProtocolClient('wedsync');

  let desktop: Desktop | null = null;
  let earlyLink = linkInArguments(process.argv);
  const takeLink = (link: string | null) => {
    if (link === null) return;
    if (desktop) desktop.openLink(link);
    else earlyLink = link;
  };
  app.on('open-url', (event, url) => {
    event.preventDefault();
    takeLink(url);
  });
  app.on('second-instance', (_event, argv) => {
    takeLink(linkInArguments(argv));
    desktop?.show();
  });
  app.on('activate', () => desktop?.show());

  // The keychain may have to wake a service: it is asked while Electron starts.
  const secrets = openKeychain({ load: loadKeytar, service: 'WedSync Command Centre', timeoutMs: KEYCHAIN_BOUND_MS, log });
  // Not awaited: Electron becomes ready only after this module has been evaluated.
  void app.whenReady().then(() => {
    const about = { version: app.getVersion(), electron: process.versions.electron, platform: process.platform, packaged: app.isPackaged };
    log.info({ ...about, trace: environment.value.trace }, 'desktop starts');
    desktop = startDesktop({ environment: environment.value, log, logDirectory: directory, secrets, programDirectory: import.meta.dirname });
    takeLink(earlyLink);
  });
}
