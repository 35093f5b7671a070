import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPrivateBus } from './privateBus.ts';

/**
 * A whole desktop of its own for one test worker: an X display, a session bus, a real notification daemon and a real
 * keychain. Nothing is shared with the machine's own session, and every process is ended by its id.
 */
export interface DesktopSession {
  /** To be given to the app under test. */
  readonly env: Record<string, string>;
  /** Every notification seen on the session bus so far, in order. */
  readonly notifications: () => readonly SeenNotification[];
  /** How many notifications the daemon has on the screen now. */
  displayed(): Promise<number>;
  /** Takes every notification off the screen, so that a test begins with none. */
  clearNotifications(): Promise<void>;
  /** Clicks the newest notification, as the daemon does for a mouse. */
  clickNewest(): Promise<void>;
  /** Chooses this button out of the daemon's own menu of what is on the screen. */
  press(label: string): Promise<void>;
  /** Ends the notification daemon, and with it what it shows. */
  stopNotificationDaemon(): Promise<void>;
  startNotificationDaemon(): Promise<void>;
  /** The whole screen with everything on it, as a PNG file. */
  photograph(file: string): Promise<void>;
  /** Whether the keychain runs. */
  readonly keychain: boolean;
  close(): Promise<void>;
}

export interface SeenNotification {
  readonly summary: string;
  /** As it was sent: escaped, where the daemon reads markup. */
  readonly body: string;
  /** Label of each button, the click on the toast itself first. */
  readonly buttons: readonly string[];
  /** 2 = critical; null = it was not said. */
  readonly urgency: number | null;
  /** 0 = it stays until somebody deals with it; -1 = as long as the daemon likes. */
  readonly expiresMs: number | null;
}

export interface SessionOptions {
  readonly keychain?: boolean;
  readonly notificationDaemon?: boolean;
  readonly size?: string;
}

async function output(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}: ${errors}`);
  return out;
}

async function firstLine(child: ChildProcess, fd: 1 | 2 | 3, what: string): Promise<string> {
  const stream = child.stdio[fd];
  if (!stream || !('on' in stream)) throw new Error(`${what} gives no output`);
  let text = '';
  const failed = once(child, 'exit').then(() => Promise.reject(new Error(`${what} ended at once`)));
  const line = new Promise<string>((resolve) => {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.split('\n')[0] ?? '');
    });
  });
  failed.catch(() => undefined);
  return Promise.race([line, failed]);
}

/** Reads `dbus-monitor` output: a Notify call is followed by its arguments; of its strings (name, icon, summary, body) the last two are read. Quotes inside are not escaped there. */
export function readNotifications(text: string): SeenNotification[] {
  return text
    .split(/^method call /m)
    .filter((block) => /member=Notify\b/.test(block.split('\n')[0] ?? ''))
    .map((block) => {
      const strings = [...block.matchAll(/^ {3}string "(.*?)"(?=\n {3}\S)/gms)].map((match) => match[1] ?? '');
      const urgency = /string "urgency"\s+variant\s+byte (\d)/.exec(block)?.[1];
      const expires = /^ {3}int32 (-?\d+)/m.exec(block)?.[1];
      const actions = [...(/^ {3}array \[\n(.*?)^ {3}\]/ms.exec(block)?.[1] ?? '').matchAll(/^ {6}string "(.*)"$/gm)].map((match) => match[1] ?? '');
      const buttons = actions.filter((_, at) => at % 2 === 1);
      return { summary: strings[2] ?? '', body: strings[3] ?? '', buttons, urgency: urgency === undefined ? null : Number(urgency), expiresMs: expires === undefined ? null : Number(expires) };
    });
}

export async function startDesktopSession(options: SessionOptions = {}): Promise<DesktopSession> {
  const home = mkdtempSync(join(tmpdir(), 'wedsync-session-'));
  const children: ChildProcess[] = [];
  const start = (command: string, args: readonly string[], env: NodeJS.ProcessEnv, stdio: 'ignore' | 'pipe' = 'pipe', extraFd = false): ChildProcess => {
    const child = spawn(command, args, { env, stdio: extraFd ? ['ignore', 'pipe', 'pipe', 'pipe'] : ['ignore', stdio, stdio] });
    children.push(child);
    return child;
  };
  const runtime = join(home, 'run');
  await output('mkdir', ['-p', '-m', '700', runtime, join(home, '.config', 'dunst')], process.env);

  const x = start('Xvfb', ['-displayfd', '3', '-screen', '0', options.size ?? '1920x1080x24', '-nolisten', 'tcp'], process.env, 'pipe', true);
  const display = `:${await firstLine(x, 3, 'Xvfb')}`;

  const base: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    XDG_RUNTIME_DIR: runtime,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_SESSION_TYPE: 'x11',
    DISPLAY: display,
    LANG: 'C.UTF-8',
    TZ: 'Europe/London',
    NO_AT_BRIDGE: '1',
  };
  const bus = await startPrivateBus(join(runtime, 'bus'), base);
  const env = { ...base, DBUS_SESSION_BUS_ADDRESS: bus.address };

  let seen = '';
  const monitor = start('dbus-monitor', ['--address', env.DBUS_SESSION_BUS_ADDRESS, "interface='org.freedesktop.Notifications'"], env);
  monitor.stdout?.on('data', (chunk: Buffer) => (seen += chunk.toString()));

  const choice = join(home, 'choice');
  const menu = join(home, 'menu');
  writeFileSync(menu, `#!/bin/sh\ngrep -F -f "${choice}" | head -n 1\n`);
  chmodSync(menu, 0o755);
  const hasName = async (name: string): Promise<boolean> => (await output('dbus-send', ['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/', 'org.freedesktop.DBus.NameHasOwner', `string:${name}`], env)).includes('true');
  let daemon: ChildProcess | null = null;
  const startNotificationDaemon = async (): Promise<void> => {
    const stays = ['low', 'normal', 'critical'].map((urgency) => `[urgency_${urgency}]\ntimeout = 0\n`).join('');
    writeFileSync(join(home, '.config', 'dunst', 'dunstrc'), `[global]\nwidth = 420\norigin = top-right\noffset = 20x60\nfont = Sans 11\nnotification_limit = 5\nmarkup = full\ndmenu = ${menu}\n${stays}`);
    daemon = start('dunst', ['-config', join(home, '.config', 'dunst', 'dunstrc')], env);
    await until(() => hasName('org.freedesktop.Notifications'), 'the notification daemon');
  };
  if (options.notificationDaemon !== false) await startNotificationDaemon();
  if (options.keychain !== false) {
    await output('mkdir', ['-p', join(home, '.local', 'share', 'keyrings')], env);
    const keyring = spawn('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], { env, stdio: ['pipe', 'ignore', 'ignore'] });
    children.push(keyring);
    keyring.stdin?.end('test-only\n');
    await until(() => hasName('org.freedesktop.secrets'), 'the keychain');
  }

  return {
    env,
    keychain: options.keychain !== false,
    notifications: () => readNotifications(seen),
    async displayed() {
      return Number(await output('dunstctl', ['count', 'displayed'], env));
    },
    async clearNotifications() {
      if (options.notificationDaemon !== false) await output('dunstctl', ['close-all'], env);
    },
    async clickNewest() {
      await output('dunstctl', ['action', '0'], env);
    },
    async press(label) {
      writeFileSync(choice, `${label}\n`);
      await output('dunstctl', ['context'], env);
    },
    startNotificationDaemon,
    async stopNotificationDaemon() {
      if (!daemon) return;
      const ended = once(daemon, 'exit');
      daemon.kill('SIGTERM');
      await ended;
      await until(async () => !(await hasName('org.freedesktop.Notifications')), 'the notification daemon gone');
    },
    async photograph(file) {
      await output('maim', [file], env);
    },
    async close() {
      for (const child of children.reverse()) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        child.kill('SIGTERM');
        await Promise.race([once(child, 'exit'), sleep(2_000).then(() => child.kill('SIGKILL'))]);
      }
      await bus.close();
      if (existsSync(home)) rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Waits for a condition on the outside world; fails with the thing's name after a bounded time. */
export async function until(condition: () => boolean | Promise<boolean>, what: string, boundMs = 30_000): Promise<void> {
  const end = Date.now() + boundMs;
  for (;;) {
    if (await condition()) return;
    if (Date.now() > end) throw new Error(`gave up waiting for ${what}`);
    await sleep(50);
  }
}
