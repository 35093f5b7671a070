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
/** So much of the top of a window, with its title bar, must be on a screen that a hand can find and drag it. */
export const GRIP = { width: 200, height: 120 } as const;

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

/** Whether enough of the window's top is on one of the screens; its top edge must not be above it, where no hand reaches the title bar. */
export function isReachable(box: Box, areas: readonly Box[]): boolean {
  return areas.some((area) => {
    const seen = overlap({ ...box, height: Math.min(box.height, GRIP.height) }, area);
    const enough = { width: Math.min(GRIP.width, box.width, area.width), height: Math.min(GRIP.height, box.height, area.height) };
    return seen.width >= enough.width && seen.height >= enough.height;
  });
}

/** The screen that a box is on or closest to; of several equally close ones the one that it covers most, then the first. */
export function nearestArea(box: Box, areas: readonly [Box, ...Box[]]): Box {
  const ranked = areas.map((area) => {
    const { width, height } = overlap(box, area);
    const gap = Math.hypot(Math.max(0, -width), Math.max(0, -height));
    return { area, gap, covered: Math.max(0, width) * Math.max(0, height) };
  });
  ranked.sort((a, b) => a.gap - b.gap || b.covered - a.covered);
  return ranked[0]?.area ?? areas[0];
}

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(value, high));

/**
 * Where a window opens, or is moved to when the screens change. A place is kept when it can be reached on one of today's
 * screens; otherwise (a screen was unplugged, became smaller, moved or is scaled anew) the window goes to the nearest
 * screen, whole, in its own size as far as it fits.
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
  const homes = areas.filter((area) => isReachable(fitted(area), [area]));
  // Mirrored screens lie over each other; the one that the window fits as it is keeps it.
  const home = homes.find((area) => fitted(area).width === stored.width && fitted(area).height === stored.height) ?? homes[0];
  if (home) return { ...fitted(home), maximised: stored.maximised };
  const area = nearestArea(stored, areas);
  const { width, height } = fitted(area);
  return { x: clamp(stored.x, area.x, area.x + area.width - width), y: clamp(stored.y, area.y, area.y + area.height - height), width, height, maximised: stored.maximised };
}
