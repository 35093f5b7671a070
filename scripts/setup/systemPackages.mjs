import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findPostgres } from './postgres.mjs';
import { run, tail } from './run.mjs';

/** What Electron needs to open a window on Debian and its children. */
const DESKTOP = [
  'libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1', 'libxss1', 'libxtst6', 'libatspi2.0-0', 'libdrm2', 'libsecret-1-0',
  'libnotify4', 'libcups2', 'libgl1', 'libegl1', 'dbus',
];

/** What the tests add: a virtual screen, a real notification daemon, a real keychain, a browser, eyes and hands. */
const TESTS = ['xvfb', 'xauth', 'dbus-x11', 'dunst', 'maim', 'gnome-keyring', 'libsecret-tools', 'chromium', 'xdotool', 'procps'];

/** What stands around several server processes, tried by the tests with real ones; only the programs are wanted. */
const AROUND = ['haproxy', 'nginx', 'redis-server'];

/** Real calendar servers that the tests start and read (CalDAV). */
const CALENDARS = ['radicale', 'xandikos'];

/** The tests' second home of the record; only its programs are wanted, the tests start a server of their own. */
const POSTGRES = 'postgresql';

const PRESENT = new Set(['installed', 'triggers-pending', 'triggers-awaited']);

async function missingOf(names) {
  // Newer releases carry the same libraries with a `t64` ending.
  const asked = names.flatMap((name) => [name, `${name}t64`]);
  const { output } = await run('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\\n', ...asked]);
  const present = new Set();
  for (const line of output.split('\n')) {
    const [name = '', status = ''] = line.trim().split(' ');
    if (PRESENT.has(status)) present.add(name.replace(/t64$/, ''));
  }
  return names.filter((name) => !present.has(name.replace(/t64$/, '')));
}

async function installableName(name) {
  const { output } = await run('apt-cache', ['policy', `${name}t64`]);
  return /Candidate: (?!\(none\))/.test(output) ? `${name}t64` : name;
}

/**
 * Debian's package would make a cluster and start it: said no to, in the file where it asks, unless somebody has
 * decided otherwise before. Returns what puts Debian's own choice back in place.
 */
function withoutCluster() {
  const file = '/etc/postgresql-common/createcluster.conf';
  if (existsSync(file)) return () => undefined;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, 'create_main_cluster = false\n');
  return () => {
    const standard = '/usr/share/postgresql-common/createcluster.conf';
    if (existsSync(standard)) copyFileSync(standard, file);
  };
}

/** Debian starts a service when its package comes, and again with the machine: said no to both for these, unless somebody decides that already. */
function withoutServices(names) {
  const file = '/usr/sbin/policy-rc.d';
  if (existsSync(file)) return async () => undefined;
  writeFileSync(file, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  return async () => {
    rmSync(file, { force: true });
    if (existsSync('/usr/bin/systemctl') || existsSync('/bin/systemctl')) await run('systemctl', ['disable', ...names]);
  };
}

/**
 * Installs what is missing when root on Debian or Ubuntu, else says the one command. Never fails the set-up: a missing
 * library is reported by the step that needs it.
 * @param {{tests: boolean}} want
 */
export async function systemPackages(want) {
  if (process.platform !== 'linux') return 'nothing needed on this system';
  if (!existsSync('/usr/bin/dpkg-query') || !existsSync('/usr/bin/apt-get')) {
    return 'not a Debian system: install the libraries of Electron by your own package manager if the window does not open';
  }
  const missing = await missingOf(want.tests ? [...DESKTOP, ...TESTS, ...AROUND, ...CALENDARS, ...(findPostgres().ok ? [] : [POSTGRES])] : DESKTOP);
  if (missing.length === 0) return 'all present';
  if (process.getuid?.() !== 0) {
    return `missing; please run once:\n    sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  }
  // The last: keep a configuration file that is there already, without asking.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', UCF_FORCE_CONFFOLD: '1' };
  const lock = ['-o', 'DPkg::Lock::Timeout=180'];
  console.log(`  system           installing ${missing.join(' ')}`);
  const update = await run('apt-get', [...lock, '-q', 'update'], { env, timeoutMs: 180_000 });
  if (update.code !== 0) return `the package lists could not be fetched: ${tail(update.output, 2)}`;
  const names = [];
  for (const name of missing) names.push(await installableName(name));
  const putBack = missing.includes(POSTGRES) ? withoutCluster() : () => undefined;
  const services = missing.filter((name) => AROUND.includes(name) || CALENDARS.includes(name));
  const allowServices = services.length > 0 ? withoutServices(services) : async () => undefined;
  const install = await run('apt-get', [...lock, '-q', 'install', '-y', '--no-install-recommends', ...names], { env, timeoutMs: 900_000 });
  putBack();
  await allowServices();
  if (install.code !== 0) return `apt-get could not install ${names.join(' ')}: ${tail(install.output, 3)}`;
  return `installed ${names.length}`;
}
