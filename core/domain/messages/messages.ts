import type { Message } from '../../contract/record/people.ts';
import { dayBounds, localDate } from '../day/localTime.ts';

/** When it was said; where its system does not tell that, when it last changed here. ISO instant. */
export const saidAt = (message: Message): string => message.sentAt ?? message.updatedAt;

export interface MessageFilter {
  /** Null = every channel. */
  readonly channel: Message['channel'] | null;
  /** Null = every wedding, and what belongs to none. */
  readonly weddingId: string | null;
}

/** The messages that the filter lets through, newest first. */
export function messagesOf(messages: Iterable<Message>, { channel, weddingId }: MessageFilter): Message[] {
  const found: Message[] = [];
  for (const message of messages) {
    if ((channel === null || message.channel === channel) && (weddingId === null || message.weddingId === weddingId)) found.push(message);
  }
  return found.sort((a, b) => saidAt(b).localeCompare(saidAt(a)) || b.seq - a.seq);
}

export interface MessageDay {
  /** The calendar day in the zone: `2026-11-20`. */
  readonly date: string;
  readonly messages: readonly Message[];
}

/** Ordered messages under the calendar days of `zone` on which they were said. */
export function byDay(messages: readonly Message[], zone: string): MessageDay[] {
  const days: { date: string; messages: Message[] }[] = [];
  for (const message of messages) {
    const date = localDate(zone, Date.parse(saidAt(message)));
    const last = days.at(-1);
    if (last?.date === date) last.messages.push(message);
    else days.push({ date, messages: [message] });
  }
  return days;
}

/** How many came in on the day of `now` in `zone`. */
export function cameInToday(messages: Iterable<Message>, zone: string, now: number): number {
  const { from, to } = dayBounds(zone, now);
  let count = 0;
  for (const message of messages) {
    if (message.direction !== 'in') continue;
    const at = Date.parse(saidAt(message));
    if (at >= from && at < to) count += 1;
  }
  return count;
}

/** Who is on the other side, as far as the message itself tells; null = it does not. */
export const otherSide = ({ direction, fromName, fromAddress, toAddress }: Message): string | null => (direction === 'in' ? (fromName ?? fromAddress) : toAddress);

/** What it is about in one line: its subject, else its first line. Null where neither is known. */
export function gist({ subject, text }: Message): string | null {
  if (subject?.trim()) return subject.trim();
  return text?.split('\n').find((line) => line.trim() !== '')?.trim() ?? null;
}
