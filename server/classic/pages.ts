import { randomUUID } from 'node:crypto';
import type { Alert } from '../../core/contract/record/attention.ts';
import type { Severity } from '../../core/contract/record/row.ts';
import { may } from '../../core/domain/access/may.ts';
import { seesAnyOf } from '../../core/domain/access/rows.ts';
import { localDate } from '../../core/domain/day/localTime.ts';
import type { NextEntry } from '../../core/domain/day/nextItems.ts';
import type { DayWedding } from '../../core/domain/day/weddings.ts';
import type { Device } from '../store/store.ts';
import { html, told, type Html, type Part } from './html.ts';
import { said, type Around } from './layout.ts';
import { CLASSIC, seenPath, weddingPath } from './paths.ts';
import { MOST_ALERTS, MOST_NEXT, type Alerts, type Today } from './reading.ts';
import { clock, dayWords, timeOf, zoneName } from './times.ts';
import { filled, WORDS } from './words.ts';

/** Today, and the list of alerts. `now` in UTC milliseconds. */

const SHAPES: Readonly<Record<Severity, string>> = { info: '●', notice: '◆', warning: '▲', critical: '⬢', emergency: '■' };
/** Alerts on the page of today; the others have a page of their own. */
const ALERTS_TODAY = 10;

export const SAID = ['seen', 'changed', 'gone'] as const;
export type Said = (typeof SAID)[number];
export interface Viewing {
  readonly device: Device;
  readonly signedIn: boolean;
  readonly now: number;
  readonly said: Said | null;
}

export const withinOf = ({ device, signedIn }: Pick<Viewing, 'device' | 'signedIn'>, organisation: string, place: NonNullable<Around['within']>['place']): NonNullable<Around['within']> => ({
  organisation, role: device.role, place, signedIn, mayAlerts: seesAnyOf(device, 'alerts'),
});
export const asOf = (zone: string, now: number, path: string): Html => html`<p class="dim">${filled(WORDS.asOf, { time: clock(zone, now), zone: zoneName(zone, now) })} <a href="${path}">${WORDS.again}</a></p>`;
export const severity = (one: Severity): Html => html`<span class="bad bad-${one}"><span aria-hidden="true">${SHAPES[one]}</span> ${WORDS.severities[one]}</span>`;

/** @param back where the form leads to afterwards: a page's name, or a wedding's id */
export function alertRows(alerts: readonly Alert[], titles: ReadonlyMap<string, string>, { device, now }: Viewing, zone: string, back: string): Part {
  if (alerts.length === 0) return html`<p>${WORDS.alerts.none}</p>`;
  const mayDecide = may(device, 'http:commands').allowed && may(device, 'command:alert.acknowledge').allowed;
  const today = localDate(zone, now);
  // The id makes a form that is sent twice one decision.
  const form = (alert: Alert): Html => html`<form method="post" action="${seenPath(alert.id)}"><input type="hidden" name="commandId" value="${randomUUID()}"><input type="hidden" name="version" value="${alert.version}"><input type="hidden" name="back" value="${back}"><button aria-label="${filled(WORDS.alerts.seenOf, { title: alert.title })}">${WORDS.alerts.seen}</button></form>`;
  return html`<ul class="rows">${alerts.map((alert) => {
    const title = alert.weddingId === null ? null : (titles.get(alert.weddingId) ?? null);
    return html`<li>${severity(alert.severity)}<div class="what"><p><strong>${told(alert.title)}</strong></p><p>${told(alert.detail)}</p><p class="dim">${timeOf(zone, alert.raisedAt, today)}${title !== null && alert.weddingId !== null && html` · <a href="${weddingPath(alert.weddingId)}">${told(title)}</a>`}</p></div>${mayDecide && form(alert)}</li>`;
  })}</ul>`;
}

function weddingLine({ wedding, phase }: DayWedding, withDay: boolean): Html {
  const { zone, startsAt, endsAt, date } = wedding;
  return html`<li><span class="when">${clock(zone, startsAt)}–${clock(zone, endsAt)}</span><span class="what"><a href="${weddingPath(wedding.id)}">${told(wedding.title)}</a>${wedding.room !== null && html`<br><span class="dim">${told(wedding.room)}</span>`}${withDay && html`<br><span class="dim">${dayWords(date)}</span>`}</span><span class="state state-${phase}">${withDay ? WORDS.weddingStatus[wedding.status] : WORDS.today.phases[phase]}</span></li>`;
}

export function todayPage(viewing: Viewing, { house, today, coming, next, alerts, titles }: Today): Around {
  const { now, device } = viewing;
  const of = new Map(today.map(({ wedding }) => [wedding.id, wedding]));
  const line = ({ kind, at, title, who, place, state, weddingId }: NextEntry): Html => {
    const wedding = of.get(weddingId);
    const about = [kind === 'callTime' ? `${WORDS.today.callTime}: ${who ?? title}` : title, kind === 'callTime' ? null : who, place].filter((one) => one !== null && one !== '');
    return html`<li><span class="when">${timeOf(wedding?.zone ?? house.zone, at, wedding?.date ?? '')}</span><span class="what">${told(about.join(' · '))}${today.length > 1 && wedding !== undefined && html`<br><a class="dim" href="${weddingPath(wedding.id)}">${told(wedding.title)}</a>`}</span><span class="state state-${state}">${WORDS.today.states[state]}</span></li>`;
  };
  const body = html`<h1>${WORDS.today.title}, ${dayWords(localDate(house.zone, now))}</h1>${asOf(house.zone, now, CLASSIC.today)}${said(viewing.said && WORDS.alerts.said[viewing.said])}
${today.length === 0 ? html`<p>${WORDS.today.none}</p>` : html`<ul class="rows">${today.map((one) => weddingLine(one, false))}</ul>`}
${today.length > 0 && html`<h2>${WORDS.today.next}</h2>${next.length === 0 ? html`<p>${WORDS.today.nothingNext}</p>` : html`<ul class="rows">${next.slice(0, MOST_NEXT).map(line)}</ul>`}${next.length > MOST_NEXT && html`<p class="dim">${filled(WORDS.today.moreNext, { count: next.length - MOST_NEXT })}</p>`}`}
${seesAnyOf(device, 'alerts') && html`<h2>${WORDS.alerts.title}</h2>${alertRows(alerts.slice(0, ALERTS_TODAY), titles, viewing, house.zone, 'today')}${alerts.length > ALERTS_TODAY && html`<p><a href="${CLASSIC.alerts}">${filled(WORDS.today.moreAlerts, { count: alerts.length })}</a></p>`}`}
${coming.length > 0 && html`<h2>${WORDS.today.coming}</h2><ul class="rows">${coming.map((one) => weddingLine(one, true))}</ul>`}`;
  return { title: WORDS.today.title, body, within: withinOf(viewing, house.name, 'today') };
}

export function alertsPage(viewing: Viewing, { house, alerts, titles }: Alerts): Around {
  const body = html`<h1>${WORDS.alerts.title}</h1>${asOf(house.zone, viewing.now, CLASSIC.alerts)}${said(viewing.said && WORDS.alerts.said[viewing.said])}${alertRows(alerts, titles, viewing, house.zone, 'alerts')}${alerts.length >= MOST_ALERTS && html`<p class="dim">${filled(WORDS.alerts.more, { count: MOST_ALERTS })}</p>`}`;
  return { title: WORDS.alerts.title, body, within: withinOf(viewing, house.name, 'alerts') };
}
