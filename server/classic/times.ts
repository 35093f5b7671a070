import { localDate, zoneAbbreviation } from '../../core/domain/day/localTime.ts';
import { html, type Html } from './html.ts';

/** Times as they are read where the wedding is. `at` is a UTC instant, as ISO text or in milliseconds. */

const formats = new Map<string, Intl.DateTimeFormat>();
function format(zone: string, kind: 'time' | 'day' | 'short'): Intl.DateTimeFormat {
  const key = `${kind} ${zone}`;
  let found = formats.get(key);
  if (!found) {
    const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
    const day = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' } as const;
    const short = { day: 'numeric', month: 'short' } as const;
    formats.set(key, (found = new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...(kind === 'time' ? time : kind === 'day' ? day : short) })));
  }
  return found;
}

const inMs = (at: string | number): number => (typeof at === 'number' ? at : Date.parse(at));

/** `14:05` */
export const clock = (zone: string, at: string | number): string => format(zone, 'time').format(inMs(at));

/** `14:05`, with the day in front of it where that is not `day` (`2026-11-20`). */
export const clockOn = (zone: string, at: string | number, day: string): string =>
  localDate(zone, inMs(at)) === day ? clock(zone, at) : `${format(zone, 'short').format(inMs(at))}, ${clock(zone, at)}`;

export const timeOf = (zone: string, at: string | number, day: string): Html => html`<time datetime="${new Date(inMs(at)).toISOString()}">${clockOn(zone, at, day)}</time>`;

/** A calendar day in words; it is the same wherever it is read. */
export const dayWords = (date: string): string => format('UTC', 'day').format(Date.parse(`${date}T00:00:00.000Z`));

export const zoneName = (zone: string, at: string | number): string => zoneAbbreviation(zone, inMs(at));
