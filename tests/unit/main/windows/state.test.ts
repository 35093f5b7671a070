import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MINIMUM, placeWindow, readWindowState, type Box } from '../../../../main/windows/state.ts';

const laptop: Box = { x: 0, y: 25, width: 1440, height: 875 };
const desk: Box = { x: -1920, y: 0, width: 1920, height: 1080 };

describe('readWindowState', () => {
  it.each([null, 1, 'x', [], {}, { x: 0, y: 0, width: 0, height: 5 }, { x: 0.5, y: 0, width: 5, height: 5 }, { x: 1e9, y: 0, width: 5, height: 5 }, { x: Number.NaN, y: 0, width: 5, height: 5 }])('refuses %j', (value) => {
    expect(readWindowState(value)).toBeNull();
  });
  it('takes its own', () => expect(readWindowState({ x: 1, y: 2, width: 3, height: 4, maximised: true })).toEqual({ x: 1, y: 2, width: 3, height: 4, maximised: true }));
});

describe('placeWindow', () => {
  it('opens in the middle of the primary screen the first time', () => {
    expect(placeWindow(null, [laptop, desk])).toEqual({ x: 80, y: 63, width: 1280, height: 800, maximised: false });
  });
  it('keeps a place on any screen that is there', () => {
    const stored = { x: -1500, y: 100, width: 1200, height: 800, maximised: true };
    expect(placeWindow(stored, [laptop, desk])).toEqual(stored);
  });
  it('rescues a window from a screen that is gone, keeping its size', () => {
    expect(placeWindow({ x: -1500, y: 100, width: 1200, height: 800, maximised: false }, [laptop])).toEqual({ x: 120, y: 63, width: 1200, height: 800, maximised: false });
  });
  it('rescues a window whose title bar is above or below the screen', () => {
    for (const y of [-790, 890]) expect(placeWindow({ x: 10, y, width: 1200, height: 800, maximised: false }, [laptop]).y).toBe(63);
  });
  it('fits a window into a smaller screen', () => {
    expect(placeWindow({ x: 0, y: 25, width: 3840, height: 2100, maximised: false }, [laptop])).toMatchObject({ width: 1440, height: 875 });
  });

  it('always leaves a title bar that can be grabbed, within one of the screens', () => {
    const coordinate = fc.integer({ min: -8_000, max: 8_000 });
    const size = fc.integer({ min: 1, max: 8_000 });
    const area = fc.record({ x: coordinate, y: coordinate, width: fc.integer({ min: 640, max: 4_000 }), height: fc.integer({ min: 480, max: 3_000 }) });
    fc.assert(
      fc.property(fc.record({ x: coordinate, y: coordinate, width: size, height: size, maximised: fc.boolean() }), area, fc.array(area, { maxLength: 3 }), (stored, primary, others) => {
        const placed = placeWindow(stored, [primary, ...others]);
        const grabbable = [primary, ...others].some((screen) => {
          const across = Math.min(placed.x + placed.width, screen.x + screen.width) - Math.max(placed.x, screen.x);
          const down = Math.min(placed.y + 32, screen.y + screen.height) - Math.max(placed.y, screen.y);
          return across >= 120 && down >= 32;
        });
        expect(grabbable).toBe(true);
        expect(placed.width).toBeGreaterThanOrEqual(Math.min(MINIMUM.width, 640));
      }),
    );
  });
});
