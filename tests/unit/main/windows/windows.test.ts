import { EventEmitter } from 'node:events';
import type { BrowserWindow } from 'electron';
import { describe, expect, it, vi } from 'vitest';
import { createWindows } from '../../../../main/windows/windows.ts';
import type { WindowState } from '../../../../main/windows/state.ts';
import { handClock, keptLog } from '../support/fakes.ts';

class FakeContents extends EventEmitter {
  readonly id = 7;
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
  isDestroyed = (): boolean => false;
  isMinimized = (): boolean => this.minimised;
  isMaximized = (): boolean => false;
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

function make(keepRunning = true, stored?: unknown) {
  const clock = handClock();
  const made: { window: FakeWindow; state: WindowState }[] = [];
  const disk = new Map<string, unknown>([['windows.main', stored]]);
  const told: string[] = [];
  const windows = createWindows({
    create: (state) => {
      const window = new FakeWindow();
      made.push({ window, state });
      return window as unknown as BrowserWindow;
    },
    page: 'app://console/index.html',
    store: { get: (key) => disk.get(key), set: (key, value) => void disk.set(key, value) },
    areas: () => [{ x: 0, y: 0, width: 1440, height: 900 }],
    clock,
    timers: clock.timers,
    log: keptLog(),
    keepRunning: () => keepRunning,
    onHidden: () => told.push('hidden'),
    onLoading: () => told.push('loading'),
    onHopeless: () => told.push('hopeless'),
  });
  windows.open('main');
  const [first] = made;
  if (!first) throw new Error('no window was made');
  return { clock, made, disk, told, windows, window: first.window, state: first.state };
}

describe('windows', () => {
  it('opens where it was, loads the console and comes to the front the second time', () => {
    const { state, window, windows, made } = make(true, { x: 30, y: 40, width: 800, height: 600, maximised: false });
    expect(state).toEqual({ x: 30, y: 40, width: 800, height: 600, maximised: false });
    window.minimised = true;
    windows.open('main');
    expect(made).toHaveLength(1);
    expect(window.did).toEqual(['app://console/index.html', 'restore', 'show', 'focus']);
    expect([windows.isOurs(7), windows.isOurs(8)]).toEqual([true, false]);
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
});
