import { EventEmitter } from 'node:events';
import type { BrowserWindow } from 'electron';
import { describe, expect, it, vi } from 'vitest';
import { WINDOW_LIMIT } from '../../../../core/contract/windows.ts';
import { createWindows, readExtras } from '../../../../main/windows/windows.ts';
import { isReachable, type Box, type WindowState } from '../../../../main/windows/state.ts';
import { handClock, keptLog } from '../support/fakes.ts';

let lastId = 6;
class FakeContents extends EventEmitter {
  readonly id = (lastId += 1);
  reloads = 0;
  reload(): void {
    this.reloads += 1;
  }
}
class FakeWindow extends EventEmitter {
  readonly webContents = new FakeContents();
  readonly did: string[] = [];
  bounds = { x: 10, y: 20, width: 900, height: 700 };
  minimised = false;
  maximised = false;
  isDestroyed = (): boolean => false;
  isMinimized = (): boolean => this.minimised;
  isMaximized = (): boolean => this.maximised;
  isVisible = (): boolean => true;
  getBounds = () => this.bounds;
  setBounds = (bounds: Box) => void (this.bounds = bounds);
  maximize = () => void (this.maximised = true);
  unmaximize = () => void (this.maximised = false);
  destroy = () => void this.emit('closed');
  isFocused = (): boolean => true;
  getNormalBounds = () => this.bounds;
  show = () => void this.did.push('show');
  hide = () => void this.did.push('hide');
  focus = () => void this.did.push('focus');
  restore = () => void this.did.push('restore');
  loadURL = (url: string) => {
    this.did.push(url);
    return Promise.resolve();
  };
}

function make(keepRunning = true, stored?: unknown, also: readonly [string, unknown][] = []) {
  let areas: readonly [Box, ...Box[]] = [{ x: 0, y: 0, width: 1440, height: 900 }];
  lastId = 6;
  const clock = handClock();
  const made: { window: FakeWindow; state: WindowState }[] = [];
  const disk = new Map<string, unknown>([['windows.main', stored], ...also]);
  const told: string[] = [];
  const seen: string[] = [];
  const windows = createWindows({
    create: (state) => {
      const window = new FakeWindow();
      window.bounds = { x: state.x, y: state.y, width: state.width, height: state.height };
      made.push({ window, state });
      return window as unknown as BrowserWindow;
    },
    page: 'app://console/index.html',
    store: { get: (key) => disk.get(key), set: (key, value) => void disk.set(key, value) },
    areas: () => areas,
    clock,
    timers: clock.timers,
    log: keptLog(),
    others: () => 0,
    onShown: (contents, shown) => void seen.push(`${contents.id} ${shown}`),
    keepRunning: () => keepRunning,
    onHidden: () => told.push('hidden'),
    onLoading: () => told.push('loading'),
    onHopeless: () => told.push('hopeless'),
  });
  windows.open('main');
  const [first] = made;
  if (!first) throw new Error('no window was made');
  const screens = (next: readonly [Box, ...Box[]]) => {
    areas = next;
    windows.displaysChanged();
  };
  return { clock, made, disk, told, seen, windows, screens, window: first.window, state: first.state };
}

describe('windows', () => {
  it('opens where it was, loads the console and comes to the front the second time', () => {
    const { state, window, windows, made } = make(true, { x: 30, y: 40, width: 800, height: 600, maximised: false });
    expect(state).toEqual({ x: 30, y: 40, width: 800, height: 600, maximised: false });
    window.minimised = true;
    windows.open('main');
    expect(made).toHaveLength(1);
    expect(window.did).toEqual(['app://console/index.html', 'restore', 'show', 'focus']);
    expect([windows.has(7), windows.has(8), windows.isMain(7)]).toEqual([true, false, true]);
  });

  it('remembers its place by key, once it rests', () => {
    const { window, disk, clock } = make();
    window.emit('move');
    clock.advance(400);
    window.emit('resize');
    clock.advance(400);
    expect(disk.get('windows.main')).toBeUndefined();
    clock.advance(100);
    expect(disk.get('windows.main')).toEqual({ ...window.bounds, maximised: false });
  });

  it('is only put away when the program keeps running, and closes when it ends', () => {
    const { window, windows, told } = make();
    const first = vi.fn();
    window.emit('close', { preventDefault: first });
    expect(first).toHaveBeenCalledOnce();
    expect(window.did).toContain('hide');
    expect(told).toEqual(['hidden']);
    windows.quitting();
    const second = vi.fn();
    window.emit('close', { preventDefault: second });
    expect(second).not.toHaveBeenCalled();
  });

  it('closes for good where there is no tray to come back from', () => {
    const { window, told } = make(false);
    const preventDefault = vi.fn();
    window.emit('close', { preventDefault });
    expect(preventDefault).not.toHaveBeenCalled();
    expect(told).toEqual([]);
  });

  it('loads a crashed page again, but not for ever', () => {
    const { window, told, clock } = make();
    const crash = () => {
      window.webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 139 });
      clock.advance(300);
    };
    for (let n = 0; n < 3; n += 1) crash();
    expect(window.webContents.reloads).toBe(3);
    crash();
    expect(window.webContents.reloads).toBe(3);
    expect(told).toEqual(['hopeless']);
  });

  it('knows a new document from a move within it', () => {
    const { window, told } = make();
    window.webContents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: true });
    window.webContents.emit('did-start-navigation', { isMainFrame: false, isSameDocument: false });
    expect(told).toEqual([]);
    window.webContents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false });
    expect(told).toEqual(['loading']);
  });

  it('tells a page when its window is put away and when it is back', () => {
    const { window, seen } = make();
    window.emit('show');
    window.minimised = true;
    window.emit('minimize');
    window.webContents.emit('did-finish-load');
    window.minimised = false;
    window.emit('restore');
    expect(seen).toEqual(['7 true', '7 false', '7 false', '7 true']);
  });

  it('brings back whoever was on a screen that went, and leaves the others', () => {
    const { window, screens } = make(true, { x: 2000, y: 40, width: 900, height: 700, maximised: true });
    window.bounds = { x: 2000, y: 40, width: 900, height: 700 };
    window.maximised = true;
    screens([{ x: 0, y: 0, width: 1440, height: 900 }, { x: 1440, y: 0, width: 1920, height: 1080 }]);
    expect(window.bounds.x).toBe(2000);
    screens([{ x: 0, y: 0, width: 1440, height: 900 }]);
    expect(window.bounds).toEqual({ x: 540, y: 40, width: 900, height: 700 });
    expect(window.maximised).toBe(true);
  });

  it('looks at a minimised window when it comes back', () => {
    const { window, screens } = make();
    window.bounds = { x: -5000, y: 0, width: 900, height: 700 };
    window.minimised = true;
    screens([{ x: 0, y: 0, width: 1440, height: 900 }]);
    expect(window.bounds.x).toBe(-5000);
    window.minimised = false;
    window.emit('restore');
    expect(isReachable(window.bounds, [{ x: 0, y: 0, width: 1440, height: 900 }])).toBe(true);
  });
});

describe('windows beside the main one', () => {
  const settings = { path: 'settings', shows: 'frame' } as const;
  const details = { path: 'alert/018f0000-0000-7006-8000-000000000001', shows: 'details' } as const;

  it('show a place of the console, count up to the limit and are kept in the order of opening', () => {
    const { windows, made, disk } = make();
    expect(windows.openExtra(details)).toBe(true);
    expect(made[1]?.window.did[0]).toBe(`app://console/index.html?shows=details#/${details.path}`);
    for (let n = 2; n < WINDOW_LIMIT; n += 1) expect(windows.openExtra(settings)).toBe(true);
    expect(windows.openExtra(settings)).toBe(false);
    expect(made).toHaveLength(WINDOW_LIMIT);
    expect(disk.get('windows.extras')).toHaveLength(WINDOW_LIMIT - 1);
    expect(windows.mainContents()).toHaveLength(1);
    expect(windows.contents()).toHaveLength(WINDOW_LIMIT);
  });

  it('close for good, leave the others, and follow where they were moved to', () => {
    const { windows, made, disk } = make();
    windows.openExtra(details);
    windows.openExtra(settings);
    const [, one, two] = made;
    const preventDefault = vi.fn();
    one?.window.emit('close', { preventDefault });
    one?.window.emit('closed');
    expect(preventDefault).not.toHaveBeenCalled();
    two?.window.webContents.emit('did-navigate-in-page', {}, 'app://console/index.html?shows=frame#/integrations');
    expect(disk.get('windows.extras')).toEqual([{ path: 'integrations', shows: 'frame' }]);
    two?.window.webContents.emit('did-navigate-in-page', {}, 'app://console/index.html?shows=frame#../../etc');
    expect(disk.get('windows.extras')).toEqual([{ path: 'integrations', shows: 'frame' }]);
    expect(windows.count()).toBe(2);
  });

  it('come back where they were; the end of the program is not closing them', () => {
    const place = { x: 100, y: 100, width: 500, height: 600, maximised: false };
    const { windows, made, disk } = make(true, undefined, [['windows.extras', [settings]], ['windows.extra.1', place]]);
    windows.restore();
    expect(made[1]?.state).toEqual(place);
    windows.quitting();
    made[1]?.window.emit('close', { preventDefault: vi.fn() });
    made[1]?.window.emit('closed');
    expect(disk.get('windows.extras')).toEqual([settings]);
  });

  it('are read from disk only where they are places', () => {
    expect(readExtras(null)).toEqual([]);
    expect(readExtras([{ path: 'https://evil.example', shows: 'frame' }, { path: 'day', shows: 'frame' }, { path: 'day' }, 7])).toEqual([{ key: 'extra.2', input: { path: 'day', shows: 'frame' } }]);
  });
});
