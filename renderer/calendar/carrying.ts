import type { RefObject } from 'react';
import type { Role } from '../../core/contract/access.ts';
import type { CalendarScale } from '../../core/contract/calendarPlace.ts';
import type { House } from '../../core/domain/conflicts/house.ts';
import type { Plan } from '../../core/domain/conflicts/solver.ts';
import { every } from '../components/timers.ts';
import { daysLater, snapped, type Axis } from './axis.ts';
import { HEAD_HEIGHT } from './AxisHead.tsx';
import { getHolding, setHolding } from './holding.ts';
import { realOf, rowAt, type LaidRow } from './lanes.ts';
import { carried, MINUTE_MS, type Grip, type Lift } from './lift.ts';

/** What is carried over the timeline, from where it was taken hold of until the hand opens: the same for mouse, pen and finger. */

export interface Ground {
  readonly house: House;
  readonly axis: Axis;
  readonly rows: readonly LaidRow[];
  readonly labels: number;
  readonly scale: CalendarScale;
  readonly mayMove: boolean;
  readonly scroller: RefObject<HTMLDivElement | null>;
}

/** As far as the hand has reached: what it stands on now, and what ends what it is doing. */
export interface Reach {
  readonly read: () => { readonly ground: Ground; readonly role: Role | null };
  /** Puts back what is held and lets go of it; null = nothing is held. */
  readonly busy: { current: (() => void) | null };
  /** What this touch has begun is neither a swipe nor a tap, until the last finger is off. */
  readonly swallows: { current: boolean };
}

/** Where something was taken hold of. */
export interface Press {
  readonly id: string;
  readonly grip: Grip;
  readonly pointerId: number;
  readonly x: number;
  readonly y: number;
}

/** Where the hand is. */
export interface Hand {
  readonly clientX: number;
  readonly clientY: number;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** How exactly it carries. */
export interface Touch {
  /** Pixels: so far sideways it still means the time, and up or down the row, that it was taken from. */
  readonly restPx: number;
  /** The smallest step in milliseconds where an hour is so wide; null = whole days. */
  readonly step: (hourPx: number, isFine: boolean) => number | null;
  /** Pixels that the view is taken along in one step at an edge, of a view so wide. */
  readonly pullPx: (width: number) => number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** So near an edge what is carried takes the view along. */
const EDGE_PX = 36;
const PULL_MS = 16;

export const MOUSE: Touch = { restPx: 0, step: (_hourPx, isFine) => (isFine ? 5 : 15) * MINUTE_MS, pullPx: () => 14 };

/** A fingertip does not mean less than this. */
const FINGER_STEP_PX = 6;
const FINGER_STEPS = [15, 30, 60] as const;
/** Where an hour is narrower than this, a finger carries from day to day. */
const FINGER_HOUR_PX = 4;
/** A whole view in so many milliseconds. */
const FINGER_VIEW_MS = 1_200;
export const FINGER: Touch = {
  restPx: 12,
  step: (hourPx) => (hourPx < FINGER_HOUR_PX ? null : (FINGER_STEPS.find((minutes) => (hourPx * minutes) / 60 >= FINGER_STEP_PX) ?? 60) * MINUTE_MS),
  pullPx: (width) => Math.max(2, (width * PULL_MS) / FINGER_VIEW_MS),
};

const otherBarAt = (rows: readonly LaidRow[], x: number, y: number, own: string): string | null => {
  for (const element of document.elementsFromPoint(x, y)) {
    const drawn = element.closest<HTMLElement>('[data-bar]')?.dataset['bar'];
    const id = drawn === undefined ? own : realOf(rows, drawn);
    if (id !== own) return id;
  }
  return null;
};

/** The way out under the hand, of those that move what it holds. */
function wayAt(x: number, y: number, { grip, from }: Lift): Plan | null {
  const { ways } = getHolding();
  if (grip !== 'whole' || ways.length === 0) return null;
  const place = document.elementFromPoint(x, y)?.closest<HTMLElement>('[data-way]')?.dataset['way'];
  const way = place === undefined ? undefined : ways[Number(place)];
  return way?.moves.some(({ id }) => id === from.id) === true ? way : null;
}

export interface Carrying {
  /** The hand is here now. */
  follow(at: Hand): void;
  /** Nothing takes the view along any more; what is held stays held. */
  stop(): void;
}

/** Carries what is lifted. `from`: where the hand was when it was lifted. */
export function carrying({ read }: Reach, element: HTMLElement, own: string, from: Hand, touch: Touch): Carrying {
  const contentX = (clientX: number): number => clientX - element.getBoundingClientRect().left + element.scrollLeft;
  const contentY = (clientY: number): number => clientY - element.getBoundingClientRect().top + element.scrollTop;
  const [heldX, heldY] = [contentX(from.clientX), contentY(from.clientY)];
  let last = from;

  const follow = (at: Hand): void => {
    last = at;
    const area = element.getBoundingClientRect();
    const handIsHigh = at.clientY < area.top + area.height / 2;
    if (handIsHigh !== getHolding().handIsHigh) setHolding({ handIsHigh });
    const { house, axis, rows, scale } = read().ground;
    const held = getHolding().lift;
    if (!held) return;
    const way = wayAt(at.clientX, at.clientY, held);
    if (way !== null) {
      if (way !== held.way) setHolding({ lift: { ...held, way, swapWith: null } });
      return;
    }
    const byPx = contentX(at.clientX) - heldX;
    const byMs = Math.abs(byPx) < touch.restPx ? 0 : byPx / axis.pxPerMs;
    const step = scale === 'month' && !at.shiftKey ? null : touch.step(axis.pxPerMs * HOUR_MS, at.shiftKey);
    const moved = (was: number): number => {
      if (step === null) return daysLater(was, Math.round(byMs / DAY_MS), house.zone);
      return Math.abs(byMs) < step / 2 ? was : snapped(was + byMs, step);
    };
    const y = contentY(at.clientY);
    const resourceId = Math.abs(y - heldY) < touch.restPx ? held.from.resourceId : (rowAt(rows, y - HEAD_HEIGHT)?.resourceId ?? held.to.resourceId);
    const to = carried(house, held, moved(held.from.startsAt), moved(held.from.endsAt), resourceId);
    const swapWith = at.altKey && held.grip === 'whole' ? otherBarAt(rows, at.clientX, at.clientY, own) : null;
    const { startsAt, endsAt } = held.to;
    if (to.startsAt === startsAt && to.endsAt === endsAt && to.resourceId === held.to.resourceId && swapWith === held.swapWith && held.way === null) return;
    setHolding({ lift: { ...held, to, swapWith, way: null } });
  };
  // What was lifted near an edge takes the view along only once it is carried there.
  const isOff = (now: number, was: number): boolean => Math.abs(now - was) >= touch.restPx;
  const pull = (): void => {
    // Over a way out the timeline stays where it is.
    if (getHolding().lift?.way !== null) return;
    const area = element.getBoundingClientRect();
    const { clientX: x, clientY: y } = last;
    const along = !isOff(x, from.clientX) ? 0 : x > area.right - EDGE_PX ? 1 : x < area.left + read().ground.labels + EDGE_PX ? -1 : 0;
    const down = !isOff(y, from.clientY) ? 0 : y > area.bottom - EDGE_PX ? 1 : y < area.top + HEAD_HEIGHT + EDGE_PX / 2 ? -1 : 0;
    if (along === 0 && down === 0) return;
    const by = touch.pullPx(area.width);
    element.scrollBy(along * by, down * by);
    follow(last);
  };
  // A card that goes with the lift would make the view higher, and what is scrolled to its end would slip from under the hand.
  element.style.flex = `0 0 ${element.offsetHeight}px`;
  const rest = every(PULL_MS, pull);
  return {
    follow,
    stop() {
      rest();
      element.style.flex = '';
    },
  };
}
