import type { Resource } from '../../core/contract/record/taking.ts';
import type { DayState } from '../../core/domain/enquiries/days.ts';
import { daysOf, isWithin, monthAfter, monthOf, weekdayOf, type DayWindow } from '../../core/domain/enquiries/window.ts';
import { html, told, type Html, type Part } from '../classic/html.ts';
import { dayWords } from '../classic/times.ts';
import { filled } from '../classic/words.ts';
import { askPath } from './paths.ts';
import { WORDS } from './words.ts';

/** One month of one room, a day at a time. */
export interface Month {
  readonly token: string;
  readonly rooms: readonly Pick<Resource, 'id' | 'name'>[];
  readonly roomId: string;
  /** `2027-06`. */
  readonly month: string;
  /** The day that is asked for; empty = none yet. */
  readonly date: string;
  readonly window: DayWindow;
  /** Null = the house shows none. */
  readonly days: ReadonlyMap<string, { readonly state: DayState }> | null;
}

type Shown = DayState | 'outside';
const SHAPES: Readonly<Record<Shown, string>> = { free: '○', asked: '◐', taken: '●', outside: '–' };

const MONTH_WORDS = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', month: 'long', year: 'numeric' });
const monthWords = (month: string): string => MONTH_WORDS.format(Date.parse(`${month}-01T00:00:00.000Z`));

const linkTo = (token: string, place: { readonly room: string; readonly month: string; readonly date?: string }): string =>
  `${askPath(token)}?${new URLSearchParams(place).toString()}${place.date === undefined ? '' : '#ask'}`;

export function monthPart({ token, rooms, roomId, month, date, window, days }: Month): Part {
  if (days === null) return null;
  const room = rooms.find(({ id }) => id === roomId)?.name ?? '';
  const stateOf = (day: string): Shown => (isWithin(day, window) ? (days.get(day)?.state ?? 'outside') : 'outside');
  const all = daysOf(month);
  const blanks = weekdayOf(all[0] ?? `${month}-01`) - 1;
  const cells: (string | null)[] = [...Array.from({ length: blanks }, () => null), ...all];
  while (cells.length % 7 !== 0) cells.push(null);
  const weeks = Array.from({ length: cells.length / 7 }, (_, index) => cells.slice(index * 7, index * 7 + 7));

  const word = (state: Shown): Html => html`<span class="word">${WORDS.states[state]}</span>`;
  const cell = (day: string | null): Html => {
    if (day === null) return html`<td class="off"></td>`;
    const state = stateOf(day);
    const inside = html`<b>${Number(day.slice(8))}</b><span class="shape" aria-hidden="true">${SHAPES[state]}</span>`;
    const values = { day: dayWords(day), state: WORDS.states[state] };
    if (state === 'free' || state === 'asked') {
      const current = day === date ? html` aria-current="date"` : null;
      const to = linkTo(token, { room: roomId, month, date: day });
      const name = filled(WORDS.askFor, values);
      return html`<td><a class="day day-${state}" href="${to}" aria-label="${name}"${current}>${inside}${word(state)}</a></td>`;
    }
    return html`<td><span class="day day-${state}">${inside}${state === 'outside' ? null : word(state)}</span></td>`;
  };
  const step = (to: string, words: string): Part => {
    const isOffered = to >= monthOf(window.first) && to <= monthOf(window.last);
    const href = linkTo(token, { room: roomId, month: to });
    return isOffered && html`<li><a href="${href}">${filled(words, { month: monthWords(to) })}</a></li>`;
  };
  const roomLinks = rooms.map(({ id, name }) => {
    const current = id === roomId ? html` aria-current="true"` : null;
    return html`<li><a href="${linkTo(token, { room: id, month })}"${current}>${told(name)}</a></li>`;
  });
  const legend = (['free', 'asked', 'taken'] as const).map(
    (state) => html`<li><span aria-hidden="true">${SHAPES[state]}</span> <strong>${WORDS.states[state]}</strong>: ${WORDS.means[state]}</li>`,
  );

  return html`
${rooms.length > 1 && html`<nav class="choose" aria-label="${WORDS.rooms}"><ul>${roomLinks}</ul></nav>`}
<table class="month"><caption>${told(filled(WORDS.calendar, { month: monthWords(month), room }))}</caption>
<thead><tr>${WORDS.weekdays.map(([short = '', long = '']) => html`<th scope="col"><abbr title="${long}">${short}</abbr></th>`)}</tr></thead>
<tbody>${weeks.map((week) => html`<tr>${week.map(cell)}</tr>`)}</tbody></table>
<ul class="legend">${legend}</ul>
<nav class="choose" aria-label="${WORDS.months}"><ul>${step(monthAfter(month, -1), WORDS.earlier)}${step(monthAfter(month, 1), WORDS.later)}</ul></nav>`;
}
