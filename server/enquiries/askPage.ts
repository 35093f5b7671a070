import { html, told, type Html, type Part } from '../classic/html.ts';
import { clock, dayWords, zoneName } from '../classic/times.ts';
import { filled } from '../classic/words.ts';
import type { Enquiry } from './enquiry.ts';
import { LENGTHS, TRAP, type FieldName, type Typed } from './form.ts';
import type { AskPage } from './layout.ts';
import { monthPart, type Month } from './monthPage.ts';
import type { EnquiryHouse } from './pages.ts';
import { askPath } from './paths.ts';
import { untilText } from './text.ts';
import { WORDS } from './words.ts';

/** The page itself, and the one that says what has arrived. `now` in UTC milliseconds. */

/** What is said of the form as a whole, besides fields that are wrong. */
export type Trouble = 'outside' | 'taken' | 'trap' | 'full';

export interface Asked {
  readonly house: EnquiryHouse;
  readonly month: Month;
  readonly typed: Typed;
  readonly wrong: readonly FieldName[];
  readonly trouble: Trouble | null;
  /** Of the form: sent twice, it is one asking. */
  readonly commandId: string;
  readonly now: number;
}

const AUTOCOMPLETE: Readonly<Partial<Record<FieldName, string>>> = { names: 'name', email: 'email', phone: 'tel' };
const OPTIONAL: readonly FieldName[] = ['phone', 'guests', 'message'];

function fields({ month, typed, wrong, trouble }: Asked): Part {
  const isWrong = (name: FieldName): boolean => wrong.includes(name) || (name === 'date' && (trouble === 'taken' || trouble === 'outside'));
  const note = html` <span class="note">${WORDS.form.optional}</span>`;
  const label = (name: FieldName): Html => html`<label for="f-${name}">${WORDS.form.labels[name]}${OPTIONAL.includes(name) && note}</label>`;
  const marks = (name: FieldName): Part => [
    isWrong(name) && html` aria-invalid="true" aria-describedby="wrong"`,
    !OPTIONAL.includes(name) && html` required`,
    AUTOCOMPLETE[name] !== undefined && html` autocomplete="${AUTOCOMPLETE[name]}"`,
  ];
  const input = (name: FieldName, type: string, more: Part = null): Html =>
    html`${label(name)}<input id="f-${name}" name="${name}" type="${type}" value="${typed[name]}"${marks(name)}${more}>`;
  const most = (name: keyof typeof LENGTHS): Html => html` maxlength="${LENGTHS[name]}"`;
  const options = month.rooms.map(({ id, name }) => html`<option value="${id}"${id === typed.room && html` selected`}>${name}</option>`);
  const { first, last } = month.window;
  return html`${input('names', 'text', most('names'))}${input('email', 'email', most('email'))}${input('phone', 'tel', most('phone'))}
${label('room')}<select id="f-room" name="room"${marks('room')}>${options}</select>
${input('date', 'date', html` min="${first}" max="${last}"`)}
<p class="note">${filled(WORDS.form.dateHelp, { first: dayWords(first), last: dayWords(last) })}</p>
${input('guests', 'text', [most('guests'), html` inputmode="numeric" pattern="[0-9]*"`])}
${label('message')}<textarea id="f-message" name="message"${most('message')}${marks('message')}>
${typed.message}</textarea>
<div class="aside" aria-hidden="true"><label for="f-${TRAP}">${WORDS.form.trap}</label>
<input id="f-${TRAP}" name="${TRAP}" type="text" tabindex="-1" autocomplete="off"></div>`;
}

function holds(days: number): string {
  if (days === 0) return WORDS.form.noHolds;
  return days === 1 ? WORDS.form.holdsOne : filled(WORDS.form.holds, { count: days });
}

function troubles({ wrong, trouble }: Asked): Part {
  if (trouble === null && wrong.length === 0) return null;
  const fieldLines = wrong.map((name) => html`<li><a href="#f-${name}">${WORDS.wrong[name]}</a></li>`);
  const lines = [trouble !== null && html`<li>${WORDS.wrong[trouble]}</li>`, fieldLines];
  return html`<div class="said" role="alert" id="wrong"><p><strong>${WORDS.wrong.title}</strong></p><ul>${lines}</ul></div>`;
}

export function askPage(asked: Asked): AskPage {
  const { house, month, commandId, now } = asked;
  const { settings, zone, name } = house;
  const time = `${clock(zone, now)} ${zoneName(zone, now)}`;
  const body = html`<h1>${told(filled(WORDS.of, { house: name }))}</h1>
${settings.welcome !== '' && html`<p class="lead">${told(settings.welcome)}</p>`}${troubles(asked)}
${monthPart(month)}${month.days !== null && html`<p class="note">${told(filled(WORDS.zone, { house: name, zone, time }))}</p>`}
<h2 id="ask">${WORDS.form.title}</h2><p>${WORDS.form.lead} ${holds(settings.holdDays)}</p>
<form class="ask" method="post" action="${askPath(month.token)}"><input type="hidden" name="commandId" value="${commandId}">${fields(asked)}
<p class="note">${told(filled(WORDS.form.kept, { house: name }))}</p><button class="main">${WORDS.form.submit}</button></form>`;
  return { title: WORDS.title, house: name, body };
}

export function receivedPage({ name, zone }: EnquiryHouse, token: string, { date, rank, holdUntil }: Enquiry, room: string): AskPage {
  const words = WORDS.received;
  const held = rank === null || holdUntil === null
    ? html`<p class="said">${words.notHeld}</p>`
    : html`<dl><dt>${words.held}</dt><dd>${filled(words.until, { until: untilText(zone, holdUntil) })}</dd>
<dt>${words.rank}</dt><dd>${rank === 1 ? words.first : filled(words.behind, { rank })}</dd></dl>`;
  const body = html`<h1>${words.title}</h1><p class="lead" role="status">${told(filled(words.lead, { house: name }))}</p>
<dl><dt>${words.room}</dt><dd>${told(room)}</dd><dt>${words.day}</dt><dd>${dayWords(date)}</dd></dl>${held}
<p class="note">${words.keep}</p><p><a href="${askPath(token)}">${words.another}</a></p>`;
  return { title: words.title, house: name, body };
}

export function failedPage(words: string, house: string | null, back: string | null): AskPage {
  const link = back !== null && html`<p><a href="${askPath(back)}">${WORDS.failed.back}</a></p>`;
  const body = html`<h1>${WORDS.failed.title}</h1><p role="alert">${told(words)}</p>${link}`;
  return { title: WORDS.failed.title, house, body };
}
