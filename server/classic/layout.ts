import type { FastifyReply } from 'fastify';
import type { Role } from '../../core/contract/access.ts';
import { html, told, type Html, type Part } from './html.ts';
import { CLASSIC } from './paths.ts';
import { CLASSIC_POLICY, STYLE } from './style.ts';
import { filled, WORDS } from './words.ts';

/** What stands around every page. */
export interface Around {
  readonly title: string;
  readonly body: Html;
  /** Who looks at it; left out = nobody is let in. */
  readonly within?: { readonly organisation: string; readonly role: Role; readonly place: 'today' | 'weddings' | 'alerts' | null; readonly mayAlerts: boolean; readonly signedIn: boolean };
}

// The style is ours, has nothing of anybody in it, and is held by its digest: escaped it would be another one.
const HEAD = ['<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">', `<style>${STYLE}</style>`] as const;

const placeLink = (name: 'today' | 'weddings' | 'alerts', current: string | null): Html =>
  current === name ? html`<li><a href="${CLASSIC[name]}" aria-current="page">${WORDS.places[name]}</a></li>` : html`<li><a href="${CLASSIC[name]}">${WORDS.places[name]}</a></li>`;

const signOutForm: Html = html`<li><form method="post" action="${CLASSIC.signOut}"><button>${WORDS.signOut}</button></form></li>`;

export function pageText({ title, body, within }: Around): string {
  const navigation = within
    ? html`<nav aria-label="${WORDS.name}"><ul>${placeLink('today', within.place)}${placeLink('weddings', within.place)}${within.mayAlerts && placeLink('alerts', within.place)}</ul></nav>`
    : null;
  const whole = html`<title>${title} · ${WORDS.product}</title></head>
<body><a class="skip" href="#content">${WORDS.skip}</a>
<header class="top"><div class="wide"><span class="mark">${WORDS.product}</span>${navigation}</div></header>
<main class="wide" id="content">${body}</main>
<footer><div class="wide">${within ? html`<p class="dim">${told(filled(WORDS.of, { organisation: within.organisation, role: WORDS.roles[within.role] }))}</p>` : null}
<ul><li><a href="/">${WORDS.console}</a></li>${within?.signedIn === true && signOutForm}</ul></div></footer></body></html>`;
  return `${HEAD.join('')}${whole.toString()}`;
}

/** Never kept by anybody; another page of ours is told where it came from, since old browsers prove a form's origin by nothing else. */
export function sendPage(reply: FastifyReply, status: number, around: Around): FastifyReply {
  return reply
    .code(status)
    .headers({ 'content-security-policy': CLASSIC_POLICY, 'referrer-policy': 'same-origin', 'cache-control': 'no-store', 'x-robots-tag': 'noindex' })
    .type('text/html; charset=utf-8')
    .send(pageText(around));
}

export const said = (words: string | null, role: 'status' | 'alert' = 'status'): Part => words !== null && html`<p class="said" role="${role}">${words}</p>`;
