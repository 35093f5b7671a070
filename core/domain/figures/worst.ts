import type { ConnectionFigures, FiguresAnswer } from '../../contract/figures.ts';

/** What went wrong, in numbers: turned away, set aside, given up, calls that failed. */
export const troublesOf = ({ figures: { refused, setAside, dead, calls } }: Pick<ConnectionFigures, 'figures'>): number => refused + setAside + dead + calls.failed;

/** The busiest and the worst of them; of equals the first by name. */
export function mostTroubled(connections: readonly ConnectionFigures[]): Pick<FiguresAnswer, 'busiest' | 'worst'> {
  const busiest = connections.reduce<ConnectionFigures | null>((most, one) => (one.figures.came > (most?.figures.came ?? 0) ? one : most), null);
  const worse = (a: ConnectionFigures, b: ConnectionFigures): boolean => a.availability.downMs > b.availability.downMs || (a.availability.downMs === b.availability.downMs && troublesOf(a) > troublesOf(b));
  const worst = connections.reduce<ConnectionFigures | null>((most, one) => (most === null || worse(one, most) ? one : most), null);
  const troubled = worst !== null && (worst.availability.downMs > 0 || troublesOf(worst) > 0);
  return { busiest: busiest?.connectionId ?? null, worst: troubled ? worst.connectionId : null };
}
