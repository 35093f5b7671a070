import type { ConnectionFigures, FiguresAnswer, FigureWindow } from '../../../core/contract/figures.ts';
import { codedError } from '../../../core/contract/errors.ts';
import type { Connection } from '../../../core/contract/record/connections.ts';
import { err, ok } from '../../../core/contract/result.ts';
import { added, COUNT, figuresOf, slotOf, type Counts } from '../../../core/domain/figures/counts.ts';
import { percentOf } from '../../../core/domain/figures/outages.ts';
import { AXES, slotsOf } from '../../../core/domain/figures/windows.ts';
import { mostTroubled } from '../../../core/domain/figures/worst.ts';
import type { DeliveryCalls } from '../../../renderer/state/backend/deliveries.ts';
import { HONEYBOOK, STRIPE, VSCO } from '../fixtures/record.ts';

/** Played figures: Stripe busy and well, the studio in trouble, a planner from whom nothing came. */

type FigureCalls = Pick<DeliveryCalls, 'figures' | 'connectionFigures' | 'saveFigures'>;
const HOUR = 3_600_000;

function countsOf(id: string, slot: number, share: number): Counts {
  const wave = Math.round((8 + 7 * Math.sin(slot / 3) + (slot % 5)) * share);
  if (id === STRIPE) return { [COUNT.came('webhook')]: wave * 3, [COUNT.duplicate]: slot % 4, [COUNT.end('processed')]: wave * 3, [COUNT.toRecord(90)]: wave * 2, [COUNT.toRecord(420)]: wave, ...(slot === 9 ? { [COUNT.refused('intake.signature_wrong')]: 14 } : {}) };
  if (id !== VSCO) return {};
  const wrong: Counts = slot > 15 && slot < 19 ? { [COUNT.call('look', 'no_answer')]: 7, [COUNT.call('reread', 'too_many')]: 2, [COUNT.took(10_000)]: 9, [COUNT.end('dead')]: 1, [COUNT.end('quarantined')]: 1 } : {};
  return { [COUNT.came('poll')]: wave, [COUNT.came('webhook')]: 1, [COUNT.end('processed')]: wave, [COUNT.end('parked')]: slot % 6 === 0 ? 1 : 0, [COUNT.toRecord(1_800)]: wave, [COUNT.call('look', 'answered')]: 4, [COUNT.call('reread', 'answered')]: 2, [COUNT.took(240)]: 5, [COUNT.took(1_200)]: 1, ...wrong };
}

export function sceneFigures(start: number, connections: () => readonly Connection[], away: () => boolean): FigureCalls {
  const refused = () => err(codedError('server.unreachable', 'away', true));
  const iso = (at: number): string => new Date(at).toISOString();
  const over = (window: FigureWindow) => ({ at: iso(Date.now()), window, from: iso(slotsOf(window, start)[0] ?? start), slotMs: AXES[window].slotMs });
  const countedSince = iso(start - 12 * 24 * HOUR);
  const counted = (id: string, window: FigureWindow): Counts[] => slotsOf(window, start).map((at, slot) => (at < start - 12 * 24 * HOUR ? {} : countsOf(id, slot, window === '24h' ? 1 : window === '7d' ? 6 : 24)));
  const one = ({ id, name, system, health }: Connection, window: FigureWindow): ConnectionFigures => {
    const slots = counted(id, window);
    const judgedMs = id === HONEYBOOK ? 0 : Math.min(AXES[window].slots * AXES[window].slotMs, 12 * 24 * HOUR);
    const downMs = id === VSCO ? 2.4 * HOUR : 0;
    return {
      connectionId: id, name, system, health, countedSince, figures: figuresOf(added(slots)), slots: slotsOf(window, start).map((at, slot) => slotOf(iso(at), slots[slot] ?? {})),
      availability: { percent: percentOf(judgedMs, downMs), judgedMs, downMs, outages: id === VSCO ? [{ from: iso(start - 9 * HOUR), until: iso(start - 6.6 * HOUR), health: 'failing', reason: 'normalise.reread_failed' }] : [], outageCount: id === VSCO ? 1 : 0 },
      lastFault: id === STRIPE ? { at: iso(start - 14 * HOUR), what: 'refused', code: 'intake.signature_wrong' } : id === VSCO ? { at: iso(start - 6.7 * HOUR), what: 'call', code: 'no_answer' } : null,
    };
  };
  const all = (window: FigureWindow): FiguresAnswer => {
    const ones = connections().map((connection) => one(connection, window));
    const slots = slotsOf(window, start).map((at, slot) => slotOf(iso(at), added(ones.map(({ connectionId }) => counted(connectionId, window)[slot] ?? {}))));
    const systems = [...new Map(ones.map((each) => [each.system, each])).values()].map(({ system, figures, availability: { percent, judgedMs, downMs } }) => ({ system, connections: 1, figures, availability: { percent, judgedMs, downMs } }));
    return { ...over(window), countedSince, connections: ones, systems, figures: figuresOf(added(ones.flatMap(({ connectionId }) => counted(connectionId, window)))), slots, ...mostTroubled(ones) };
  };
  return {
    figures: async (window) => (away() ? refused() : ok(all(window))),
    async connectionFigures(id, window) {
      if (away()) return refused();
      const found = connections().find((connection) => connection.id === id);
      return found ? ok({ ...over(window), connection: one(found, window) }) : err(codedError('request.not_found', 'no such connection'));
    },
    saveFigures: async () => (away() ? refused() : ok({ saved: true })),
  };
}
