import { mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { notificationDaemonPresent, sessionBus, trayHostPresent, type BusAnswer, type SessionBus } from '../../../../main/platform/sessionBus.ts';
import { startPrivateBus, type PrivateBus } from '../../../support/privateBus.ts';
import { connect } from '../../../support/scriptedDaemon.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';
import { keptLog } from '../support/fakes.ts';

const ASK = { destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus', member: 'GetId' } as const;
const asked = (bus: SessionBus, boundMs?: number): Promise<BusAnswer> => new Promise((resolve) => bus.call(ASK, resolve, boundMs));

describe('the session bus of other systems', () => {
  it('is not asked', async () => {
    const bus = sessionBus({ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' }, keptLog());
    expect(await trayHostPresent('darwin', bus)).toBe(true);
    expect(await notificationDaemonPresent('win32', bus)).toBe(true);
  });
});

describe.skipIf(process.platform !== 'linux')('the session bus', () => {
  let real: PrivateBus;
  let folder: string;
  let bus: SessionBus;
  beforeEach(async () => {
    real = await startPrivateBus();
    folder = temporaryDirectory();
    bus = sessionBus({ DBUS_SESSION_BUS_ADDRESS: real.address }, keptLog());
  });
  afterEach(async () => {
    bus.close();
    await real.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('says who is there', async () => {
    const tray = await connect(real.address);
    await tray.requestName('org.kde.StatusNotifierWatcher', 0);
    expect(await trayHostPresent('linux', bus)).toBe(true);
    expect(await notificationDaemonPresent('linux', bus)).toBe(false);
    await tray.connection[Symbol.asyncDispose]();
    await expect.poll(() => trayHostPresent('linux', bus)).toBe(false);
  });

  it('counts as empty when there is none, when its socket is dead, and when its address says nothing', async () => {
    for (const address of [undefined, `unix:path=${join(folder, 'gone')}`, 'carrier-pigeon:loft=3', 'unix:']) {
      const log = keptLog();
      const none = sessionBus({ DBUS_SESSION_BUS_ADDRESS: address }, log);
      expect(await trayHostPresent('linux', none)).toBe(false);
      expect(await asked(none)).toMatchObject({ ok: false });
      expect(none.known).toBe(address !== undefined);
    }
  });

  it('counts as empty when something else listens at its socket and never answers', async () => {
    const path = join(folder, 'mute');
    const mute: Server = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => mute.listen(path, resolve));
    const log = keptLog();
    const hanging = sessionBus({ DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` }, log);
    expect(await asked(hanging, 50)).toMatchObject({ ok: false });
    hanging.close();
    await new Promise((resolve) => mute.close(resolve));
  });

  it('is found where systemd puts it, without a variable', async () => {
    const runtime = join(folder, 'run');
    mkdirSync(runtime);
    expect(sessionBus({ XDG_RUNTIME_DIR: runtime }, keptLog()).known).toBe(false);
    const placed = await startPrivateBus(join(runtime, 'bus'));
    const found = sessionBus({ XDG_RUNTIME_DIR: runtime }, keptLog());
    expect(await asked(found)).toMatchObject({ ok: true });
    found.close();
    await placed.close();
  });

  it('answers every call when the line is lost, says so once, and opens another', async () => {
    const socket = join(folder, 'bus');
    const first = await startPrivateBus(socket);
    const breaking = sessionBus({ DBUS_SESSION_BUS_ADDRESS: first.address }, keptLog());
    let lost = 0;
    breaking.onLost(() => (lost += 1));
    const silent = await connect(first.address);
    await silent.requestName('org.wedsync.Silent', 0);
    silent.setMethodCallHandler('/', 'org.wedsync.Silent', 'Ask', [() => new Promise(() => undefined), '']);
    const waiting = new Promise<BusAnswer>((resolve) => breaking.call({ destination: 'org.wedsync.Silent', path: '/', interface: 'org.wedsync.Silent', member: 'Ask' }, resolve));
    expect(await asked(breaking)).toMatchObject({ ok: true });
    silent.connection.on('error', () => undefined);
    await first.close();
    expect(await waiting).toMatchObject({ ok: false, error: { name: 'org.freedesktop.DBus.Error.Disconnected' } });
    await expect.poll(() => lost).toBe(1);
    expect(await asked(breaking)).toMatchObject({ ok: false, error: { name: 'org.freedesktop.DBus.Error.Disconnected' } });

    const second = await startPrivateBus(socket);
    expect(await asked(breaking)).toMatchObject({ ok: true });
    breaking.close();
    await second.close();
    expect(lost).toBe(1);
  });

  it('says what is wrong by the name that the bus gives it', async () => {
    const answer = await new Promise<BusAnswer>((resolve) => bus.call({ destination: 'org.wedsync.Nobody', path: '/', interface: 'org.wedsync.Nobody', member: 'Ask' }, resolve));
    expect(answer).toMatchObject({ ok: false, error: { name: 'org.freedesktop.DBus.Error.ServiceUnknown' } });
  });
});
