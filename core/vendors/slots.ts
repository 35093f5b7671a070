import { boundedId, readCursor, textMark } from './ids.ts';
import type { Brought } from './vendor.ts';

/**
 * For sources that show only what holds now: a notice is told when it comes, when it changes and when it is not there any
 * more. What was told last is kept in the cursor, so that a look that shows the same brings nothing.
 */

export interface Shown {
  /** Names the thing over its changes. */
  readonly slot: string;
  /** JSON value; another one is another state. */
  readonly state: Readonly<Record<string, unknown>>;
  /** Until when it is of interest, milliseconds. */
  readonly until: number;
}

interface Told {
  readonly n: number;
  readonly mark: string;
  readonly until: number;
  readonly open: boolean;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** A place with more notices than this at once is no place. */
const MOST = 200;

function heldIn(cursor: string | null): ReadonlyMap<string, Told> {
  const slots = readCursor(cursor)?.['slots'];
  if (typeof slots !== 'object' || slots === null) return new Map();
  return new Map(
    Object.entries(slots).flatMap(([slot, told]: [string, unknown]) => {
      const [n, mark, until, open] = Array.isArray(told) ? (told as unknown[]) : [];
      return typeof n === 'number' && typeof mark === 'string' && typeof until === 'number' && typeof open === 'boolean'
        ? [[slot, { n, mark, until, open }] as const]
        : [];
    }),
  );
}

/**
 * What has changed since the cursor, and the cursor after it. `body` of an item is `{ slot, state }`; state null = it does
 * not hold any more. Keys count on from the hour of the first look, so that a state that returns is told again.
 */
export function changedSlots(
  shown: readonly Shown[],
  cursor: string | null,
  now: number,
): { readonly items: readonly Brought[]; readonly cursor: string } {
  const held = heldIn(cursor);
  const first = Math.floor(now / HOUR_MS);
  const next = new Map<string, Told>();
  const items: Brought[] = [];
  const tell = (slot: string, n: number, state: Shown['state'] | null, mark: string) => {
    items.push({ key: `${slot}@${n}.${mark}`, event: state === null ? 'ended' : 'notice', body: JSON.stringify({ slot, state }) });
  };

  for (const one of shown.slice(0, MOST)) {
    const slot = boundedId(one.slot);
    if (next.has(slot)) continue;
    const mark = textMark(JSON.stringify(one.state));
    const before = held.get(slot);
    const same = before?.open === true && before.mark === mark;
    const n = same ? before.n : before ? before.n + 1 : first;
    if (!same) tell(slot, n, one.state, mark);
    next.set(slot, { n, mark, until: one.until, open: true });
  }
  for (const [slot, before] of held) {
    if (next.has(slot)) continue;
    const n = before.open ? before.n + 1 : before.n;
    if (before.open) tell(slot, n, null, 'ended');
    if (before.until > now - DAY_MS) next.set(slot, { ...before, n, open: false });
  }
  return {
    items,
    cursor: JSON.stringify({ slots: Object.fromEntries([...next].map(([slot, { n, mark, until, open }]) => [slot, [n, mark, until, open]])) }),
  };
}
