import { useCallback, type KeyboardEvent } from 'react';
import { cancelLift, judgeAll, letGo, lift, swap, wouldMove } from './acts.ts';
import { getHolding, say, setHolding } from './holding.ts';
import { carried, pressed, type Grip, type Lift } from './lift.ts';
import { useRole } from './useHouse.ts';
import type { Ground } from './carrying.ts';
import { realOf, type LaidRow } from './lanes.ts';
import { resourceName, stepText } from './words.ts';
import { t } from '../i18n/index.ts';

const ARROWS: Readonly<Record<string, 'left' | 'right' | 'up' | 'down'>> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' };
const GRIPS: Readonly<Record<string, Grip>> = { m: 'whole', s: 'start', e: 'end' };

/** The bar that an arrow leads to: the neighbour in its row, or the nearest in time of the next row that has any. */
function nextBar(rows: readonly LaidRow[], id: string, arrow: 'left' | 'right' | 'up' | 'down' | 'first' | 'last'): string | null {
  const at = rows.findIndex(({ bars }) => bars.some(({ one }) => one.id === id));
  const row = rows[at];
  const place = row?.bars.findIndex(({ one }) => one.id === id) ?? -1;
  const here = row?.bars[place]?.one;
  if (!row || !here) return null;
  if (arrow === 'first' || arrow === 'last') return row.bars.at(arrow === 'first' ? 0 : -1)?.one.id ?? null;
  if (arrow === 'left' || arrow === 'right') return row.bars[place + (arrow === 'left' ? -1 : 1)]?.one.id ?? null;
  const step = arrow === 'up' ? -1 : 1;
  for (let next = rows[at + step], number = at + step; next; number += step, next = rows[number]) {
    const nearest = next.bars.reduce<{ id: string; apart: number } | null>((best, { one }) => {
      const apart = Math.abs(one.startsAt - here.startsAt);
      return best === null || apart < best.apart ? { id: one.id, apart } : best;
    }, null);
    if (nearest) return nearest.id;
  }
  return null;
}

/**
 * The timeline without a mouse. Arrows walk from bar to bar; Space lifts one (S its start, E its end), then arrows carry
 * it, Shift by more; Enter puts it down, Esc back. Everything is said.
 */
export function useBarKeys(ground: Ground, onStop: (id: string) => void, onSelect: (id: string) => void): (event: KeyboardEvent<HTMLElement>) => void {
  const role = useRole();
  return useCallback(
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const id = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-bar]')?.dataset['bar'] : undefined;
      const { house, rows, scale, mayMove } = ground;
      const real = id === undefined ? undefined : realOf(rows, id);
      const one = real === undefined ? undefined : house.timetable.get(real);
      if (id === undefined || real === undefined || !one) return;
      const done = (): void => {
        event.preventDefault();
        event.stopPropagation();
      };
      const held = getHolding().lift;
      const arrow = ARROWS[event.key];
      const letter = GRIPS[event.key.toLowerCase()];

      const take = (next: Lift): void => {
        setHolding({ lift: next });
        const moves = wouldMove(house, next).map(({ to }) => to);
        const { drop, to } = judgeAll(house, moves, [], role, Date.now());
        say(stepText(house, next.to, drop, to));
      };
      if (held) {
        if (event.key === 'Escape') {
          done();
          return cancelLift();
        }
        if (event.key === 'Enter' || event.key === ' ') {
          done();
          return letGo(house, role, Date.now());
        }
        if (letter !== undefined && held.grip !== letter) {
          done();
          setHolding({ lift: { ...held, grip: letter } });
          return say(t(`calendar.grip.${letter}`));
        }
        if (arrow === undefined) return;
        done();
        if (arrow === 'left' || arrow === 'right') {
          const at = pressed(held, arrow === 'right', event.shiftKey, scale, house.zone);
          return take({ ...held, to: carried(house, { from: held.to, grip: held.grip }, at.startsAt, at.endsAt, held.to.resourceId) });
        }
        const row = rows.findIndex(({ resourceId }) => resourceId === held.to.resourceId);
        const next = rows[row + (arrow === 'up' ? -1 : 1)];
        if (held.grip !== 'whole' || !next) return;
        return take({ ...held, to: carried(house, { from: held.to, grip: 'whole' }, held.to.startsAt, held.to.endsAt, next.resourceId) });
      }
      const swapping = getHolding().swapping;
      if (swapping !== null && (event.key === 'Enter' || event.key === ' ')) {
        done();
        return swap(house, swapping, real, role, Date.now());
      }
      if (swapping !== null && event.key === 'Escape') {
        done();
        return setHolding({ swapping: null, said: t('calendar.putBack') });
      }
      if ((event.key === ' ' || letter === 'start' || letter === 'end') && mayMove) {
        done();
        // A shadow is moved where it is taken.
        if (real !== id) return say(t('calendar.through.fixed', { where: resourceName(house, one.resourceId) }));
        lift(house, one, letter === 'start' || letter === 'end' ? letter : 'whole', 'keyboard');
        return;
      }
      if (event.key === 'Enter') {
        done();
        return onSelect(id);
      }
      const target = arrow ?? ({ Home: 'first', End: 'last' } as const)[event.key];
      if (target === undefined) return;
      done();
      const next = nextBar(rows, id, target);
      if (next !== null) onStop(next);
    },
    [ground, onStop, onSelect, role],
  );
}
