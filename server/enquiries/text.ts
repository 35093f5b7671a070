import { clock, dayWords } from '../classic/times.ts';
import { filled } from '../classic/words.ts';
import { localDate } from '../../core/domain/day/localTime.ts';
import type { Enquiry } from './enquiry.ts';
import type { Asking } from './form.ts';
import { WORDS } from './words.ts';

/** What the record says of an asking, for the people of the house. */

const cut = (text: string, most: number): string => text.slice(0, most).toWellFormed();

/** `Saturday, 12 June 2027, 17:50` where the venue is. */
export const untilText = (zone: string, at: string): string => `${dayWords(localDate(zone, Date.parse(at)))}, ${clock(zone, at)}`;

/** What they wrote; the record has no other place for it than among the messages. Null = nothing. */
export const messageText = ({ message, date }: Asking): { subject: string; text: string } | null =>
  message === null ? null : { subject: filled(WORDS.record.subject, { day: dayWords(date) }), text: message };

interface Place {
  readonly room: string;
  /** IANA. */
  readonly zone: string;
}

export function alertText({ rank, holdUntil, date }: Enquiry, { names, guests }: Asking, { room, zone }: Place): { title: string; detail: string } {
  const words = WORDS.record;
  const isHeld = rank !== null && holdUntil !== null;
  const held = isHeld ? filled(rank === 1 ? words.first : words.behind, { until: untilText(zone, holdUntil), rank }) : words.notHeld;
  const detail = [filled(words.asked, { room, day: dayWords(date) }), ...(guests === null ? [] : [filled(words.guests, { count: guests })]), held];
  return { title: cut(filled(words.title, { names }), 300), detail: detail.join(' ') };
}
