/** Calendar days of the venue, `2027-06-12`, and months of them, `2027-06`. They are the same wherever they are read. */

const DAY_MS = 86_400_000;
const at = (date: string): number => Date.parse(`${date}T00:00:00.000Z`);
const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

export const dayAfter = (date: string, days = 1): string => dateOf(at(date) + days * DAY_MS);

export interface DayWindow {
  readonly first: string;
  readonly last: string;
}

/** Days that may be asked for: from tomorrow on, for so many months; the last is the same day of its month, or that month's last. */
export function dayWindow(today: string, monthsAhead: number): DayWindow {
  const [year = 0, month = 1, day = 1] = today.split('-').map(Number);
  const lastOfMonth = new Date(Date.UTC(year, month + monthsAhead, 0)).getUTCDate();
  return { first: dayAfter(today), last: dateOf(Date.UTC(year, month - 1 + monthsAhead, Math.min(day, lastOfMonth))) };
}

export const isWithin = (date: string, { first, last }: DayWindow): boolean => date >= first && date <= last;

export const monthOf = (date: string): string => date.slice(0, 7);

export function monthAfter(month: string, months: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return dateOf(Date.UTC(year, number - 1 + months, 1)).slice(0, 7);
}

/** Every day of it. */
export function daysOf(month: string): readonly string[] {
  const first = `${month}-01`;
  const end = at(`${monthAfter(month, 1)}-01`);
  return Array.from({ length: Math.round((end - at(first)) / DAY_MS) }, (_, index) => dayAfter(first, index));
}

/** 1 (Monday) to 7. */
export const weekdayOf = (date: string): number => new Date(at(date)).getUTCDay() || 7;
