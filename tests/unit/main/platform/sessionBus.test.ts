import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { notificationDaemonPresent, trayHostPresent } from '../../../../main/platform/sessionBus.ts';

/** Stands for the bus: a `dbus-send` that answers what the test says. */
let folder: string;
const path = process.env['PATH'];
const answers = (script: string) => {
  writeFileSync(join(folder, 'dbus-send'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'dbus-send'), 0o755);
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wedsync-bus-'));
  process.env['PATH'] = folder;
});
afterEach(() => {
  process.env['PATH'] = path;
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(process.platform === 'win32')('the session bus', () => {
  it('says who is there', async () => {
    answers('case "$6" in string:org.kde.StatusNotifierWatcher) echo "   boolean true";; *) echo "   boolean false";; esac');
    expect(await trayHostPresent('linux')).toBe(true);
    expect(await notificationDaemonPresent('linux')).toBe(false);
  });
  it('counts as empty when it fails or is not installed', async () => {
    expect(await trayHostPresent('linux')).toBe(false);
    answers('echo "Failed to open connection" >&2; exit 1');
    expect(await trayHostPresent('linux')).toBe(false);
  });
  it('is not asked elsewhere', async () => {
    expect(await trayHostPresent('darwin')).toBe(true);
    expect(await notificationDaemonPresent('win32')).toBe(true);
  });
});
