export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface WindowState extends Box {
  readonly maximised: boolean;
}

export const MINIMUM = { width: 420, height: 480 } as const;
const DEFAULT = { width: 1280, height: 800 } as const;
/** So much of the title bar must be on a screen that a hand can drag it. */
const GRIP = { width: 120, height: 32 } as const;

const overlap = (a: Box, b: Box): { width: number; height: number } => ({
  width: Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x),
  height: Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y),
});

const centred = (area: Box, width: number, height: number): Box => ({
  x: Math.round(area.x + (area.width - width) / 2),
  y: Math.round(area.y + (area.height - height) / 2),
  width,
  height,
});

/** @returns a stored state, or null when it is not one. */
export function readWindowState(stored: unknown): WindowState | null {
  if (typeof stored !== 'object' || stored === null) return null;
  const { x, y, width, height, maximised } = stored as Record<string, unknown>;
  const whole = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 100_000;
  if (!whole(x) || !whole(y) || !whole(width) || !whole(height) || width <= 0 || height <= 0) return null;
  return { x, y, width, height, maximised: maximised === true };
}

/**
 * Where a window opens. A stored place is kept when its title bar can be grabbed on one of today's screens; otherwise
 * (a screen was unplugged or became smaller) the size is kept as far as it fits, in the middle of the primary screen.
 *
 * @param areas work areas of all screens, primary first; never empty
 */
export function placeWindow(stored: WindowState | null, areas: readonly [Box, ...Box[]]): WindowState {
  const [primary] = areas;
  if (!stored) return { ...centred(primary, Math.min(DEFAULT.width, primary.width), Math.min(DEFAULT.height, primary.height)), maximised: false };
  const fitted = (area: Box): Box => ({
    x: stored.x,
    y: stored.y,
    width: Math.min(Math.max(stored.width, MINIMUM.width), area.width),
    height: Math.min(Math.max(stored.height, MINIMUM.height), area.height),
  });
  // The size it will have is what must be in reach, not the one it had.
  const home = areas.find((area) => {
    const seen = overlap({ ...fitted(area), height: GRIP.height }, area);
    return seen.width >= GRIP.width && seen.height >= GRIP.height;
  });
  if (home) return { ...fitted(home), maximised: stored.maximised };
  const { width, height } = fitted(primary);
  return { ...centred(primary, width, height), maximised: stored.maximised };
}
