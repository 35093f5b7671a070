import { fullMoment, momentText, spanText, type Moment as At } from './format.ts';
import { useNow } from './useNow.ts';

const iso = (at: At): string => (typeof at === 'string' ? at : new Date(at).toISOString());

/** A time at the venue; the full date and the viewer's own time on hover. */
export function Moment({ at, zone, className }: { readonly at: At; readonly zone: string; readonly className?: string }) {
  const now = useNow(60_000);
  return (
    <time className={className ?? 'num'} dateTime={iso(at)} title={fullMoment(at, zone)}>
      {momentText(at, zone, now)}
    </time>
  );
}

/** How long ago, counting by itself. */
export function Ago({ at, zone }: { readonly at: At; readonly zone: string }) {
  const now = useNow(1000);
  const then = typeof at === 'number' ? at : Date.parse(at);
  return (
    <time className="num" dateTime={iso(at)} title={fullMoment(at, zone)}>
      {spanText(Math.max(0, now - then))}
    </time>
  );
}
