import type { FigureWindow } from '../../contract/figures.ts';

/** The time axis of each window. Whole hours, and UTC days: what is counted is kept by these, so nothing has to be guessed at the edges. */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export type Grain = 'hour' | 'day';
export const GRAIN_MS: Readonly<Record<Grain, number>> = { hour: HOUR, day: DAY };
/** How long counts by the hour and by the day are kept: a little longer than what is shown. */
export const KEPT_MS: Readonly<Record<Grain, number>> = { hour: 8 * DAY, day: 32 * DAY };

interface Axis {
  readonly grain: Grain;
  readonly slots: number;
  readonly slotMs: number;
}

export const AXES: Readonly<Record<FigureWindow, Axis>> = {
  '24h': { grain: 'hour', slots: 24, slotMs: HOUR },
  '7d': { grain: 'hour', slots: 28, slotMs: 6 * HOUR },
  '30d': { grain: 'day', slots: 30, slotMs: DAY },
};

export const startOf = (grain: Grain, at: number): number => Math.floor(at / GRAIN_MS[grain]) * GRAIN_MS[grain];

/** Begins of the slots in milliseconds, the last one running at `now`. Of the slots of six hours the running one ends with the running hour. */
export function slotsOf(window: FigureWindow, now: number): number[] {
  const { grain, slots, slotMs } = AXES[window];
  const end = startOf(grain, now) + GRAIN_MS[grain];
  return Array.from({ length: slots }, (_, index) => end - (slots - index) * slotMs);
}
