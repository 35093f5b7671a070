import type { RunSheetItem, WeatherNotice, Wedding } from '../../core/contract/record/day.ts';
import type { Contact } from '../../core/contract/record/people.ts';
import type { Booking } from '../../core/contract/record/trade.ts';
import { seesAnyOf } from '../../core/domain/access/rows.ts';
import { html, told, type Html, type Part } from './html.ts';
import { said, type Around } from './layout.ts';
import { alertRows, asOf, severity, withinOf, type Viewing } from './pages.ts';
import { CLASSIC, weddingPath } from './paths.ts';
import type { OneWedding, Weddings } from './reading.ts';
import { clock, dayWords, timeOf, zoneName } from './times.ts';
import { filled, WORDS } from './words.ts';

/** The list of weddings, and one of them. */

export function weddingsPage(viewing: Viewing, which: 'coming' | 'past', { house, weddings, next }: Weddings): Around {
  const words = WORDS.weddings;
  const line = ({ id, title, date, zone, startsAt, endsAt, room, status, guestCount }: Wedding): Html => html`<li><span class="what"><a href="${weddingPath(id)}">${told(title)}</a><br><span class="dim">${dayWords(date)}, ${clock(zone, startsAt)}–${clock(zone, endsAt)} ${zoneName(zone, startsAt)}${room !== null && html` · ${told(room)}`}${guestCount !== null && ` · ${filled(words.guests, { count: guestCount })}`}</span></span><span class="state">${WORDS.weddingStatus[status]}</span></li>`;
  const way = (one: 'coming' | 'past'): Html => (one === which ? html`<strong>${words[one]}</strong>` : html`<a href="${CLASSIC.weddings}?which=${one}">${words[one]}</a>`);
  const body = html`<h1>${words.title}</h1><p>${way('coming')} · ${way('past')}</p>
${weddings.length === 0 ? html`<p>${words.none}</p>` : html`<ul class="rows">${weddings.map(line)}</ul>`}
${next !== null && html`<p><a href="${CLASSIC.weddings}?which=${which}&amp;after=${next}">${which === 'past' ? words.older : words.later}</a></p>`}`;
  return { title: words.title, body, within: withinOf(viewing, house.name, 'weddings') };
}

const text = (value: string | null): Part => value !== null && value !== '' && told(value);
/** On a narrow screen each cell says itself what it is. */
const cell = (name: string, value: Part): Html => (value === null || value === false ? html`<td class="empty"></td>` : html`<td data-name="${name}">${value}</td>`);
const table = (label: string, heads: readonly string[], rows: readonly Html[]): Html =>
  html`<div class="table"><table class="stack"><caption class="skip">${label}</caption><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`;

export function weddingPage(viewing: Viewing, { house, wedding, items, bookings, contacts, weather, alerts }: OneWedding): Around {
  const words = WORDS.wedding;
  const { zone, date } = wedding;
  const when = (at: string | null): Part => at !== null && timeOf(zone, at, date);
  const item = ({ startsAt, endsAt, title, place, owner, status }: RunSheetItem): Html =>
    html`<tr>${cell(words.time, html`${when(startsAt)}${endsAt !== null && html`–${when(endsAt)}`}`)}${cell(words.what, text(title))}${cell(words.place, text(place))}${cell(words.who, text(owner))}${cell(words.state, WORDS.itemStatus[status])}</tr>`;
  const booking = ({ vendorName, title, trade, status, callTime, place }: Booking): Html =>
    html`<tr>${cell(words.vendor, text(vendorName ?? title))}${cell(words.trade, WORDS.trades[trade])}${cell(words.callTime, when(callTime))}${cell(words.place, text(place))}${cell(words.state, WORDS.bookingStatus[status])}</tr>`;
  const reach = ({ email, phone }: Contact): Part => (email !== null || phone !== null) && html`${email !== null && html`<a href="mailto:${encodeURIComponent(email).replace('%40', '@')}">${told(email)}</a>`}${email !== null && phone !== null && html`<br>`}${phone !== null && html`<a href="tel:${encodeURIComponent(phone.replace(/[^\d+]/g, ''))}">${told(phone)}</a>`}`;
  const person = (one: Contact): Html => html`<tr>${cell(words.contactName, told(one.company === null ? one.name : `${one.name}, ${one.company}`))}${cell(words.contactRole, WORDS.contactRoles[one.role])}${cell(words.reach, reach(one))}</tr>`;
  const notice = (one: WeatherNotice): Html => html`<li>${severity(one.severity)}<div class="what"><p><strong>${told(one.headline)}</strong></p><p>${told(one.detail)}</p><p class="dim">${when(one.startsAt)}${one.endsAt !== null && html`–${when(one.endsAt)}`} · ${told(one.place)}</p></div></li>`;
  const path = weddingPath(wedding.id);
  const body = html`<h1>${told(wedding.title)}</h1><p>${dayWords(date)}. ${filled(words.zone, { zone: zoneName(zone, wedding.startsAt) })}</p>${asOf(house.zone, viewing.now, path)}${said(viewing.said && WORDS.alerts.said[viewing.said])}
<dl><dt>${words.times}</dt><dd>${when(wedding.startsAt)}–${when(wedding.endsAt)}</dd><dt>${words.room}</dt><dd>${wedding.room === null ? words.noRoom : told(wedding.room)}</dd><dt>${words.status}</dt><dd>${WORDS.weddingStatus[wedding.status]}</dd><dt>${words.guests}</dt><dd>${wedding.guestCount ?? words.unknown}</dd></dl>
${alerts.length > 0 && html`<h2>${WORDS.alerts.title}</h2>${alertRows(alerts, new Map(), viewing, zone, wedding.id)}`}
${weather.length > 0 && html`<h2>${words.weather}</h2><ul class="rows">${weather.map(notice)}</ul>`}
${items !== null && html`<h2>${words.runSheet}</h2>${items.length === 0 ? html`<p>${words.noRunSheet}</p>` : table(words.runSheet, [words.time, words.what, words.place, words.who, words.state], items.map(item))}`}
${bookings !== null && html`<h2>${words.bookings}</h2>${bookings.length === 0 ? html`<p>${words.noBookings}</p>` : table(words.bookings, [words.vendor, words.trade, words.callTime, words.place, words.state], bookings.map(booking))}`}
${contacts !== null && seesAnyOf(viewing.device, 'contacts') && html`<h2>${words.contacts}</h2>${contacts.length === 0 ? html`<p>${words.noContacts}</p>` : table(words.contacts, [words.contactName, words.contactRole, words.reach], contacts.map(person))}`}`;
  return { title: wedding.title, body, within: withinOf(viewing, house.name, 'weddings') };
}
