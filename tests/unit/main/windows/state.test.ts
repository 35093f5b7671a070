import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GRIP, isReachable, MINIMUM, nearestArea, placeWindow, readWindowState, type Box } from '../../../../main/windows/state.ts';

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
    expect(placeWindow({ x: -1500, y: 100, width: 1200, height: 800, maximised: false }, [laptop])).toEqual({ x: 0, y: 100, width: 1200, height: 800, maximised: false });
  });
  it('rescues a window whose title bar is above or below the screen', () => {
    expect([-790, 890].map((y) => placeWindow({ x: 10, y, width: 1200, height: 800, maximised: false }, [laptop]))).toMatchObject([{ x: 10, y: 25 }, { x: 10, y: 100 }]);
  });
  it('goes to the nearest screen, not to the first', () => {
    const low: Box = { x: 0, y: 2000, width: 1280, height: 1024 };
    expect(placeWindow({ x: 100, y: 3500, width: 800, height: 600, maximised: false }, [laptop, desk, low])).toMatchObject({ x: 100, y: 2424 });
    expect(nearestArea({ x: -300, y: 100, width: 700, height: 500 }, [laptop, desk])).toBe(laptop);
  });
  it('moves a window that a smaller or newly scaled screen has left outside', () => {
    const scaled: Box = { x: 0, y: 25, width: 720, height: 437 };
    const placed = placeWindow({ x: 900, y: 500, width: 1200, height: 800, maximised: false }, [scaled]);
    expect(placed).toEqual({ x: 0, y: 25, width: 720, height: 437, maximised: false });
  });
  it('fits a window into a smaller screen', () => {
    expect(placeWindow({ x: 0, y: 25, width: 3840, height: 2100, maximised: false }, [laptop])).toMatchObject({ width: 1440, height: 875 });
  });

  const coordinate = fc.integer({ min: -99_999, max: 99_999 });
  const size = fc.integer({ min: 1, max: 99_999 });
  const area = fc.record({ x: fc.integer({ min: -8_000, max: 8_000 }), y: fc.integer({ min: -8_000, max: 8_000 }), width: fc.integer({ min: 320, max: 7_680 }), height: fc.integer({ min: 240, max: 4_320 }) });
  const anywhere = fc.record({ x: coordinate, y: coordinate, width: size, height: size, maximised: fc.boolean() });
  const screens = fc.tuple(area, fc.array(area, { maxLength: 4 })).map(([primary, others]): [Box, ...Box[]] => [primary, ...others]);

  it('always leaves so much of the top of a window on one of the screens, however absurd its place was', () => {
    fc.assert(
      fc.property(anywhere, screens, (stored, areas) => {
        const placed = placeWindow(stored, areas);
        const seen = areas.some((screen) => {
          const across = Math.min(placed.x + placed.width, screen.x + screen.width) - Math.max(placed.x, screen.x);
          const down = Math.min(placed.y + GRIP.height, screen.y + screen.height) - Math.max(placed.y, screen.y);
          return across >= GRIP.width && down >= GRIP.height;
        });
        expect(seen).toBe(true);
        expect(isReachable(placed, areas)).toBe(true);
        expect(placed.maximised).toBe(stored.maximised);
      }),
      { numRuns: 2_000 },
    );
  });
  it('leaves alone what can be reached and fits, and settles at once', () => {
    fc.assert(
      fc.property(anywhere, screens, (stored, areas) => {
        const placed = placeWindow(stored, areas);
        expect(placeWindow(placed, areas)).toEqual(placed);
        const big = stored.width >= MINIMUM.width && stored.height >= MINIMUM.height;
        const fits = areas.every((screen) => stored.width <= screen.width && stored.height <= screen.height);
        if (big && fits && isReachable(stored, areas)) expect(placed).toEqual(stored);
      }),
      { numRuns: 2_000 },
    );
  });
});
