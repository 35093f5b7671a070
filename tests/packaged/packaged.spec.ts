import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { expect, test } from '@playwright/test';
import type { DemoCard } from '../../server/demo/card.ts';
import { FUSES } from '../../scripts/config/fuses.mjs';
import { screenshotPath } from '../support/desktopApp.ts';
import { startDesktopSession, until, type DesktopSession } from '../support/desktopSession.ts';
import { PROGRAM, UNPACKED, endProgram, launchPackaged, startProgram } from './packagedApp.ts';

/** The packed program: one folder, no other machine, no configuration. */

test.skip(process.platform !== 'linux', 'the unpacked app of other systems is tried on those systems');

let session: DesktopSession;
let userData: string;

test.beforeAll(async () => {
  session = await startDesktopSession();
});
test.afterAll(async () => {
  await session.close();
});
test.beforeEach(() => {
  userData = mkdtempSync(join(tmpdir(), 'wedsync-packaged-'));
});
test.afterEach(() => {
  rmSync(userData, { recursive: true, force: true });
});

test('with no server configured it runs its own and shows the demo venue', async () => {
  const app = await launchPackaged({ session, userData });
  try {
    const cardFile = join(userData, 'server', 'demo.json');
    await until(() => existsSync(cardFile), 'the embedded server', 60_000);
    const card = JSON.parse(readFileSync(cardFile, 'utf8')) as DemoCard;
    expect(card.weddings.length).toBe(3);
    await expect(app.window.locator('[data-seq]').first()).toBeVisible({ timeout: 60_000 });
    for (const wedding of card.weddings.filter((one) => one.today)) await expect(app.window.getByText(wedding.title).first()).toBeVisible();
    await app.window.screenshot({ path: screenshotPath('packaged') });
    expect(await app.close()).toBe(0);
  } finally {
    await app.close();
  }
});

test('it keeps its record over a restart', async () => {
  const seqOf = async (): Promise<number> => {
    const app = await launchPackaged({ session, userData });
    try {
      const board = app.window.locator('[data-seq]').first();
      await expect(board).toBeVisible({ timeout: 60_000 });
      await expect.poll(async () => Number(await board.getAttribute('data-seq')), { timeout: 30_000 }).toBeGreaterThan(0);
      return Number(await board.getAttribute('data-seq'));
    } finally {
      await app.close();
    }
  };
  const before = await seqOf();
  const card = readFileSync(join(userData, 'server', 'demo.json'), 'utf8');
  const after = await seqOf();
  expect(after).toBeGreaterThanOrEqual(before);
  expect((JSON.parse(readFileSync(join(userData, 'server', 'demo.json'), 'utf8')) as DemoCard).organisationId).toBe((JSON.parse(card) as DemoCard).organisationId);
});

test('every fuse is set as decided, and none is left undecided', async () => {
  const wire = await getCurrentFuseWire(PROGRAM);
  const names = Object.keys(FuseV1Options).filter((name) => Number.isNaN(Number(name)));
  const states = wire as unknown as Readonly<Record<number, FuseState>>;
  for (const name of names) {
    const index = FuseV1Options[name as keyof typeof FuseV1Options];
    expect(states[index], name).toBe(FUSES[index] === true ? FuseState.ENABLE : FuseState.DISABLE);
  }
  const known = names.map((name) => FuseV1Options[name as keyof typeof FuseV1Options] as number);
  const inBinary = Object.keys(wire).filter((key) => /^\d+$/.test(key)).map(Number);
  expect(inBinary.filter((index) => !known.includes(index))).toEqual([]);
});

test('it is no general Node interpreter and opens no inspector', async () => {
  const { child, lines } = startProgram({
    session: { ...session, env: { ...session.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '--inspect=127.0.0.1:0' } },
    userData,
    args: ['--inspect=127.0.0.1:0', '-e', 'process.stdout.write("ran as node")'],
  });
  try {
    await until(() => existsSync(join(userData, 'logs')), 'the desktop itself', 30_000);
    expect(lines.filter((line) => /ran as node|Debugger listening/.test(line))).toEqual([]);
  } finally {
    await endProgram(child);
  }
});

test('it carries the app in one archive, without sources, maps or Electron\'s demo', () => {
  const resources = readdirSync(join(UNPACKED, 'resources'));
  expect(resources).toContain('app.asar');
  expect(resources).not.toContain('app');
  expect(resources).not.toContain('default_app.asar');
  const archive = readFileSync(join(UNPACKED, 'resources', 'app.asar'));
  const header = archive.subarray(16, 16 + archive.readUInt32LE(12)).toString('utf8');
  const packed = JSON.parse(header) as { files: Record<string, unknown> };
  expect(Object.keys(packed.files).sort()).toEqual(['LICENSE', 'dist', 'node_modules', 'package.json', 'resources']);
  expect(header).not.toMatch(/"[^"]+\.(map|tsx?)":/);
});
