import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { focusTokens } from '../../../../main/platform/focusToken.ts';
import { temporaryDirectory } from '../../../support/temporary.ts';
import { keptLog } from '../support/fakes.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryDirectory();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program that writes down how it was started. */
function program(after = ''): { executable: string; written: () => string } {
  const executable = join(folder, 'program');
  writeFileSync(executable, `#!/bin/sh\nprintf '%s\\n' "$XDG_ACTIVATION_TOKEN" "$@" > "${folder}/part" && mv "${folder}/part" "${folder}/started"\n${after}\n`);
  chmodSync(executable, 0o755);
  return { executable, written: () => (existsSync(join(folder, 'started')) ? readFileSync(join(folder, 'started'), 'utf8') : '') };
}
const wayland = { PATH: process.env['PATH'], WAYLAND_DISPLAY: 'wayland-0' };

describe.skipIf(process.platform === 'win32')('the token of a click', () => {
  it('is brought by a second start, with what the first was started with and without its link', async () => {
    const { executable, written } = program();
    const tokens = focusTokens({ env: wayland, executable, args: ['/app', '--user-data-dir=/tmp/a b', 'wedsync://day'], log: keptLog() });
    // The first is none: a token is one word.
    tokens.use('two words');
    tokens.use('token_TIME5;$(id)');
    await expect.poll(written).toBe('token_TIME5;$(id)\n/app\n--user-data-dir=/tmp/a b\n');
  });
  it('is not needed outside Wayland', async () => {
    const { executable, written } = program();
    focusTokens({ env: { PATH: process.env['PATH'] }, executable, args: [], log: keptLog() }).use('token_TIME5');
    focusTokens({ env: wayland, executable, args: [], log: keptLog() }).use('another');
    await expect.poll(written).toBe('another\n');
  });
  it('leaves nothing running when the program ends', async () => {
    const { executable, written } = program(`trap 'echo ended > "${folder}/ended"; exit 0' TERM\nwhile :; do sleep 0.05; done`);
    const log = keptLog();
    const tokens = focusTokens({ env: wayland, executable, args: [], log });
    tokens.use('token');
    await expect.poll(written).toBe('token\n');
    tokens.stop();
    await expect.poll(() => existsSync(join(folder, 'ended'))).toBe(true);
    expect(log.lines).toEqual([]);
  });
  it('says so when it cannot be brought', async () => {
    const log = keptLog();
    focusTokens({ env: wayland, executable: join(folder, 'nothing'), args: [], log }).use('token');
    await expect.poll(() => log.lines.map(({ message }) => message)).toEqual(['the window may not come to the front']);
  });
});
