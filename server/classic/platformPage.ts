import type { PlatformAnalytics } from '../../core/contract/platform.ts';
import { html, type Html } from './html.ts';
import type { Around } from './layout.ts';
import { clock } from './times.ts';
import { filled, WORDS } from './words.ts';

/** The platform's figures to read: what `GET /api/admin/analytics` tells, as tables. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const number = (count: number): string => count.toLocaleString('en-GB');
/** In minutes below two hours, else in hours, from two days on in days. */
export function lasted(ms: number | null): string {
  const words = WORDS.platform;
  if (ms === null) return words.never;
  if (ms < 2 * HOUR_MS) return filled(words.minutes, { count: Math.round(ms / MINUTE_MS) });
  return ms < 48 * HOUR_MS ? filled(words.hours, { count: Math.round(ms / HOUR_MS) }) : filled(words.daysLong, { count: Math.round(ms / (24 * HOUR_MS)) });
}

const table = (label: string, heads: readonly string[], rows: readonly Html[], textual: number): Html =>
  html`<h2>${label}</h2><div class="table" tabindex="0" role="region" aria-label="${label}"><table><thead><tr>${heads.map((head, index) => (index < textual ? html`<th scope="col">${head}</th>` : html`<th scope="col" class="n">${head}</th>`))}</tr></thead><tbody>${rows}</tbody></table></div>`;

export function platformPage({ at, organisations, devices, connections, deliveries, deadLetters, pushes, alerts }: PlatformAnalytics): Around {
  const words = WORDS.platform;
  const facts: readonly (readonly [string, string])[] = [
    [words.organisations, number(organisations.count)], [words.demo, number(organisations.demo)],
    [words.devices, number(devices.count)], [words.devicesSeen, number(devices.seen)],
    [words.dead, number(deadLetters.count)], [words.oldestDead, deadLetters.oldestMs === null ? words.never : filled(words.ago, { time: lasted(deadLetters.oldestMs) })],
    [words.pushesWritten, number(pushes.written)], [words.pushesFailed, number(pushes.failed)],
    [words.alertsRaised, number(alerts.raised)], [words.alertsSeen, number(alerts.acknowledged)], [words.median, lasted(alerts.medianToAcknowledgeMs)],
  ];
  const body = html`<h1>${words.title}</h1><p>${words.about}</p><p class="dim">${filled(words.asOf, { time: `${clock('UTC', at)} UTC` })}</p>
<dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
${table(words.connections, [words.system, words.health, words.count], connections.map((one) => html`<tr><td>${one.system}</td><td>${WORDS.health[one.health]}</td><td class="n">${number(one.count)}</td></tr>`), 2)}
${table(words.days, [words.day, words.received, words.refused, words.worked], deliveries.toReversed().map((one) => html`<tr><td>${one.day}</td><td class="n">${number(one.received)}</td><td class="n">${number(one.refused)}</td><td class="n">${number(one.worked)}</td></tr>`), 1)}`;
  return { title: words.title, body };
}
