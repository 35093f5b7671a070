import path from 'node:path';
import { existsSync, mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bootstrap, main } from './bootstrap.mjs';
import { bundledNode, root, toolEnv } from './setup/paths.mjs';
import { SetupError, took } from './setup/run.mjs';
import { buildAll } from './setup/build.mjs';
import { freePort, startServer } from './start/server.mjs';
import { startDesktop, whyNoDesktop } from './start/desktop.mjs';

/**
 * `npm start`: set-up, build, the server with its demo venue, the desktop. Where there can be no desktop the server stays
 * and the same console is offered to a browser.
 */

const USAGE = `npm start [-- flags]
  --browser   no desktop window; open the console in a browser at the printed address
  --no-demo   an empty record instead of the demo venue
  --server    only the server (npm run server)
  --role ROLE what this server process does: all, or some of intake,stream,worker; needs DATABASE_URL`;

const PORT = 4317;
const SIMULATED_VENDOR = '127.0.0.1:4319';

function options() {
  try {
    const { values } = parseArgs({
      allowNegative: true,
      options: { browser: { type: 'boolean', default: false }, demo: { type: 'boolean', default: true }, server: { type: 'boolean', default: false }, role: { type: 'string' }, help: { type: 'boolean', default: false } },
    });
    return values;
  } catch (error) {
    throw new SetupError(`${error.message}\n\n${USAGE}`);
  }
}

async function serverEnv(dataDir, demo, role) {
  const asked = Number(process.env.WEDSYNC_PORT ?? PORT);
  const port = await freePort(asked);
  if (asked !== 0 && port !== asked) console.log(`  port             ${asked} is taken by another program; ${port} is used instead`);
  return toolEnv({
    WEDSYNC_DATA_DIR: dataDir,
    WEDSYNC_DEMO: demo ? '1' : '0',
    ...(role === undefined ? {} : { WEDSYNC_ROLE: role }),
    WEDSYNC_PORT: String(port),
    WEDSYNC_CONSOLE_DIR: process.env.WEDSYNC_CONSOLE_DIR ?? path.join(root, 'dist', 'renderer'),
    // The simulated vendor answers on loopback, which outbound calls may otherwise never reach.
    ...(demo ? { WEDSYNC_EGRESS_ALLOW: process.env.WEDSYNC_EGRESS_ALLOW ?? SIMULATED_VENDOR } : {}),
  });
}

function offerBrowser(url, ticket, founding) {
  const [hash, about] = ticket !== null ? [`#enrol=${ticket}`, ' (the ticket in the address works once)'] : founding !== null ? [`#found=${founding}`, ' (it sets up your venue; until then, each start has a link of its own)'] : ['', ''];
  console.log(`\nThe console, for a browser on this machine${about}:`);
  console.log(`\n  ${url}/${hash}\n\nCtrl-C stops the server.`);
}

await main(async () => {
  const startedAt = performance.now();
  const wanted = options();
  if (wanted.help) {
    console.log(USAGE);
    return 0;
  }
  const role = wanted.role ?? process.env.WEDSYNC_ROLE;
  const servesPeople = role === undefined || /all|stream/.test(role);
  const noDesktop = !servesPeople ? 'a server of this role serves no people' : wanted.server ? 'only the server was asked for' : wanted.browser ? 'the browser was asked for' : whyNoDesktop();
  const { electron } = await bootstrap({ electron: noDesktop === null });
  await buildAll();

  const dataDir = path.resolve(process.env.WEDSYNC_DATA_DIR ?? path.join(root, '.wedsync'));
  mkdirSync(dataDir, { recursive: true });
  console.log('Start');
  const interrupted = new AbortController();
  let server = null;
  let desktop = null;
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    console.log('\nStopping ...');
    desktop?.stop();
    if (server === null) interrupted.abort();
    else void server.stop();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);

  const started = await startServer({ node: bundledNode, env: await serverEnv(dataDir, wanted.demo, role), dataDir, signal: interrupted.signal });
  if (!started.ok) {
    if (stopping) return 0;
    console.error(`\nThe server could not start: ${started.message}\nIts log: ${started.logFile}`);
    return 1;
  }
  server = started;
  console.log(`  server           ${server.url} (${took(startedAt)} since the beginning)`);
  if (wanted.demo && existsSync(path.join(dataDir, 'demo.json'))) console.log('  demo             play a wedding day into it from a second terminal: npm run simulate -- --speed 60');

  const reason = noDesktop ?? (electron.ok ? null : electron.why);
  if (reason === null) {
    desktop = startDesktop({ electron, dataDir, url: server.url, ticket: server.ticket, founding: server.founding });
    console.log('  desktop          opening; closing it stops the server too');
    const end = await desktop.ended;
    desktop = null;
    if (end.failed === null || stopping) {
      stop();
    } else {
      console.log(`\nThe desktop could not run: ${end.failed} The server keeps running.`);
      offerBrowser(server.url, await server.freshTicket(), server.founding);
    }
  } else {
    if (!wanted.server && !wanted.browser && servesPeople) console.log(`\nThere is no desktop window: ${reason}. The server keeps running.`);
    if (servesPeople) offerBrowser(server.url, server.ticket, server.founding);
    else console.log(`\nThis server is ${role}; others serve people. Ctrl-C stops it.`);
  }
  const code = await server.ended;
  if (!stopping) console.error(`The server ended by itself (code ${code}). Its log: ${server.logFile}`);
  return stopping && code === 0 ? 0 : 1;
});
