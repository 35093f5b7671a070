import { EventEmitter } from 'node:events';
import type { BrowserWindow } from 'electron';
import { describe, expect, it } from 'vitest';
import { chooseDisplay, findDisplay, readDisplay, type DisplayInfo } from '../../../../main/windows/wallDisplay.ts';
import { createWallWindow } from '../../../../main/windows/wallWindow.ts';
import type { Box } from '../../../../main/windows/state.ts';
import { handClock, keptLog } from '../support/fakes.ts';

const display = (id: number, label: string, x: number, width = 1920, height = 1080): DisplayInfo => ({ id, label, bounds: { x, y: 0, width, height } });
const desk = display(1, 'Dell U2419', 0);
const lobby = display(2, 'Samsung QM55', 1920, 3840, 2160);
const office = display(3, '', 5760, 1280, 800);

describe('the wall’s screen', () => {
  it('is the largest that the console is not on, or the console’s own where there is no other', () => {
    expect(chooseDisplay([desk, office, lobby], null, 1)).toBe(lobby);
    expect(chooseDisplay([desk], null, 1)).toBe(desk);
    expect(chooseDisplay([], null, 1)).toBeNull();
  });
  it('is found again by number and name, by name when the numbers changed, by place when it has no name', () => {
    expect(findDisplay(lobby, [desk, lobby])).toBe(lobby);
    const renumbered = display(1, 'Samsung QM55', 0, 3840, 2160);
    expect(findDisplay(lobby, [display(2, 'Dell U2419', 3840), renumbered])).toBe(renumbered);
    const rescaled = display(9, 'Samsung QM55', 1920, 1920, 1080);
    expect(findDisplay(lobby, [desk, rescaled])).toBe(rescaled);
    expect(findDisplay(office, [desk, { ...office, id: 77 }])).toMatchObject({ id: 77 });
  });
  it('is not another one that has taken its number or its place', () => {
    expect(findDisplay(lobby, [desk, display(2, 'BenQ', 1920)])).toBeNull();
    expect(findDisplay(lobby, [desk, display(5, 'BenQ', 1920, 3840, 2160)])).toBeNull();
  });
  it.each([null, 1, {}, { id: 'x', label: '', bounds: {} }, { id: 1, label: '', bounds: null }])('is not read from %j', (stored) => expect(readDisplay(stored)).toBeNull());
});

class FakeWindow extends EventEmitter {
  readonly webContents = Object.assign(new EventEmitter(), { id: 40, reload: () => undefined });
  gone = false;
  loaded = '';
  bounds: Box;
  constructor(bounds: Box) {
    super();
    this.bounds = bounds;
  }
  isDestroyed = (): boolean => this.gone;
  loadURL = (url: string) => {
    this.loaded = url;
    return Promise.resolve();
  };
  destroy = (): void => {
    this.gone = true;
    this.emit('closed');
  };
  close = this.destroy;
  show = () => undefined;
  focus = () => undefined;
  setFullScreen = () => undefined;
  setBounds = (bounds: Box) => void (this.bounds = bounds);
}

function make(first: readonly DisplayInfo[], stored?: unknown, others = 1) {
  let displays = first;
  const clock = handClock();
  const made: FakeWindow[] = [];
  const disk = new Map<string, unknown>([['windows.wall', stored]]);
  const lost: string[] = [];
  const wall = createWallWindow({
    create: (bounds) => {
      const window = new FakeWindow(bounds);
      made.push(window);
      return window as unknown as BrowserWindow;
    },
    page: 'app://console/index.html',
    store: { get: (key) => disk.get(key), set: (key, value) => void disk.set(key, value) },
    displays: () => displays,
    consoleDisplay: () => desk.id,
    others: () => others,
    clock,
    timers: clock.timers,
    log: keptLog(),
    onLost: (name) => lost.push(name),
    onHopeless: () => lost.push('hopeless'),
    onChange: () => undefined,
  });
  const plug = (next: readonly DisplayInfo[]) => {
    displays = next;
    wall.displaysChanged();
  };
  return { wall, made, disk, lost, plug };
}

describe('the wall display', () => {
  it('opens over the whole of another screen than the console’s, once', () => {
    const { wall, made, disk } = make([desk, lobby]);
    expect([wall.open(), wall.open()]).toEqual([true, true]);
    expect(made).toHaveLength(1);
    expect(made[0]?.bounds).toEqual(lobby.bounds);
    expect(made[0]?.loaded).toBe('app://console/index.html#wall');
    expect(disk.get('windows.wall')).toEqual({ open: true, display: lobby });
    expect(wall.has(40)).toBe(true);
  });
  it('counts among the windows that may be open', () => expect(make([desk], undefined, 8).wall.open()).toBe(false));
  it('closes itself and says so when its screen goes, and is there again when it comes back', () => {
    const { wall, made, lost, plug } = make([desk, lobby]);
    wall.open();
    plug([desk]);
    expect([wall.state().open, made[0]?.gone, lost]).toEqual([false, true, ['Samsung QM55']]);
    plug([desk, { ...lobby, id: 12 }]);
    expect(wall.state().open).toBe(true);
    expect(made).toHaveLength(2);
  });
  it('does not come back once somebody has closed it', () => {
    const { wall, made, disk, plug } = make([desk, lobby]);
    wall.open();
    made[0]?.close();
    plug([desk]);
    plug([desk, lobby]);
    expect(made).toHaveLength(1);
    expect(disk.get('windows.wall')).toMatchObject({ open: false, display: lobby });
  });
  it('follows its screen when that is scaled anew, and goes to the next one when asked', () => {
    const { wall, made, plug, disk } = make([desk, lobby]);
    wall.open();
    const scaled = { ...lobby, bounds: { ...lobby.bounds, width: 1920, height: 1080 } };
    plug([desk, scaled]);
    expect(made[0]?.bounds).toEqual(scaled.bounds);
    wall.nextDisplay();
    expect(made[0]?.bounds).toEqual(desk.bounds);
    expect(disk.get('windows.wall')).toMatchObject({ display: desk });
  });
  it('is restored on its own screen, and waits for it rather than covering the console', () => {
    const there = make([desk, lobby], { open: true, display: lobby });
    there.wall.restore();
    expect(there.made[0]?.bounds).toEqual(lobby.bounds);
    const gone = make([desk], { open: true, display: lobby });
    gone.wall.restore();
    expect([gone.made.length, gone.lost]).toEqual([0, ['Samsung QM55']]);
    gone.plug([desk, lobby]);
    expect(gone.made).toHaveLength(1);
  });
  it('stays chosen when the program ends with it open', () => {
    const { wall, made, disk } = make([desk, lobby]);
    wall.open();
    wall.quitting();
    made[0]?.close();
    expect(disk.get('windows.wall')).toMatchObject({ open: true });
  });
});
