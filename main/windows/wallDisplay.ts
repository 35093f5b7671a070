import type { Box } from './state.ts';

/** A screen as far as it can be told from another. */
export interface DisplayInfo {
  /** The system's number for it; another one after a restart on some systems. */
  readonly id: number;
  /** Maker and model, where the system says; else empty. */
  readonly label: string;
  readonly bounds: Box;
}

/** @returns a stored display, or null when it is not one. */
export function readDisplay(stored: unknown): DisplayInfo | null {
  if (typeof stored !== 'object' || stored === null) return null;
  const { id, label, bounds } = stored as Record<string, unknown>;
  if (typeof id !== 'number' || typeof label !== 'string' || typeof bounds !== 'object' || bounds === null) return null;
  const { x, y, width, height } = bounds as Record<string, unknown>;
  if (typeof x !== 'number' || typeof y !== 'number' || typeof width !== 'number' || typeof height !== 'number') return null;
  return { id, label, bounds: { x, y, width, height } };
}

const sameSize = (a: Box, b: Box): boolean => a.width === b.width && a.height === b.height;
const sameBox = (a: Box, b: Box): boolean => sameSize(a, b) && a.x === b.x && a.y === b.y;

/**
 * Finds a remembered screen among those that are there. Its number alone proves nothing (systems hand them out anew), so
 * the name or the size has to agree as well; failing that, its name and size, its name alone, or its exact place.
 */
export function findDisplay(remembered: DisplayInfo, displays: readonly DisplayInfo[]): DisplayInfo | null {
  const named = remembered.label !== '';
  const sameName = (display: DisplayInfo): boolean => named && display.label === remembered.label;
  const ways: readonly ((display: DisplayInfo) => boolean)[] = [
    (display) => display.id === remembered.id && (sameName(display) || sameSize(display.bounds, remembered.bounds)),
    (display) => sameName(display) && sameSize(display.bounds, remembered.bounds),
    sameName,
    // Two screens of different makes may stand at the same place one after the other.
    (display) => sameBox(display.bounds, remembered.bounds) && (!named || display.label === ''),
  ];
  for (const way of ways) {
    const found = displays.find(way);
    if (found) return found;
  }
  return null;
}

/** Where the wall display opens: where it was chosen to be, else the largest screen that the console is not on, else the console's own. */
export function chooseDisplay(displays: readonly DisplayInfo[], remembered: DisplayInfo | null, consoleId: number): DisplayInfo | null {
  const known = remembered ? findDisplay(remembered, displays) : null;
  if (known) return known;
  const others = displays.filter((display) => display.id !== consoleId).sort((a, b) => b.bounds.width * b.bounds.height - a.bounds.width * a.bounds.height);
  return others[0] ?? displays[0] ?? null;
}
